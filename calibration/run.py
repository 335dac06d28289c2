"""The whole measurement, as a library: photos to a `CalibrationFile`."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from calibration import attacks
from calibration.bootstrap import Spread, spread
from calibration.comparisons import FLOOR, Comparisons, of_all, of_means, of_pairs
from calibration.file import (
    FORMAT,
    AtThreshold,
    CalibrationFile,
    DataEntry,
    KindEntry,
    RateEntry,
    SetEntry,
    Wanted,
)
from calibration.manifest import Dataset, Presentation
from calibration.statistics import Rate, line_of, pairs_needed
from calibration.templates import Photo, Pipeline, Progress, embed_all
from lifecert.domain.policy import Policy

TOOL_VERSION = "1"
WANTED_FMR = (1e-3, 1e-4, 1e-5)
_THRESHOLDS = (0.40, 0.45, 0.50, 0.55)  # beside the policy's own
_FRAMES = 3  # a neutral photo and two steps
_DET = [line / 100 for line in range(-20, 101)]


@dataclass(frozen=True, slots=True)
class Request:
    """What to measure. `cross` compares every photo with every other, which needs the people to be known;
    `central` is told at `Pipeline`."""

    dataset: Dataset
    presentations: tuple[Presentation, ...] = ()
    cross: bool = False
    central: bool = False
    repeats: int = 1000
    seed: int = 1
    command: str = ""


def calibrate(
    request: Request, policy: Policy, on: date, cache: Path, progress: Progress = lambda done, total: None
) -> CalibrationFile:
    """Embed all photos (`cache` keeps the templates) and compute everything.

    `on` is the date to write down. Raises ValueError when `request` wants cross pairs of people not known, OSError when
    a photo cannot be read.
    """
    dataset = request.dataset
    if request.cross and dataset.people is None:
        raise ValueError(f"every photo with every other needs to know who is on them: {dataset.people_unknown}")
    pipeline = Pipeline(policy, central=request.central)
    shown = [one.photo for one in request.presentations]
    photos = embed_all(sorted({*dataset.photos, *shown}), pipeline, cache, progress)
    return CalibrationFile(
        format=FORMAT,
        date=on,
        tool_version=TOOL_VERSION,
        model_version=policy.match.model_version,
        policy_version=policy.version,
        accept=policy.match.accept,
        review=policy.match.review,
        command=request.command,
        face="central" if request.central else "largest",
        bootstrap_repeats=request.repeats,
        bootstrap_seed=request.seed,
        data=_data(request, photos),
        sets=tuple(_entry(one, policy, request) for one in _sets(request, photos)),
        presentations=tuple(_kind(kind) for kind in attacks.judge(request.presentations, photos, policy.match.accept)),
    )


def _sets(request: Request, photos: Mapping[Path, Photo]) -> list[Comparisons]:
    dataset = request.dataset
    sets = []
    if dataset.pairs:
        good = [pair for pair in dataset.pairs if photos[pair.reference].good and photos[pair.frame].good]
        sets.append(of_pairs("labelled pairs", dataset.pairs, photos, dataset))
        sets.append(of_pairs("labelled pairs, good quality", good, photos, dataset))
    if request.cross and dataset.people is not None:
        good_photos = [photo for photo in dataset.photos if photos[photo].good]
        sets.append(of_all("all pairs", dataset.photos, photos, dataset.people))
        sets.append(of_all("all pairs, good quality", good_photos, photos, dataset.people))
        sets.append(of_means(f"mean of {_FRAMES} frames", dataset.photos, photos, dataset.people, _FRAMES))
        sets.append(of_means(f"mean of {_FRAMES} frames, good quality", good_photos, photos, dataset.people, _FRAMES))
    for group in sorted({pair.group for pair in dataset.pairs} - {""}):
        members = [pair for pair in dataset.pairs if pair.group == group]
        sets.append(of_pairs(f"{dataset.group_name} {group}", members, photos, dataset, group=True))
    return sets


def _entry(one: Comparisons, policy: Policy, request: Request) -> SetEntry:
    curve = one.curve
    both = bool(curve.genuine_total and curve.impostor_total)
    wanted = {fmr: curve.threshold_at(fmr) if both else None for fmr in WANTED_FMR}
    plain = sorted({policy.match.review, policy.match.accept, *_THRESHOLDS})
    levels = sorted({*plain, *(level for level in wanted.values() if level is not None)})
    sure = [level for level in levels if level >= FLOOR]
    spreads = spread(one.people, sure, request.repeats, request.seed) if one.people and both else {}

    def at(level: float) -> AtThreshold:
        wide = spreads.get(level, Spread(None, None))
        return AtThreshold(
            threshold=level, fmr=_rate(curve.fmr(level), wide.fmr), fnmr=_rate(curve.fnmr(level), wide.fnmr)
        )

    fmr, fnmr = curve.rates() if both else (np.empty(0), np.empty(0))
    return SetEntry(
        name=one.name,
        group=one.group,
        genuine=curve.genuine_total,
        impostor=curve.impostor_total,
        lost=one.lost,
        people=one.people.count if one.people else None,
        equal_error_rate=curve.equal_error_rate() if both else None,
        # Among all pairs nearly all are impostors: to refuse everybody would be 99.9 % right.
        best_accuracy=curve.best_accuracy() if both and one.balanced else None,
        at=tuple(at(level) for level in plain),
        wanted=tuple(
            Wanted(fmr=rate, pairs_needed=pairs_needed(rate), at=None if level is None else at(level))
            for rate, level in wanted.items()
        ),
        det=tuple((level, float(fmr[line_of(level)]), float(fnmr[line_of(level)])) for level in _DET) if both else (),
    )


def _rate(rate: Rate, bootstrap: tuple[float, float] | None = None) -> RateEntry:
    return RateEntry(count=rate.count, total=rate.total, value=rate.value, wilson=rate.interval, bootstrap=bootstrap)


def _kind(kind: attacks.Kind) -> KindEntry:
    return KindEntry(
        kind=kind.kind,
        live=kind.live,
        photos=kind.photos,
        acquired=_rate(kind.acquired),
        passed_quality=_rate(kind.passed),
        matched=_rate(kind.matched),
        passed_quality_and_matched=_rate(kind.passed_both),
    )


def _data(request: Request, photos: Mapping[Path, Photo]) -> DataEntry:
    dataset = request.dataset
    own = [photos[path] for path in dataset.photos]
    return DataEntry(
        fingerprint=_fingerprint(request, photos),
        photos=len(own),
        not_acquired=_reasons([photo for photo in own if not photo.acquired]),
        poor_quality=_reasons([photo for photo in own if photo.acquired]),
        people=len(set(dataset.people.values())) if dataset.people else None,
        people_unknown=dataset.people_unknown,
    )


def _reasons(photos: Sequence[Photo]) -> dict[str, int]:
    return dict(sorted(Counter(photo.refused for photo in photos if photo.refused is not None).items()))


def _fingerprint(request: Request, photos: Mapping[Path, Photo]) -> str:
    """SHA-256 over what was measured on: bytes and labels, not names of folders."""
    dataset = request.dataset
    people = dataset.people or {}
    lines = [f"photo {photos[path].digest} {people.get(path, '')}" for path in dataset.photos]
    lines += [
        f"pair {photos[pair.reference].digest} {photos[pair.frame].digest} {pair.same} {pair.group}"
        for pair in dataset.pairs
    ]
    lines += [f"shown {photos[one.photo].digest} {one.live} {one.kind} {one.subject}" for one in request.presentations]
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
