"""The hash chain."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from lifecert.domain.actor import Actor, Role
from lifecert.domain.errors import BrokenLedger
from lifecert.domain.ledger import GENESIS, LedgerEntry, LedgerEvent, verify_chain
from lifecert.domain.published import published_events
from tests.support.builders import NOW, a_change, registration


def chain(length: int) -> list[LedgerEntry]:
    change = registration()
    entries = [change.entry]
    while len(entries) < length:
        change = a_change(change.after, at=NOW)
        entries.append(change.entry)
    return entries


def test_an_untouched_chain_is_whole() -> None:
    entries = chain(4)
    assert entries[0].prev_hash == GENESIS
    assert [entry.seq for entry in entries] == [1, 2, 3, 4]
    assert verify_chain(entries) == 4


def tampered_detail(entries: list[LedgerEntry]) -> list[LedgerEntry]:
    entries[1] = replace(entries[1], details={"outcome": "accepted"})
    return entries


def resealed(entries: list[LedgerEntry]) -> list[LedgerEntry]:
    entries[1] = replace(entries[1], actor=Actor("someone-else", Role.CLERK)).sealed()
    return entries


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        (tampered_detail, "entry 2"),
        (resealed, "entry 3"),
        (lambda entries: entries[:1] + entries[2:], "entry 2"),
        (lambda entries: [entries[1], entries[0], *entries[2:]], "entry 1"),
    ],
    ids=["altered", "altered and hashed anew", "removed", "out of order"],
)
def test_damage_is_found_and_named(damage: Callable[[list[LedgerEntry]], list[LedgerEntry]], named: str) -> None:
    with pytest.raises(BrokenLedger, match=named):
        verify_chain(damage(chain(4)))


def test_the_hash_is_pinned_so_that_old_ledgers_stay_verifiable() -> None:
    entry = LedgerEntry(
        "b", 1, LedgerEvent.LAPSED, NOW, Actor("expiry_sweep", Role.SWEEP), {"valid_until": "2026-06-30", "n": None}
    )
    assert entry.computed_hash() == "8ea96dba5f980209f29d5fb7f81483a6601245762d647aa9064f05d656a44b5d"


def test_a_published_event_has_the_same_id_every_time() -> None:
    entry = registration(beneficiary_id="b").entry
    (first,), (second,) = published_events(entry), published_events(entry)
    assert first == second
    assert first.event_id == "b:1:1"
    assert first.type == "BeneficiaryRegistered"


def test_a_failed_verification_is_nobodys_business() -> None:
    assert published_events(a_change(registration().after).entry) == ()
