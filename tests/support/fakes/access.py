"""Records opened, and references of payers, in memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lifecert.application.shared.accessing import CountLookUps, LookUps, NoteAccess
from lifecert.application.shared.referring import ReferencesOfPayers
from lifecert.domain.access import Access
from lifecert.domain.limits import FindLimits
from lifecert.domain.page import Page, Position
from lifecert.ports.clock import Clock
from lifecert.ports.keys import PersonKeys
from tests.support.fakes.keys import FakePersonKeys

if TYPE_CHECKING:
    from tests.support.fakes.store import MemoryStore


@dataclass(frozen=True, slots=True)
class MemoryAccessLog:
    store: "MemoryStore"

    def note(self, access: Access) -> None:
        self.store.accesses.append(access)

    def listed(self, beneficiary_id: str, limit: int, after: Position | None = None) -> Page[Access, Position]:
        # A row's number stands for what tells rows of one moment apart.
        mine = [
            (Position(one.at, f"{number:09}"), one)
            for number, one in enumerate(self.store.accesses)
            if one.beneficiary_id == beneficiary_id
        ]
        rest = [
            (place, one)
            for place, one in sorted(mine, key=lambda row: row[0], reverse=True)
            if after is None or place < after
        ]
        page = rest[:limit]
        return Page(tuple(one for _, one in page), page[-1][0] if len(rest) > limit else None)


@dataclass(frozen=True, slots=True)
class MemoryPaymentReferences:
    store: "MemoryStore"

    def note(self, reference_keys: Sequence[str], beneficiary_id: str) -> None:
        with self.store.lock:
            self.store.payment_hints |= {(key, beneficiary_id) for key in reference_keys}

    def find(self, reference_key: str, limit: int) -> tuple[str, ...]:
        return tuple(sorted(one for key, one in self.store.payment_hints if key == reference_key)[:limit])


def noting(store: "MemoryStore", clock: Clock) -> NoteAccess:
    """Writes down who opens whose record."""
    return NoteAccess(store.access_log, clock)


def counting(store: "MemoryStore", clock: Clock, limits: FindLimits | None = None) -> CountLookUps:
    """Counts look-ups that name nobody."""
    return CountLookUps(store.limits, limits or FindLimits(50, 200), clock)


def looking_up(store: "MemoryStore", clock: Clock, limits: FindLimits | None = None) -> LookUps:
    """Counts look-ups, few of them unless others are given."""
    return LookUps(noting(store, clock), counting(store, clock, limits))


def references_of_payers(store: "MemoryStore", keys: PersonKeys | None = None) -> ReferencesOfPayers:
    """By which payers' references somebody can be found."""
    return ReferencesOfPayers(keys or FakePersonKeys(), store.payment_references)
