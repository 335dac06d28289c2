"""Somebody's chain, told as it is stored: to whom, what is noted, and what is read again."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from lifecert.application.office.get_ledger import LOOKS, GetLedger
from lifecert.domain.actor import Group, User
from lifecert.domain.errors import BeneficiaryNotFound, StoreUnavailable
from lifecert.domain.ledger import GENESIS, LedgerEntry
from lifecert.domain.scope import Scope
from lifecert.entry.http.bodies.chain import Chain
from tests.support.builders import NOW, a_change, an_id, registration
from tests.support.fakes.access import noting
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.store import MemoryStore

AUDITOR = User("auditor-1", frozenset({Group.AUDITOR}))
ELSEWHERE = User("clerk-2", frozenset({Group.CLERK}), scope=Scope.of(["22"]))
DETAILS = {"outcome": "accepted", "n": 3, "so": True, "none": None, "benefits": [{"benefit": "1", "held": False}]}


def lived(store: MemoryStore) -> str:
    """Somebody with three entries."""
    began = registration()
    store.register.commit(began)
    tried = a_change(began.after, details=DETAILS)
    store.register.commit(tried)
    store.register.commit(a_change(tried.after))
    return began.after.beneficiary_id


def ledger_of(store: MemoryStore, **parts: Any) -> GetLedger:
    return replace(GetLedger(store.register, store.ledger, noting(store, FixedClock(NOW))), **parts)


def test_it_can_be_computed_again_by_whoever_has_a_hash_function() -> None:
    store = MemoryStore()
    person = lived(store)
    told = json.loads(Chain.of(ledger_of(store)(person, AUDITOR)).model_dump_json())
    head = GENESIS
    for number, entry in enumerate(told["entries"], start=1):
        own = entry.pop("hash")
        text = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert hashlib.sha256(text.encode()).hexdigest() == own
        assert (entry["seq"], entry["prev_hash"], entry["beneficiary_id"]) == (number, head, person)
        head = own
    assert (told["version"], told["head"]) == (3, head)
    assert told["entries"][1]["details"] == DETAILS
    assert [(one.beneficiary_id, one.actor_id, one.action) for one in store.accesses] == [(person, "auditor-1", "read")]


@pytest.mark.parametrize("user", [AUDITOR, ELSEWHERE], ids=["of nobody", "of another district"])
def test_nobody_s_ledger_is_nobody_s_to_read(user: User) -> None:
    store = MemoryStore()
    person = lived(store)
    with pytest.raises(BeneficiaryNotFound):
        ledger_of(store)(an_id() if user is AUDITOR else person, user)
    assert store.accesses == []


def test_nothing_is_told_that_is_not_written_down() -> None:
    store = MemoryStore()
    person = lived(store)

    def broken(*_: object) -> None:
        raise StoreUnavailable("dynamodb")

    with pytest.raises(StoreUnavailable):
        ledger_of(store, noting=broken)(person, AUDITOR)


@dataclass
class Cut:
    """A ledger that does not show its last entry yet, for so many looks."""

    store: MemoryStore
    looks: int
    read: int = 0

    def entries(self, beneficiary_id: str) -> Iterator[LedgerEntry]:
        self.read += 1
        found = list(self.store.ledger.entries(beneficiary_id))
        yield from found[:-1] if self.read <= self.looks else found


@pytest.mark.parametrize(("looks", "read", "entries"), [(0, 1, 3), (1, 2, 3), (LOOKS - 1, LOOKS, 3), (99, LOOKS, 2)])
def test_who_is_changed_meanwhile_is_read_again_and_who_is_broken_is_told_so(
    looks: int, read: int, entries: int
) -> None:
    store = MemoryStore()
    person = lived(store)
    cut = Cut(store, looks)
    view = ledger_of(store, ledger=cut)(person, AUDITOR)
    assert (cut.read, len(view.entries), view.beneficiary.version) == (read, entries, 3)
