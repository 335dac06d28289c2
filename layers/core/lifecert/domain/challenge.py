"""The challenge: what a session asks to be shown, so that an old photo cannot answer."""

from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Protocol, TypeVar

_T = TypeVar("_T")


class Step(StrEnum):
    """One thing to show on one frame. Left and right are the person's own."""

    NEUTRAL = "neutral"
    TURN_LEFT = "turn_left"
    TURN_RIGHT = "turn_right"
    OPEN_MOUTH = "open_mouth"
    CLOSE_EYES = "close_eyes"
    SMILE = "smile"


class Ability(StrEnum):
    """What a challenge may need of a person; whoever says they cannot is never asked."""

    TURN_HEAD = "turn_head"
    OPEN_MOUTH = "open_mouth"
    CLOSE_EYES = "close_eyes"
    SMILE = "smile"


NEEDS: dict[Step, Ability] = {
    Step.TURN_LEFT: Ability.TURN_HEAD,
    Step.TURN_RIGHT: Ability.TURN_HEAD,
    Step.OPEN_MOUTH: Ability.OPEN_MOUTH,
    Step.CLOSE_EYES: Ability.CLOSE_EYES,
    Step.SMILE: Ability.SMILE,
}


class Chooser(Protocol):
    """The part of `random.SystemRandom` a challenge is drawn with."""

    def sample(self, population: Sequence[_T], k: int) -> list[_T]:
        """`k` different members, each as likely as any other, in random order."""
        ...


TURNS = frozenset({Step.TURN_LEFT, Step.TURN_RIGHT})


def has_expression(challenge: Collection[Step]) -> bool:
    """Whether a challenge asks for more than turns: a print can be turned by hand, but it cannot smile."""
    return any(step in NEEDS and step not in TURNS for step in challenge)


def draw(cannot: Collection[Ability], steps: int, chooser: Chooser) -> tuple[Step, ...]:
    """Draw a challenge: the neutral frame, then up to `steps` different steps the person can do.

    Among them is an expression, if the person can do one at all. Fewer come back when the person can do fewer;
    the policy then sends the case to a human.
    """
    possible = [step for step, ability in NEEDS.items() if ability not in cannot]
    drawn = chooser.sample(possible, min(steps, len(possible)))
    if has_expression(possible) and not has_expression(drawn):
        # One of the turns gives way, whichever it is: drawing again could go on for ever with a poor chooser.
        drawn[:1] = chooser.sample([step for step in possible if step not in TURNS], 1)
    return (Step.NEUTRAL, *drawn)
