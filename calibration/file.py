"""The calibration file: every figure with counts and intervals, and what it was measured on. Strict, versioned."""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

FORMAT: Literal["lifecert-calibration/1"] = "lifecert-calibration/1"

Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Similarity = Annotated[float, Field(ge=-1, le=1)]
Interval = tuple[Share, Share]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class RateEntry(_Strict):
    """`count` of `total`. `bootstrap` resamples people; null when they are not known or nothing was counted."""

    count: Count
    total: Count
    value: Share | None
    wilson: Interval
    bootstrap: Interval | None = None


class AtThreshold(_Strict):
    """Both rates at a threshold."""

    threshold: Similarity
    fmr: RateEntry
    fnmr: RateEntry


class Wanted(_Strict):
    """The threshold that gives a wanted FMR; `at` is null when there are fewer impostor pairs than needed."""

    fmr: Share
    pairs_needed: Count
    at: AtThreshold | None


class SetEntry(_Strict):
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
    at: tuple[AtThreshold, ...]
    wanted: tuple[Wanted, ...]
    det: tuple[tuple[Similarity, Share, Share], ...]


class KindEntry(_Strict):
    """Photos of one kind of presentation, by stages that judge stills. Matches are among those with a reference."""

    kind: str
    live: bool
    photos: Count
    acquired: RateEntry
    passed_quality: RateEntry
    matched: RateEntry
    passed_quality_and_matched: RateEntry


class DataEntry(_Strict):
    """`fingerprint` covers the bytes of all photos and all labels. Reasons are codes of the product; `not_acquired`
    photos gave no template, `poor_quality` ones gave one although the product would ask for another photo."""

    fingerprint: Digest
    photos: Count
    not_acquired: dict[str, Count]
    poor_quality: dict[str, Count]
    people: Count | None
    people_unknown: str


class CalibrationFile(_Strict):
    """All of it. `face` is the one embedded where a photo shows several; the product takes the largest."""

    format: Literal["lifecert-calibration/1"]
    date: date
    tool_version: str
    model_version: str
    policy_version: str
    accept: Similarity
    review: Similarity
    command: str
    face: Literal["largest", "central"]
    bootstrap_repeats: Count
    bootstrap_seed: Count
    data: DataEntry
    sets: tuple[SetEntry, ...]
    presentations: tuple[KindEntry, ...]


def load(path: Path) -> CalibrationFile:
    """The file, checked. Raises pydantic.ValidationError or OSError."""
    return CalibrationFile.model_validate_json(path.read_text(encoding="utf-8"))


def save(content: CalibrationFile, path: Path) -> None:
    """Write the file, readable by people too."""
    path.write_text(content.model_dump_json(indent=1) + "\n", encoding="utf-8")
