"""An upload slot counts once: what is sent to it after, or while, its session is decided changes nothing."""

from dataclasses import replace
from typing import Any

from lifecert.domain.challenge import Step
from lifecert.domain.session import Session
from lifecert.ports.vision import Analysis
from tests.support.builders import HELPER, good_evidence
from tests.support.fakes.analysers import ScriptedAnalyser
from tests.support.verifying import VerifyWorld


def overwrite(world: VerifyWorld, session: Session) -> None:
    """What whoever still has the forms can do until the deadline."""
    for number in range(1, len(session.challenge) + 1):
        world.photos.upload(session.frame_key(number), b"another %d" % number)


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

    class Meanwhile(ScriptedAnalyser):
        def analyse(self, *shown: Any) -> Analysis:
            overwrite(world, session)
            return super().analyse(*shown)

    analyser = Meanwhile(good_evidence(similarity=0.4, steps=session.challenge))
    world.verify = replace(world.verify, analyser=analyser)
    world.verify(session.session_id, HELPER)
    [(frames, _)] = analyser.calls
    assert [world.photos.kept[session.review_key(number)] for number in (1, 2)] == [one.content for one in frames]
    assert b"another 1" not in world.photos.kept.values()
