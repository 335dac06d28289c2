"""While a case is open that speaks against it, no machine and no one person renews somebody's year (adr/0024)."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from lifecert.domain.actor import Actor, Role, User
from lifecert.domain.certificate import Certificate, Method
from lifecert.domain.change import Change
from lifecert.domain.errors import (
    ActedInCase,
    DoubtedElsewhere,
    EntitlementEnded,
    GoodTryUnseen,
    IdempotencyKeyReused,
    ProposalExpired,
    SecondClerkNeeded,
)
from lifecert.domain.ledger import LedgerEvent, verify_chain
from lifecert.domain.open_case import MOST_TRIES
from lifecert.domain.policy import Decision, Outcome
from lifecert.domain.reasons import Reason
from lifecert.domain.review import Ground, Review, ReviewKind, ReviewOutcome
from lifecert.domain.session import Session
from lifecert.domain.status import Standing, Status
from tests.support.builders import (
    CLERK,
    a_change,
    a_review,
    an_id,
    failed_evidence,
    good_evidence,
)
from tests.support.open_cases import (
    AGAINST,
    OF_LIFE,
    SECOND,
    STRANGER,
    THIRD,
    TODAY,
    Office,
    agrees,
    case_of,
    decision_of,
    dispel,
    done_to_others,
    opened,
    told_by_the_ledger,
)


@pytest.mark.parametrize("what", AGAINST)
def test_no_machine_accepts_a_face_while_a_case_is_open_against_it(what: str) -> None:
    office = Office()
    case = opened(office, what)
    before = office.beneficiary.valid_until
    tried = office.shows_face()
    assert decision_of(tried) == Decision(Outcome.REVIEW, Reason.OFFICE_DECIDES)
    assert (office.store.certificates, office.beneficiary.valid_until) == ({}, before)
    assert office.beneficiary.camera.failures == () or what.startswith("a try"), "the person did nothing wrong"
    if what.startswith("an end"):
        office.confirm(case, SECOND, confirm=False)
    else:
        nothing_wrong = what in ("duplicate_face", "registration")
        outcome = ReviewOutcome.ACCEPT if nothing_wrong else ReviewOutcome.REFUSE
        office.decide(case, outcome, Ground.CONFIRMED if nothing_wrong else Ground.UNFOUNDED, CLERK, tried.session_id)
    assert decision_of(office.shows_face()) == Decision(Outcome.ACCEPTED), "and once it is decided, it does"
    assert verify_chain(office.store.entries[office.id]) == office.beneficiary.version


def test_a_stranger_s_report_and_tries_that_only_ran_out_stop_nobody() -> None:
    office = Office()
    office.open(ReviewKind.DEATH_REPORT, actor=Actor(STRANGER.user_id, Role.USER))
    office.open(ReviewKind.UNUSUAL_VOLUME)
    office.analyser.evidence = failed_evidence(Reason.NO_FACE)
    for _ in range(3):
        office.shows_face()
    office.analyser.evidence = good_evidence()
    assert decision_of(office.shows_face()) == Decision(Outcome.ACCEPTED)


def test_a_clerk_may_still_accept_what_the_machine_left_to_them() -> None:
    office = Office()
    opened(office, "a helper's report")
    waits = office.shows_face()
    assert waits.result
    office.decide(str(waits.result.review_id), ReviewOutcome.ACCEPT, Ground.SAME_PERSON, CLERK, waits.session_id)
    assert office.beneficiary.valid_until == date(2027, 3, 1)


@pytest.mark.parametrize("what", [one for one in AGAINST if not one.startswith("a try")])
def test_a_try_that_no_machine_would_have_accepted_is_accepted_by_no_clerk_against_another_case(what: str) -> None:
    office = Office()
    opened(office, what)
    office.analyser.evidence = good_evidence(0.4)
    tried = office.shows_face()
    assert tried.result
    # The machine says that it is unsure of the match, or leaves it to the office; a clerk is told what comes first.
    assert decision_of(tried).reason is Reason.MATCH_UNCERTAIN
    review = str(tried.result.review_id)
    with pytest.raises(DoubtedElsewhere):
        office.decide(review, ReviewOutcome.ACCEPT, Ground.SAME_PERSON, THIRD, tried.session_id)
    assert office.store.certificates == {}
    office.decide(review, ReviewOutcome.REFUSE, Ground.OTHER_PERSON, THIRD)


def test_a_strangers_tries_do_not_keep_a_clerk_from_accepting_the_daughters() -> None:
    office = Office()
    office.analyser.evidence = good_evidence(0.4)
    office.shows_face(STRANGER)
    tried = office.shows_face()
    assert tried.result
    office.decide(str(tried.result.review_id), ReviewOutcome.ACCEPT, Ground.SAME_PERSON, CLERK, tried.session_id)
    assert len(office.store.certificates) == 1


def test_against_a_death_that_was_found_true_no_clerk_accepts_a_face() -> None:
    office = Office()
    report = opened(office, "a helper's report")
    waits = office.shows_face()
    assert waits.result
    office.decide(report, ReviewOutcome.ACCEPT, Ground.CONFIRMED, THIRD)
    with pytest.raises(DoubtedElsewhere):
        office.decide(str(waits.result.review_id), ReviewOutcome.ACCEPT, Ground.SAME_PERSON, CLERK, waits.session_id)
    proposal = office.seen()
    assert isinstance(proposal, Review)
    office.confirm(proposal.review_id, THIRD, confirm=True)
    assert (len(office.store.certificates), office.beneficiary.doubts) == (1, ())
    assert agrees(office)


@pytest.mark.parametrize("what", OF_LIFE)
def test_who_says_that_a_doubt_of_a_life_is_unfounded_does_not_certify_them_alone(what: str) -> None:
    """Neither in person nor by accepting a try, and whichever comes first; until somebody else has certified them."""
    office = Office()
    case = opened(office, what)
    waits = office.shows_face()
    assert waits.result
    dispel(office, case, THIRD)
    assert agrees(office)
    with pytest.raises(ActedInCase):
        office.decide(str(waits.result.review_id), ReviewOutcome.ACCEPT, Ground.SAME_PERSON, THIRD, waits.session_id)
    proposal = office.seen(THIRD)
    assert isinstance(proposal, Review)
    assert isinstance(office.seen(CLERK), Certificate), "another clerk's word counts at once"
    assert (office.beneficiary.dispelled_by, agrees(office)) == ((), True)
    assert isinstance(office.seen(THIRD, "key-2"), Certificate)


def test_a_report_that_stops_no_machine_is_not_called_unfounded_by_whoever_then_certifies_alone() -> None:
    """A child who never certified the person may be right."""
    office = Office()
    case = office.open(ReviewKind.DEATH_REPORT, actor=Actor(STRANGER.user_id, Role.USER))
    assert not office.beneficiary.doubts
    office.decide(case, ReviewOutcome.REFUSE, Ground.UNFOUNDED, THIRD)
    assert isinstance(office.seen(THIRD), Review)
    assert agrees(office)
    assert isinstance(office.seen(CLERK), Certificate)


@pytest.mark.parametrize("dispelled_by", [CLERK, SECOND], ids=["by the one who saw them", "by another"])
def test_what_waits_for_a_second_clerk_waits_for_one_though_the_doubt_is_gone(dispelled_by: User) -> None:
    office = Office()
    case = opened(office, "a helper's report")
    proposal = office.seen()
    dispel(office, case, dispelled_by)
    assert office.seen() == proposal
    assert isinstance(proposal, Review)
    assert office.store.certificates == {}
    decided = office.confirm(proposal.review_id, THIRD, confirm=True)
    assert decided.review_id in office.store.certificates


def test_a_proposal_that_was_rejected_certifies_nobody_when_it_is_repeated() -> None:
    office = Office()
    case = opened(office, "a helper's report")
    proposal = office.seen()
    assert isinstance(proposal, Review)
    office.confirm(proposal.review_id, THIRD, confirm=False)
    dispel(office, case, SECOND)
    again = office.seen()
    assert isinstance(again, Review)
    assert again.decision is not None
    assert office.store.certificates == {}


@pytest.mark.parametrize("what", ["data_signal", "duplicate_face", "a helper's report"])
def test_asking_for_more_leaves_the_doubt(what: str) -> None:
    office = Office()
    office.decide(opened(office, what), ReviewOutcome.NEEDS_MORE, Ground.ASKED_BACK, THIRD)
    assert decision_of(office.shows_face()) == Decision(Outcome.REVIEW, Reason.OFFICE_DECIDES)
    assert isinstance(office.seen(), Review)
    assert agrees(office)


def test_asking_a_stranger_for_more_makes_no_doubt_of_their_report() -> None:
    office = Office()
    report = office.open(ReviewKind.DEATH_REPORT, actor=Actor(STRANGER.user_id, Role.USER))
    office.decide(report, ReviewOutcome.NEEDS_MORE, Ground.ASKED_BACK, THIRD)
    assert decision_of(office.shows_face()) == Decision(Outcome.ACCEPTED)
    assert agrees(office)


@pytest.mark.parametrize("what", AGAINST)
def test_whom_one_clerk_saw_against_an_open_case_a_second_confirms_as_of_that_day(what: str) -> None:
    office = Office()
    opened(office, what)
    proposal = office.seen()
    assert isinstance(proposal, Review)
    assert (proposal.kind, office.store.certificates) == (ReviewKind.PRESENCE, {})
    assert office.seen() == proposal, "asked again it is the same"
    with pytest.raises(SecondClerkNeeded):
        office.confirm(proposal.review_id, CLERK, confirm=True)
    office.clock.move(days=14)
    decided = office.confirm(proposal.review_id, replace(CLERK, user_id="clerk-3"), confirm=True)
    certificate = office.store.certificates[decided.review_id]
    assert (certificate.method, certificate.certified_on) == (Method.IN_PERSON, TODAY)
    assert certificate.actor_id == CLERK.user_id
    assert certificate.statement
    assert office.beneficiary.valid_until == date(2027, 3, 1)
    assert office.store.entries[office.id][-1].details["proposed_by"] == CLERK.user_id
    assert office.seen() == certificate, "and the first clerk's repeat meets the certificate"
    with pytest.raises(IdempotencyKeyReused):
        office.seen(on=date(2026, 2, 27))


def test_whose_doubt_it_is_does_not_dispel_it() -> None:
    office = Office()
    opened(office, "a clerk's report")
    proposal = office.seen()
    assert isinstance(proposal, Review)
    office.report.of_known(office.id, None, CLERK)
    with pytest.raises(ActedInCase):
        office.confirm(proposal.review_id, SECOND, confirm=True)
    office.confirm(proposal.review_id, THIRD, confirm=True)


def test_of_two_clerks_who_acted_in_different_cases_each_confirms_whom_the_other_saw() -> None:
    """In an office of two one took a report down, and the other one's photo waited: nobody could help the person."""
    office = Office()
    opened(office, "a clerk's report")
    office.open(ReviewKind.OVERRIDE, actor=Actor(CLERK.user_id, Role.CLERK), related_id=an_id())
    for saw, confirms in ((CLERK, SECOND), (SECOND, CLERK)):
        proposal = office.seen(saw, f"key-{saw.user_id}")
        assert isinstance(proposal, Review)
        office.confirm(proposal.review_id, confirms, confirm=True)


def test_a_confirmation_comes_within_fourteen_days_and_before_the_end() -> None:
    office = Office()
    opened(office, "a helper's report")
    proposal = office.seen()
    assert isinstance(proposal, Review)
    ended = Standing(Status.TERMINATED, date(2026, 6, 30), ended_on=date(2026, 3, 2))
    with pytest.raises(IdempotencyKeyReused):
        office.seen(on=date(2026, 2, 27))
    office.clock.move(days=15)
    with pytest.raises(ProposalExpired):
        office.confirm(proposal.review_id, SECOND, confirm=True)
    later = office.seen(key="key-2", on=date(2026, 3, 16))
    assert isinstance(later, Review)
    assert office.night().ended == 1
    assert office.store.entries[office.id][-1].event is LedgerEvent.CERTIFY_AGAIN_DUE
    office.store.register.commit(a_change(office.beneficiary, LedgerEvent.TERMINATED, changed={"standing": ended}))
    with pytest.raises(EntitlementEnded):
        office.confirm(later.review_id, SECOND, confirm=True)


@pytest.mark.parametrize(
    ("what", "photo_on", "at_once"),
    [
        ("a helper's report", TODAY, True),
        ("data_signal", TODAY, True),
        ("a helper's report", date(2026, 2, 28), False),
        ("override", TODAY, False),
        ("duplicate_face", TODAY, False),
    ],
)
def test_a_photo_taken_at_the_counter_counts_at_once_unless_whose_face_it_is_is_doubted(
    what: str, photo_on: date, at_once: bool
) -> None:
    office = Office(counter_photo_on=photo_on)
    opened(office, what)
    assert isinstance(office.seen(), Certificate) is at_once


def test_somebody_is_remembered_as_doubted_however_many_strangers_try() -> None:
    office = Office()
    for number in range(MOST_TRIES + 5):
        review = a_review(
            office.beneficiary,
            opened_by=Actor(f"stranger-{number}", Role.USER),
            reason=Reason.MATCH_UNCERTAIN if number % 2 else Reason.NOT_ASSESSED,
        )
        after = office.beneficiary.with_case(review)
        office.store.register.commit(
            a_change(office.beneficiary, changed={"open_cases": after.open_cases}, review=review)
        )
    cases = office.beneficiary.open_cases
    assert len(cases) == MOST_TRIES
    assert sum(one.doubts for one in cases) == 12
    assert office.beneficiary.open_case(ReviewKind.VERIFICATION, "stranger-23")


def test_of_more_doubting_users_than_are_remembered_each_try_belongs_to_an_open_case() -> None:
    """The 21st user's doubt was in no item: once the 20 were decided, the machine accepted the next try of theirs."""
    office = Office()
    office.analyser.evidence = good_evidence(0.4)
    users = [User(f"stranger-{number}") for number in range(MOST_TRIES + 3)]
    opened = {}
    for user in users:
        opened[user] = case_of(office.shows_face(user))
        office.clock.move(hours=1)
    assert len(set(opened.values())) == MOST_TRIES
    assert set(opened.values()) == {one.review_id for one in office.beneficiary.open_cases}
    assert office.beneficiary.open_case(ReviewKind.VERIFICATION, users[-1].user_id), "and the last is known by it"
    office.analyser.evidence = good_evidence()
    last = users[-1]
    for case in {one for user, one in opened.items() if one != opened[last]}:
        office.decide(case, ReviewOutcome.REFUSE, Ground.OTHER_PERSON, CLERK)
    assert decision_of(office.shows_face(last)) == Decision(Outcome.REVIEW, Reason.OFFICE_DECIDES)
    assert told_by_the_ledger(office) == []


def test_a_doubted_try_in_a_case_of_used_up_tries_doubts_too() -> None:
    """Three pictures of nothing opened a case that doubts nobody, and look-alikes after them joined it unnoticed."""
    office = Office()
    office.analyser.evidence = failed_evidence(Reason.NO_FACE)
    for _ in range(3):
        office.shows_face()
    assert not office.beneficiary.doubts
    office.analyser.evidence = good_evidence(0.4)
    office.shows_face()
    office.analyser.evidence = good_evidence()
    assert decision_of(office.shows_face()) == Decision(Outcome.REVIEW, Reason.OFFICE_DECIDES)
    assert told_by_the_ledger(office) == []


@pytest.mark.parametrize(
    ("outcome", "ground"),
    [(ReviewOutcome.REFUSE, Ground.OTHER_PERSON), (ReviewOutcome.NEEDS_MORE, Ground.NOT_RECOGNISABLE)],
)
def test_a_good_try_that_joins_a_case_is_not_refused_without_being_seen(outcome: ReviewOutcome, ground: Ground) -> None:
    """The daughter's blurred photo opened a case, her good one joined it while a clerk looked at the first, and both
    were refused."""
    office = Office()
    office.analyser.evidence = good_evidence(0.4)
    case = case_of(doubted := office.shows_face())
    office.analyser.evidence = good_evidence()
    good = [office.shows_face() for _ in range(2)]
    assert {case_of(one) for one in good} == {case}
    for named in (None, doubted.session_id, good[0].session_id):
        with pytest.raises(GoodTryUnseen):
            office.decide(case, outcome, ground, CLERK, named)
    assert office.store.reviews[case].decision is None
    for _ in range(2):
        office.decide(case, outcome, ground, CLERK, good[1].session_id)
    assert office.store.reviews[case].decision


class Joining:
    """The register, to which a try is written a moment before the clerk's decision."""

    def __init__(self, office: Office) -> None:
        self.office, self.joined = office, list[Session]()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.office.store.register, name)

    def commit(self, change: Change) -> None:
        if not self.joined:
            self.joined.append(self.office.shows_face())
        self.office.store.register.commit(change)


def test_nor_one_that_joins_at_the_moment_of_the_decision() -> None:
    office = Office()
    office.analyser.evidence = good_evidence(0.4)
    case = case_of(office.shows_face())
    office.analyser.evidence = good_evidence()
    register = Joining(office)
    with pytest.raises(GoodTryUnseen):
        replace(office.decide, register=register)(case, ReviewOutcome.REFUSE, Ground.OTHER_PERSON, CLERK)
    assert case_of(register.joined[0]) == case
    assert office.store.reviews[case].decision is None


def test_the_frames_of_a_poor_try_that_joins_then_go_with_the_others() -> None:
    office = Office()
    office.analyser.evidence = good_evidence(0.4)
    case = case_of(office.shows_face())
    register = Joining(office)
    replace(office.decide, register=register)(case, ReviewOutcome.REFUSE, Ground.OTHER_PERSON, CLERK)
    [late] = register.joined
    assert case_of(late) == case
    assert office.photos.review_frames(office.id, late.session_id) == ()


def test_a_case_that_a_good_try_opened_is_refused_as_any_other() -> None:
    office = Office()
    opened(office, "a helper's report")
    case = case_of(office.shows_face())
    office.decide(case, ReviewOutcome.REFUSE, Ground.OTHER_PERSON, CLERK)
    assert office.store.reviews[case].decision


@pytest.mark.parametrize(
    ("what", "outcome", "ground"),
    [
        ("a helper's report", ReviewOutcome.ACCEPT, Ground.CONFIRMED),
        ("data_signal", ReviewOutcome.ACCEPT, Ground.CONFIRMED),
        ("duplicate_face", ReviewOutcome.REFUSE, Ground.OTHER_PERSON),
    ],
)
def test_between_a_clerks_word_that_it_is_true_and_the_end_no_machine_accepts(
    what: str, outcome: ReviewOutcome, ground: Ground
) -> None:
    office = Office()
    office.decide(opened(office, what), outcome, ground, SECOND)
    assert decision_of(office.shows_face()) == Decision(Outcome.REVIEW, Reason.OFFICE_DECIDES)
    proposal = office.seen()
    assert isinstance(proposal, Review), "nor does one clerk"
    office.confirm(proposal.review_id, replace(CLERK, user_id="clerk-3"), confirm=True)
    assert [case.kind for case in office.beneficiary.open_cases] == [ReviewKind.VERIFICATION], "two do, and dispel it"
    if what == "duplicate_face":
        assert office.beneficiary.reference_ids == (), "they saw the person, and not whose face was enrolled"
        assert office.beneficiary.first_face_waits("clerk-9")
        return
    assert decision_of(office.shows_face()).outcome is Outcome.ACCEPTED


def test_a_strangers_report_counts_once_a_clerk_finds_it_true() -> None:
    office = Office()
    case = office.open(ReviewKind.DEATH_REPORT, actor=Actor(STRANGER.user_id, Role.USER))
    office.decide(case, ReviewOutcome.ACCEPT, Ground.CONFIRMED, CLERK)
    assert decision_of(office.shows_face()).reason is Reason.OFFICE_DECIDES


@pytest.mark.parametrize(
    ("person", "share"),
    [
        ({"registered_by": CLERK.user_id, "enrolled_by": (CLERK.user_id,)}, (200, 200)),
        ({"registered_by": SECOND.user_id, "enrolled_by": (CLERK.user_id,)}, (1, 25)),
        ({"registered_by": CLERK.user_id, "enrolled_by": (SECOND.user_id,)}, (0, 0)),
    ],
    ids=["registered, enrolled and saw", "enrolled and saw", "registered and saw"],
)
def test_who_saw_somebody_whose_face_they_enrolled_is_audited(person: dict[str, Any], share: tuple[int, int]) -> None:
    office = Office(beneficiary_id="p-1", **person)
    for number in range(200):
        assert isinstance(office.seen(key=f"key-{number}"), Certificate), "it counts at once"
        done_to_others(office.store, office.id)
    audits = [one for one in office.store.reviews.values() if one.kind is ReviewKind.AUDIT]
    assert share[0] <= len(audits) <= share[1]
    assert all(one.related_id in office.store.certificates for one in audits)
    for audit in audits[:1]:
        with pytest.raises(ActedInCase):
            office.decide(audit.review_id, ReviewOutcome.ACCEPT, Ground.CONFIRMED, CLERK)
        office.decide(audit.review_id, ReviewOutcome.ACCEPT, Ground.CONFIRMED, replace(CLERK, user_id="clerk-3"))
