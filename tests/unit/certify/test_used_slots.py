"""An upload slot counts once: what is sent to it after, or while, its session is decided changes nothing."""

from dataclasses import replace
from functools import partial
from typing import Any

from lifecert.domain.challenge import Step
from lifecert.domain.evidence import Evidence
from lifecert.domain.policy import Audit, Decision, Outcome
from lifecert.domain.reasons import Reason
from lifecert.domain.session import Session
from lifecert.ports.vision import Analysis
from tests.support.builders import HELPER, a_policy, good_evidence
from tests.support.fakes.analysers import ScriptedAnalyser
from tests.support.verifying import VerifyWorld, with_other


def overwrite(world: VerifyWorld, session: Session) -> None:
    """What whoever still has the forms can do until the deadline."""
    for number in range(1, len(session.challenge) + 1):
        world.photos.upload(session.frame_key(number), b"another %d" % number)


class Meanwhile(ScriptedAnalyser):
    """While it looks, other frames are sent in the place of those it looks at."""

    def __init__(self, world: VerifyWorld, session: Session, evidence: Evidence) -> None:
        super().__init__(evidence)
        self.overwrite = partial(overwrite, world, session)

    def analyse(self, *shown: Any) -> Analysis:
        self.overwrite()
        return super().analyse(*shown)


def test_what_is_uploaded_after_the_decision_is_not_looked_at() -> None:
    world = VerifyWorld()
    session = world.session()
    decided = world.verify(session.session_id, HELPER)
    before = world.beneficiary
    overwrite(world, session)
    assert world.verify(session.session_id, HELPER) == decided
    assert len(world.analyser.calls) == 1
    assert world.beneficiary == before


def test_what_is_uploaded_while_it_is_decided_is_not_what_a_human_sees() -> None:
    world = VerifyWorld()
    session = world.session(challenge=(Step.NEUTRAL, Step.SMILE))

    analyser = Meanwhile(world, session, good_evidence(similarity=0.4, steps=session.challenge))
    world.verify = replace(world.verify, analyser=analyser)
    # What the machine saw is gone. It was a try all the same, and doubts: else a phone chose what is counted.
    decided = world.verify(session.session_id, HELPER)
    assert decided.result
    assert decided.result.decision == Decision(Outcome.REVIEW, Reason.UPLOADED_OUT_OF_TIME)
    assert world.photos.kept == {}
    assert len(world.beneficiary.camera.failures) == 1
    assert [case.doubts for case in world.beneficiary.open_cases] == [True]
    assert len(analyser.calls) == 1


def test_who_sends_again_while_it_is_decided_escapes_no_audit() -> None:
    world = VerifyWorld()
    session = world.session()

    everybody_audited = a_policy(audit=Audit(1.0, 1.0))
    world.verify = with_other(
        world.verify,
        analyser=Meanwhile(world, session, good_evidence(steps=session.challenge)),
        policy=everybody_audited,
    )
    decided = world.verify(session.session_id, HELPER)
    assert decided.result
    assert decided.result.decision == Decision(Outcome.REVIEW, Reason.UPLOADED_OUT_OF_TIME)
    assert world.beneficiary.certificate_id is None


def test_what_is_uploaded_while_it_is_decided_does_not_change_an_acceptance() -> None:
    world = VerifyWorld()
    session = world.session()

    nobody_audits = a_policy(audit=Audit(0.0, 0.0))
    analyser = Meanwhile(world, session, good_evidence(steps=session.challenge))
    world.verify = with_other(world.verify, analyser=analyser, policy=nobody_audits)
    decided = world.verify(session.session_id, HELPER)
    assert decided.result
    assert decided.result.decision.outcome is Outcome.ACCEPTED
