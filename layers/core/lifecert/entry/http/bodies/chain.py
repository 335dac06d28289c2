"""Somebody's chain of the ledger, as its hashes are made of it (`domain.ledger`)."""

from collections.abc import Mapping, Sequence

from lifecert.application.office.get_ledger import ChainView
from lifecert.domain.ledger import Fact, LedgerEntry
from lifecert.entry.models import Response


class ChainEntry(Response):
    """One entry, exactly what its hash is of: `hash` is SHA-256 over the canonical JSON of all its other fields. Hence
    `at` is text, as it was written, and details stand as they are stored."""

    beneficiary_id: str
    seq: int
    event: str
    at: str
    actor_id: str
    role: str
    details: Mapping[str, Fact | Sequence[Mapping[str, Fact]]]
    prev_hash: str
    hash: str

    @staticmethod
    def of(entry: LedgerEntry) -> "ChainEntry":
        """An entry as it is stored, whatever its hash is worth."""
        return ChainEntry(
            beneficiary_id=entry.beneficiary_id,
            seq=entry.seq,
            event=entry.event.value,
            at=entry.at.isoformat(),
            actor_id=entry.actor.actor_id,
            role=entry.actor.role.value,
            details=entry.details,
            prev_hash=entry.prev_hash,
            hash=entry.hash,
        )


class Chain(Response):
    """A chain, first entry to last; `version` and `head` are what the person's record says of its end."""

    beneficiary_id: str
    version: int
    head: str
    entries: tuple[ChainEntry, ...]

    @staticmethod
    def of(view: ChainView) -> "Chain":
        """As it was found."""
        beneficiary = view.beneficiary
        return Chain(
            beneficiary_id=beneficiary.beneficiary_id,
            version=beneficiary.version,
            head=beneficiary.ledger_head,
            entries=tuple(ChainEntry.of(one) for one in view.entries),
        )
