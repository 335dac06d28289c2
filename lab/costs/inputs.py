"""The three files a cost sheet is made of: public prices, what was measured, and what nobody measured.

Each is read whole or refused: a name that is missing, unknown or of a wrong kind is told.
"""

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

HERE = Path(__file__).resolve().parent
PRICES, MEASURED, ASSUMED = HERE / "prices.toml", HERE / "measured.toml", HERE / "assumed.toml"

Amount = Annotated[float, Field(ge=0)]
Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(gt=0)]
_File = TypeVar("_File", bound=BaseModel)


class InputError(ValueError):
    """A file of inputs is wrong. The message names the file and each field."""


class _Inputs(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class Price(_Inputs):
    """US dollars for so many (`of`) of something, and where that was read."""

    usd: Amount
    of: Count = 1
    source: Annotated[str, Field(min_length=1)]

    @property
    def each(self) -> float:
        """US dollars for one."""
        return self.usd / self.of


class Prices(_Inputs):
    """Public list prices of one region, before any discount and without the free tier."""

    region: str
    noted: date
    lambda_gb_second: Price
    lambda_request: Price
    api_request: Price
    dynamodb_read: Price
    dynamodb_write: Price
    dynamodb_gb_month: Price
    dynamodb_recovery_gb_month: Price
    s3_put: Price
    s3_get: Price
    s3_gb_month: Price
    kms_mac: Price
    kms_signature: Price
    kms_decryption: Price
    kms_key_month: Price
    sqs_request: Price
    bus_event: Price
    log_gb: Price
    sign_in_user_month: Price
    managed_liveness: Price
    managed_liveness_volume: Price


class Units(_Inputs):
    """Requests to DynamoDB, and the read and write units they cost."""

    requests: Amount
    read: Amount
    write: Amount

    def less(self, other: "Units") -> "Units":
        """What these are more than others."""
        return Units(
            requests=self.requests - other.requests, read=self.read - other.read, write=self.write - other.write
        )

    def by(self, factor: float) -> "Units":
        """So many times as much, to a thousandth: they are measured as differences of sums."""
        scaled = (round(value * factor, 3) for value in (self.requests, self.read, self.write))
        return Units(**dict(zip(("requests", "read", "write"), scaled, strict=True)))


class Requests(_Inputs):
    """What an accepted verification, and the start of its session, ask of S3 and KMS, beside DynamoDB."""

    s3_put: Count
    s3_get: Count
    s3_head: Count
    kms_mac: Count
    kms_number: Count
    kms_signature: Count


class StoredBytes(_Inputs):
    """Bytes in DynamoDB, with what indexes repeat and what is charged beside each item."""

    person: Count
    certification: Count
    reminder: Count
    lapse: Count


class Measured(_Inputs):
    """What was measured, once per name; milliseconds of CPU time on one core of the machine that is named."""

    measured: date
    machine: str
    verification_cpu_ms: Positive
    cold_start_cpu_ms: Positive
    peak_mb: Positive
    request_cpu_ms: Positive
    sweep_cpu_ms: Positive
    photo_bytes: Count
    swept_writes: Positive
    requests: Requests
    units: Mapping[str, Units]
    stored_bytes: StoredBytes


class Assumed(_Inputs):
    """What depends on the country, the network or the load, and is assumed."""

    dynamodb_wait_ms: Amount
    s3_wait_ms: Amount
    kms_wait_ms: Amount
    handler_cpu_ms: Amount
    invoke_wait_ms: Amount
    cold_share: Annotated[float, Field(ge=0, le=1)]
    memory_headroom: Annotated[float, Field(ge=1)]
    item_growth: Annotated[float, Field(ge=1)]
    load_headroom: Annotated[float, Field(ge=1)]
    looks_per_verification: Amount
    look_ms: Amount
    campaign_a_second: Positive
    log_bytes_per_call: Amount
    verifications_per_certification: Annotated[float, Field(ge=1)]
    reminders_per_person: Amount
    lapsed_share: Annotated[float, Field(ge=0, le=1)]
    users_per_person: Amount
    letter_years: Positive
    letters_lost_share: Annotated[float, Field(ge=0, le=1)]
    letter_print_usd: Amount
    letter_postage_usd: Amount
    peak_day: Annotated[float, Field(ge=1)]
    hours_of_a_night: Positive
    hours_of_a_day: Positive


class Inputs(_Inputs):
    """All three."""

    prices: Prices
    measured: Measured
    assumed: Assumed


def load(prices: Path = PRICES, measured: Path = MEASURED, assumed: Path = ASSUMED) -> Inputs:
    """The committed inputs, or others. Raises InputError."""
    return Inputs(prices=_read(prices, Prices), measured=load_measured(measured), assumed=_read(assumed, Assumed))


def load_measured(path: Path) -> Measured:
    """What was measured. Raises InputError, also when units of something are missing."""
    found = _read(path, Measured)
    if found.units.keys() != UNITS:
        raise InputError(f"{path.name}: units: {', '.join(sorted(found.units.keys() ^ UNITS))} missing or unknown")
    return found


UNITS = {
    "start",
    "invited_person",
    "invited_start",
    "invitation",
    "verification",
    "published",
    "head",
    "reminder",
    "notice",
    "lapse",
    "idle_night",
}
"""Whose units are measured."""


def _read(path: Path, model: type[_File]) -> _File:
    try:
        return model.model_validate(tomllib.loads(path.read_text("utf-8")))
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise InputError(f"{path.name}: {faults}") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path.name}: {error}") from error
