"""Reviews: opened and decided with their beneficiary, once, and listed by age."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from lifecert.application.shared.reviewing import OpenReview
from lifecert.domain.actor import Actor, Role
from lifecert.domain.amendment import AmendGround
from lifecert.domain.certificate import Certificate, Revocation, RevocationCause
from lifecert.domain.errors import (
    BeneficiaryNotFound,
    ReviewClaimed,
    ReviewDecidedBefore,
    ReviewNotFound,
    ReviewOpenedBefore,
    VersionConflict,
)
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.page import Position
from lifecert.domain.reasons import Reason
from lifecert.domain.review import (
    CLAIM_LASTS,
    AtLeast,
    Cause,
    Claim,
    Ground,
    Review,
    ReviewDecision,
    ReviewFilter,
    ReviewKind,
    ReviewOutcome,
    ReviewState,
)
from lifecert.domain.status import EndCause
from tests.support.builders import (
    NOW,
    a_certificate,
    a_change,
    a_reference,
    a_review,
    an_enrolment,
    an_id,
    registration,
)
from tests.support.engines import PAGE_SIZE, Stores, left_at_default
from tests.support.fakes.clock import FixedClock

DECISION = ReviewDecision(
    ReviewOutcome.ACCEPT, Ground.SAME_PERSON, "clerk-2", NOW, certificate_id="certificate", session_id="s"
)

ENDED = {"day": NOW.date(), "cause": EndCause.MOVED, "expires_at": NOW + timedelta(days=14), "benefit_id": "2"}


def with_reviews(stores: Stores, *reviews: dict[str, Any]) -> list[Review]:
    newest = registration().after
    stores.register.commit(a_change(replace(newest, version=0, ledger_head="0" * 64), LedgerEvent.REGISTERED))
    opened = []
    for fields in reviews:
        found = stores.register.get(newest.beneficiary_id)
        assert found
        opened.append(a_review(found, **fields))
        stores.register.commit(a_change(found, review=opened[-1]))
    return opened


def decide(stores: Stores, review: Review, decision: ReviewDecision = DECISION) -> Review:
    found = stores.register.get(review.beneficiary_id)
    assert found
    decided = replace(review, decision=decision)
    stores.register.commit(a_change(found, review=decided))
    return decided


def test_every_field_comes_back(stores: Stores) -> None:
    [review] = with_reviews(
        stores, {"kind": ReviewKind.END, "related_id": an_id(), "stated": {"method": "home_visit"}, **ENDED}
    )
    assert left_at_default(review) == {"decision", "claim"}
    assert stores.reviews.get(review.review_id) == review
    claim = Claim("clerk-2", NOW + CLAIM_LASTS)
    claimed = stores.reviews.claim(review.review_id, claim, NOW)
    assert claimed == replace(review, claim=claim) == stores.reviews.get(review.review_id)
    decided = decide(stores, claimed)
    assert left_at_default(decided) == set()
    assert left_at_default(DECISION) == set()
    assert stores.reviews.get(review.review_id) == decided
    assert stores.reviews.get(an_id()) is None


@pytest.mark.parametrize(
    ("kind", "cause"),
    [
        (ReviewKind.ID_NUMBER, AmendGround.RENUMBERED),
        (ReviewKind.BENEFIT_START, AmendGround.REDETERMINED),
        (ReviewKind.REVOCATION, RevocationCause.ERROR),
    ],
)
def test_why_something_is_proposed_is_of_the_kind_that_it_was(stores: Stores, kind: ReviewKind, cause: Cause) -> None:
    [review] = with_reviews(stores, {"kind": kind, **ENDED, "cause": cause})
    found = stores.reviews.get(review.review_id)
    assert found == review
    assert found is not None
    assert type(found.cause) is type(cause)


def test_a_review_is_decided_once(stores: Stores) -> None:
    [review] = with_reviews(stores, {})
    decided = decide(stores, review)
    before = stores.register.get(review.beneficiary_id)
    with pytest.raises(ReviewDecidedBefore):
        decide(stores, review, replace(DECISION, outcome=ReviewOutcome.REFUSE, ground=Ground.NOT_LIVE))
    assert stores.reviews.get(review.review_id) == decided
    assert stores.register.get(review.beneficiary_id) == before


def test_a_review_is_opened_once_and_only_an_open_one_is_decided(stores: Stores) -> None:
    [review] = with_reviews(stores, {})
    found = stores.register.get(review.beneficiary_id)
    assert found
    with pytest.raises(ReviewOpenedBefore):
        stores.register.commit(a_change(found, review=replace(review, kind=ReviewKind.AUDIT)))
    with pytest.raises(ReviewDecidedBefore):
        decide(stores, a_review(found))
    assert stores.reviews.get(review.review_id) == review


def test_one_clerk_at_a_time_claims_a_review_and_only_its_own_is_given_back(stores: Stores) -> None:
    [review] = with_reviews(stores, {})
    first, other = (Claim(who, NOW + CLAIM_LASTS) for who in ("clerk-1", "clerk-2"))
    stores.reviews.claim(review.review_id, first, NOW)
    with pytest.raises(ReviewClaimed):
        stores.reviews.claim(review.review_id, other, first.until - timedelta(microseconds=1))
    stores.reviews.give_back(review.review_id, "clerk-2")
    longer = replace(first, until=first.until + timedelta(minutes=1))
    assert stores.reviews.claim(review.review_id, longer, NOW).claim == longer
    taken = stores.reviews.claim(review.review_id, other, longer.until)
    assert taken == replace(review, claim=other)
    [listed] = stores.reviews.listed(ReviewFilter(), 10).items
    assert listed == taken
    stores.reviews.give_back(review.review_id, "clerk-2")
    assert stores.reviews.get(review.review_id) == review
    decide(stores, review)
    with pytest.raises(ReviewDecidedBefore):
        stores.reviews.claim(review.review_id, first, NOW)
    with pytest.raises(ReviewNotFound):
        stores.reviews.claim(an_id(), first, NOW)
    stores.reviews.give_back(an_id(), "clerk-1")


def test_open_reviews_are_listed_oldest_first_page_by_page(stores: Stores) -> None:
    ages = [5, 1, 4, 2, 3, 0, 6]
    opened = with_reviews(stores, *({"opened_at": NOW + timedelta(seconds=age)} for age in ages))
    decide(stores, opened[2])
    expected = [opened[n].review_id for n in (5, 1, 3, 4, 0, 6)]
    for limit in (1, PAGE_SIZE - 1, PAGE_SIZE, PAGE_SIZE + 1, 6, 100):
        seen: list[str] = []
        after: Position | None = None
        for _ in range(20):
            page = stores.reviews.listed(ReviewFilter(), limit, after)
            assert len(page.items) <= limit
            seen += [review.review_id for review in page.items]
            after = page.after
            if after is None:
                break
        assert seen == expected, limit
    [only] = stores.reviews.listed(ReviewFilter(ReviewState.DECIDED), 10).items
    assert only.review_id == opened[2].review_id


def test_open_reviews_are_counted_and_beyond_a_bound_only_that_there_are_more(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *_ = with_reviews(stores, {}, {}, {}, {})
    decide(stores, first)
    assert stores.reviews.count_open() == AtLeast(3)
    monkeypatch.setattr("lifecert.adapters.dynamodb.reviews.COUNTED", 2)
    monkeypatch.setattr("tests.support.fakes.reviews.COUNTED", 2)
    assert stores.reviews.count_open() == AtLeast(2, more=True)


def test_reviews_are_listed_by_kind_and_reason(stores: Stores) -> None:
    opened = with_reviews(
        stores,
        {"kind": ReviewKind.DEATH_REPORT, "reason": None},
        *({"opened_at": NOW + timedelta(seconds=n)} for n in range(1, 2 * PAGE_SIZE + 2)),
        {"reason": Reason.NOT_ASSESSED, "opened_at": NOW + timedelta(days=1)},
    )

    def ids(wanted: ReviewFilter) -> list[str]:
        return [review.review_id for review in stores.reviews.listed(wanted, 100).items]

    assert ids(ReviewFilter(kind=ReviewKind.DEATH_REPORT)) == [opened[0].review_id]
    assert ids(ReviewFilter(reason=Reason.NOT_ASSESSED)) == [opened[-1].review_id]
    assert ids(ReviewFilter(kind=ReviewKind.DEATH_REPORT, reason=Reason.NOT_ASSESSED)) == []
    assert len(ids(ReviewFilter(kind=ReviewKind.VERIFICATION))) == 2 * PAGE_SIZE + 2


def test_opening_a_review_changes_nothing_but_the_ledger(stores: Stores) -> None:
    stores.register.commit(change := registration())
    before, actor = change.after, Actor("daughter", Role.USER)
    open_review = OpenReview(stores.register, FixedClock())
    first = open_review(before.beneficiary_id, ReviewKind.DEATH_REPORT, actor, only_once="2026-03-01")
    again = open_review(before.beneficiary_id, ReviewKind.DEATH_REPORT, actor, only_once="2026-03-01")
    other = open_review(before.beneficiary_id, ReviewKind.DATA_SIGNAL, actor, related_id="source-1")
    assert first == again != other
    review = stores.reviews.get(other)
    assert review
    assert (review.kind, review.opened_by, review.related_id) == (ReviewKind.DATA_SIGNAL, actor, "source-1")
    after = stores.register.get(before.beneficiary_id)
    entries = list(stores.ledger.entries(before.beneficiary_id))
    assert [entry.event for entry in entries[1:]] == [LedgerEvent.REVIEW_OPENED] * 2
    assert after
    assert [(one.review_id, one.doubts) for one in after.open_cases] == [(first, False), (other, True)]
    assert after == replace(before, version=3, ledger_head=entries[-1].hash, open_cases=after.open_cases)
    with pytest.raises(BeneficiaryNotFound):
        open_review(an_id(), ReviewKind.AUDIT, actor)


def test_a_certificate_is_revoked_once_and_counts_again_when_that_was_a_mistake(stores: Stores) -> None:
    stores.register.commit(change := registration())
    certificate = a_certificate(change.after)
    stores.register.commit(change := a_change(change.after, certificate=certificate))

    def after(at: datetime | None) -> Certificate | None:
        nonlocal change
        cause = RevocationCause.FRAUD if at else None
        change = a_change(change.after, revocation=Revocation(certificate.certificate_id, at, cause))
        stores.register.commit(change)
        return stores.certificates.get(certificate.certificate_id)

    assert after(NOW) == replace(certificate, revoked_at=NOW, revoked_for=RevocationCause.FRAUD)
    before = change
    with pytest.raises(VersionConflict):
        after(NOW + timedelta(hours=1))
    change = before
    assert after(None) == certificate

    def ended(at: datetime) -> Certificate | None:
        nonlocal change
        cause = RevocationCause.ENTITLEMENT_ENDED
        change = a_change(change.after, revocation=Revocation(certificate.certificate_id, at, cause))
        stores.register.commit(change)
        return stores.certificates.get(certificate.certificate_id)

    gone = replace(certificate, revoked_at=NOW, revoked_for=RevocationCause.ENTITLEMENT_ENDED)
    assert [ended(NOW), ended(NOW + timedelta(days=1))] == [gone, gone], "an end finds what an end revoked already"
    unknown = a_change(change.after, revocation=Revocation(an_id(), NOW, RevocationCause.FRAUD))
    with pytest.raises(VersionConflict):
        stores.register.commit(unknown)


def test_reference_photos_are_told_newest_first_and_without_enrolments(stores: Stores) -> None:
    stores.register.commit(change := registration())
    for days in (0, 2, 1):
        stores.references.begin(enrolment := an_enrolment(change.after))
        reference = a_reference(enrolment, source=f"office-{days}", enrolled_at=NOW + timedelta(days=days))
        change = a_change(change.after, LedgerEvent.REFERENCE_ENROLLED, reference=reference)
        stores.register.commit(change)
    stores.references.begin(an_enrolment(change.after))
    found = stores.references.photos(change.after.beneficiary_id)
    assert [photo.source for photo in found] == ["office-2", "office-1", "office-0"]
    assert left_at_default(found[0]) == set()
    assert found[0].photo_key == f"references/{change.after.beneficiary_id}/{found[0].reference_id}"
