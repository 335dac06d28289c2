"""The policy and the help lines from their files: strict, so that a misspelt or absurd value never decides a case."""

import json
from collections import Counter
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from lifecert.domain.category import Scheme
from lifecert.domain.challenge import NEEDS
from lifecert.domain.help_lines import HelpLines
from lifecert.domain.policy import (
    AttemptLimits,
    ChallengeLimits,
    ImageLimits,
    MatchLimits,
    Policy,
    QualityLimits,
)

POLICY_FILE = Path(__file__).parent.parent / "policy.json"
HELP_LINES_FILE = Path(__file__).parent.parent / "help_lines.json"

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
Angle = Annotated[float, Field(gt=0, le=90)]
Cosine = Annotated[float, Field(gt=0, lt=1)]
Pixels = Annotated[int, Field(ge=1)]
Telephone = Annotated[str, Field(pattern=r"^\+?[0-9][0-9 -]{1,19}$")]
District = Annotated[str, Field(pattern=r"^[0-9]{1,12}$")]
_File = TypeVar("_File", bound=BaseModel)


class ConfigError(ValueError):
    """A configuration file is wrong. The message names the file, and each field with what is wrong with it."""


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)

    def _ordered(self, low: str, high: str) -> None:
        if getattr(self, low) > getattr(self, high):
            raise ValueError(f"{low} ({getattr(self, low)}) must not be above {high} ({getattr(self, high)})")


class _Image(_Strict):
    max_bytes: Annotated[int, Field(ge=10_000, le=20_000_000)]
    max_pixels: Annotated[int, Field(ge=100_000, le=200_000_000)]
    min_side_px: Pixels
    working_long_side_px: Annotated[int, Field(ge=320, le=4096)]

    @model_validator(mode="after")
    def _fits(self) -> "_Image":
        self._ordered("min_side_px", "working_long_side_px")
        return self


class _Quality(_Strict):
    min_eye_distance_px: Positive
    warn_eye_distance_px: Positive
    min_brightness: Annotated[float, Field(ge=0, le=255)]
    max_dark_share: Share
    warn_bright_share: Share
    max_bright_share: Share
    min_sharpness: Share
    max_yaw_degrees: Angle
    max_pitch_degrees: Angle
    max_roll_degrees: Angle
    # Below 1 it would let pass what is more of a face upside down.
    min_upright: Annotated[float, Field(ge=1, le=2)]
    max_second_face: Share
    min_face_in_frame: Share

    @model_validator(mode="after")
    def _fits(self) -> "_Quality":
        self._ordered("min_eye_distance_px", "warn_eye_distance_px")
        self._ordered("warn_bright_share", "max_bright_share")
        return self


class _Challenge(_Strict):
    # At least one: a challenge without steps is a photo.
    steps: Annotated[int, Field(ge=1, le=len(NEEDS))]
    turn_degrees: Angle
    min_depth: Cosine
    min_width_kept: Cosine
    mouth_open: Cosine
    eyes_closed: Cosine
    smile: Cosine


class _Match(_Strict):
    model_version: Annotated[str, Field(min_length=1)]
    accept: Cosine
    review: Cosine
    same_person: Cosine

    @model_validator(mode="after")
    def _fits(self) -> "_Match":
        self._ordered("review", "accept")
        return self


class _Attempts(_Strict):
    before_review: Annotated[int, Field(ge=1, le=100)]
    before_pause: Annotated[int, Field(ge=1, le=100)]
    window_minutes: Annotated[int, Field(ge=1, le=1440)]
    pause_minutes: Annotated[int, Field(ge=1, le=1440)]

    @model_validator(mode="after")
    def _fits(self) -> "_Attempts":
        self._ordered("before_review", "before_pause")
        return self

    def limits(self) -> AttemptLimits:
        return AttemptLimits(
            before_review=self.before_review,
            before_pause=self.before_pause,
            window=timedelta(minutes=self.window_minutes),
            pause=timedelta(minutes=self.pause_minutes),
        )


class _PolicyFile(_Strict):
    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z.-]{1,40}$")]
    image: _Image
    quality: _Quality
    challenge: _Challenge
    match: _Match
    attempts: _Attempts


class _HelpLinesFile(_Strict):
    default: Telephone
    by_district: dict[Scheme, dict[District, Telephone]]


def load_policy(path: Path = POLICY_FILE) -> Policy:
    """The policy of this deployment. Raises ConfigError."""
    file = _load(path, _PolicyFile)
    return Policy(
        version=file.version,
        image=ImageLimits(**file.image.model_dump()),
        quality=QualityLimits(**file.quality.model_dump()),
        challenge=ChallengeLimits(**file.challenge.model_dump()),
        match=MatchLimits(**file.match.model_dump()),
        attempts=file.attempts.limits(),
    )


def load_help_lines(path: Path = HELP_LINES_FILE) -> HelpLines:
    """The help lines of this deployment. Raises ConfigError."""
    file = _load(path, _HelpLinesFile)
    return HelpLines(file.default, file.by_district)


def _load(path: Path, model: type[_File]) -> _File:
    try:
        text = path.read_text(encoding="utf-8")
        json.loads(text, object_pairs_hook=partial(_refuse_repeated, path))
        return model.model_validate_json(text)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc'])) or 'file'}: {fault['msg']}" for fault in error.errors())
        raise ConfigError(f"{path.name}: {faults}") from error
    except json.JSONDecodeError as error:
        raise ConfigError(f"{path.name}: line {error.lineno}: {error.msg}") from error
    except OSError as error:
        raise ConfigError(f"{path.name}: {error.strerror}") from error


def _refuse_repeated(path: Path, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # JSON takes the last one without a word.
    for key, count in Counter(key for key, _ in pairs).items():
        if count > 1:
            raise ConfigError(f"{path.name}: {key}: given {count} times")
    return dict(pairs)
