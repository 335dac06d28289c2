"""Where a payer's feed stands: what is told of it, and that nothing is told of another's."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lifecert.application.feed.get_feed import Feed, GetFeed
from lifecert.application.feed.write_change_files import WriteChangeFiles
from lifecert.application.feed.write_snapshots import WriteSnapshots
from lifecert.domain.errors import ChangeFileMissing, PayerNotFound
from lifecert.domain.ledger import Fact
from lifecert.domain.published import PublishedEvent
from lifecert.domain.review import AtLeast
from lifecert.domain.snapshot import PARTS, Beginning
from tests.support.builders import NOW
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.feed import MemoryChangeFiles, MemoryChanges, MemorySnapshots

PAYERS = ("fund", "mine")


class Office:
    """The feeds of two payers."""

    def __init__(self) -> None:
        self.changes, self.files, self.snapshots = MemoryChanges(), MemoryChangeFiles(), MemorySnapshots()
        clock = FixedClock()
        self.write = WriteChangeFiles(self.changes, self.files, clock, PAYERS)
        self.write_snapshots = WriteSnapshots(self.changes, self.files, self.snapshots, clock, PAYERS)
        self.get = GetFeed(self.changes, self.files, self.snapshots, PAYERS)

    def publish(self, payer: str, number: int) -> None:
        for seq in range(number):
            event_id = f"{payer}-{len(self.changes.events)}:{seq}:1"
            detail: dict[str, Fact] = {
                "event_id": event_id,
                "beneficiary_id": event_id.partition(":")[0],
                "seq": seq,
                "at": NOW.isoformat(),
                "benefit": "1",
                "payer": payer,
                "payer_reference": None,
                "category": "resident_pension",
                "district": "110101",
                "start": "2020-01-01",
                "status": "active",
                "valid_until": "2027-01-01",
                "payment_held": False,
                "held_since": None,
                "unpaid_since": None,
            }
            self.changes.add(PublishedEvent(event_id, "BeneficiaryRegistered", NOW, detail, payer=payer))


def test_a_feed_without_a_file_says_so() -> None:
    office = Office()
    office.publish("fund", 2)
    assert office.get("fund") == Feed("fund", None, AtLeast(2), None)
    assert office.get("mine") == Feed("mine", None, AtLeast(0), None)


def test_it_tells_the_newest_file_what_waits_and_the_newest_snapshot() -> None:
    office = Office()
    office.publish("fund", 3)
    office.write()
    office.write_snapshots()
    office.publish("fund", 2)
    office.write()
    office.publish("fund", 4)
    office.publish("mine", 1)
    feed = office.get("fund")
    assert feed.file == office.files.manifests["fund", 2]
    assert (feed.file.number, feed.file.lines, feed.file.last_sequence) == (2, 2, 5)
    assert feed.waiting == AtLeast(4)
    assert feed.snapshot == office.snapshots.whole["fund", 1]
    assert (feed.snapshot.sequence, feed.snapshot.lines, len(feed.snapshot.parts)) == (3, 3, PARTS)
    other = office.get("mine")
    assert (other.file, other.waiting) == (office.files.manifests["mine", 2], AtLeast(1))


def test_a_snapshot_that_is_not_whole_yet_is_not_the_newest() -> None:
    office = Office()
    office.publish("fund", 1)
    office.write()
    office.write_snapshots()
    office.write()
    office.snapshots.begin(Beginning("fund", 2, 1, "", 1, 1))
    assert office.get("fund").snapshot == office.snapshots.whole["fund", 1]


@pytest.mark.parametrize("payer", ["", "gone", "fund:head", "../fund", "FUND"])
def test_what_is_no_payer_is_not_looked_up(payer: str) -> None:
    office = Office()
    office.publish("gone", 1)
    with pytest.raises(PayerNotFound):
        office.get(payer)


def test_a_file_without_its_manifest_is_a_mistake_of_ours() -> None:
    office = Office()
    office.write()
    manifest = office.files.manifests.pop(("fund", 1))
    with pytest.raises(ChangeFileMissing):
        office.get("fund")
    office.files.write_manifest(replace(manifest, written_at=NOW - timedelta(days=1)))
    assert office.get("fund").file
