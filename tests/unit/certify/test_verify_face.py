"""Verifying: what is decided, and what it leaves behind; never to the harm of the entitlement."""

import base64
import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from lifecert.domain.actor import User
from lifecert.domain.certificate import Method
from lifecert.domain.errors import (
    CameraPaused,
    EntitlementEnded,
    SessionExpired,
    SessionNotFound,
)
from lifecert.domain.evidence import ReferenceMatch
from lifecert.domain.ledger import LedgerEvent, facts_of, verify_chain
from lifecert.domain.policy import Audit, Decision, Outcome
from lifecert.domain.reasons import Reason
from lifecert.domain.review import ReviewKind
from lifecert.domain.session import SessionState
from lifecert.domain.status import Standing, Status
from tests.support.builders import (
    HELPER,
    NOW,
    a_change,
    a_policy,
    a_reference,
    an_enrolment,
    failed_evidence,
    good_evidence,
    standing_of,
    uploaded_in_time,
)
from tests.support.verifying import VerifyWorld, with_other


def test_an_accepted_verification_renews_the_year_and_leaves_a_whole_trace() -> None:
    world = VerifyWorld(valid_until=date(2026, 6, 30))
    session = world.verify(world.session().session_id, HELPER)
    assert session.state is SessionState.DECIDED
    assert session.result
    assert session.result.decision == Decision(Outcome.ACCEPTED)
    assert standing_of(world.beneficiary) == Standing(Status.ACTIVE, date(2027, 3, 1))
    certificate = world.store.certificates[session.result.certificate_id or ""]
    assert certificate.valid_until == date(2027, 3, 1)
    assert certificate.method is Method.FACE_ON_BEHALF
    payload = certificate.statement.split(".")[1]
    stated = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert stated == certificate.claims("lifecert.example")
    assert certificate.policy_version == "test-1"
    assert certificate.calibration_version == "test-calibration"
    compared = tuple(ReferenceMatch(one, 0.9, 0.9) for one in world.beneficiary.reference_ids)
    assert certificate.evidence_digest == uploaded_in_time(good_evidence(matches=compared)).digest()
    entry = world.store.entries[world.id][-1]
    assert entry.event is LedgerEvent.CERTIFIED
    assert entry.actor.actor_id == HELPER.user_id
    assert entry.details["certificate_id"] == certificate.certificate_id
    assert verify_chain(world.store.ledger.entries(world.id)) == world.beneficiary.version
    assert world.beneficiary.certified_by == (HELPER.user_id,)


def test_the_day_is_the_deployments_and_not_utcs() -> None:
    world = VerifyWorld()
    world.clock.time = NOW.replace(hour=16)  # already 2 March in Shanghai
    world.verify(world.session().session_id, HELPER)
    assert world.beneficiary.valid_until == date(2027, 3, 2)


def test_a_reference_that_was_replaced_is_compared_with_nothing() -> None:
    world = VerifyWorld()
    newer = an_enrolment(world.beneficiary)
    world.store.references.begin(newer)
    counted = {"reference_ids": (newer.reference_id,)}
    world.store.register.commit(a_change(world.beneficiary, reference=a_reference(newer), changed=counted))
    world.verify(world.session().session_id, HELPER)
    [(_, references)] = world.analyser.calls
    assert tuple(references) == (newer.reference_id,)


@pytest.mark.parametrize("held_since", [None, date(2026, 2, 10)])
def test_certifying_after_lapsing_puts_the_days_that_were_not_paid_into_the_ledger(held_since: date | None) -> None:
    world = VerifyWorld(standing=Standing(Status.LAPSED, date(2026, 1, 31), held_since=held_since))
    world.verify(world.session().session_id, HELPER)
    entry = world.store.entries[world.id][-1]
    (facts,) = facts_of(entry)
    days = ("2026-02-10", "2026-02-28") if held_since else (None, None)
    assert (facts["arrears_first_day"], facts["arrears_last_day"]) == days
    assert (entry.details["status_before"], entry.details["status"]) == ("lapsed", "active")


@pytest.mark.parametrize("status", [Status.ACTIVE, Status.LAPSED])
@pytest.mark.parametrize("reason", [Reason.TOO_DARK, Reason.TURN_NOT_SEEN, Reason.DIFFERENT_PEOPLE])
def test_a_failed_check_changes_no_status(status: Status, reason: Reason) -> None:
    world = VerifyWorld(status=status)
    before = standing_of(world.beneficiary)
    world.analyser.evidence = failed_evidence(reason)
    session = world.verify(world.session().session_id, HELPER)
    assert session.result
    assert session.result.decision == Decision(Outcome.RETRY, reason)
    assert standing_of(world.beneficiary) == before
    assert not world.store.certificates
    assert world.last_entry()["reason"] == reason


def test_another_users_session_does_not_exist() -> None:
    world = VerifyWorld()
    with pytest.raises(SessionNotFound):
        world.verify(world.session().session_id, User("helper-2"))
    with pytest.raises(SessionNotFound):
        world.verify("no-such-session", HELPER)


def test_past_the_deadline_it_is_too_late() -> None:
    world = VerifyWorld()
    session = world.session()
    world.clock.time = session.deadline
    world.clock.move(seconds=1)
    with pytest.raises(SessionExpired):
        world.verify(session.session_id, HELPER)


def test_retries_used_up_open_one_review_with_its_frames() -> None:
    world = VerifyWorld()
    world.analyser.evidence = failed_evidence(Reason.NO_FACE)
    results = [world.verify(world.session().session_id, HELPER).result for _ in range(4)]
    outcomes = [result.decision.outcome for result in results if result]
    assert outcomes == [Outcome.RETRY, Outcome.RETRY, Outcome.REVIEW, Outcome.REVIEW]
    [review] = world.store.reviews.values()
    assert review.reason is Reason.RETRIES_USED_UP
    assert {result.review_id for result in results[2:] if result} == {review.review_id}
    assert len(world.photos.kept) == 2 * 3, "the frames of both attempts that ended with a human"
    assert {f"review/{review.beneficiary_id}/{review.session_id}/{number}" for number in (1, 2, 3)} < set(
        world.photos.kept
    )


def test_five_failures_pause_the_camera_and_touch_nothing_else() -> None:
    world = VerifyWorld()
    world.analyser.evidence = failed_evidence(Reason.NOT_MATCHING)
    standing = standing_of(world.beneficiary)
    for _ in range(5):
        world.verify(world.session().session_id, HELPER)
    paused = world.session()
    with pytest.raises(CameraPaused) as refused:
        world.verify(paused.session_id, HELPER)
    assert refused.value.until == NOW + timedelta(minutes=30)
    assert standing_of(world.beneficiary) == standing
    world.clock.move(minutes=31)
    world.analyser.evidence = good_evidence()
    result = world.verify(world.session().session_id, HELPER).result
    assert result
    assert result.certificate_id


def test_a_terminated_entitlement_is_not_certified() -> None:
    world = VerifyWorld()
    session = world.session()
    day = date(2026, 2, 1)
    ended = Standing(Status.TERMINATED, date(2026, 6, 30), ended_on=day, unpaid_since=day)
    world.store.register.commit(a_change(world.beneficiary, changed={"standing": ended}))
    with pytest.raises(EntitlementEnded):
        world.verify(session.session_id, HELPER)
    assert standing_of(world.beneficiary) == ended
    assert not world.analyser.calls, "no face is looked at that cannot be certified"


def test_an_audited_acceptance_is_accepted_and_looked_at_beside() -> None:
    world = VerifyWorld()
    world.verify = with_other(world.verify, policy=a_policy(audit=Audit(1.0, 0.0)))
    session = world.session()

    decided = world.verify(session.session_id, HELPER)

    assert decided.result is not None
    assert decided.result.decision == Decision(Outcome.ACCEPTED)
    assert decided.result.review_id is None
    assert world.beneficiary.open_cases == ()
    (review,) = world.store.reviews.values()
    assert (review.kind, review.session_id, review.reason) == (ReviewKind.AUDIT, session.session_id, None)
    assert all(session.review_key(number) in world.photos.kept for number in range(1, len(session.challenge) + 1))


def test_the_first_by_a_photo_that_an_import_brought_is_drawn_as_one_by_letter_is_and_no_later_one() -> None:
    brought = ("import:00000000-0000-4000-8000-000000000001", "clerk-1")
    for changed, audited in (({}, 0), ({"enrolled_by": brought}, 1), ({"enrolled_by": brought, "sessions_kept": 1}, 0)):
        world = VerifyWorld()
        world.verify = with_other(world.verify, policy=a_policy(audit=Audit(0.0, 1.0)))
        person = replace(world.beneficiary, **changed)
        world.store.beneficiaries[person.beneficiary_id] = person
        world.verify(world.session().session_id, HELPER)
        assert len(world.store.reviews) == audited


def test_what_is_not_drawn_is_not_kept_and_what_failed_is_not_audited() -> None:
    for policy, evidence in (
        (a_policy(audit=Audit(0.0, 0.0)), good_evidence()),
        (a_policy(audit=Audit(1.0, 0.0)), failed_evidence(Reason.TOO_DARK)),
    ):
        world = VerifyWorld()
        world.verify = with_other(world.verify, policy=policy)
        world.analyser.evidence = evidence
        session = world.session()
        world.verify(session.session_id, HELPER)

        assert not world.store.reviews
        assert session.review_key(1) not in world.photos.kept


def test_an_accepted_session_on_behalf_counts_for_its_helper_and_no_other_does() -> None:
    world = VerifyWorld()
    for on_behalf, evidence in ((True, good_evidence(0.1)), (False, good_evidence()), (True, good_evidence())):
        world.analyser.evidence = evidence
        session = world.session(on_behalf=on_behalf)
        world.verify(session.session_id, HELPER)
    assert [used for name, used in world.store.counted.items() if name.startswith("helper#")] == [1]


def test_a_strangers_pictures_of_nothing_take_the_camera_from_nobody_else() -> None:
    world = VerifyWorld(certified_by=(HELPER.user_id,))
    stranger = User("stranger")
    world.analyser.evidence = failed_evidence(Reason.NO_FACE)
    for _ in range(5):
        world.verify(world.session(user_id="stranger").session_id, stranger)
    with pytest.raises(CameraPaused):
        world.verify(world.session(user_id="stranger").session_id, stranger)
    world.analyser.evidence = failed_evidence(Reason.TOO_DARK)
    first = world.verify(world.session().session_id, HELPER).result
    assert first
    assert first.decision == Decision(Outcome.RETRY, Reason.TOO_DARK), "their first try, and not the sixth"
    world.analyser.evidence = good_evidence()
    second = world.verify(world.session().session_id, HELPER).result
    assert second
    assert second.certificate_id
