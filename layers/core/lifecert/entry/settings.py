"""What settings are made of: one validated model per function, read from the environment by name.

The model of a function stands beside its factories (bootstrap/): here is what several of them share.

A function that lacks a setting, has a wrong one, or has one of LifeCert's that it does not know, does not start.
"""

import os
import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from lifecert.domain.number_schemes import USUAL_SCHEMES
from lifecert.entry.setting_values import (
    Name,
    Positive,
    Schemes,
    SecretVersions,
    Shards,
    TimeZone,
)


class SettingsError(ValueError):
    """The environment is wrong. The message names each variable and what is wrong with it."""


# What only LifeCert would call so: one of these that no field knows is a misspelt or misplaced setting.
_OURS = re.compile(
    r".+_(TABLE|BUCKET)|(STAGE|TIME_ZONE|CLOCK_SHIFT|PERSON|CERTIFICATE_KEY|TEMPLATE|ISSUER|EVENT_BUS|DUE|SWEEP|DATA_MATCH"
    r"|REMINDER|IMPORT_|HOLD|NOTICE|CONTACT_KEY|QUIET|LIMIT|OIDC|SIGN_IN|SHADOW|PAYERS|INVITATION|HELPER_KEY|UPLOAD|DESK"
    r"|ANCHOR|DECIDE|GALLERY|NUMBER)(_.*)?"
)


class _Settings(BaseModel):
    # Built when first used: a function uses one of these models.
    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


class Common(_Settings):
    """What every function has. `clock_shift_days` moves the clock of a local demo; the pools' issuers and clients name
    the apps whose ID tokens count, `web_origin` the origin whose pages may read answers, `domain_name` what
    printed codes name (entry/http/api.py); `clerks_without_district` is where a clerk works whose token names no
    district (entry/http/callers.py); `number_schemes` are the kinds of ID numbers that people are known by."""

    stage: Literal["local", "dev", "prod"]
    user_pool_issuer: Name | None = None
    user_pool_client_id: Name | None = None
    staff_pool_issuer: Name | None = None
    staff_pool_client_id: Name | None = None
    web_origin: str = ""
    domain_name: str = ""
    clerks_without_district: Literal["Everywhere", "Nowhere"] = "Nowhere"
    number_schemes: Schemes = USUAL_SCHEMES
    time_zone: TimeZone = "Asia/Shanghai"
    clock_shift_days: Annotated[int, Field(ge=-3660, le=3660)] = 0

    @model_validator(mode="after")
    def _only_local_time_moves(self) -> Self:
        if self.clock_shift_days and self.stage != "local":
            raise ValueError("CLOCK_SHIFT_DAYS must be 0 unless STAGE is local")
        return self

    @classmethod
    def load(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read the fields from the variables of the same name in capitals. Raises SettingsError."""
        known = {field.upper(): field for field in cls.model_fields}
        unknown = sorted(name for name in environment if name not in known and _OURS.fullmatch(name))
        # Common by itself is a part of a function's settings: it cannot judge the rest of them.
        if unknown and cls is not Common:
            raise SettingsError(f"{cls.__name__}: {', '.join(unknown)}: unknown setting")
        try:
            return cls.model_validate(
                {field: environment[name] for name, field in known.items() if name in environment}
            )
        except ValidationError as error:
            faults = (f"{'.'.join(map(str, fault['loc'])).upper()}: {fault['msg']}" for fault in error.errors())
            raise SettingsError(f"{cls.__name__}: {'; '.join(faults)}") from None


class WithBeneficiaries(_Settings):
    """Reads the register."""

    beneficiaries_table: Name


class WithLedger(_Settings):
    """Reads or writes the ledger."""

    ledger_table: Name


class WithChanges(WithLedger, WithBeneficiaries):
    """Changes beneficiaries: each change is a ledger entry too, and knows the shards of the `by_due` index."""

    due_shards: Shards


class WithSessions(_Settings):
    """Reads or writes sessions."""

    sessions_table: Name


class WithReferences(_Settings):
    """Reads or writes references."""

    references_table: Name


class WithCounters(_Settings):
    """Counts faces, with every change of them."""

    counters_table: Name


class WithTemplates(WithReferences):
    """Reads templates, which are stored under a secret that KMS derives."""

    template_key_id: Name


class WithFrames(_Settings):
    """Hands out upload slots or reads uploads."""

    frames_bucket: Name


class WithPersonKeys(_Settings):
    """Looks people up by ID number and name. `person_secrets` are the versions of the secret that hashes them, oldest
    first; while `person_secrets_moving`, some may still stand under the last but one."""

    person_key_id: Name
    person_secrets: SecretVersions
    person_secrets_moving: bool


class WithCertificatesTable(_Settings):
    """Reads or revokes certificates."""

    certificates_table: Name


class WithCertificates(WithCertificatesTable):
    """Issues or shows certificates."""

    certificate_key_id: Name


class WithIssuer(WithCertificates):
    """Issues certificates, in this name."""

    issuer: Name


class WithReviews(_Settings):
    """Reads or opens cases."""

    reviews_table: Name


class WithLimits(_Settings):
    """Counts what users do."""

    limits_table: Name


class WithStartLimits(WithLimits):
    """Knows how many an hour takes of what looks a person up."""

    limit_starts_by_user: Positive
    limit_unknown_by_user: Positive
    limit_starts_for_person: Positive


class WithAccessLog(_Settings):
    """Opens records for staff, and notes that first."""

    access_log_table: Name


class WithFindLimits(WithLimits):
    """Knows how often one member of the staff may look people up."""

    limit_finds_hour: Positive
    limit_finds_day: Positive


class WithLookUps(WithFindLimits, WithAccessLog):
    """Knows besides where that is written down."""


class WithPaymentReferences(WithPersonKeys):
    """Keeps or asks who draws what under which payer's reference."""

    payment_references_table: Name


class WithContacts(_Settings):
    """Keeps or reads where people can be reached."""

    contacts_table: Name
    contact_key_id: Name


class WithInvitations(_Settings):
    """Reads or issues invitations. Their codes are hashed under the versions of secrets that persons are
    (`WithPersonKeys`), of a key of their own."""

    invitations_table: Name
    invitation_key_id: Name
    person_secrets: SecretVersions
    person_secrets_moving: bool


class WithDevices(_Settings):
    """Keeps devices, or asks whether one is in force."""

    devices_table: Name


class WithHoldBatches(_Settings):
    """Reads or decides hold batches, whose candidates stand by shard."""

    hold_batches_table: Name
    due_shards: Shards
