"""The whole measurement, as a library: photos to a `Measurement` and the `Calibration` that the policy loads."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from lab.calibration import attacks
from lab.calibration.bootstrap import Spread, spread
from lab.calibration.comparisons import FLOOR, Comparisons, of_all, of_means, of_pairs
from lab.calibration.folds import Folds
from lab.calibration.manifest import Dataset, Presentation
from lab.calibration.measurement import (
    FORMAT,
    AtThreshold,
    DataEntry,
    FoldsEntry,
    KindEntry,
    Measurement,
    RateEntry,
    SetEntry,
    Wanted,
)
from lab.calibration.statistics import Rate, line_of, pairs_needed
from lab.calibration.templates import Photo, Pipeline, Progress, embed_all
from lab.calibration.thresholds import calibration_of, choose, measured, provisional
from lifecert.adapters.files.calibration import Calibration, Source
from lifecert.adapters.files.policy import PolicyFile
from lifecert.domain.policy import MatchLimits
from lifecert_vision.models import FACE_LANDMARKER, FACE_RECOGNISER, model_path

TOOL_VERSION = "3"
WANTED_FMR = (1e-3, 1e-4, 1e-5)
_THRESHOLDS = (0.40, 0.45, 0.50, 0.55)  # beside those of the calibration
_FRAMES = 3  # a neutral photo and two steps
_MODELS = (FACE_LANDMARKER, FACE_RECOGNISER)
_DET = [line / 100 for line in range(-20, 101)]


@dataclass(frozen=True, slots=True)
class Request:
    """What to measure. `cross` compares every photo with every other, which needs the people to be known; `central`
    takes the face in the middle. `about` says whose faces they are, for readers of the file. `elsewhere` are the
    sources that were measured in other places and count as well, `version` names the calibration that is made."""

    dataset: Dataset
    presentations: tuple[Presentation, ...] = ()
    cross: bool = False
    central: bool = False
    repeats: int = 1000
    seed: int = 1
    command: str = ""
    about: str = ""
    elsewhere: tuple[Source, ...] = ()
    version: str = "own"


@dataclass(frozen=True, slots=True)
class Made:
    """All figures, and what the policy loads of them; None where no set of these photos has pairs enough to say
    anything about the wanted rates."""

    measurement: Measurement
    calibration: Calibration | None


def calibrate(
    request: Request,
    policy: PolicyFile,
    on: date,
    cache: Path,
    progress: Progress = lambda done, total: None,
) -> Made:
    """Embed all photos (`cache` keeps the templates) and compute everything, at the rates that `policy` asks for.

    `on` is the date to write down. Where no set has pairs enough, the thresholds are those of the sources from
    elsewhere, and there is no calibration: nothing in it would be of these photos. Raises ValueError when `request`
    wants cross pairs of people not known, TooFewPairs when no source can say which threshold gives a wanted rate,
    OSError when a photo cannot be read.
    """
    dataset = request.dataset
    if request.cross and dataset.people is None:
        raise ValueError(f"every photo with every other needs to know who is on them: {dataset.people_unknown}")
    match = policy.match
    # The stages up to the template need no threshold.
    limits = policy.policy(MatchLimits(match.model_version, 1.0, 1.0, 1.0, 1.0, match.calibration))
    shown = [one.photo for one in request.presentations]
    photos = embed_all(sorted({*dataset.photos, *shown}), Pipeline(limits, central=request.central), cache, progress)
    wanted = (match.accept_fmr, match.review_fmr, match.same_person_fmr)
    sets = _sets(request, photos)
    eligible = [
        one for one in sets if one.curve.genuine_total and one.curve.impostor_total >= pairs_needed(min(wanted))
    ]
    chosen = choose((*request.elsewhere, *(provisional(one.name, one.curve, wanted) for one in eligible)), wanted)
    levels = {one.fmr: one.threshold for one in chosen}
    measurement = Measurement(
        format=FORMAT,
        date=on,
        tool_version=TOOL_VERSION,
        model_version=match.model_version,
        models={name: hashlib.sha256(model_path(name).read_bytes()).hexdigest() for name in _MODELS},
        policy_version=policy.version,
        accept_fmr=match.accept_fmr,
        pairs_needed=pairs_needed(min(wanted)),
        thresholds=chosen,
        elsewhere=request.elsewhere,
        accept=levels[match.accept_fmr],
        review=levels[match.review_fmr],
        command=request.command,
        face="central" if request.central else "product",
        bootstrap_repeats=request.repeats,
        bootstrap_seed=request.seed,
        data=_data(request, photos),
        sets=tuple(_entry(one, sorted(levels.values()), request) for one in sets),
        presentations=tuple(
            _kind(kind) for kind in attacks.judge(request.presentations, photos, levels[match.accept_fmr])
        ),
    )
    names = {one.name for one in eligible}
    own = (measured(one, measurement, request.about) for one in measurement.sets if one.name in names)
    sources = (*request.elsewhere, *own)
    made = calibration_of(measurement, sources, wanted, request.version) if eligible else None
    return Made(measurement, made)


def _sets(request: Request, photos: Mapping[Path, Photo]) -> list[Comparisons]:
    dataset = request.dataset
    sets = []
    if dataset.pairs:
        good = [pair for pair in dataset.pairs if photos[pair.reference].good and photos[pair.frame].good]
        for name, pairs in (("labelled pairs", dataset.pairs), ("labelled pairs of good quality", good)):
            sets.append(of_pairs(f"{name}, photo against photo", pairs, photos, dataset, best=True))
            sets.append(of_pairs(f"{name}, one frame", pairs, photos, dataset))
    if request.cross and dataset.people is not None:
        everybody = dataset.people
        good_photos = [photo for photo in dataset.photos if photos[photo].good]
        for name, paths in (("all pairs", dataset.photos), ("all pairs of good quality", good_photos)):
            sets.append(of_all(f"{name}, photo against photo", paths, photos, everybody, best=True))
            sets.append(of_all(f"{name}, one frame", paths, photos, everybody))
            sets.append(of_means(f"{name}, mean of {_FRAMES} frames", paths, photos, everybody, _FRAMES))
    for group in sorted({pair.group for pair in dataset.pairs} - {""}):
        members = [pair for pair in dataset.pairs if pair.group == group]
        sets.append(of_pairs(f"{dataset.group_name} {group}", members, photos, dataset, group=True))
    return sets


def _entry(one: Comparisons, chosen: Sequence[float], request: Request) -> SetEntry:
    curve = one.curve
    both = bool(curve.genuine_total and curve.impostor_total)
    wanted = {fmr: curve.threshold_at(fmr) if both else None for fmr in WANTED_FMR}
    plain = sorted({*chosen, *_THRESHOLDS})
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
        folds=None if one.folds is None else _folds(one.folds),
        at=tuple(at(level) for level in plain),
        wanted=tuple(
            Wanted(fmr=rate, pairs_needed=pairs_needed(rate), at=None if level is None else at(level))
            for rate, level in wanted.items()
        ),
        det=tuple((level, float(fmr[line_of(level)]), float(fnmr[line_of(level)])) for level in _DET) if both else (),
    )


def _folds(folds: Folds) -> FoldsEntry:
    return FoldsEntry(accuracies=dict(folds.accuracies), mean=folds.mean, error=folds.error)


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
