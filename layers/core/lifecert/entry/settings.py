"""Settings: one validated model per function, read from the environment by name.

A function that lacks a setting, has a wrong one, or has one of LifeCert's that it does not know, does not start.
"""

import os
import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from lifecert.entry.setting_values import (
    GraceDays,
    Hours,
    Name,
    Positive,
    ReminderDays,
    SecretVersion,
    SecretVersions,
    Shards,
    TimeZone,
)


class SettingsError(ValueError):
    """The environment is wrong. The message names each variable and what is wrong with it."""


# What only LifeCert would call so: one of these that no field knows is a misspelt or misplaced setting.
_OURS = re.compile(
    r".+_(TABLE|BUCKET)|(STAGE|TIME_ZONE|CLOCK_SHIFT|PERSON|CERTIFICATE_KEY|TEMPLATE|ISSUER|EVENT_BUS|DUE|SWEEP"
    r"|REMINDER|HOLD|NOTICE|CONTACT_KEY|QUIET|LIMIT|OIDC|SHADOW)(_.*)?"
)


class _Settings(BaseModel):
    # Built when first used: a function uses one of these models.
    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


class Common(_Settings):
    """What every function has. `clock_shift_days` moves the clock of a local demo; `user_pool_client_id` names the app
    whose ID tokens count, `web_origin` the origin whose pages may read answers (entry/http/api.py)."""

    stage: Literal["local", "dev", "prod"]
    user_pool_client_id: Name | None = None
    web_origin: str = ""
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


class WithCertificates(_Settings):
    """Issues or shows certificates."""

    certificates_table: Name
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


class StartSessionSettings(WithBeneficiaries, WithSessions, WithFrames, WithPersonKeys, WithLimits, Common):
    """start_session, and how many starts an hour takes."""

    limit_starts_by_user: Positive
    limit_unknown_by_user: Positive
    limit_starts_for_person: Positive


class VerifyFaceSettings(
    WithChanges, WithSessions, WithTemplates, WithFrames, WithIssuer, WithLimits, WithReviews, Common
):
    """verify_face."""

    seen_frames_table: Name
    limit_usual_helper_day: Positive
    # The version of a policy on trial; empty for none.
    shadow_policy: Annotated[str, Field(pattern=r"^[0-9A-Za-z.-]{0,40}$")] = ""


class GetStatusSettings(WithBeneficiaries, WithLedger, WithSessions, WithReviews, Common):
    """get_status."""


class AuthoriseSettings(Common):
    """authorise. Keys travel over https, but for an issuer on the machine of a local stack."""

    oidc_issuer: Annotated[str, Field(pattern=r"^https?://\S+$")]
    oidc_audience: Name
    oidc_groups_claim: Name

    @model_validator(mode="after")
    def _keys_come_safely(self) -> Self:
        if self.stage != "local" and not self.oidc_issuer.startswith("https://"):
            raise ValueError("OIDC_ISSUER must be https unless STAGE is local")
        return self


class GetCertificateSettings(WithBeneficiaries, WithCertificates, Common):
    """get_certificate. The old key is the one before the last rotation, or the same again."""

    certificate_key_old_id: Name


class WithContacts(_Settings):
    """Keeps or reads where people can be reached."""

    contacts_table: Name
    contact_key_id: Name


class SendNoticeSettings(WithChanges, WithContacts, Common):
    """send_notice. `quiet_hours`: `21-8` disturbs nobody from 21:00 until 8:00 of the deployment's clock."""

    notices_table: Name
    notice_queue_url: Name
    notice_language: Literal["zh-CN", "en"]
    quiet_hours: Hours


class NoticeReceiptSettings(WithChanges, Common):
    """notice_receipt."""

    notices_table: Name


class RegisterBeneficiarySettings(WithChanges, WithPersonKeys, WithContacts, Common):
    """register_beneficiary."""

    idempotency_table: Name


class EnrolReferenceSettings(WithChanges, WithTemplates, WithCounters, WithFrames, WithReviews, Common):
    """enrol_reference."""

    references_bucket: Name
    template_secret_version: SecretVersion


class ReviewCasesSettings(WithChanges, WithSessions, WithReferences, WithFrames, WithIssuer, WithReviews, Common):
    """review_cases."""

    references_bucket: Name


class ReportDeathSettings(WithChanges, WithPersonKeys, WithReviews, Common):
    """report_death."""


class ImportDataMatchSettings(WithChanges, WithPersonKeys, WithIssuer, WithReviews, Common):
    """import_data_match."""

    imports_bucket: Name


class CertifyInPersonSettings(WithChanges, WithIssuer, Common):
    """certify_in_person."""

    idempotency_table: Name


class ChangeEntitlementSettings(WithChanges, WithReviews, Common):
    """change_entitlement."""

    certificates_table: Name
    contacts_table: Name


class WithHoldBatches(_Settings):
    """Reads or decides hold batches, whose candidates stand by shard."""

    hold_batches_table: Name
    due_shards: Shards


class DecideHoldsSettings(WithHoldBatches, Common):
    """decide_holds."""


class GetStatisticsSettings(WithHoldBatches, WithCounters, WithReviews, Common):
    """get_statistics."""

    sweep_runs_table: Name
    reports_bucket: Name


class WithSweep(WithBeneficiaries, WithHoldBatches):
    """Plans or works the sweep."""

    sweep_runs_table: Name
    sweep_queue_url: Name
    reports_bucket: Name
    reminder_days: ReminderDays
    hold_grace_days: GraceDays


class ExpirySweepSettings(WithSweep, Common):
    """expiry_sweep."""


class SweepWorkerSettings(WithSweep, WithChanges, Common):
    """sweep_worker. `sweep_rate`: how many people a second one worker looks at, and so writes, at most.
    `sweep_tries`: how often a task is tried; the queue's own number."""

    sweep_rate: Annotated[float, Field(gt=0, le=1000)]
    sweep_tries: Annotated[int, Field(ge=2, le=100)]


class ChangeConsentSettings(WithChanges, Common):
    """change_consent."""


class PurgeFacesSettings(WithChanges, WithReferences, WithCounters, Common):
    """purge_faces."""

    references_bucket: Name


class WriteChangeFileSettings(Common):
    """write_change_file."""

    changes_table: Name
    change_files_bucket: Name


class PublishEventsSettings(Common):
    """publish_events."""

    changes_table: Name
    event_bus_name: Name


class FindDuplicatesSettings(WithChanges, WithTemplates, WithReviews, Common):
    """find_duplicates."""

    references_bucket: Name
    template_secret_version: SecretVersion
