"""Sessions and the limits on opening them, in memory; challenges that are no surprise."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.device import DeviceProof
from lifecert.domain.errors import DeviceNotProven, LimitReached
from lifecert.domain.limits import Count, proof_used
from lifecert.domain.session import Session, SessionState

if TYPE_CHECKING:
    from tests.support.fakes.store import MemoryStore


@dataclass(frozen=True, slots=True)
class MemorySessions:
    store: "MemoryStore"

    def open(self, session: Session, counts: Sequence[Count] = (), proof: DeviceProof | None = None) -> Session:
        with self.store.lock:
            if session.session_id not in self.store.sessions_by_id:
                used = proof_used(proof) if proof else None
                limits = MemoryLimits(self.store)
                limits.refuse_full(counts)
                if proof and not self.store.devices_port.in_force(proof):
                    raise DeviceNotProven("not_registered")
                if used and self.store.counted.get(used.name):
                    raise DeviceNotProven("used_before")
                limits.take((*counts, used) if used else counts)
                self.store.sessions_by_id[session.session_id] = session
            return self.store.sessions_by_id[session.session_id]

    def get(self, session_id: str) -> Session | None:
        return self.store.sessions_by_id.get(session_id)

    def by_user(self, user_id: str, limit: int) -> tuple[Session, ...]:
        mine = [one for one in self.store.sessions_by_id.values() if one.user_id == user_id]
        return tuple(sorted(mine, key=lambda one: (one.opened_at, one.session_id), reverse=True)[:limit])

    def claim(self, session_id: str, now: datetime, until: datetime) -> Session | None:
        with self.store.lock:
            session = self.store.sessions_by_id.get(session_id)
            if session is None or session.state is SessionState.DECIDED:
                return None
            if session.claimed_until and session.claimed_until >= now:
                return None
            claimed = replace(session, state=SessionState.DECIDING, claimed_until=until)
            self.store.sessions_by_id[session_id] = claimed
            return claimed


@dataclass(frozen=True, slots=True)
class MemoryClaims:
    store: "MemoryStore"

    def read(self, session_id: str, beneficiary_id: str) -> tuple[Session | None, Beneficiary | None]:
        return self.store.sessions_by_id.get(session_id), self.store.beneficiaries.get(beneficiary_id)


@dataclass(frozen=True, slots=True)
class MemoryLimits:
    store: "MemoryStore"

    def refuse_full(self, counts: Sequence[Count]) -> None:
        for count in counts:
            if self.store.counted.get(count.name, 0) + count.step > count.limit:
                raise LimitReached(count.until)

    def take(self, counts: Sequence[Count]) -> None:
        with self.store.lock:
            self.refuse_full(counts)
            for count in counts:
                if count.adds:
                    self.count(count)

    def count(self, count: Count) -> int:
        with self.store.lock:
            self.store.counted[count.name] = self.store.counted.get(count.name, 0) + count.step
            return self.store.counted[count.name]

    def give_back(self, count: Count) -> None:
        self.count(replace(count, step=-count.step))


@dataclass(slots=True)
class FirstSteps:
    """Draws the steps as they come."""

    drawn: int = 0

    def sample(self, population: Sequence[Any], k: int) -> list[Any]:
        return list(population[:k])

    def randrange(self, below: int) -> int:
        self.drawn += 1
        return self.drawn % below
