"""The calibration file: which similarity gives which rate of false matches, and on whose faces that was found.

Written by `make calibrate`, loaded by the policy. A file whose thresholds its own sources do not bear out is refused,
so that nobody turns the knob without a measurement behind it.
"""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from lifecert.adapters.files.strict import ConfigError, Strict, load_strict

CALIBRATIONS = Path(__file__).parents[2] / "calibrations"
FORMAT: Literal["lifecert-calibration/1"] = "lifecert-calibration/1"

Share = Annotated[float, Field(ge=0, le=1)]
Cosine = Annotated[float, Field(gt=0, lt=1)]
Wanted = Annotated[float, Field(gt=0, lt=0.5)]
Count = Annotated[int, Field(ge=0)]
Text = Annotated[str, Field(min_length=1)]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Version = Annotated[str, Field(pattern=r"^[0-9A-Za-z.-]{1,40}$")]


class RatesAt(Strict):
    """False match and false non-match rate at a similarity, with 95 % intervals where there are some."""

    threshold: Cosine
    fmr: Share
    fmr_interval: tuple[Share, Share] | None
    fnmr: Share | None
    fnmr_interval: tuple[Share, Share] | None


class Source(Strict):
    """Who says so: `measured` by the tool on data with a `fingerprint`, `published` where anybody can read it, or found
    `elsewhere` on faces that are not public; `origin` tells of it."""

    name: Text
    kind: Literal["measured", "published", "elsewhere"]
    origin: Text
    on: date | None
    fingerprint: Digest | None
    people: Count | None
    genuine: Count | None
    impostor: Count | None
    rates: Annotated[tuple[RatesAt, ...], Field(min_length=1)]

    def at(self, threshold: float) -> RatesAt | None:
        """What this source says of exactly this threshold, if anything."""
        return next((rates for rates in self.rates if rates.threshold == threshold), None)


class Threshold(Strict):
    """The least similarity at which no source has more false matches than `fmr`; `source` is the one that needs it."""

    fmr: Wanted
    threshold: Cosine
    source: Text


class Calibration(Strict):
    """All of it. `models` are the SHA-256 of the model files by name."""

    format: Literal["lifecert-calibration/1"]
    version: Version
    made_on: date
    tool_version: Text
    model_version: Text
    models: dict[str, Digest]
    thresholds: Annotated[tuple[Threshold, ...], Field(min_length=1)]
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]

    def threshold_at(self, fmr: float) -> float | None:
        """The threshold for exactly this wanted rate."""
        return next((one.threshold for one in self.thresholds if one.fmr == fmr), None)

    @model_validator(mode="after")
    def _borne_out(self) -> "Calibration":
        sources = {source.name: source for source in self.sources}
        if len(sources) < len(self.sources) or len({one.fmr for one in self.thresholds}) < len(self.thresholds):
            raise ValueError("two sources of one name, or two thresholds for one rate")
        for one in self.thresholds:
            if one.source not in sources or sources[one.source].at(one.threshold) is None:
                raise ValueError(f"no source {one.source!r} with rates at {one.threshold}")
            for source in self.sources:
                # A lower threshold that is good enough bears out a higher one; a higher one that is not refutes it.
                if any(rates.fmr > one.fmr for rates in source.rates if rates.threshold >= one.threshold):
                    raise ValueError(f"{source.name!r} has more false matches than {one.fmr} at {one.threshold}")
        return self


def load_calibration(version: str, model_version: str, folder: Path = CALIBRATIONS) -> Calibration:
    """The calibration of this version. Raises ConfigError, also when it is for templates of another model version."""
    path = folder / f"{version}.json"
    calibration = load_strict(path, Calibration)
    if calibration.version != version:
        raise ConfigError(f"{path.name}: version: it is {calibration.version!r}, not the file's name")
    if calibration.model_version != model_version:
        raise ConfigError(
            f"{path.name}: model_version: for {calibration.model_version}, the policy wants {model_version}"
        )
    return calibration
