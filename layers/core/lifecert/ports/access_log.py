"""The log of records opened."""

from typing import Protocol

from lifecert.domain.access import Access
from lifecert.domain.page import Page, Position


class AccessLog(Protocol):
    """Rows, which nothing changes and time takes away."""

    def note(self, access: Access) -> None:
        """Add a row. What the same person does twice is two rows."""
        ...

    def listed(self, beneficiary_id: str, limit: int, after: Position | None = None) -> Page[Access, Position]:
        """At most so many rows of one record, newest first, after a position."""
        ...
