"""Every night the ledger is anchored: each day once, none left out, and the same whatever came twice or died."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import KeySet

from lifecert.application.feed.anchor_ledger import HEADS_KEPT, AnchorLedger
from lifecert.application.feed.publish import Publish
from lifecert.domain.anchor import PARTS, Head, anchor_in, digest_of, heads_in
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.errors import AnchorsUnfinished, StoreUnavailable
from lifecert.domain.ledger import GENESIS, LedgerEntry
from tests.support.builders import a_beneficiary, a_change, an_id, registration
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.feed import MemoryAnchors, MemoryBus, MemoryChanges, MemoryHeads, PickyBus
from tests.support.fakes.keys import FakeSigning

MONDAY = date(2026, 3, 2)
_DAY = timedelta(days=1)


@dataclass
class Office:
    """A ledger whose stream is taken as it comes."""

    heads: MemoryHeads = field(default_factory=MemoryHeads)
    anchors: MemoryAnchors = field(default_factory=MemoryAnchors)
    signing: FakeSigning = field(default_factory=FakeSigning)
    # Monday at noon, in Shanghai.
    clock: FixedClock = field(default_factory=lambda: FixedClock(datetime(2026, 3, 2, 4, tzinfo=UTC)))

    @property
    def anchor(self) -> AnchorLedger:
        return AnchorLedger(self.heads, self.anchors, self.signing, self.clock)

    def take(self, *entries: LedgerEntry) -> None:
        publish = Publish(MemoryBus(), MemoryChanges(), self.heads, self.clock)
        for entry in entries:
            publish(entry)

    def heads_of(self, day: date) -> list[Head]:
        parts = (self.anchors.read_part(day, part) for part in range(PARTS))
        return [head for content in parts if content for head in heads_in(content)]

    def signed(self, day: date) -> dict[str, Any]:
        _, statement = anchor_in(self.anchors.anchors[day])
        keys: Any = json.loads(json.dumps(self.signing.jwks()))
        read = jws.deserialize_compact(statement, KeySet.import_key_set(keys), algorithms=["ES256"])
        claims: dict[str, Any] = json.loads(read.payload or b"")
        return claims


@pytest.fixture
def office() -> Office:
    return Office()


def chain(length: int) -> tuple[Beneficiary, list[LedgerEntry]]:
    beneficiary, entries = a_beneficiary(beneficiary_id=an_id(), version=0), []
    for _ in range(length):
        change = a_change(beneficiary)
        beneficiary = change.after
        entries.append(change.entry)
    return beneficiary, entries


def test_of_several_entries_of_a_day_the_last_is_anchored(office: Office) -> None:
    first, entries = chain(3)
    second, others = chain(1)
    # Also when the stream hands an older one over again.
    office.take(*entries, *others, entries[0], entries[1])
    office.clock.move(days=1)
    (anchor,) = office.anchor()
    assert (anchor.day, anchor.heads) == (MONDAY, 2)
    assert {(head.beneficiary_id, head.seq, head.hash) for head in office.heads_of(MONDAY)} == {
        (one.beneficiary_id, one.version, one.ledger_head) for one in (first, second)
    }
    assert office.signed(MONDAY) == anchor.claims()


def test_today_is_not_over_and_a_second_run_writes_nothing(office: Office) -> None:
    office.take(*chain(2)[1])
    assert [one.day for one in office.anchor()] == [MONDAY - _DAY]
    office.clock.move(days=1)
    assert [one.day for one in office.anchor()] == [MONDAY]
    before = dict(office.anchors.anchors)
    assert office.anchor() == []
    assert office.anchors.anchors == before


def test_each_anchor_names_the_one_before_and_a_day_without_entries_has_one(office: Office) -> None:
    office.take(*chain(1)[1])
    office.clock.move(days=4)
    written = office.anchor()
    assert [(one.day, one.heads) for one in written] == [
        (MONDAY + n * _DAY, heads) for n, heads in enumerate((1, 0, 0, 0))
    ]
    contents = [office.anchors.anchors[one.day] for one in written]
    assert [one.previous for one in written] == [GENESIS, *map(digest_of, contents[:-1])]
    assert office.signed(MONDAY + _DAY)["heads"] == 0


def test_an_entry_that_comes_late_is_in_the_anchor_of_the_day_on_which_it_came(office: Office) -> None:
    """The day of its own may be anchored already."""
    _, entries = chain(2)
    office.take(entries[0])
    office.clock.move(days=1)
    office.anchor()
    office.take(entries[1])
    office.clock.move(days=1)
    (anchor,) = office.anchor()
    assert (anchor.day, [head.seq for head in office.heads_of(anchor.day)]) == (MONDAY + _DAY, [2])


def test_the_very_first_run_finds_heads_of_nights_that_were_missed(office: Office) -> None:
    office.take(*chain(1)[1])
    office.clock.move(days=HEADS_KEPT.days)
    assert office.anchor()[0].day == MONDAY


def test_an_entry_whose_event_is_refused_is_anchored_all_the_same(office: Office) -> None:
    entry = registration().entry
    bus = PickyBus(refuses=f"{entry.beneficiary_id}:1:1")
    with pytest.raises(StoreUnavailable):
        Publish(bus, MemoryChanges(), office.heads, office.clock)(entry)
    assert [head.hash for head in office.heads.noted.values()] == [entry.hash]


class Died(Exception):
    pass


def test_wherever_a_run_dies_the_next_one_comes_to_the_same(office: Office) -> None:
    office.take(*(entry for _ in range(6) for entry in chain(2)[1]))
    office.clock.move(days=2)
    whole = Office(office.heads, MemoryAnchors(), office.signing, office.clock)
    whole.anchor()
    writes = len(whole.anchors.parts) + len(whole.anchors.anchors)
    for survives in range(writes):
        anchors = MemoryAnchors()
        dying = _Dying(anchors, survives)
        with pytest.raises(Died):
            AnchorLedger(office.heads, dying, office.signing, office.clock)()
        AnchorLedger(office.heads, anchors, office.signing, office.clock)()
        assert anchors.parts == whole.anchors.parts
        found, wanted = (
            [anchor_in(one)[0].claims() for one in made.anchors.values()] for made in (anchors, whole.anchors)
        )
        # Only the signature of an anchor differs from one making to the next, and with it what the next one calls it.
        assert [{**one, "previous": ""} for one in found] == [{**one, "previous": ""} for one in wanted]


@dataclass
class _Dying:
    """Takes so many writes."""

    anchors: MemoryAnchors
    left: int

    def __getattr__(self, name: str) -> Callable[..., Any]:
        found: Callable[..., Any] = getattr(self.anchors, name)
        if not name.startswith("write"):
            return found

        def write(*about: Any) -> Any:
            if not self.left:
                raise Died
            self.left -= 1
            return found(*about)

        return write


def test_out_of_time_it_says_so_and_goes_on_where_it_was(office: Office) -> None:
    office.take(*(entry for _ in range(6) for entry in chain(1)[1]))
    office.clock.move(days=1)
    looks = iter([False] * 40 + [True] * 1000)
    with pytest.raises(AnchorsUnfinished, match="part 40 of 2026-03-02"):
        office.anchor(lambda: next(looks))
    assert office.anchors.anchors == {}
    kept = dict(office.anchors.parts)
    assert kept
    assert [one.heads for one in office.anchor()] == [6]
    assert kept.items() <= office.anchors.parts.items()


def test_of_two_runs_at_once_one_writes_and_the_other_goes_on_from_it(office: Office) -> None:
    office.take(*chain(1)[1])
    office.clock.move(days=2)
    slow, quick = MemoryAnchors(), office.anchor
    days = slow.days()
    quick()
    # The slow one looked before the quick one wrote.
    late = AnchorLedger(office.heads, _Blind(office.anchors, days), office.signing, office.clock)
    before = dict(office.anchors.anchors)
    assert late() == []
    assert office.anchors.anchors == before


@dataclass
class _Blind:
    """Knew no more days than these when the run began."""

    anchors: MemoryAnchors
    known: list[date]

    def __getattr__(self, name: str) -> Any:
        return (lambda: self.known) if name == "days" else getattr(self.anchors, name)
