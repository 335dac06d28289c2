"""The log of records opened."""

from collections.abc import Iterator
from typing import Protocol

from lifecert.domain.access import Access


class AccessLog(Protocol):
    """Rows, which nothing changes and time takes away."""

    def note(self, access: Access) -> None:
        """Add a row. What the same person does twice is two rows."""
        ...

    def of(self, beneficiary_id: str) -> Iterator[Access]:
        """The rows of one record, first to last."""
        ...
