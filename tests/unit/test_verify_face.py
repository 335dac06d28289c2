"""Verifying: decided once, never to the harm of the entitlement."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from lifecert.application.verify_face import VerifyFace
from lifecert.domain.actor import User
from lifecert.domain.beneficiary import Beneficiary, Change
from lifecert.domain.certificate import Method
from lifecert.domain.errors import (
    CameraPaused,
    EntitlementEnded,
    FramesMissing,
    SessionBusy,
    SessionExpired,
    SessionNotFound,
    VersionConflict,
)
from lifecert.domain.evidence import Evidence
from lifecert.domain.ledger import LedgerEvent, verify_chain
from lifecert.domain.policy import Audit, Decision, Outcome
from lifecert.domain.reasons import Reason
from lifecert.domain.review import ReviewKind
from lifecert.domain.session import Session, SessionState
from lifecert.domain.status import Standing, Status
from lifecert.ports.vision import Analysis
from tests.builders import (
    CHALLENGE,
    HELPER,
    NOW,
    a_change,
    a_policy,
    a_reference,
    a_session,
    an_enrolment,
    an_issuer,
    failed_evidence,
    good_evidence,
    helper_volume,
    registration,
    uploaded_in_time,
)
from tests.fakes.analysers import ScriptedAnalyser
from tests.fakes.clock import FixedClock
from tests.fakes.photos import MemoryPhotos
from tests.fakes.register import MemoryRegister
from tests.fakes.store import MemoryStore


class World:
    """A beneficiary with a reference, and sessions whose frames are uploaded."""

    def __init__(self, **beneficiary: object) -> None:
        self.store, self.photos, self.clock = MemoryStore(), MemoryPhotos(), FixedClock(NOW)
        self.analyser = ScriptedAnalyser(good_evidence())
        registered = registration(**beneficiary).after
        self.store.register.commit(registration(**{**beneficiary, "beneficiary_id": registered.beneficiary_id}))
        self.id = registered.beneficiary_id
        enrolment = an_enrolment(self.beneficiary)
        self.store.references.begin(enrolment)
        counted = {"reference_ids": (enrolment.reference_id,)}
        self.store.register.commit(a_change(self.beneficiary, reference=a_reference(enrolment), changed=counted))
        self.verify = VerifyFace(
            self.store.register,
            self.store.sessions,
            self.store.references,
            self.photos,
            self.store.seen_frames,
            self.analyser,
            self.clock,
            a_policy(),
            an_issuer(),
            helper_volume(self.store.limits, self.store.register, self.clock),
        )
        self._uploaded = 0

    @property
    def beneficiary(self) -> Beneficiary:
        found = self.store.register.get(self.id)
        assert found
        return found

    def session(self, upload: bool = True, **fields: object) -> Session:
        now = self.clock.now()
        session = a_session(
            **{"beneficiary_id": self.id, "opened_at": now, "deadline": now + timedelta(minutes=10), **fields}
        )
        self.store.sessions.open(session)
        for number in range(1, len(session.challenge) + 1) if upload else ():
            self._uploaded += 1
            self.photos.upload(session.frame_key(number), b"photo %d" % self._uploaded, now)
        return session

    def last_entry(self) -> dict[str, object]:
        return dict(self.store.entries[self.id][-1].details)


def test_an_accepted_verification_renews_the_year_and_leaves_a_whole_trace() -> None:
    world = World(valid_until=date(2026, 6, 30))
    session = world.verify(world.session().session_id, HELPER)
    assert session.state is SessionState.DECIDED
    assert session.result
    assert session.result.decision == Decision(Outcome.ACCEPTED)
    assert world.beneficiary.standing == Standing(Status.ACTIVE, date(2027, 3, 1))
    certificate = world.store.certificates[session.result.certificate_id or ""]
    assert certificate.valid_until == date(2027, 3, 1)
    assert certificate.method is Method.FACE_ON_BEHALF
    payload = certificate.statement.split(".")[1]
    stated = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert stated == certificate.claims("lifecert.example")
    assert certificate.policy_version == "test-1"
    assert certificate.calibration_version == "test-calibration"
    assert certificate.evidence_digest == uploaded_in_time(good_evidence()).digest()
    entry = world.store.entries[world.id][-1]
    assert entry.event is LedgerEvent.CERTIFIED
    assert entry.actor.actor_id == HELPER.user_id
    assert entry.details["certificate_id"] == certificate.certificate_id
    assert verify_chain(world.store.ledger.entries(world.id)) == world.beneficiary.version
    assert world.beneficiary.certified_by == (HELPER.user_id,)


def test_the_day_is_the_deployments_and_not_utcs() -> None:
    world = World()
    world.clock.time = NOW.replace(hour=16)  # already 2 March in Shanghai
    world.verify(world.session().session_id, HELPER)
    assert world.beneficiary.standing.valid_until == date(2027, 3, 2)


def test_frames_reach_the_analyser_in_the_order_of_the_challenge_with_all_references() -> None:
    world = World()
    world.verify(world.session().session_id, HELPER)
    [(frames, references)] = world.analyser.calls
    assert [frame.step for frame in frames] == list(CHALLENGE)
    assert [frame.content for frame in frames] == [b"photo 1", b"photo 2", b"photo 3"]
    assert tuple(references) == world.beneficiary.reference_ids


def test_a_reference_that_was_replaced_is_compared_with_nothing() -> None:
    world = World()
    newer = an_enrolment(world.beneficiary)
    world.store.references.begin(newer)
    counted = {"reference_ids": (newer.reference_id,)}
    world.store.register.commit(a_change(world.beneficiary, reference=a_reference(newer), changed=counted))
    world.verify(world.session().session_id, HELPER)
    [(_, references)] = world.analyser.calls
    assert tuple(references) == (newer.reference_id,)


def test_certifying_after_lapsing_puts_the_arrears_period_into_the_ledger() -> None:
    world = World(status=Status.LAPSED, valid_until=date(2026, 1, 31))
    world.verify(world.session().session_id, HELPER)
    details = world.last_entry()
    assert (details["arrears_first_day"], details["arrears_last_day"]) == ("2026-02-01", "2026-02-28")
    assert (details["status_before"], details["status"]) == ("lapsed", "active")


@pytest.mark.parametrize("status", [Status.ACTIVE, Status.LAPSED])
@pytest.mark.parametrize("reason", [Reason.TOO_DARK, Reason.TURN_NOT_SEEN, Reason.DIFFERENT_PEOPLE])
def test_a_failed_check_changes_no_status(status: Status, reason: Reason) -> None:
    world = World(status=status)
    before = world.beneficiary.standing
    world.analyser.evidence = failed_evidence(reason)
    session = world.verify(world.session().session_id, HELPER)
    assert session.result
    assert session.result.decision == Decision(Outcome.RETRY, reason)
    assert world.beneficiary.standing == before
    assert not world.store.certificates
    assert world.last_entry()["reason"] == reason


def test_a_repeat_gets_the_same_answer_and_nothing_is_done_again() -> None:
    world = World()
    session_id = world.session().session_id
    first = world.verify(session_id, HELPER)
    version = world.beneficiary.version
    world.clock.move(days=2)
    assert world.verify(session_id, HELPER) == first
    assert world.beneficiary.version == version
    assert len(world.analyser.calls) == 1


def test_many_at_once_make_one_certification() -> None:
    world = World()
    session_id = world.session().session_id

    def attempt(_: int) -> str:
        try:
            result = world.verify(session_id, HELPER).result
        except SessionBusy:
            return "busy"
        return (result and result.certificate_id) or "none"

    with ThreadPoolExecutor(16) as threads:
        answers = set(threads.map(attempt, range(64)))
    assert len(world.store.certificates) == 1
    assert answers - {"busy"} == set(world.store.certificates)


def test_two_phones_with_two_sessions_both_count_but_versions_never_fork() -> None:
    world = World()
    sessions = [world.session().session_id for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda session_id: world.verify(session_id, HELPER), sessions))
    assert verify_chain(world.store.ledger.entries(world.id)) == world.beneficiary.version
    assert world.beneficiary.standing.valid_until == date(2027, 3, 1)


def test_another_users_session_does_not_exist() -> None:
    world = World()
    with pytest.raises(SessionNotFound):
        world.verify(world.session().session_id, User("helper-2"))
    with pytest.raises(SessionNotFound):
        world.verify("no-such-session", HELPER)


def test_before_every_frame_is_uploaded_nothing_happens() -> None:
    world = World()
    session = world.session(upload=False)
    world.photos.upload(session.frame_key(2), b"only the second")
    with pytest.raises(FramesMissing) as refused:
        world.verify(session.session_id, HELPER)
    assert refused.value.numbers == (1, 3)
    assert world.store.sessions.get(session.session_id) == session


def test_past_the_deadline_it_is_too_late() -> None:
    world = World()
    session = world.session()
    world.clock.time = session.deadline
    world.clock.move(seconds=1)
    with pytest.raises(SessionExpired):
        world.verify(session.session_id, HELPER)


def test_while_claimed_it_is_busy_and_a_dead_claim_is_taken_over() -> None:
    world = World()
    session = world.session()
    world.store.sessions.claim(session.session_id, NOW, NOW + timedelta(seconds=40))
    with pytest.raises(SessionBusy):
        world.verify(session.session_id, HELPER)
    world.clock.move(seconds=41)
    result = world.verify(session.session_id, HELPER).result
    assert result
    assert result.certificate_id


@pytest.mark.parametrize("copies", [(1, 1, 2), (1, 2, 2)])
def test_one_photo_cannot_answer_two_steps(copies: tuple[int, ...]) -> None:
    world = World()
    session = world.session(upload=False)
    for number, copy in enumerate(copies, start=1):
        world.photos.upload(session.frame_key(number), b"copy %d" % copy)
    result = world.verify(session.session_id, HELPER).result
    assert result
    assert result.decision.reason is Reason.FRAME_SEEN_BEFORE
    assert not world.analyser.calls


def test_frames_of_an_earlier_session_are_refused() -> None:
    world = World()
    first = world.session()
    world.verify(first.session_id, HELPER)
    replay = world.session(upload=False)
    for number in (1, 2, 3):
        world.photos.upload(replay.frame_key(number), world.photos.uploads[first.frame_key(number)])
    standing = world.beneficiary.standing
    result = world.verify(replay.session_id, HELPER).result
    assert result
    assert result.decision == Decision(Outcome.RETRY, Reason.FRAME_SEEN_BEFORE)
    assert world.beneficiary.standing == standing
    assert len(world.analyser.calls) == 1, "frames seen before are not worth looking at"


def test_frames_used_elsewhere_in_the_same_moment_are_refused_by_the_transaction() -> None:
    world = World()
    session = world.session()

    class StealingAnalyser(ScriptedAnalyser):
        def analyse(self, *shown: Any) -> Analysis:
            analysis = ScriptedAnalyser.analyse(self, *shown)
            if not world.store.digests:
                twin = world.session(upload=False)
                for number in (1, 2, 3):
                    world.photos.upload(twin.frame_key(number), world.photos.uploads[session.frame_key(number)])
                world.verify(twin.session_id, HELPER)
            return analysis

    # The twin verifies with the plain analyser while the first is still looking.
    stealing = replace(world.verify, analyser=StealingAnalyser(good_evidence()))
    result = stealing(session.session_id, HELPER).result
    assert result
    assert result.decision.reason is Reason.FRAME_SEEN_BEFORE
    assert len(world.store.certificates) == 1


def test_imprints_of_an_accepted_session_are_known_to_the_next() -> None:
    world = World()
    world.analyser.imprints = (b"one", b"two", b"three")
    world.verify(world.session().session_id, HELPER)
    world.analyser.imprints = (b"four", b"five", b"six")
    world.verify(world.session().session_id, HELPER)
    reference = b"reference's"
    assert [known.frames for known in world.analyser.known] == [(), (b"one", b"two", b"three")]
    assert {known.references for known in world.analyser.known} == {()}, "enrolled before there were imprints"
    [(owner, reference_id)] = world.store.references_by_id
    enrolled = replace(world.store.references_by_id[owner, reference_id], imprint=reference)
    world.store.references_by_id[owner, reference_id] = enrolled
    world.verify(world.session().session_id, HELPER)
    assert world.analyser.known[-1].references == (reference,)
    assert len(world.analyser.known[-1].frames) == 6


def test_imprints_of_one_person_do_not_grow_without_end() -> None:
    world = World()
    for number in range(6):
        world.analyser.imprints = (b"%d" % number,)
        world.verify(world.session().session_id, HELPER)
    assert sorted(world.analyser.known[-1].frames) == [b"1", b"2", b"3", b"4"]


@pytest.mark.parametrize(
    ("evidence", "kept"),
    [
        (good_evidence(), True),
        (good_evidence(0.4), True),  # a human decides
        (good_evidence(0.1), False),
        (failed_evidence(Reason.TOO_DARK), False),
        (failed_evidence(Reason.FRAME_SEEN_BEFORE), False),
    ],
)
def test_a_failed_try_pushes_no_imprint_out(evidence: Evidence, kept: bool) -> None:
    world = World()
    world.analyser.evidence, world.analyser.imprints = evidence, (b"one",)
    world.verify(world.session().session_id, HELPER)
    assert bool(world.store.frame_imprints) is kept


def test_no_imprint_is_in_the_session_or_the_ledger() -> None:
    world = World()
    world.analyser.imprints = (b"a picture of a face",)
    session = world.verify(world.session().session_id, HELPER)
    assert "picture" not in session.evidence
    assert "picture" not in str(world.store.entries[world.id])


@pytest.mark.parametrize(
    ("seconds", "outcome", "reason"),
    [
        (-5, Outcome.ACCEPTED, None),  # two clocks
        (-6, Outcome.REVIEW, Reason.UPLOADED_OUT_OF_TIME),
        (-86_400, Outcome.REVIEW, Reason.UPLOADED_OUT_OF_TIME),
        (1, Outcome.ACCEPTED, None),
        (605, Outcome.ACCEPTED, None),
        (606, Outcome.REVIEW, Reason.UPLOADED_OUT_OF_TIME),
    ],
)
@pytest.mark.parametrize("number", [1, 2, 3])
def test_frames_that_came_outside_their_session_are_for_a_human(
    number: int, seconds: int, outcome: Outcome, reason: Reason | None
) -> None:
    world = World()
    session = world.session()
    world.photos.upload(session.frame_key(number), b"odd", session.opened_at + timedelta(seconds=seconds))
    result = world.verify(session.session_id, HELPER).result
    assert result
    assert result.decision == Decision(outcome, reason)


def test_frames_may_come_in_any_order() -> None:
    world = World()
    session = world.session()
    for number in (1, 2, 3):
        at = session.opened_at + timedelta(seconds=60 - 10 * number)
        world.photos.upload(session.frame_key(number), b"%d" % number, at)
    result = world.verify(session.session_id, HELPER).result
    assert result
    assert result.decision.outcome is Outcome.ACCEPTED


def test_retries_used_up_open_one_review_with_its_frames() -> None:
    world = World()
    world.analyser.evidence = failed_evidence(Reason.NO_FACE)
    results = [world.verify(world.session().session_id, HELPER).result for _ in range(4)]
    outcomes = [result.decision.outcome for result in results if result]
    assert outcomes == [Outcome.RETRY, Outcome.RETRY, Outcome.REVIEW, Outcome.REVIEW]
    [review] = world.store.reviews.values()
    assert review.reason is Reason.RETRIES_USED_UP
    assert {result.review_id for result in results[2:] if result} == {review.review_id}
    assert len(world.photos.kept) == 2 * 3, "the frames of both attempts that ended with a human"
    assert {f"review/{review.session_id}/{number}" for number in (1, 2, 3)} < set(world.photos.kept)


def test_five_failures_pause_the_camera_and_touch_nothing_else() -> None:
    world = World()
    world.analyser.evidence = failed_evidence(Reason.NOT_MATCHING)
    standing = world.beneficiary.standing
    for _ in range(5):
        world.verify(world.session().session_id, HELPER)
    paused = world.session()
    with pytest.raises(CameraPaused) as refused:
        world.verify(paused.session_id, HELPER)
    assert refused.value.until == NOW + timedelta(minutes=30)
    assert world.beneficiary.standing == standing
    world.clock.move(minutes=31)
    world.analyser.evidence = good_evidence()
    result = world.verify(world.session().session_id, HELPER).result
    assert result
    assert result.certificate_id


def test_a_terminated_entitlement_is_not_certified() -> None:
    world = World()
    session = world.session()
    ended = Standing(Status.TERMINATED, date(2026, 6, 30), ended_on=date(2026, 2, 1))
    world.store.register.commit(a_change(world.beneficiary, changed={"standing": ended}))
    with pytest.raises(EntitlementEnded):
        world.verify(session.session_id, HELPER)
    assert world.beneficiary.standing == ended
    assert not world.analyser.calls, "no face is looked at that cannot be certified"


def test_the_answer_survives_somebody_else_changing_the_beneficiary() -> None:
    world = World(status=Status.ACTIVE, valid_until=date(2026, 2, 28))

    class SweepingRegister(MemoryRegister):
        swept = False

        def commit(self, change: Change) -> None:
            if not SweepingRegister.swept:
                SweepingRegister.swept = True
                lapsed = Standing(Status.LAPSED, date(2026, 2, 28))
                world.store.register.commit(a_change(world.beneficiary, changed={"standing": lapsed}))
            MemoryRegister.commit(self, change)

    verify = replace(world.verify, register=SweepingRegister(world.store))
    verify(world.session().session_id, HELPER)
    assert world.last_entry()["status_before"] == "lapsed"
    assert world.beneficiary.standing == Standing(Status.ACTIVE, date(2027, 3, 1))


def test_endless_collisions_end_in_a_conflict_and_not_in_a_decision() -> None:
    world = World()

    class CollidingRegister(MemoryRegister):
        def commit(self, change: Change) -> None:
            raise VersionConflict

    session = world.session()
    with pytest.raises(VersionConflict):
        replace(world.verify, register=CollidingRegister(world.store))(session.session_id, HELPER)
    stored = world.store.sessions.get(session.session_id)
    assert stored
    assert stored.result is None


def test_an_audited_acceptance_is_accepted_and_looked_at_beside() -> None:
    world = World()
    world.verify = replace(world.verify, policy=a_policy(audit=Audit(1.0)))
    session = world.session()

    decided = world.verify(session.session_id, HELPER)

    assert decided.result is not None
    assert decided.result.decision == Decision(Outcome.ACCEPTED)
    assert decided.result.review_id is None
    assert world.beneficiary.open_review_id is None
    (review,) = world.store.reviews.values()
    assert (review.kind, review.session_id, review.reason) == (ReviewKind.AUDIT, session.session_id, None)
    assert all(session.review_key(number) in world.photos.kept for number in range(1, len(session.challenge) + 1))


def test_what_is_not_drawn_is_not_kept_and_what_failed_is_not_audited() -> None:
    for policy, evidence in (
        (a_policy(audit=Audit(0.0)), good_evidence()),
        (a_policy(audit=Audit(1.0)), failed_evidence(Reason.TOO_DARK)),
    ):
        world = World()
        world.verify = replace(world.verify, policy=policy)
        world.analyser.evidence = evidence
        session = world.session()
        world.verify(session.session_id, HELPER)

        assert not world.store.reviews
        assert session.review_key(1) not in world.photos.kept


def test_an_accepted_session_on_behalf_counts_for_its_helper_and_no_other_does() -> None:
    world = World()
    for on_behalf, evidence in ((True, good_evidence(0.1)), (False, good_evidence()), (True, good_evidence())):
        world.analyser.evidence = evidence
        session = world.session(on_behalf=on_behalf)
        world.verify(session.session_id, HELPER)
    assert [used for name, used in world.store.counted.items() if name.startswith("helper#")] == [1]
