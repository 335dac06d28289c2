"""What the cost sheet counts with: units and bytes of each thing that happens to a person, on DynamoDB Local.

`lab/costs/measured.toml` has these figures. They are measured again here, so that the sheet cannot drift from the
product.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest

from lab.costs.inputs import MEASURED, Units, load_measured
from lab.scale.meter import Meter, item_bytes, metered
from lifecert.adapters.dynamodb.changes import DynamoChanges
from lifecert.adapters.dynamodb.heads import DynamoHeads
from lifecert.adapters.dynamodb.transaction import DynamoChangingRegister
from lifecert.adapters.files.notice_texts import load_notice_text
from lifecert.application.certify.invited import InvitedRequest, ShowInvited, StartInvited
from lifecert.application.feed.write_change_files import WriteChangeFiles
from lifecert.application.notices.send_notice import NoticeOutcome, SendNotice
from lifecert.domain.anchor import head_of
from lifecert.domain.evidence import Evidence, FrameEvidence, Measure, Verdict
from lifecert.domain.help_lines import HelpLines
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.notice import Contact, Notice, NoticeChannel, QuietHours
from lifecert.domain.published import published_events
from lifecert.domain.session import ImageType, Session
from local.tables import create, definitions, drop
from tests.contract.test_requests import ACCEPTED, START
from tests.contract.test_round_trips import REQUEST, invited, issuing, start_session, with_one
from tests.support.builders import (
    CLERK,
    HELPER,
    NOW,
    TRUSTED,
    a_beneficiary,
    a_change,
    good_evidence,
    registration,
)
from tests.support.engines import DynamoTables, Stores
from tests.support.fakes.analysers import ScriptedAnalyser
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.feed import MemoryChangeFiles
from tests.support.fakes.notices import FakeSeal, MemorySender
from tests.support.fakes.photos import MemoryPhotos
from tests.support.sweeping import Night, finished_run
from tests.support.verifying import verifier

# Bytes that storage is charged for beside each item and each entry of an index.
OVERHEAD = 100
# Tables whose items are kept for a year and more. Limits end within hours, and runs of the sweep are few.
KEPT = ("Beneficiaries", "References", "Sessions", "SeenFrames", "Certificates", "Ledger")
# Three real frames give 51 measures and 6,400 bytes of evidence; 17 such measures a frame are as long.
MEASURES = tuple(
    Measure(f"some_measure{n:02}", Verdict.PASSED, 0.123456789012345, "ratio", 0.98765432) for n in range(17)
)


class Unsealed:
    """KMS is not metered here."""

    def seal(self, beneficiary_id: str, address: str) -> bytes:
        return address.encode()

    def open(self, beneficiary_id: str, sealed: bytes) -> str:
        return sealed.decode()


@dataclass(frozen=True, slots=True)
class Office:
    """Tables of one test, and what is metered."""

    tables: DynamoTables
    stores: Stores

    def units(self, do: Callable[[], object]) -> Units:
        with metered(self.tables.client) as meter:
            do()
        return units(meter)

    def bytes(self) -> int:
        """All that is kept, with what indexes repeat of it."""
        return sum(stored_bytes(self.tables, table) for table in KEPT)


def hold(found: Units, name: str) -> None:
    """As dictionaries: what differs is then told."""
    assert found.model_dump() == load_measured(MEASURED).units[name].model_dump()


def units(meter: Meter) -> Units:
    return Units(requests=sum(meter.requests.values()), read=meter.read_units, write=meter.write_units)


def stored_bytes(tables: DynamoTables, table: str) -> int:
    definition = definitions()[table]
    indexes = definition.get("GlobalSecondaryIndexes", [])
    keys = {key["AttributeName"] for key in definition["KeySchema"]}
    found = 0
    for page in tables.client.get_paginator("scan").paginate(TableName=tables.name(table)):
        for item in page["Items"]:
            found += item_bytes(item) + OVERHEAD
            for index in indexes:
                own = {key["AttributeName"] for key in index["KeySchema"]}
                if own <= set(item):
                    whole = index["Projection"]["ProjectionType"] == "ALL"
                    entry = {name: held for name, held in item.items() if whole or name in own | keys}
                    found += item_bytes(entry) + OVERHEAD
    return found


@pytest.fixture
def office(amazon_tables: DynamoTables) -> Office:
    """As deployed: pages of a thousand. One shard, so that the units do not hang on who is in which."""
    stores = amazon_tables.stores()
    register = stores.register
    assert isinstance(register, DynamoChangingRegister)
    return Office(amazon_tables, replace(stores, register=replace(register, shards=1, page_size=1000)))


def evidence_of(session: Session) -> Evidence:
    return replace(good_evidence(), frames=tuple(FrameEvidence(step, MEASURES) for step in session.challenge))


def test_a_certification(office: Office) -> None:
    measured = load_measured(MEASURED)
    empty = office.bytes()
    with_one(office.stores)
    person = office.bytes()
    photos, sessions = MemoryPhotos(), []
    start = start_session(office.stores, photos)
    hold(office.units(lambda: sessions.append(start(REQUEST, HELPER).session)), "start")
    session = sessions[0]
    for number in range(1, len(session.challenge) + 1):
        photos.upload(session.frame_key(number), b"photo %d" % number)
    verify = verifier(office.stores, photos, ScriptedAnalyser(evidence_of(session)), FixedClock(NOW))
    hold(office.units(lambda: verify(session.session_id, HELPER)), "verification")
    assert person - empty == pytest.approx(measured.stored_bytes.person, rel=0.05)
    assert office.bytes() - person == pytest.approx(measured.stored_bytes.certification, rel=0.05)


def test_by_invitation(office: Office) -> None:
    """A letter issued, its code read, and a session opened by it."""
    with_one(office.stores)
    finder, code = invited(office.stores, MemoryPhotos())
    invitation = finder.find(code)[0]
    issue = issuing(office.stores)
    reissued = []
    person = invitation.beneficiary_id
    hold(office.units(lambda: reissued.append(issue(person, guardian=False, user=CLERK))), "invitation")
    code = reissued[0].code
    asked = InvitedRequest(code, False, None, "2026-1", False, frozenset(), ImageType.JPEG, None)
    hold(office.units(lambda: ShowInvited(finder)(code)), "invited_person")
    hold(office.units(lambda: StartInvited(finder, FakeSeal())(asked)), "invited_start")


def test_the_requests_to_s3_and_kms() -> None:
    asked = load_measured(MEASURED).requests
    found = {"s3.GetObject": asked.s3_get, "s3.HeadObject": asked.s3_head}
    assert {**found, "kms.GenerateMac": asked.kms_mac, "kms.Sign": asked.kms_signature} == ACCEPTED
    assert {"kms.GenerateMac": asked.kms_number} == START


def test_a_change_on_its_way_to_the_payer(office: Office) -> None:
    """From the stream into the table of changes and from there into a file."""
    (event,) = published_events(registration().entry)
    prefix = office.tables.prefix
    create(office.tables.client, prefix, ["Changes"])
    try:
        changes = DynamoChanges(office.tables.client, f"{prefix}Changes")
        write = WriteChangeFiles(changes, MemoryChangeFiles(), FixedClock(NOW), ["fund"])
        empty = office.units(write)

        def whole_way() -> None:
            changes.add(event)
            write()

        found = office.units(whole_way)
    finally:
        drop(office.tables.client, prefix, ["Changes"])
    hold(found.less(empty), "published")


def test_a_notice(office: Office) -> None:
    """A reminder that is handed to its channel: contact and person read, the notice and the entry written."""
    person = a_beneficiary(contact_channel=NoticeChannel.SMS)
    notice = Notice(person.valid_until, 60, 1)
    contact = Contact(person.beneficiary_id, NoticeChannel.SMS, b"s" * 200)
    change = a_change(replace(person, notice=notice), LedgerEvent.REGISTERED, contact=contact)
    office.stores.register.commit(change)
    send = SendNotice(
        office.stores.register,
        office.stores.contacts,
        Unsealed(),
        MemorySender(),
        FixedClock(NOW),
        load_notice_text("zh-CN"),
        HelpLines("12333", {}),
        QuietHours(21, 8),
        office.stores.ledger,
        TRUSTED,
        "zh-CN",
    )
    outcomes = []
    found = office.units(lambda: outcomes.append(send(person.beneficiary_id, 1)))
    assert outcomes == [NoticeOutcome.SENT]
    hold(found, "notice")


def nights(office: Office, people: int, valid_until: date, first: date, count: int) -> tuple[Units, Units, int]:
    """Units of so many nights with people due and with nobody, and the bytes that the people's entries take."""
    clock = FixedClock(NOW)
    clock.move(days=(first - clock.today()).days)
    finished_run(office.stores.sweep_runs, first - timedelta(days=1))
    stores = office.stores
    night = Night(stores.register, stores.sweep_runs, clock, shards=1, batches=stores.hold_batches)
    for number in range(people):
        office.stores.register.commit(registration(beneficiary_id=f"person {number:04}", valid_until=valid_until))
    before = office.bytes()

    def sweep() -> None:
        for _ in range(count):
            night()
            clock.move(days=1)

    found = office.units(sweep)
    return found, office.units(night), office.bytes() - before


@pytest.mark.parametrize("first_night", [-60, 1], ids=["a reminder", "a lapse"])
def test_the_busiest_table_of_a_night(office: Office, first_night: int) -> None:
    """What one person whom the sweep changes writes into any one table or index: by it tables are warmed."""
    people, valid_until = 40, date(2026, 9, 30)
    with metered(office.tables.client) as meter:
        for number in range(people):
            office.stores.register.commit(registration(beneficiary_id=f"person {number:04}", valid_until=valid_until))
        registered = Counter(meter.writes)
        first = valid_until + timedelta(days=first_night)
        clock = FixedClock(NOW)
        clock.move(days=(first - clock.today()).days)
        finished_run(office.stores.sweep_runs, first - timedelta(days=1))
        stores = office.stores
        Night(stores.register, stores.sweep_runs, clock, shards=1, batches=stores.hold_batches)()
    written = {name: (units - registered[name]) / people for name, units in meter.writes.items()}
    assert max(written.values()) == load_measured(MEASURED).swept_writes
    assert {name.removeprefix(office.tables.prefix) for name, units in written.items() if units >= 1} <= {
        "Beneficiaries",
        "Beneficiaries/by_person",
        "Beneficiaries/by_due",
        "Ledger",
    }


def test_a_head_of_the_ledger(office: Office) -> None:
    """One entry noted for the night's anchor: most of what reading it costs is shared with some thousand others."""
    prefix = "units-heads-"
    create(office.tables.client, prefix, ["Heads"])
    try:
        heads = DynamoHeads(office.tables.client, f"{prefix}Heads")
        entry = registration().entry
        found = office.units(lambda: heads.note(NOW.date(), head_of(entry)))
    finally:
        drop(office.tables.client, prefix, ["Heads"])
    hold(found, "head")


@pytest.mark.parametrize(("name", "first_night"), [("reminder", -60), ("lapse", 1)], ids=["a reminder", "a lapse"])
def test_a_night_of_the_sweep(office: Office, name: str, first_night: int) -> None:
    """Each person due is read on three nights, since every night looks back two days, and written on the first."""
    valid_until, count = date(2026, 9, 30), 4
    found = {}
    for people in (20, 40):
        office.tables.empty()
        first = valid_until + timedelta(days=first_night)
        found[people] = nights(office, people, valid_until, first, count)
    measured = load_measured(MEASURED)
    (few, idle, few_bytes), (many, _, many_bytes) = found[20], found[40]
    hold(many.less(few).by(1 / 20), name)
    hold(idle, "idle_night")
    assert (many_bytes - few_bytes) / 20 == pytest.approx(getattr(measured.stored_bytes, name), rel=0.05)
