"""The challenge: what a session asks to be shown, so that an old photo cannot answer."""

import hashlib
import hmac
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
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


# For so many years a human's word holds that somebody cannot do something.
EXCUSED_YEARS = 3


@dataclass(frozen=True, slots=True)
class Excused:
    """What a human accepted that a person cannot do, up to and with a day. Whoever says so for the first time goes to a
    human: it makes the steps fewer, and easier to foresee."""

    cannot: tuple[Ability, ...]
    until: date

    def covers(self, cannot: Iterable[Ability], on: date) -> bool:
        """Whether nothing more is said than was accepted."""
        return on <= self.until and set(cannot) <= set(self.cannot)


def excused_from(cannot: Iterable[Ability], on: date) -> Excused:
    """What is accepted on a day."""
    # The same day three years on; of a 29 February the last day of that month.
    day = min(on.day, 28) if on.month == 2 else on.day
    return Excused(in_order(cannot), date(on.year + EXCUSED_YEARS, on.month, day))


def in_order(cannot: Iterable[Ability]) -> tuple[Ability, ...]:
    """Each once, in the order in which they are listed."""
    said = set(cannot)
    return tuple(one for one in Ability if one in said)


class Chooser(Protocol):
    """The part of `random.Random` a challenge is drawn with."""

    def sample(self, population: Sequence[_T], k: int) -> list[_T]:
        """`k` different members, each as likely as any other, in random order."""
        ...


TURNS = frozenset({Step.TURN_LEFT, Step.TURN_RIGHT})


def has_expression(challenge: Collection[Step]) -> bool:
    """Whether a challenge asks for more than turns: a print can be turned by hand, but it cannot smile."""
    return any(step in NEEDS and step not in TURNS for step in challenge)


def seed_of(person_key: str, day: date, faces_failed: int) -> bytes:
    """What a challenge of a day is drawn by: the same for whoever starts for this person, however often, until a face
    has failed at it. So nobody draws until an easy one comes, and a phone that died costs nobody a try.

    `person_key` is the person's keyed hash, which never leaves the register: nobody can draw beforehand.
    """
    text = f"challenge {day.isoformat()} {faces_failed}"
    return hmac.new(person_key.encode(), text.encode(), hashlib.sha256).digest()


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
