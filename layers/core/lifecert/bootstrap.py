"""The composition root: the only place that puts real adapters behind the ports.

Each factory builds its use case once per process, at the first call; nothing is built at import. Handlers look the
factories up in their module at every call, so a test can put fakes in their place. Here are those of the phone's calls
and what all share; the others are in `bootstrap_office`, `_sweep`, `_notices` and `_streams`,
by the same rules.
"""

import os
from collections.abc import Callable
from datetime import timedelta
from functools import cache, partial
from random import SystemRandom
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from lifecert.adapters.system_clock import SystemClock
from lifecert.entry import settings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

    from lifecert.adapters.dynamodb_holds import DynamoHoldBatches
    from lifecert.adapters.dynamodb_limits import DynamoLimits
    from lifecert.adapters.dynamodb_register import DynamoRegister
    from lifecert.adapters.kms_person_keys import KmsPersonKeys
    from lifecert.adapters.kms_template_protection import KmsTemplateProtection
    from lifecert.adapters.protected_references import ProtectedReferences
    from lifecert.application.get_certificate import GetCertificate
    from lifecert.application.get_status import GetBeneficiary, GetSession
    from lifecert.application.start_session import StartSession
    from lifecert.application.verify_face import VerifyFace
    from lifecert.domain.help_lines import HelpLines
    from lifecert.domain.policy import Policy
    from lifecert.ports.clock import Clock
    from lifecert.ports.signing import PublicKeys
    from lifecert.ports.tokens import Tokens
    from lifecert.ports.vision import FaceAnalyser

# The consent text in force. A client shows the text of this version and sends the version back.
CONSENT_VERSION = "2026-1"


def at_start(*factories: Callable[[], object]) -> None:
    """Build now when this is Lambda: what the first request needs is then made while the function starts."""
    if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
        for factory in factories:
            factory()


@cache
def start_session() -> "StartSession":
    """POST /sessions."""
    from lifecert.adapters.dynamodb_sessions import DynamoSessions
    from lifecert.adapters.s3_photos import S3Photos
    from lifecert.application.start_session import StartSession
    from lifecert.domain.limits import StartLimits

    names = settings.StartSessionSettings.load()
    return StartSession(
        register=_register(beneficiaries=names.beneficiaries_table),
        sessions=DynamoSessions(_dynamodb(), names.sessions_table, names.limits_table),
        photos=S3Photos(_s3(), names.frames_bucket),
        person_keys=_person_keys(names),
        clock=_clock(names),
        chooser=SystemRandom(),
        policy=_policy(),
        consent_version=CONSENT_VERSION,
        help_lines=help_lines(),
        limits=_limits(names),
        start_limits=StartLimits(
            by_user=names.limit_starts_by_user,
            unknown_by_user=names.limit_unknown_by_user,
            for_person=names.limit_starts_for_person,
        ),
    )


@cache
def verify_face() -> "VerifyFace":
    """POST /sessions/{session_id}/verify. Loads the models."""
    from lifecert.adapters.dynamodb_seen_frames import DynamoSeenFrames
    from lifecert.adapters.dynamodb_sessions import DynamoSessions
    from lifecert.adapters.kms_signing import KmsSigner
    from lifecert.adapters.s3_photos import S3Photos
    from lifecert.application.helper_volume import HelperVolume
    from lifecert.application.issuing import Issuer
    from lifecert.application.reviewing import OpenReview
    from lifecert.application.shadow import Shadow
    from lifecert.application.verify_face import VerifyFace
    from lifecert.entry.log import shadow_scored

    names = settings.VerifyFaceSettings.load()
    register = _register(
        shards=names.due_shards,
        beneficiaries=names.beneficiaries_table,
        ledger=names.ledger_table,
        certificates=names.certificates_table,
        sessions=names.sessions_table,
        reviews=names.reviews_table,
        references=names.references_table,
        seen_frames=names.seen_frames_table,
    )
    shadow = Shadow(_shadow_policy(names.shadow_policy), shadow_scored) if names.shadow_policy else None
    return VerifyFace(
        register=register,
        sessions=DynamoSessions(_dynamodb(), names.sessions_table),
        references=_references(names),
        photos=S3Photos(_s3(), names.frames_bucket, ahead=timedelta(days=names.clock_shift_days)),
        seen_frames=DynamoSeenFrames(_dynamodb(), names.seen_frames_table),
        analyser=_analyser(),
        clock=_clock(names),
        policy=_policy(),
        issuer=Issuer(names.issuer, KmsSigner(_client("kms"), names.certificate_key_id)),
        helper_volume=HelperVolume(
            _limits(names), OpenReview(register, _clock(names)), _clock(names), names.limit_usual_helper_day
        ),
        shadow=shadow,
    )


@cache
def get_certificate() -> "GetCertificate":
    """GET /certificates/{certificate_id}."""
    from lifecert.adapters.dynamodb_certificates import DynamoCertificates
    from lifecert.application.get_certificate import GetCertificate

    names = settings.GetCertificateSettings.load()
    certificates = DynamoCertificates(_dynamodb(), names.certificates_table)
    return GetCertificate(certificates, _register(beneficiaries=names.beneficiaries_table), _clock(names))


@cache
def tokens() -> "Tokens":
    """Whose token it is, when sign-in is another issuer's."""
    from lifecert.adapters.oidc_tokens import OidcTokens, fetch_json

    names = settings.AuthoriseSettings.load()
    fetch = partial(fetch_json, only_https=names.stage != "local")
    return OidcTokens(names.oidc_issuer, names.oidc_audience, names.oidc_groups_claim, fetch)


@cache
def public_keys() -> "PublicKeys":
    """GET /.well-known/jwks.json."""
    from lifecert.adapters.kms_signing import KmsPublicKeys

    names = settings.GetCertificateSettings.load()
    return KmsPublicKeys(_client("kms"), (names.certificate_key_id, names.certificate_key_old_id))


@cache
def get_session() -> "GetSession":
    """GET /sessions/{session_id}."""
    from lifecert.adapters.dynamodb_reviews import DynamoReviews
    from lifecert.adapters.dynamodb_sessions import DynamoSessions
    from lifecert.application.get_status import GetSession

    names = settings.GetStatusSettings.load()
    sessions, reviews = (
        DynamoSessions(_dynamodb(), names.sessions_table),
        DynamoReviews(_dynamodb(), names.reviews_table),
    )
    return GetSession(sessions, reviews)


@cache
def get_beneficiary() -> "GetBeneficiary":
    """GET /beneficiaries/{beneficiary_id}."""
    from lifecert.adapters.dynamodb_ledger import DynamoLedger
    from lifecert.application.get_status import GetBeneficiary

    names = settings.GetStatusSettings.load()
    register = _register(beneficiaries=names.beneficiaries_table)
    return GetBeneficiary(register, DynamoLedger(_dynamodb(), names.ledger_table))


@cache
def clock() -> "Clock":
    """Time, for answers that tell how much of it is left."""
    return _clock(settings.Common.load())


@cache
def help_lines() -> "HelpLines":
    """Whom to call."""
    from lifecert.adapters.config_files import load_help_lines

    return load_help_lines()


@cache
def _policy() -> "Policy":
    from lifecert.adapters.config_files import load_policy

    return load_policy()


def _shadow_policy(version: str) -> "Policy":
    from lifecert.adapters.config_files import load_shadow_policy

    return load_shadow_policy(version, _policy())


@cache
def _analyser() -> "FaceAnalyser":
    from lifecert_vision.analyser import VisionAnalyser

    return VisionAnalyser(_policy())


@cache
def _client(service: str) -> Any:
    import boto3
    from botocore.config import Config

    # Short: three tries against a service that hangs end before the function's own ten seconds do.
    config = Config(
        connect_timeout=1,
        read_timeout=2,
        retries={"mode": "standard", "total_max_attempts": 3},
    )
    if service == "s3":
        from lifecert.adapters.s3_photos import client_config

        config = config.merge(client_config())
    return boto3.client(service, config=config)  # type: ignore[call-overload]


def _dynamodb() -> "DynamoDBClient":
    client: DynamoDBClient = _client("dynamodb")
    return client


def _s3() -> "S3Client":
    client: S3Client = _client("s3")
    return client


def _register(*, shards: int = 1, **tables: str) -> "DynamoRegister":
    """`shards` matters to changes and sweeps only."""
    from lifecert.adapters.dynamodb_register import ChangeTables, DynamoRegister
    from lifecert.entry.log import correlation_id

    return DynamoRegister(_dynamodb(), ChangeTables(**tables), shards, correlation=correlation_id)


def _hold_batches(names: settings.WithHoldBatches) -> "DynamoHoldBatches":
    from lifecert.adapters.dynamodb_holds import DynamoHoldBatches

    return DynamoHoldBatches(_dynamodb(), names.hold_batches_table, names.due_shards)


def _limits(names: settings.WithLimits) -> "DynamoLimits":
    from lifecert.adapters.dynamodb_limits import DynamoLimits

    return DynamoLimits(_dynamodb(), names.limits_table)


def _person_keys(names: settings.WithPersonKeys) -> "KmsPersonKeys":
    from lifecert.adapters.kms_person_keys import KmsPersonKeys

    return KmsPersonKeys(_client("kms"), names.person_key_id, names.person_secrets, names.person_secrets_moving)


def _references(names: settings.WithTemplates) -> "ProtectedReferences":
    """References whose templates are plain once they are read."""
    from lifecert.adapters.dynamodb_references import DynamoReferences
    from lifecert.adapters.protected_references import ProtectedReferences

    stored = DynamoReferences(_dynamodb(), names.references_table)
    return ProtectedReferences(stored, _protection(names.template_key_id))


def _protection(key_id: str, version: str = "") -> "KmsTemplateProtection":
    """`version` matters to what is stored anew only."""
    from lifecert.adapters.kms_template_protection import KmsTemplateProtection

    return KmsTemplateProtection(_client("kms"), key_id, version)


def _clock(names: settings.Common) -> SystemClock:
    return SystemClock(ZoneInfo(names.time_zone), names.clock_shift_days)
