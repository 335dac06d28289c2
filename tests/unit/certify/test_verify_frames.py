"""The frames of a verification: whose they are, when they came, and that each is used once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from lifecert.domain.errors import (
    FramesMissing,
)
from lifecert.domain.evidence import Evidence
from lifecert.domain.imprint import OTHERS_REMEMBERED
from lifecert.domain.policy import Decision, Outcome
from lifecert.domain.reasons import Reason
from lifecert.ports.vision import Analysis
from tests.support.builders import CHALLENGE, HELPER, failed_evidence, good_evidence, standing_of
from tests.support.fakes.analysers import ScriptedAnalyser
from tests.support.fakes.keys import PlainTemplates
from tests.support.verifying import VerifyWorld


def test_frames_reach_the_analyser_in_the_order_of_the_challenge_with_all_references() -> None:
    world = VerifyWorld()
    world.verify(world.session().session_id, HELPER)
    [(frames, references)] = world.analyser.calls
    assert [frame.step for frame in frames] == list(CHALLENGE)
    assert [frame.content for frame in frames] == [b"photo 1", b"photo 2", b"photo 3"]
    assert tuple(references) == world.beneficiary.reference_ids


def test_before_every_frame_is_uploaded_nothing_happens() -> None:
    world = VerifyWorld()
    session = world.session(upload=False)
    world.photos.upload(session.frame_key(2), b"only the second")
    with pytest.raises(FramesMissing) as refused:
        world.verify(session.session_id, HELPER)
    assert refused.value.numbers == (1, 3)
    assert world.store.sessions.get(session.session_id) == session


@pytest.mark.parametrize("copies", [(1, 1, 2), (1, 2, 2)])
def test_one_photo_cannot_answer_two_steps(copies: tuple[int, ...]) -> None:
    world = VerifyWorld()
    session = world.session(upload=False)
    for number, copy in enumerate(copies, start=1):
        world.photos.upload(session.frame_key(number), b"copy %d" % copy)
    result = world.verify(session.session_id, HELPER).result
    assert result
    assert result.decision.reason is Reason.FRAME_SEEN_BEFORE
    assert not world.analyser.calls


def test_frames_of_an_earlier_session_are_refused() -> None:
    world = VerifyWorld()
    first = world.session()
    world.verify(first.session_id, HELPER)
    replay = world.session(upload=False)
    for number in (1, 2, 3):
        world.photos.upload(replay.frame_key(number), world.photos.uploads[first.frame_key(number)])
    standing = standing_of(world.beneficiary)
    result = world.verify(replay.session_id, HELPER).result
    assert result
    assert result.decision == Decision(Outcome.RETRY, Reason.FRAME_SEEN_BEFORE)
    assert standing_of(world.beneficiary) == standing
    assert len(world.analyser.calls) == 1, "frames seen before are not worth looking at"


def test_frames_used_elsewhere_in_the_same_moment_are_refused_by_the_transaction() -> None:
    world = VerifyWorld()
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
    world = VerifyWorld()
    world.analyser.imprints = (b"one", b"two", b"three")
    world.verify(world.session().session_id, HELPER)
    world.analyser.imprints = (b"four", b"five", b"six")
    world.verify(world.session().session_id, HELPER)
    reference = b"reference's"
    # The person may sit before the same camera still.
    assert [known.recent for known in world.analyser.known] == [(), (b"one", b"two", b"three")]
    assert {known.references for known in world.analyser.known} == {()}, "enrolled before there were imprints"
    [(owner, reference_id)] = world.store.references_by_id
    [sealed] = PlainTemplates().seal(owner, [reference])
    enrolled = replace(world.store.references_by_id[owner, reference_id], imprint=sealed)
    world.store.references_by_id[owner, reference_id] = enrolled
    world.clock.move(hours=24, seconds=1)
    later = world.session(opened_at=world.clock.now(), deadline=world.clock.now() + timedelta(minutes=10))
    world.verify(later.session_id, HELPER)
    known = world.analyser.known[-1]
    assert (known.references, len(known.frames), known.recent) == ((reference,), 6, ())


def test_imprints_of_one_person_do_not_grow_without_end() -> None:
    world = VerifyWorld()
    for number in range(6):
        world.analyser.imprints = (b"%d" % number,)
        world.verify(world.session().session_id, HELPER)
        world.clock.move(days=2)
    assert sorted(world.analyser.known[-1].frames) == [b"1", b"2", b"3", b"4"]


def test_only_sessions_that_gave_a_certificate_move_the_ring_of_their_imprints() -> None:
    """Four slots were moved by whatever came: after a few tries that only went to a human, old frames were new."""
    world = VerifyWorld()
    world.analyser.imprints = (b"accepted",)
    world.verify(world.session().session_id, HELPER)
    for number in range(12):
        world.clock.move(days=2)
        world.analyser.evidence, world.analyser.imprints = good_evidence(0.4), (b"doubted %d" % number,)
        world.verify(world.session().session_id, HELPER)
    world.clock.move(days=2)
    world.verify(world.session().session_id, HELPER)
    assert b"accepted" in world.analyser.known[-1].frames
    assert len(world.analyser.known[-1].frames) == 1 + OTHERS_REMEMBERED


def test_sessions_of_one_day_move_the_ring_once() -> None:
    """The second has the certificate of the first: whoever may certify often pushes nothing out by it."""
    world = VerifyWorld()
    for number in range(8):
        world.analyser.imprints = (b"%d" % number,)
        world.verify(world.session().session_id, HELPER)
    world.clock.move(days=2)
    world.verify(world.session().session_id, HELPER)
    assert b"0" in world.analyser.known[-1].frames
    assert world.beneficiary.sessions_kept == 2


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
    world = VerifyWorld()
    world.analyser.evidence, world.analyser.imprints = evidence, (b"one",)
    world.verify(world.session().session_id, HELPER)
    assert bool(world.store.frame_imprints) is kept


def test_imprints_are_stored_sealed_under_their_person_alone() -> None:
    world = VerifyWorld()
    world.analyser.imprints = (b"a picture of a face",)
    world.verify(world.session().session_id, HELPER)
    [(owner, *_)], [kept] = world.store.frame_imprints, world.store.frame_imprints.values()
    assert kept.imprints == PlainTemplates().seal(owner, [b"a picture of a face"])
    assert owner == world.id


def test_no_imprint_is_in_the_session_or_the_ledger() -> None:
    world = VerifyWorld()
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
    world = VerifyWorld()
    session = world.session()
    world.photos.upload(session.frame_key(number), b"odd", session.opened_at + timedelta(seconds=seconds))
    result = world.verify(session.session_id, HELPER).result
    assert result
    assert result.decision == Decision(outcome, reason)


def test_frames_may_come_in_any_order() -> None:
    world = VerifyWorld()
    session = world.session()
    for number in (1, 2, 3):
        at = session.opened_at + timedelta(seconds=60 - 10 * number)
        world.photos.upload(session.frame_key(number), b"%d" % number, at)
    result = world.verify(session.session_id, HELPER).result
    assert result
    assert result.decision.outcome is Outcome.ACCEPTED
