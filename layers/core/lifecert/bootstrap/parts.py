"""The composition root's parts that several of its factories share: clients, adapters, the rules.

Nothing is built at import. Each part asks for the mixin of settings that names what it needs (entry/settings.py).
"""

from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from lifecert.adapters.system_clock import SystemClock
from lifecert.entry import settings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

    from lifecert.adapters.dynamodb.holds import DynamoHoldBatches
    from lifecert.adapters.dynamodb.ledger import DynamoLedger
    from lifecert.adapters.dynamodb.limits import DynamoLimits
    from lifecert.adapters.dynamodb.register import DynamoRegister
    from lifecert.adapters.dynamodb.reviews import DynamoReviews
    from lifecert.adapters.dynamodb.sessions import DynamoSessions
    from lifecert.adapters.kms.addresses import KmsAddresses
    from lifecert.adapters.kms.person_keys import KmsPersonKeys
    from lifecert.adapters.kms.protected_references import ProtectedReferences
    from lifecert.adapters.kms.template_protection import KmsTemplateProtection
    from lifecert.application.shared.issuing import Issuer
    from lifecert.domain.help_lines import HelpLines
    from lifecert.domain.policy import Policy
    from lifecert.ports.vision import FaceAnalyser


@cache
def policy() -> "Policy":
    """What the machine accepts."""
    from lifecert.adapters.files.policy import load_policy

    return load_policy()


def shadow_policy(version: str) -> "Policy":
    """The policy on trial."""
    from lifecert.adapters.files.policy import load_shadow_policy

    return load_shadow_policy(version, policy())


@cache
def analyser() -> "FaceAnalyser":
    """The models, loaded."""
    from lifecert_vision.analyser import VisionAnalyser

    return VisionAnalyser(policy())


@cache
def client(service: str) -> Any:
    """A client of one AWS service."""
    import boto3
    from botocore.config import Config

    # Short: three tries against a service that hangs end before the function's own ten seconds do.
    config = Config(
        connect_timeout=1,
        read_timeout=2,
        retries={"mode": "standard", "total_max_attempts": 3},
    )
    if service == "s3":
        from lifecert.adapters.s3.photos import client_config

        config = config.merge(client_config())
    return boto3.client(service, config=config)  # type: ignore[call-overload]


def dynamodb() -> "DynamoDBClient":
    """The client of all tables."""
    found: DynamoDBClient = client("dynamodb")
    return found


def s3() -> "S3Client":
    """The client of all buckets."""
    found: S3Client = client("s3")
    return found


def register(names: settings.WithBeneficiaries) -> "DynamoRegister":
    """The register to read from."""
    return _register_of(1, beneficiaries=names.beneficiaries_table)


def changing_register(names: settings.WithChanges, **others: str) -> "DynamoRegister":
    """The register to change: `others` are the tables that change with it, beside the ledger."""
    return _register_of(names.due_shards, beneficiaries=names.beneficiaries_table, ledger=names.ledger_table, **others)


def _register_of(shards: int, **tables: str) -> "DynamoRegister":
    from lifecert.adapters.dynamodb.register import ChangeTables, DynamoRegister
    from lifecert.entry.log import correlation_id

    return DynamoRegister(dynamodb(), ChangeTables(**tables), shards, correlation=correlation_id)


def ledger(names: settings.WithLedger) -> "DynamoLedger":
    """The ledger to read from."""
    from lifecert.adapters.dynamodb.ledger import DynamoLedger

    return DynamoLedger(dynamodb(), names.ledger_table)


def sessions(names: settings.WithSessions) -> "DynamoSessions":
    """Sessions."""
    from lifecert.adapters.dynamodb.sessions import DynamoSessions

    return DynamoSessions(dynamodb(), names.sessions_table)


def reviews(names: settings.WithReviews) -> "DynamoReviews":
    """Cases."""
    from lifecert.adapters.dynamodb.reviews import DynamoReviews

    return DynamoReviews(dynamodb(), names.reviews_table)


def issuer(names: settings.WithIssuer) -> "Issuer":
    """Who signs certificates."""
    from lifecert.adapters.kms.signing import KmsSigner
    from lifecert.application.shared.issuing import Issuer

    return Issuer(names.issuer, KmsSigner(client("kms"), names.certificate_key_id))


def hold_batches(names: settings.WithHoldBatches) -> "DynamoHoldBatches":
    """Hold batches."""
    from lifecert.adapters.dynamodb.holds import DynamoHoldBatches

    return DynamoHoldBatches(dynamodb(), names.hold_batches_table, names.due_shards)


def limits(names: settings.WithLimits) -> "DynamoLimits":
    """What users have done."""
    from lifecert.adapters.dynamodb.limits import DynamoLimits

    return DynamoLimits(dynamodb(), names.limits_table)


def person_keys(names: settings.WithPersonKeys) -> "KmsPersonKeys":
    """Look-up by ID number and name."""
    from lifecert.adapters.kms.person_keys import KmsPersonKeys

    return KmsPersonKeys(client("kms"), names.person_key_id, names.person_secrets, names.person_secrets_moving)


def addresses(names: settings.WithContacts) -> "KmsAddresses":
    """Encryption of addresses."""
    from lifecert.adapters.kms.addresses import KmsAddresses

    return KmsAddresses(client("kms"), names.contact_key_id)


def references(names: settings.WithTemplates) -> "ProtectedReferences":
    """References whose templates are plain once they are read."""
    from lifecert.adapters.dynamodb.references import DynamoReferences
    from lifecert.adapters.kms.protected_references import ProtectedReferences

    stored = DynamoReferences(dynamodb(), names.references_table)
    return ProtectedReferences(stored, protection(names.template_key_id))


def protection(key_id: str, version: str = "") -> "KmsTemplateProtection":
    """`version` matters to what is stored anew only."""
    from lifecert.adapters.kms.template_protection import KmsTemplateProtection

    return KmsTemplateProtection(client("kms"), key_id, version)


def clock(names: settings.Common) -> SystemClock:
    """Time in the deployment's zone."""
    return SystemClock(ZoneInfo(names.time_zone), names.clock_shift_days)


@cache
def help_lines() -> "HelpLines":
    """Whom to call."""
    from lifecert.adapters.files.policy import load_help_lines

    return load_help_lines()
