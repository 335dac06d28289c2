"""Stage 4: whether a frame shows the step it answers, as a change from the person's own neutral frame.

Only changes count: many people's eyes look half closed, or their mouth open, at rest.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from lifecert.domain.challenge import Step
from lifecert.domain.evidence import Measure, Verdict
from lifecert.domain.policy import ChallengeLimits
from lifecert.domain.reasons import Reason
from lifecert_vision import flatness
from lifecert_vision.landmarks import Face
from lifecert_vision.measures import at_least, at_most, not_assessed

# Of each eye the corners, two points of the upper lid and the two below them.
_EYES = ((33, 133, 159, 158, 145, 153), (263, 362, 386, 385, 374, 380))
_NOTHING = 1e-6


def judge(step: Step, face: Face, neutral: Face | None, limits: ChallengeLimits) -> tuple[Measure, ...]:
    """The measures of `step` on its frame, not assessed without a neutral frame; none for the neutral frame itself.

    A turn is also judged for depth: a sheet can be turned too.
    """
    if step is Step.NEUTRAL:
        return ()
    if neutral is None:
        return (not_assessed(step.value),)
    if step in (Step.TURN_LEFT, Step.TURN_RIGHT):
        turn = _turn(step, face, neutral, limits)
        return (turn, *_depth(turn, face, neutral, limits))
    read, limit, reason = _expressions(limits)[step]
    measure = at_least(step.value, read(face, neutral), limit, "score change", reason)
    if step is Step.CLOSE_EYES and measure.verdict is Verdict.FAILED:
        left = _eyes_open(face) / max(_eyes_open(neutral), _NOTHING)
        closed = at_most(step.value, left, limits.max_eyes_open, "opening left", reason)
        measure = closed if closed.verdict is Verdict.PASSED else measure
    return (measure,)


def turned(face: Face, neutral: Face) -> float:
    """Degrees from the neutral frame, to either side."""
    return abs(face.turned_from(neutral))


def _turn(step: Step, face: Face, neutral: Face, limits: ChallengeLimits) -> Measure:
    """Degrees turned in the direction asked for; negative when turned the other way."""
    change = face.turned_from(neutral)
    towards = change if step is Step.TURN_LEFT else -change
    return at_least(step.value, towards, limits.turn_degrees, "degrees", Reason.TURN_NOT_SEEN)


def _depth(turn: Measure, face: Face, neutral: Face, limits: ChallengeLimits) -> tuple[Measure, ...]:
    """Not assessed where the turn is not seen: depth does not show without one. The width of a wide and deep turn only
    warns: no sheet was read as one, and a head's outline says little of its width so far round."""
    found = flatness.measure(face, neutral) if turn.verdict is Verdict.PASSED else None
    if found is None:
        return not_assessed("depth"), not_assessed("width_kept")
    width = at_least("width_kept", found.width_kept, limits.min_width_kept, "ratio", Reason.FLAT_FACE)
    wide = turned(face, neutral) >= limits.wide_turn_degrees and found.depth >= limits.wide_turn_depth
    if wide and width.verdict is Verdict.FAILED:
        width = replace(width, verdict=Verdict.WARNED, reason=None)
    return at_least("depth", found.depth, limits.min_depth, "eye distances", Reason.FLAT_FACE), width


_Read = Callable[[Face, Face], float]


def _expressions(limits: ChallengeLimits) -> dict[Step, tuple[_Read, float, Reason]]:
    return {
        Step.OPEN_MOUTH: (_least_rise("jawOpen"), limits.mouth_open, Reason.MOUTH_NOT_OPEN),
        Step.CLOSE_EYES: (_least_rise("eyeBlinkLeft", "eyeBlinkRight"), limits.eyes_closed, Reason.EYES_NOT_CLOSED),
        Step.SMILE: (_least_rise("mouthSmileLeft", "mouthSmileRight"), limits.smile, Reason.SMILE_NOT_SEEN),
    }


def _least_rise(*shapes: str) -> _Read:
    """How much the blendshapes rose: the least of them, as both eyes must close and both corners of the mouth rise."""
    return lambda face, neutral: min(face.blendshapes[name] - neutral.blendshapes[name] for name in shapes)


def _eyes_open(face: Face) -> float:
    """How far the wider open eye is open, its height against its width (after Soukupova and Cech 2016, "Real-time eye
    blink detection using facial landmarks")."""
    return max(_open(face, eye) for eye in _EYES)


def _open(face: Face, eye: Sequence[int]) -> float:
    outer, inner, up, up_too, down, down_too = face.points[list(eye), :2].astype(np.float64)
    heights = np.linalg.norm(up - down) + np.linalg.norm(up_too - down_too)
    return float(heights / 2 / max(float(np.linalg.norm(outer - inner)), _NOTHING))
