"""The measurement: every figure with counts and intervals, and what it was measured on. Strict, versioned.

`calibration.json` is what the policy loads of it; `measurement.json` is all of it, for people and their reports.
"""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from lifecert.adapters.files.calibration import Source, Threshold
from lifecert.adapters.files.strict import Strict, load_strict

FORMAT: Literal["lifecert-measurement/2"] = "lifecert-measurement/2"

Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Similarity = Annotated[float, Field(ge=-1, le=1)]
Interval = tuple[Share, Share]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class RateEntry(Strict):
    """`count` of `total`. `bootstrap` resamples people; null when they are not known or nothing was counted."""

    count: Count
    total: Count
    value: Share | None
    wilson: Interval
    bootstrap: Interval | None = None


class AtThreshold(Strict):
    """Both rates at a threshold."""

    threshold: Similarity
    fmr: RateEntry
    fnmr: RateEntry


class Wanted(Strict):
    """The threshold that gives a wanted FMR; `at` is null when there are fewer impostor pairs than needed."""

    fmr: Share
    pairs_needed: Count
    at: AtThreshold | None


class FoldsEntry(Strict):
    """Accuracy as Labelled Faces in the Wild reports it: each fold judged at the threshold that is best for the others.
    `error` is the standard error of the mean."""

    accuracies: dict[str, Share]
    mean: Share
    error: Share


class SetEntry(Strict):
    """One set of pairs, or one of the manifest's groups. `lost` pairs had a photo without a template.
    `det` is (threshold, FMR, FNMR)."""

    name: str
    group: bool
    genuine: Count
    impostor: Count
    lost: Count
    people: Count | None
    equal_error_rate: Share | None
    best_accuracy: Share | None
    folds: FoldsEntry | None
    at: tuple[AtThreshold, ...]
    wanted: tuple[Wanted, ...]
    det: tuple[tuple[Similarity, Share, Share], ...]


class KindEntry(Strict):
    """Photos of one kind of presentation, by stages that judge stills. Matches are among those with a reference."""

    kind: str
    live: bool
    photos: Count
    acquired: RateEntry
    passed_quality: RateEntry
    matched: RateEntry
    passed_quality_and_matched: RateEntry


class DataEntry(Strict):
    """`fingerprint` covers the bytes of all photos and all labels. Reasons are codes of the product; `not_acquired`
    photos gave no template, `poor_quality` ones gave one although the product would ask for another photo."""

    fingerprint: Digest
    photos: Count
    not_acquired: dict[str, Count]
    poor_quality: dict[str, Count]
    people: Count | None
    people_unknown: str


class Measurement(Strict):
    """All of it. `accept` and `review` are the similarities that `thresholds` give for the policy's rates, by these
    photos and the sources from `elsewhere`; a set of fewer than `pairs_needed` impostor pairs has no say in it.
    `models` are the SHA-256 of the model files by name, `face` the one embedded where a photo shows several: the
    product's choice, or the central."""

    format: Literal["lifecert-measurement/2"]
    date: date
    tool_version: str
    model_version: str
    models: dict[str, Digest]
    policy_version: str
    accept_fmr: Share
    pairs_needed: Count
    thresholds: tuple[Threshold, ...]
    elsewhere: tuple[Source, ...]
    accept: Similarity
    review: Similarity
    command: str
    face: Literal["product", "central"]
    bootstrap_repeats: Count
    bootstrap_seed: Count
    data: DataEntry
    sets: tuple[SetEntry, ...]
    presentations: tuple[KindEntry, ...]


def load(path: Path) -> Measurement:
    """The file, checked. Raises ConfigError."""
    return load_strict(path, Measurement)


def save(content: Strict, path: Path) -> None:
    """Write a file of figures, readable by people too."""
    path.write_text(content.model_dump_json(indent=1) + "\n", encoding="utf-8")
