"""A look at the first frame: its quality, for nothing. And what a phone tells of itself, for nothing too."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from lifecert.application.certify.look import MOST_LOOKS, LookAtFrame
from lifecert.domain.actor import User
from lifecert.domain.errors import (
    CameraPaused,
    ConsentWithdrawn,
    FramesMissing,
    LifeCertError,
    LimitReached,
    SessionBusy,
    SessionExpired,
    SessionNotFound,
)
from lifecert.domain.evidence import Measure, Verdict
from lifecert.domain.policy import Outcome
from lifecert.domain.reasons import Reason
from lifecert.domain.session import SessionState
from lifecert.entry.http.bodies.sessions import Observations
from tests.support.builders import HELPER, NOW, a_change, a_policy, decided, failed_evidence, paused
from tests.support.verifying import VerifyWorld

DARK = Measure("brightness", Verdict.FAILED, reason=Reason.TOO_DARK)
FAR = Measure("eye_distance", Verdict.FAILED, reason=Reason.FACE_TOO_SMALL)


class World(VerifyWorld):
    def __init__(self, **beneficiary: object) -> None:
        super().__init__(**beneficiary)
        store = self.store
        self.look = LookAtFrame(
            store.register, store.sessions, self.photos, store.limits, self.analyser, self.clock, a_policy()
        )


def test_it_tells_the_first_thing_to_mend_and_nothing_else_happens() -> None:
    world = World()
    session = world.session()
    before = (world.beneficiary, world.store.sessions_by_id[session.session_id])
    assert world.look(session.session_id, HELPER) is None
    world.analyser.quality = (DARK, FAR)
    assert world.look(session.session_id, HELPER) is Reason.FACE_TOO_SMALL
    assert world.analyser.looked == [b"photo 1"] * 2
    assert not world.analyser.calls, "no liveness, no match"
    assert (world.beneficiary, world.store.sessions_by_id[session.session_id]) == before
    assert not world.photos.kept
    assert not world.store.digests


def test_only_the_first_frame_need_be_there_and_it_can_be_sent_again() -> None:
    world = World()
    session = world.session(upload=False)
    with pytest.raises(FramesMissing) as missing:
        world.look(session.session_id, HELPER)
    assert missing.value.numbers == (1,)
    world.photos.upload(session.frame_key(1), b"dark", world.clock.now())
    world.analyser.quality = (DARK,)
    assert world.look(session.session_id, HELPER) is Reason.TOO_DARK
    world.photos.upload(session.frame_key(1), b"light", world.clock.now())
    world.analyser.quality = ()
    assert world.look(session.session_id, HELPER) is None
    for number in (2, 3):
        world.photos.upload(session.frame_key(number), b"photo of step %d" % number, world.clock.now())
    result = world.verify(session.session_id, HELPER).result
    assert result
    assert result.decision.outcome is Outcome.ACCEPTED


def test_five_looks_a_session_and_five_more_in_the_next() -> None:
    world = World()
    session, other = world.session(), world.session()
    for _ in range(MOST_LOOKS):
        world.look(session.session_id, HELPER)
    with pytest.raises(LimitReached) as over:
        world.look(session.session_id, HELPER)
    assert over.value.until == session.deadline
    assert len(world.analyser.looked) == MOST_LOOKS
    assert world.look(other.session_id, HELPER) is None


def _withdrawn(world: World) -> None:
    world.store.register.commit(a_change(world.beneficiary, changed={"consent_withdrawn_on": date(2026, 2, 1)}))


def _paused(world: World) -> None:
    camera = paused(NOW + timedelta(minutes=5))
    world.store.register.commit(a_change(world.beneficiary, changed={"camera": camera}))


def _late(world: World) -> None:
    world.clock.move(minutes=11)


def _decided(world: World) -> None:
    sessions = world.store.sessions_by_id
    for one in list(sessions.values()):
        sessions[one.session_id] = decided(one)


def _busy(world: World) -> None:
    sessions, until = world.store.sessions_by_id, NOW + timedelta(minutes=1)
    for one in list(sessions.values()):
        sessions[one.session_id] = replace(one, state=SessionState.DECIDING, claimed_until=until)


@pytest.mark.parametrize(
    ("happened", "expected"),
    [
        (_withdrawn, ConsentWithdrawn),
        (_paused, CameraPaused),
        (_late, SessionExpired),
        (_decided, SessionExpired),
        (_busy, SessionBusy),
    ],
)
def test_no_face_is_looked_at_that_must_not_be(happened: object, expected: type[LifeCertError]) -> None:
    world = World()
    session = world.session()
    happened(world)  # type: ignore[operator]
    with pytest.raises(expected) as refused:
        world.look(session.session_id, HELPER)
    assert refused.value.help_line == session.help_line
    assert not world.analyser.looked


def test_nobody_elses_session() -> None:
    world = World()
    session = world.session()
    with pytest.raises(SessionNotFound):
        world.look(session.session_id, User("another"))


TOLD = {"layer": "live", "camera": "front", "facing_got": "user", "width": 1280, "step_ms": [4100, 5200], "retaken": 0}


def test_what_a_phone_tells_is_kept_with_the_session_and_weighs_nothing() -> None:
    for evidence, outcome in ((None, Outcome.ACCEPTED), (failed_evidence(Reason.TOO_DARK), Outcome.RETRY)):
        world = World()
        world.analyser.evidence = evidence or world.analyser.evidence
        session = world.session()
        kept = Observations.told(json.dumps({"observations": {**TOLD, "camera": "virtual"}}))
        result = world.verify(session.session_id, HELPER, kept).result
        assert result
        assert result.decision.outcome is outcome
        stored = world.store.sessions_by_id[session.session_id]
        assert json.loads(stored.observations) == {**TOLD, "camera": "virtual"}
        assert "virtual" not in stored.evidence
        assert "virtual" not in str(world.store.entries)


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ({"observations": TOLD}, TOLD),
        (
            {"observations": {**TOLD, "camera": "HD Camera (0000:1111)", "label": "x"}},
            {**TOLD, "camera": None},
        ),
        ({"observations": {**TOLD, "width": -1, "step_ms": [1] * 11}}, {**TOLD, "width": None, "step_ms": None}),
        ({"observations": {**TOLD, "step_ms": ["soon"]}, "more": 1}, {**TOLD, "step_ms": None}),
        ({"observations": "front"}, {}),
        ({"observations": {}}, {}),
        ({}, {}),
        ([], {}),
    ],
)
def test_what_does_not_fit_is_left_out_and_refuses_nobody(body: object, kept: dict[str, object]) -> None:
    told = Observations.told(json.dumps(body))
    assert (json.loads(told) if told else {}) == {name: value for name, value in kept.items() if value is not None}
    assert (Observations.kept(told) or {}).keys() == {name for name, value in kept.items() if value is not None}


@pytest.mark.parametrize("body", ["", "{", "null", "\x00"])
def test_no_body_and_a_broken_one_are_none(body: str) -> None:
    assert Observations.told(body) == ""
