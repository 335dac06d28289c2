"""Rates of presentation attack detection by the method of ISO/IEC 30107-3:2023, and how sure they are.

- APCER: the share of a species' attack presentations that a part takes for living. Stated for each species, never as a
  mean over them.
- BPCER: the share of living presentations that it does not take for living. For this product that is a look by a human,
  or another try.
- APNRR, BPNRR: the shares in which no frame had a face. Those presentations stay in what is counted, as not taken.
- IAPMR: the share of a species' attack presentations that match the person whose face they show. Of the whole product,
  which must also accept them, it is the acceptance rate (IAPAR).
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from lab.attacks.recordings import LIVE, is_injected, is_live
from lifecert.domain.policy import PassiveLimits

_CONFIDENCE = 0.95


class Part(StrEnum):
    """What is asked, from the single cue to the whole product."""

    CUE = "passive cue"
    CHALLENGE = "challenge and quality"
    MATCH = "match"
    PRODUCT = "whole product"


RATES = {Part.CUE: "APCER", Part.CHALLENGE: "APCER", Part.MATCH: "IAPMR", Part.PRODUCT: "IAPAR"}
OF_LIVING = {Part.CUE: "BPCER", Part.CHALLENGE: "BPCER", Part.MATCH: "FNMR", Part.PRODUCT: "not accepted"}


@dataclass(frozen=True, slots=True)
class Presentation:
    """One presentation: what it shows, whose face and with what, whether a face was found, and what each part that was
    asked said: True where it took it."""

    species: str
    subject: str
    instrument: str
    response: bool
    taken: Mapping[Part, bool]


@dataclass(frozen=True, slots=True)
class Species:
    """The figures of one kind of presentations. `wrong` are attacks that were taken, or living people who were not."""

    name: str
    subjects: int
    instruments: int
    presentations: int
    wrong: int
    without_response: int

    @property
    def interval(self) -> tuple[float, float]:
        """The exact 95 % interval of the share that is wrong."""
        return clopper_pearson(self.wrong, self.presentations)

    def rate(self, part: Part) -> str:
        """What the share that is wrong is called."""
        return (OF_LIVING if is_live(self.name) else RATES)[part]


def passes(scores: Sequence[float], limits: PassiveLimits, *, whole: bool) -> bool:
    """Whether the cue lets a presentation pass: as the product decides (lifecert_vision/analyser.py)."""
    if not scores or any(map(math.isnan, scores)):
        return False
    middle = sorted(scores)[len(scores) // 2] if len(scores) % 2 else sum(sorted(scores)[:2]) / 2
    if not whole:
        return middle >= limits.min_live_alone
    return middle >= limits.min_live and min(scores) >= limits.min_live_frame


def measured(presentations: Sequence[Presentation], part: Part, *, injected: bool = False) -> tuple[Species, ...]:
    """One part's figures of each species, the living first: all of them, and by age where the folders tell it. Of what
    was injected, with `injected`, and else of what was shown."""
    asked = [one for one in presentations if part in one.taken and is_injected(one.species) is injected]
    names = {one.species for one in asked} | {LIVE for one in asked if is_live(one.species)}
    found = []
    for name in sorted(names, key=lambda one: (not is_live(one), one)):
        mine = [one for one in asked if one.species == name or (name == LIVE and is_live(one.species))]
        taken = sum(one.taken[part] for one in mine)
        found.append(
            Species(
                name,
                subjects=len({one.subject for one in mine}),
                instruments=len({one.instrument for one in mine} - {""}),
                presentations=len(mine),
                wrong=len(mine) - taken if is_live(name) else taken,
                without_response=sum(not one.response for one in mine),
            )
        )
    return tuple(found)


def clopper_pearson(count: int, total: int, confidence: float = _CONFIDENCE) -> tuple[float, float]:
    """The exact interval of a share (Clopper and Pearson 1934, Biometrika 26): the shares under which what was counted,
    or more, and what was counted, or less, is not rarer than half of what the confidence leaves."""
    rest = (1 - confidence) / 2

    def at_most(share: float) -> float:
        return sum(_binomial(k, total, share) for k in range(count + 1))

    low = 0.0 if count == 0 else _share_where(lambda share: 1 - at_most(share) + _binomial(count, total, share) > rest)
    high = 1.0 if count == total else _share_where(lambda share: at_most(share) < rest)
    return low, high


def _binomial(k: int, n: int, share: float) -> float:
    if share in (0.0, 1.0):
        return float(k == n * share)
    ways = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return math.exp(ways + k * math.log(share) + (n - k) * math.log1p(-share))


def _share_where(holds: Callable[[float], bool]) -> float:
    """From where on something holds that does not hold at 0."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return (low + high) / 2
