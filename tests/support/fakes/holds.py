"""Hold batches in memory."""

import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from lifecert.domain.benefit import Office
from lifecert.domain.hold import (
    HoldBatch,
    HoldCandidate,
    HoldDecision,
    HoldOutcome,
    HoldState,
)
from lifecert.domain.page import Page, Position
from lifecert.domain.scope import EVERYWHERE, Scope
from lifecert.domain.sweep import shard_of
from tests.support.fakes.reviews import in_order_of


@dataclass(slots=True)
class MemoryHoldBatches:
    """The register writes candidates and their outcomes here."""

    shards: int = 2
    batches: dict[str, HoldBatch] = field(default_factory=dict)
    by_person: dict[tuple[str, str], HoldCandidate] = field(default_factory=dict)
    gathering_ids: dict[Office, str] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def get(self, batch_id: str) -> HoldBatch | None:
        return self.batches.get(batch_id)

    def listed(
        self, state: HoldState, limit: int, after: Position | None = None, scope: Scope = EVERYWHERE
    ) -> Page[HoldBatch, Position]:
        order = in_order_of(scope)
        found = [
            one
            for one in sorted(self.batches.values(), key=lambda one: order(one.position))
            if one.state is state
            and scope.covers(one.district)
            and (after is None or order(one.position) > order(after))
        ]
        page = tuple(found[:limit])
        return Page(page, page[-1].position if len(found) > limit else None)

    def candidates(self, batch_id: str, limit: int, after: str | None = None) -> Page[HoldCandidate, str]:
        found = [
            one for one in self._of(batch_id) if after is None or self._place(one.beneficiary_id) > self._place(after)
        ]
        page = tuple(found[:limit])
        return Page(page, page[-1].beneficiary_id if len(found) > limit else None)

    def gathering(self, office: Office, new_id: str) -> str:
        with self.lock:
            return self.gathering_ids.setdefault(office, new_id)

    def gathered(self) -> Mapping[Office, str]:
        return dict(self.gathering_ids)

    def count(self, batch_id: str) -> int:
        return len(self._of(batch_id))

    def unknown(self, batch_id: str, ids: Sequence[str]) -> tuple[str, ...]:
        return tuple(one for one in ids if (batch_id, one) not in self.by_person)

    def open(self, batch: HoldBatch) -> None:
        with self.lock:
            office = Office(batch.payer, batch.district)
            if self.gathering_ids.get(office) == batch.batch_id:
                self.batches[batch.batch_id] = batch
                del self.gathering_ids[office]

    def decide(self, batch_id: str, decision: HoldDecision) -> bool:
        with self.lock:
            batch = self.batches.get(batch_id)
            if batch is None or batch.decision:
                return False
            self.batches[batch_id] = replace(batch, decision=decision)
            return True

    def decided(self) -> Iterator[HoldBatch]:
        yield from self.listed(HoldState.DECIDED, len(self.batches)).items

    def waiting(self, batch_id: str, shard: int, after: str | None = None) -> Iterator[str]:
        for one in self._of(batch_id):
            mine = shard_of(one.beneficiary_id, self.shards) == shard
            if mine and one.outcome is None and one.beneficiary_id > (after or ""):
                yield one.beneficiary_id

    def any_waiting(self, batch_id: str) -> bool:
        return any(one.outcome is None for one in self._of(batch_id))

    def leave(self, batch_id: str, beneficiary_id: str, outcome: HoldOutcome, at: datetime) -> None:
        candidate = self.by_person.get((batch_id, beneficiary_id))
        if candidate and candidate.outcome is None:
            self.by_person[batch_id, beneficiary_id] = replace(candidate, outcome=outcome)

    def outcomes(self, batch_id: str) -> Mapping[HoldOutcome, int]:
        return dict(Counter(one.outcome for one in self._of(batch_id) if one.outcome))

    def settle(self, batch_id: str, outcomes: Mapping[HoldOutcome, int], at: datetime) -> None:
        batch = self.batches[batch_id]
        if batch.state is HoldState.DECIDED:
            self.batches[batch_id] = replace(batch, outcomes=outcomes, applied_at=at)

    def _of(self, batch_id: str) -> list[HoldCandidate]:
        mine = [one for (batch, _), one in self.by_person.items() if batch == batch_id]
        return sorted(mine, key=lambda one: self._place(one.beneficiary_id))

    def _place(self, beneficiary_id: str) -> tuple[int, str]:
        return shard_of(beneficiary_id, self.shards), beneficiary_id
