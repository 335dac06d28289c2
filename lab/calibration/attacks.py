"""Photos of live people and of attacks: which the stages that judge a single still would let through.

A challenge needs several frames of one moment, so it is not assessed here: the figures say what is left for it to stop.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lab.calibration.manifest import Presentation
from lab.calibration.statistics import Rate
from lab.calibration.templates import Photo


@dataclass(frozen=True, slots=True)
class Kind:
    """What became of the photos of one kind. `matched` are those at or above the accept threshold among those with a
    reference; `passed_both` those of them of good quality too. `passed` counts good quality among all."""

    kind: str
    live: bool
    photos: int
    acquired: Rate
    passed: Rate
    matched: Rate
    passed_both: Rate


def judge(shown: Sequence[Presentation], photos: Mapping[Path, Photo], accept: float) -> tuple[Kind, ...]:
    """The figures of each kind, live ones first.

    A subject's first live photo of good quality is their reference and is not judged against itself.
    """
    references: dict[str, Presentation] = {}
    for one in shown:
        if one.live and one.subject and photos[one.photo].refused is None:
            references.setdefault(one.subject, one)
    kinds = sorted({(not one.live, one.kind) for one in shown})
    return tuple(
        _kind(
            kind,
            not attack,
            [one for one in shown if (not one.live, one.kind) == (attack, kind)],
            references,
            photos,
            accept,
        )
        for attack, kind in kinds
    )


def _kind(
    kind: str,
    live: bool,
    shown: Sequence[Presentation],
    references: Mapping[str, Presentation],
    photos: Mapping[Path, Photo],
    accept: float,
) -> Kind:
    outcome = [photos[one.photo] for one in shown]
    compared, matched, both = 0, 0, 0
    for one, photo in zip(shown, outcome, strict=True):
        reference = references.get(one.subject)
        if reference is None or reference is one:
            continue
        compared += 1
        vector = photos[reference.photo].reference
        # A photo without a face matches nobody.
        match = vector is not None and photo.frame is not None and float(vector @ photo.frame) >= accept
        matched += match
        both += match and photo.refused is None
    return Kind(
        kind,
        live,
        len(shown),
        Rate(sum(photo.acquired for photo in outcome), len(shown)),
        Rate(sum(photo.refused is None for photo in outcome), len(shown)),
        Rate(matched, compared),
        Rate(both, compared),
    )
