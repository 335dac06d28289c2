"""Heads of the ledger's chains as the stream hands them over, and the anchors made of them."""

from collections.abc import Iterator
from datetime import date
from typing import Protocol

from lifecert.domain.anchor import Head


class Heads(Protocol):
    """Where chains stood at the end of each day, for some weeks."""

    def note(self, day: date, head: Head) -> None:
        """Note a head, unless a later one of the same chain is noted for that day. Raises StoreUnavailable."""
        ...

    def of(self, day: date, part: int) -> Iterator[Head]:
        """The heads of one part of a day, in the order of their ids."""
        ...


class Anchors(Protocol):
    """What was anchored. The first that was written under a name is what counts, whatever was put over it."""

    def days(self) -> list[date]:
        """The days that have an anchor, the first one first."""
        ...

    def read(self, day: date) -> bytes | None:
        """The anchor of a day; None when there is none."""
        ...

    def write(self, day: date, content: bytes) -> bool:
        """Write the anchor of a day; False, and nothing written, when there is one."""
        ...

    def read_part(self, day: date, part: int) -> bytes | None:
        """The heads of a part of a day; None when none were written."""
        ...

    def write_part(self, day: date, part: int, content: bytes) -> bool:
        """Write the heads of a part of a day; False, and nothing written, when they are there."""
        ...
