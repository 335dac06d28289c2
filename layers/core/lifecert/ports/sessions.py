"""Sessions, and what is counted and remembered with them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from lifecert.domain.device import DeviceProof
from lifecert.domain.limits import Count
from lifecert.domain.session import Session


class Sessions(Protocol):
    """Sessions."""

    def open(self, session: Session, counts: Sequence[Count] = (), proof: DeviceProof | None = None) -> Session:
        """Store a new session, and count it; if one with this id exists, do neither and return that one.

        With a `proof` a device of that key and channel must be registered and in force, and the proof shown for the
        first time. Raises LimitReached for the first count that is full, and then DeviceNotProven; nothing is stored
        then.
        """
        ...

    def get(self, session_id: str) -> Session | None:
        """The newest state."""
        ...

    def by_user(self, user_id: str, limit: int) -> tuple[Session, ...]:
        """A user's last sessions, newest first, at most 100. May lag behind a start by a moment."""
        ...

    def claim(self, session_id: str, now: datetime, until: datetime) -> Session | None:
        """Claim an undecided session for one request until `until`.

        Returns None when another request holds it, or has decided it.
        """
        ...


class Limits(Protocol):
    """Counts of what somebody did lately."""

    def take(self, counts: Sequence[Count]) -> None:
        """Count one more in each, all or nothing. Raises LimitReached for the first that is full."""
        ...

    def count(self, count: Count) -> int:
        """Count `step` more, whatever the limit: how many there are now; a step of 0 only looks."""
        ...

    def give_back(self, count: Count) -> None:
        """Take back what `take` counted: it came to nothing that is bounded."""
        ...


class SeenFrames(Protocol):
    """Digests of frames used before, anywhere."""

    def any_seen(self, digests: Sequence[str]) -> bool:
        """Whether one of these was used before."""
        ...
