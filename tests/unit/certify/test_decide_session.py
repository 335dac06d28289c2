"""What decides a session trusts what looked at it with what it saw and with nothing else."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from lifecert.adapters.messages.deciding import LambdaDeciding, answer_to, decided_of, looked_message, looked_of
from lifecert.application.certify.decide_session import DecideSession, NotOfThisSession, refused
from lifecert.domain.challenge import Step
from lifecert.domain.errors import (
    FramesMissing,
    SessionAlreadyDecided,
    SessionBusy,
    SessionNotFound,
    StoreUnavailable,
)
from lifecert.domain.evidence import ReferenceMatch
from lifecert.domain.policy import Decision, Outcome
from lifecert.domain.reasons import Reason
from lifecert.ports.deciding import Looked
from tests.support.builders import an_id, good_evidence
from tests.support.fakes.photos import etag_of
from tests.support.verifying import ByMessage, VerifyWorld

SECONDS = timedelta(seconds=40)


def claimed(world: VerifyWorld) -> Looked:
    """A session that somebody claimed, and what they say they saw."""
    session = world.session()
    until = world.clock.now() + SECONDS
    assert world.store.sessions.claim(session.session_id, world.clock.now(), until)
    uploads = [world.photos.uploads[session.frame_key(number)] for number in (1, 2, 3)]
    return Looked(
        session_id=session.session_id,
        beneficiary_id=world.id,
        claimed_until=until,
        evidence=good_evidence(
            steps=session.challenge, matches=(ReferenceMatch(world.beneficiary.reference_ids[0], 0.9, 0.9),)
        ),
        etags=tuple(map(etag_of, uploads)),
        digests=tuple(an_id() for _ in uploads),
        imprints=(b"one", b"two", b"three"),
        observations='{"camera":"front"}',
    )


def decider(world: VerifyWorld) -> DecideSession:
    assert isinstance(world.verify.decide, ByMessage)
    return world.verify.decide.decide


def certified(world: VerifyWorld) -> int:
    return len(world.store.certificates)


def test_a_claimed_session_is_decided_once() -> None:
    world = VerifyWorld()
    looked = claimed(world)
    decided = decider(world)(looked)
    assert decided.result.decision.outcome is Outcome.ACCEPTED
    assert certified(world) == 1
    with pytest.raises(SessionAlreadyDecided):
        decider(world)(looked)
    assert certified(world) == 1


def _another_claim(looked: Looked, _: VerifyWorld) -> Looked:
    return replace(looked, claimed_until=looked.claimed_until + timedelta(seconds=1))


def _never_opened(looked: Looked, _: VerifyWorld) -> Looked:
    return replace(looked, session_id=an_id())


def _never_claimed(looked: Looked, world: VerifyWorld) -> Looked:
    return replace(looked, session_id=world.session().session_id)


def _never_uploaded(looked: Looked, world: VerifyWorld) -> Looked:
    session = world.session(upload=False)
    assert world.store.sessions.claim(session.session_id, world.clock.now(), looked.claimed_until)
    return replace(looked, session_id=session.session_id)


def _somebody_else(looked: Looked, _: VerifyWorld) -> Looked:
    return replace(looked, beneficiary_id=an_id())


def _other_steps(looked: Looked, _: VerifyWorld) -> Looked:
    return replace(looked, evidence=good_evidence(steps=(Step.NEUTRAL, Step.SMILE, Step.CLOSE_EYES)))


def _fewer_frames(looked: Looked, _: VerifyWorld) -> Looked:
    return replace(looked, etags=looked.etags[:1])


def _one_frame_thrice(looked: Looked, _: VerifyWorld) -> Looked:
    return replace(looked, digests=looked.digests[:1] * 3)


@pytest.mark.parametrize(
    ("told", "error"),
    [
        (_another_claim, SessionBusy),
        (_never_claimed, SessionBusy),
        (_never_opened, SessionNotFound),
        (_never_uploaded, FramesMissing),
        (_somebody_else, NotOfThisSession),
        (_other_steps, NotOfThisSession),
        (_fewer_frames, NotOfThisSession),
        (_one_frame_thrice, NotOfThisSession),
    ],
)
def test_whoever_looks_gets_no_certificate_by_what_they_say(
    told: Callable[[Looked, VerifyWorld], Looked], error: type[Exception]
) -> None:
    world = VerifyWorld()
    looked = told(claimed(world), world)
    before = world.beneficiary
    with pytest.raises(error):
        decider(world)(looked)
    assert (certified(world), world.beneficiary) == (0, before)


def test_what_is_told_comes_over_as_it_was() -> None:
    looked = claimed(VerifyWorld())
    for one in (looked, replace(looked, evidence=refused(tuple(Step)[:3], "claim", Reason.FILE_DAMAGED), digests=())):
        assert looked_of(json.loads(json.dumps(looked_message(one)))) == one


def test_a_refusal_comes_back_as_what_it_was_and_a_fault_is_none() -> None:
    world = VerifyWorld()
    looked = claimed(world)
    for told, error in ((_another_claim, SessionBusy), (_never_uploaded, FramesMissing)):
        answer = answer_to(looked_message(told(looked, world)), decider(world))
        with pytest.raises(error):
            decided_of(json.loads(json.dumps(answer)))
    with pytest.raises(NotOfThisSession):
        answer_to(looked_message(_somebody_else(looked, world)), decider(world))


def test_a_function_that_failed_decided_nothing() -> None:
    class Failed:
        def invoke(self, **_: object) -> dict[str, object]:
            class Payload:
                def read(self) -> bytes:
                    return b'{"errorType": "NotOfThisSession"}'

            return {"FunctionError": "Unhandled", "Payload": Payload()}

    with pytest.raises(StoreUnavailable):
        LambdaDeciding(Failed(), "decide")(claimed(VerifyWorld()))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda looked: replace(looked, digests=()),
        lambda looked: replace(
            looked, evidence=replace(looked.evidence, matches=(ReferenceMatch("no-one's", 0.9, 0.9),))
        ),
        lambda looked: replace(
            looked,
            evidence=replace(
                looked.evidence, frames=tuple(replace(frame, measures=()) for frame in looked.evidence.frames)
            ),
        ),
        lambda looked: replace(
            looked,
            evidence=replace(
                looked.evidence, matches=tuple(replace(one, steps=float("nan")) for one in looked.evidence.matches)
            ),
        ),
    ],
    ids=["no digests", "a photo that does not count", "nothing measured", "no number"],
)
def test_what_an_acceptance_must_rest_on_is_there_or_a_human_decides(spoilt: Callable[[Looked], Looked]) -> None:
    world = VerifyWorld()
    decided = decider(world)(spoilt(claimed(world)))
    assert decided.result.decision == Decision(Outcome.REVIEW, Reason.NOT_ASSESSED)
    assert certified(world) == 0
