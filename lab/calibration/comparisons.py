"""All similarities of a set of photos, from the labelled pairs or from every photo against every other."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lab.calibration.folds import Folds, over_folds
from lab.calibration.manifest import Dataset, Pair
from lab.calibration.statistics import Counts, Curve, histogram
from lab.calibration.templates import Photo
from lifecert_vision.embed import DIMENSIONS, Vector, mean

FLOOR = 0.30  # impostor pairs below it are counted but not kept; no threshold of interest is so low
_BLOCK = 512  # photos at once

Weights = NDArray[np.float64]  # of each person, by number


@dataclass(frozen=True, slots=True)
class Owned:
    """Similarities with the two people, by number, whose photos they compare; the same twice for a genuine pair."""

    similarity: NDArray[np.float64]
    first: NDArray[np.int64]
    second: NDArray[np.int64]

    @classmethod
    def join(cls, parts: Sequence["Owned"]) -> "Owned":
        """All of `parts`, in order."""
        none = cls(np.empty(0), np.empty(0, np.int64), np.empty(0, np.int64))
        return cls(*(np.concatenate([getattr(part, name) for part in (none, *parts)]) for name in cls.__slots__))

    def only(self, chosen: NDArray[np.bool_]) -> "Owned":
        """Those for which `chosen` is true."""
        return Owned(self.similarity[chosen], self.first[chosen], self.second[chosen])

    def weight(self, weights: Weights) -> float:
        """The pairs in all, each as often as both of its people are there."""
        return float((weights[self.first] * weights[self.second]).sum())


@dataclass(frozen=True, slots=True)
class People:
    """What the bootstrap needs to know: all genuine pairs, the impostor pairs from `FLOOR` up, and the number of
    impostor pairs in all when each person is there as often as the weights say."""

    count: int
    genuine: Owned
    impostor: Owned
    impostor_total: Callable[[Weights], float]


@dataclass(frozen=True, slots=True)
class Comparisons:
    """One set of pairs: its counts, how many pairs had a photo without a template, its people if known, whether it is
    one of the manifest's groups, whether somebody chose the pairs, so that accuracy means something, and its folds."""

    name: str
    curve: Curve
    lost: int = 0
    people: People | None = None
    group: bool = False
    balanced: bool = True
    folds: Folds | None = None


def of_pairs(
    name: str,
    pairs: Sequence[Pair],
    photos: Mapping[Path, Photo],
    dataset: Dataset,
    *,
    group: bool = False,
    best: bool = False,
) -> Comparisons:
    """The labelled pairs: the reference template of one photo with the frame template of the other, or, with `best`,
    both as references: photo against photo, each as good as one photo can be."""
    similarity: list[float] = []
    kept: list[Pair] = []
    for pair in pairs:
        reference, other = photos[pair.reference].reference, photos[pair.frame]
        probe = other.reference if best else other.frame
        if reference is not None and probe is not None:
            similarity.append(float(reference @ probe))
            kept.append(pair)
    values, same = np.array(similarity, np.float64), np.array([pair.same for pair in kept], bool)
    folds = np.array([pair.fold for pair in kept], str)
    curves = {
        fold: Curve(histogram(values[same & (folds == fold)]), histogram(values[~same & (folds == fold)]))
        for fold in sorted(set(folds.tolist()) - {""}, key=lambda fold: (len(fold), fold))
    }
    return Comparisons(
        name,
        Curve(histogram(values[same]), histogram(values[~same])),
        len(pairs) - len(kept),
        _people_of_pairs(kept, values, same, dataset),
        group,
        folds=over_folds(curves),
    )


def _people_of_pairs(
    pairs: Sequence[Pair], values: NDArray[np.float64], same: NDArray[np.bool_], dataset: Dataset
) -> People | None:
    if dataset.people is None:
        return None
    names = [(dataset.people[pair.reference], dataset.people[pair.frame]) for pair in pairs]
    number = {name: index for index, name in enumerate(sorted({name for both in names for name in both}))}
    owners = np.array([(number[one], number[other]) for one, other in names], np.int64).reshape(-1, 2)
    owned = Owned(values, owners[:, 0], owners[:, 1])
    impostor = owned.only(~same)
    return People(len(number), owned.only(same), impostor.only(impostor.similarity >= FLOOR), impostor.weight)


def of_all(
    name: str, paths: Sequence[Path], photos: Mapping[Path, Photo], people: Mapping[Path, str], *, best: bool = False
) -> Comparisons:
    """Every photo with every other, each two once: the first as the reference, the second as the frame, or with `best`
    as a reference too."""
    acquired = [path for path in paths if photos[path].acquired]
    names = [people[path] for path in acquired]
    number = {one: index for index, one in enumerate(sorted(set(names)))}
    owner = np.array([number[one] for one in names], np.int64)
    references = np.array([photos[path].reference for path in acquired], np.float32).reshape(len(acquired), -1)
    probes = [photos[path].reference if best else photos[path].frame for path in acquired]
    frames = np.array(probes, np.float32).reshape(len(acquired), -1)

    genuine: list[Owned] = []
    impostor: list[Owned] = []
    counts: Counts = histogram([])
    for start in range(0, len(acquired), _BLOCK):
        row, column = np.nonzero(np.arange(start, start + _BLOCK)[:, None] < np.arange(len(acquired)))
        row, column = row[row + start < len(acquired)], column[row + start < len(acquired)]
        block = (references[start : start + _BLOCK] @ frames.T)[row, column].astype(np.float64)
        owned = Owned(block, owner[row + start], owner[column])
        same = owned.first == owned.second
        counts = counts + histogram(block[~same])
        genuine.append(owned.only(same))
        impostor.append(owned.only(~same & (block >= FLOOR)))

    own = np.bincount(owner, minlength=len(number)).astype(np.float64)

    def total(weights: Weights) -> float:
        # Twice the sum over i < j of (w_i n_i)(w_j n_j) is the square of the sum less the sum of the squares.
        each = weights * own
        return float(each.sum() ** 2 - (each**2).sum()) / 2

    kept = Owned.join(genuine)
    curve = Curve(histogram(kept.similarity), counts)
    pairs = len(paths) * (len(paths) - 1) // 2 - len(acquired) * (len(acquired) - 1) // 2
    return Comparisons(name, curve, pairs, People(len(number), kept, Owned.join(impostor), total), balanced=False)


def of_means(
    name: str, paths: Sequence[Path], photos: Mapping[Path, Photo], people: Mapping[Path, str], frames: int
) -> Comparisons:
    """As a verification does: the mean template of several frames with a reference.

    A person's other photos, `frames` at a time in their order, are compared with each photo as the reference; all of
    their photos, in the same way, with every photo of everybody else.
    """
    own: dict[str, list[Photo]] = {}
    for path in paths:
        if photos[path].acquired:
            own.setdefault(people[path], []).append(photos[path])
    references = [np.array([photo.reference for photo in theirs]) for theirs in own.values()]
    probes = [_means(theirs, frames) for theirs in own.values()]
    genuine: list[Owned] = []
    impostor: list[Owned] = []
    counts: Counts = histogram([])
    everyone = np.concatenate([np.empty((0, DIMENSIONS), np.float32), *references])
    owner = np.repeat(np.arange(len(own)), [len(theirs) for theirs in references])
    for person, theirs in enumerate(own.values()):
        kept = [
            float(vector @ photo.reference)
            for index, photo in enumerate(theirs)
            if photo.reference is not None
            for vector in _means(theirs[:index] + theirs[index + 1 :], frames)
        ]
        genuine.append(_owned(np.array(kept, np.float64), np.full(len(kept), person), person))
        others = owner != person
        for probe in probes[person]:
            similarity = (everyone[others] @ probe).astype(np.float64)
            counts = counts + histogram(similarity)
            high = similarity >= FLOOR
            impostor.append(_owned(similarity[high], owner[others][high], person))

    photo_count = np.array([len(theirs) for theirs in references], np.float64)
    probe_count = np.array([len(theirs) for theirs in probes], np.float64)

    def total(weights: Weights) -> float:
        one, other = weights * photo_count, weights * probe_count
        return float(one.sum() * other.sum() - (one * other).sum())

    kept_all = Owned.join(genuine)
    curve = Curve(histogram(kept_all.similarity), counts)
    return Comparisons(name, curve, 0, People(len(own), kept_all, Owned.join(impostor), total), balanced=False)


def _means(photos: Sequence[Photo], frames: int) -> list[Vector]:
    """The mean templates of each `frames` photos after one another; a rest that is too small is left out."""
    vectors = [photo.frame for photo in photos if photo.frame is not None]
    return [mean(vectors[start : start + frames]) for start in range(0, len(vectors) - frames + 1, frames)]


def _owned(similarity: NDArray[np.float64], first: NDArray[np.int64], second: int) -> Owned:
    return Owned(similarity, first, np.full(len(similarity), second))
