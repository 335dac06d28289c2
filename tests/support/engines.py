"""The same ports on different engines: in memory, on moto, on the local AWS."""

import uuid
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Protocol

from lifecert.adapters.dynamodb.access_log import DynamoAccessLog
from lifecert.adapters.dynamodb.certificates import DynamoCertificates
from lifecert.adapters.dynamodb.claims import DynamoClaims
from lifecert.adapters.dynamodb.devices import DynamoDevices
from lifecert.adapters.dynamodb.face_counts import DynamoFaceCounts
from lifecert.adapters.dynamodb.holds import DynamoHoldBatches
from lifecert.adapters.dynamodb.import_runs import DynamoImportRuns
from lifecert.adapters.dynamodb.invitations import DynamoInvitations
from lifecert.adapters.dynamodb.ledger import DynamoLedger
from lifecert.adapters.dynamodb.letters import DynamoLetters
from lifecert.adapters.dynamodb.limits import DynamoLimits
from lifecert.adapters.dynamodb.notices import DynamoContacts, DynamoSentNotices
from lifecert.adapters.dynamodb.payment_references import DynamoPaymentReferences
from lifecert.adapters.dynamodb.references import DynamoReferences
from lifecert.adapters.dynamodb.reviews import DynamoReviews
from lifecert.adapters.dynamodb.seen_frames import DynamoSeenFrames
from lifecert.adapters.dynamodb.sessions import DynamoSessions
from lifecert.adapters.dynamodb.sweep_runs import DynamoSweepRuns
from lifecert.adapters.dynamodb.transaction import ChangeTables, changing_register
from lifecert.adapters.dynamodb.values import plain, typed
from lifecert.adapters.dynamodb.work_lists import DynamoWorkLists
from lifecert.ports.access_log import AccessLog
from lifecert.ports.deciding import Claims
from lifecert.ports.devices import Devices
from lifecert.ports.holds import HoldBatches
from lifecert.ports.intake import ImportRuns, Letters
from lifecert.ports.invitations import Invitations
from lifecert.ports.notices import Contacts, SentNotices
from lifecert.ports.payment_references import PaymentReferences
from lifecert.ports.references import FaceCounts, References
from lifecert.ports.register import Certificates, ChangingRegister, Ledger
from lifecert.ports.reviews import OpenReviews, Reviews
from lifecert.ports.sessions import Limits, SeenFrames, Sessions
from lifecert.ports.sweep import SweepRuns
from lifecert.ports.work_lists import KeptLists, WorkLists
from local.tables import create, definitions, drop
from tests.support.fakes.intake import MemoryImportRuns, MemoryLetters
from tests.support.fakes.lists import MemoryWorkLists
from tests.support.fakes.store import MemoryStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SHARDS = 2
PAGE_SIZE = 3
TABLES = (
    "Beneficiaries",
    "References",
    "Counters",
    "Contacts",
    "Notices",
    "HoldBatches",
    "Invitations",
    "Sessions",
    "Limits",
    "SeenFrames",
    "Certificates",
    "Ledger",
    "Reviews",
    "SweepRuns",
    "ImportRuns",
    "AccessLog",
    "PaymentReferences",
    "WorkLists",
    "Devices",
)


class CountedReviews(Reviews, OpenReviews, Protocol):
    """Reviews, to read and to count."""


class BothLists(WorkLists, KeptLists, Protocol):
    """Work lists, to read and to write."""


@dataclass(frozen=True, slots=True)
class Stores:
    """One adapter for each port, over the same data."""

    register: ChangingRegister
    ledger: Ledger
    certificates: Certificates
    references: References
    face_counts: FaceCounts
    sessions: Sessions
    claims: Claims
    limits: Limits
    reviews: CountedReviews
    seen_frames: SeenFrames
    sweep_runs: SweepRuns
    contacts: Contacts
    sent_notices: SentNotices
    hold_batches: HoldBatches
    invitations: Invitations
    import_runs: ImportRuns
    letters: Letters
    access_log: AccessLog
    payment_references: PaymentReferences
    work_lists: BothLists
    devices: Devices


@dataclass(frozen=True, slots=True)
class DynamoTables:
    """The template's tables under names of their own, and what is in them."""

    client: "DynamoDBClient"
    prefix: str = field(default_factory=lambda: f"t{uuid.uuid4().hex[:12]}-")

    def name(self, table: str) -> str:
        return self.prefix + table

    def create(self) -> None:
        """As infra/data.yaml has them: keys and indexes."""
        create(self.client, self.prefix, TABLES)

    def drop(self) -> None:
        drop(self.client, self.prefix, TABLES)

    def empty(self) -> None:
        """Cheaper than to drop and to create, where that takes long."""
        for table in TABLES:
            keys = [key["AttributeName"] for key in definitions()[table]["KeySchema"]]
            pages = self.client.get_paginator("scan").paginate(TableName=self.name(table))
            for item in [item for page in pages for item in page["Items"]]:
                self.client.delete_item(TableName=self.name(table), Key={key: item[key] for key in keys})

    def item(self, table: str, **key: Any) -> dict[str, Any]:
        """An item as stored, in plain values; empty when there is none."""
        answer = self.client.get_item(TableName=self.name(table), Key=typed(key), ConsistentRead=True)
        return plain(answer.get("Item", {}))

    def all(self, table: str, **key: str) -> list[dict[str, Any]]:
        """The items under one partition key, in order."""
        ((name, value),) = key.items()
        answer = self.client.query(
            TableName=self.name(table),
            KeyConditionExpression="#key = :value",
            ExpressionAttributeNames={"#key": name},
            ExpressionAttributeValues=typed({":value": value}),
        )
        return [plain(item) for item in answer["Items"]]

    def index(self, table: str, index: str, **key: str) -> list[dict[str, Any]]:
        """The items of one partition of an index, in order."""
        ((name, value),) = key.items()
        answer = self.client.query(
            TableName=self.name(table),
            IndexName=index,
            KeyConditionExpression="#key = :value",
            ExpressionAttributeNames={"#key": name},
            ExpressionAttributeValues=typed({":value": value}),
        )
        return [plain(item) for item in answer["Items"]]

    def count(self) -> Mapping[str, int]:
        """How many items each table holds."""
        return {table: self.client.scan(TableName=self.name(table), Select="COUNT")["Count"] for table in TABLES}

    def stores(self) -> Stores:
        client = self.client
        tables = ChangeTables(
            beneficiaries=self.name("Beneficiaries"),
            ledger=self.name("Ledger"),
            certificates=self.name("Certificates"),
            sessions=self.name("Sessions"),
            reviews=self.name("Reviews"),
            references=self.name("References"),
            seen_frames=self.name("SeenFrames"),
            counters=self.name("Counters"),
            contacts=self.name("Contacts"),
            notices=self.name("Notices"),
            hold_batches=self.name("HoldBatches"),
            invitations=self.name("Invitations"),
        )
        return Stores(
            register=changing_register(client, tables, SHARDS, page_size=PAGE_SIZE),
            ledger=DynamoLedger(client, tables.ledger, page_size=PAGE_SIZE),
            certificates=DynamoCertificates(client, tables.certificates),
            references=DynamoReferences(client, tables.references),
            face_counts=DynamoFaceCounts(client, tables.counters),
            sessions=DynamoSessions(client, tables.sessions, self.name("Limits"), self.name("Devices")),
            claims=DynamoClaims(client, tables.sessions, tables.beneficiaries),
            limits=DynamoLimits(client, self.name("Limits")),
            reviews=DynamoReviews(client, tables.reviews, page_size=PAGE_SIZE),
            seen_frames=DynamoSeenFrames(client, tables.seen_frames),
            sweep_runs=DynamoSweepRuns(client, self.name("SweepRuns")),
            contacts=DynamoContacts(client, tables.contacts),
            sent_notices=DynamoSentNotices(client, tables.notices),
            hold_batches=DynamoHoldBatches(client, tables.hold_batches, SHARDS, page_size=PAGE_SIZE),
            invitations=DynamoInvitations(client, tables.invitations),
            import_runs=DynamoImportRuns(client, self.name("ImportRuns")),
            letters=DynamoLetters(client, self.name("ImportRuns")),
            access_log=DynamoAccessLog(client, self.name("AccessLog")),
            payment_references=DynamoPaymentReferences(client, self.name("PaymentReferences")),
            work_lists=DynamoWorkLists(client, self.name("WorkLists")),
            devices=DynamoDevices(client, self.name("Devices")),
        )


def memory_stores() -> Stores:
    store = MemoryStore(SHARDS)
    return Stores(
        register=store.register,
        ledger=store.ledger,
        certificates=store.certificates_port,
        references=store.references,
        face_counts=store.face_counts,
        sessions=store.sessions,
        claims=store.claims,
        limits=store.limits,
        reviews=store.reviews_port,
        seen_frames=store.seen_frames,
        sweep_runs=store.sweep_runs,
        contacts=store.contacts_port,
        sent_notices=store.sent_notices_port,
        hold_batches=store.hold_batches,
        invitations=store.invitations_port,
        import_runs=MemoryImportRuns(),
        letters=MemoryLetters(),
        access_log=store.access_log,
        payment_references=store.payment_references,
        work_lists=MemoryWorkLists(),
        devices=store.devices_port,
    )


def left_at_default(built: Any) -> set[str]:
    """Fields of a domain object that a test leaves at their default, and so does not prove to be stored."""
    return {
        one.name
        for one in fields(built)
        if getattr(built, one.name) == (one.default_factory() if one.default_factory is not MISSING else one.default)
    }
