"""The stored state that use cases are built of: one function for each port to a table, and for the index of faces.

The other half of `parts`, replaced by tests in the same way. Each part asks for the mixin of settings that names what
it needs (entry/settings.py).
"""

from typing import TYPE_CHECKING

from lifecert.bootstrap import parts
from lifecert.entry import settings

if TYPE_CHECKING:
    from lifecert.adapters.dynamodb.holds import DynamoHoldBatches
    from lifecert.adapters.dynamodb.limits import DynamoLimits
    from lifecert.adapters.dynamodb.reviews import DynamoReviews
    from lifecert.adapters.dynamodb.sweep_runs import DynamoSweepRuns
    from lifecert.adapters.dynamodb.transaction import DynamoChangingRegister
    from lifecert.adapters.dynamodb.work_lists import DynamoWorkLists
    from lifecert.application.shared.accessing import CountLookUps, LookUps, NoteAccess
    from lifecert.application.shared.referring import ReferencesOfPayers
    from lifecert.entry.http.once import Once
    from lifecert.ports.access_log import AccessLog
    from lifecert.ports.anchors import Heads
    from lifecert.ports.clock import Clock
    from lifecert.ports.deciding import Claims
    from lifecert.ports.devices import Devices
    from lifecert.ports.feed import Changes
    from lifecert.ports.gallery import Gallery
    from lifecert.ports.intake import ImportRuns, Letters
    from lifecert.ports.invitations import Invitations
    from lifecert.ports.keys import PersonKeys
    from lifecert.ports.notices import Contacts, SentNotices
    from lifecert.ports.payment_references import PaymentReferences
    from lifecert.ports.protection import TemplateProtection
    from lifecert.ports.references import FaceCounts, References
    from lifecert.ports.register import Certificates, Ledger, Register
    from lifecert.ports.sessions import SeenFrames, Sessions


def register(names: settings.WithBeneficiaries) -> "Register":
    """The register to read from."""
    from lifecert.adapters.dynamodb.register import DynamoRegister

    return DynamoRegister(parts.dynamodb(), names.beneficiaries_table)


def changing_register(names: settings.WithChanges, **others: str) -> "DynamoChangingRegister":
    """The register to change: `others` are the tables that change with it, beside the ledger."""
    from lifecert.adapters.dynamodb.transaction import ChangeTables, changing_register
    from lifecert.entry.log import correlation_id

    tables = ChangeTables(beneficiaries=names.beneficiaries_table, ledger=names.ledger_table, **others)
    return changing_register(parts.dynamodb(), tables, names.due_shards, correlation=correlation_id)


def ledger(names: settings.WithLedger) -> "Ledger":
    """The ledger to read from."""
    from lifecert.adapters.dynamodb.ledger import DynamoLedger

    return DynamoLedger(parts.dynamodb(), names.ledger_table)


def sessions(names: settings.WithSessions, counting_in: str = "", devices_in: str = "") -> "Sessions":
    """Sessions; whoever opens some counts them in the table `counting_in`, and finds devices in `devices_in`."""
    from lifecert.adapters.dynamodb.sessions import DynamoSessions

    return DynamoSessions(parts.dynamodb(), names.sessions_table, counting_in, devices_in)


def devices(names: settings.WithDevices) -> "Devices":
    """Registered devices."""
    from lifecert.adapters.dynamodb.devices import DynamoDevices

    return DynamoDevices(parts.dynamodb(), names.devices_table)


def certificates(names: settings.WithCertificatesTable) -> "Certificates":
    """Certificates to read."""
    from lifecert.adapters.dynamodb.certificates import DynamoCertificates

    return DynamoCertificates(parts.dynamodb(), names.certificates_table)


def reviews(names: settings.WithReviews) -> "DynamoReviews":
    """Cases."""
    from lifecert.adapters.dynamodb.reviews import DynamoReviews

    return DynamoReviews(parts.dynamodb(), names.reviews_table)


def references(names: settings.WithReferences) -> "References":
    """References whose templates are as they are stored: protected."""
    from lifecert.adapters.dynamodb.references import DynamoReferences

    return DynamoReferences(parts.dynamodb(), names.references_table)


def plain_references(names: settings.WithTemplates, revealing: "TemplateProtection | None" = None) -> "References":
    """References whose templates and imprints are plain once they are read. Whoever stores some too gives what it
    protects them with, so that a person's secret is derived once."""
    from lifecert.adapters.kms.protected_references import ProtectedReferences

    return ProtectedReferences(references(names), revealing or parts.protection(names.template_key_id))


def claims(sessions_table: str, beneficiaries_table: str) -> "Claims":
    """A session and whose it is."""
    from lifecert.adapters.dynamodb.claims import DynamoClaims

    return DynamoClaims(parts.dynamodb(), sessions_table, beneficiaries_table)


def seen_frames(table: str) -> "SeenFrames":
    """Frames used before."""
    from lifecert.adapters.dynamodb.seen_frames import DynamoSeenFrames

    return DynamoSeenFrames(parts.dynamodb(), table)


def face_counts(names: settings.WithCounters) -> "FaceCounts":
    """How many faces are stored."""
    from lifecert.adapters.dynamodb.face_counts import DynamoFaceCounts

    return DynamoFaceCounts(parts.dynamodb(), names.counters_table)


def limits(names: settings.WithLimits) -> "DynamoLimits":
    """What users have done."""
    from lifecert.adapters.dynamodb.limits import DynamoLimits

    return DynamoLimits(parts.dynamodb(), names.limits_table)


def hold_batches(names: settings.WithHoldBatches) -> "DynamoHoldBatches":
    """Hold batches."""
    from lifecert.adapters.dynamodb.holds import DynamoHoldBatches

    return DynamoHoldBatches(parts.dynamodb(), names.hold_batches_table, names.due_shards)


def invitations(names: settings.WithInvitations) -> "Invitations":
    """Invitations to read."""
    from lifecert.adapters.dynamodb.invitations import DynamoInvitations

    return DynamoInvitations(parts.dynamodb(), names.invitations_table)


def contacts(names: settings.WithContacts) -> "Contacts":
    """Where people can be reached."""
    from lifecert.adapters.dynamodb.notices import DynamoContacts

    return DynamoContacts(parts.dynamodb(), names.contacts_table)


def sent_notices(table: str) -> "SentNotices":
    """Notices on their way."""
    from lifecert.adapters.dynamodb.notices import DynamoSentNotices

    return DynamoSentNotices(parts.dynamodb(), table)


def changes(table: str) -> "Changes":
    """Published changes that wait for a file."""
    from lifecert.adapters.dynamodb.changes import DynamoChanges

    return DynamoChanges(parts.dynamodb(), table)


def work_lists(table: str) -> "DynamoWorkLists":
    """Work lists and the months' figures."""
    from lifecert.adapters.dynamodb.work_lists import DynamoWorkLists

    return DynamoWorkLists(parts.dynamodb(), table)


def heads(table: str) -> "Heads":
    """Where the chains of the ledger stood, by day."""
    from lifecert.adapters.dynamodb.heads import DynamoHeads

    return DynamoHeads(parts.dynamodb(), table)


def sweep_runs(table: str) -> "DynamoSweepRuns":
    """How far the sweeps are."""
    from lifecert.adapters.dynamodb.sweep_runs import DynamoSweepRuns

    return DynamoSweepRuns(parts.dynamodb(), table)


def letters(table: str) -> "Letters":
    """Which letters were made, beside the imports."""
    from lifecert.adapters.dynamodb.letters import DynamoLetters

    return DynamoLetters(parts.dynamodb(), table)


def import_runs(table: str) -> "ImportRuns":
    """How far the imports of registers are."""
    from lifecert.adapters.dynamodb.import_runs import DynamoImportRuns

    return DynamoImportRuns(parts.dynamodb(), table)


def noting(names: settings.WithAccessLog, clock: "Clock") -> "NoteAccess":
    """Writes down who opens whose record."""
    from lifecert.application.shared.accessing import NoteAccess

    return NoteAccess(access_log(names), clock)


def looking_up(names: settings.WithLookUps, clock: "Clock") -> "LookUps":
    """Counts look-ups by the staff, and writes down who is told whose record."""
    from lifecert.application.shared.accessing import LookUps

    return LookUps(noting(names, clock), counting_look_ups(names, clock))


def counting_look_ups(names: settings.WithFindLimits, clock: "Clock") -> "CountLookUps":
    """Counts look-ups by the staff that name nobody."""
    from lifecert.application.shared.accessing import CountLookUps
    from lifecert.domain.limits import FindLimits

    return CountLookUps(limits(names), FindLimits(names.limit_finds_hour, names.limit_finds_day), clock)


def access_log(names: settings.WithAccessLog) -> "AccessLog":
    """Records opened."""
    from lifecert.adapters.dynamodb.access_log import DynamoAccessLog

    return DynamoAccessLog(parts.dynamodb(), names.access_log_table)


def references_of_payers(names: settings.WithPaymentReferences, keys: "PersonKeys") -> "ReferencesOfPayers":
    """By which payers' references somebody can be found."""
    from lifecert.application.shared.referring import ReferencesOfPayers

    return ReferencesOfPayers(keys, payment_references(names))


def payment_references(names: settings.WithPaymentReferences) -> "PaymentReferences":
    """The same by keyed hash."""
    from lifecert.adapters.dynamodb.payment_references import DynamoPaymentReferences

    return DynamoPaymentReferences(parts.dynamodb(), names.payment_references_table)


def once(table: str) -> "Once":
    """Kept answers for whoever asks again."""
    from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer

    from lifecert.entry.http.once import Once

    return Once(DynamoDBPersistenceLayer(table, boto3_client=parts.dynamodb()))


def vector_gallery(names: settings.WithLedger, index_arn: str, key_id: str, secret_version: str) -> "Gallery":
    """The same in an index of S3 Vectors."""
    from functools import partial

    from lifecert.adapters.s3.gallery import gallery_secret
    from lifecert.adapters.s3.vectors import S3VectorsGallery, enrolled_by_ledger

    secret = partial(gallery_secret, parts.client("kms"), key_id, secret_version)
    return S3VectorsGallery(parts.client("s3vectors"), index_arn, secret, enrolled_by_ledger(ledger(names)))
