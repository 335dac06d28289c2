"""Auditors see who of the staff opened somebody's record."""

from dataclasses import dataclass

from lifecert.domain.access import Access
from lifecert.domain.page import Page, Position
from lifecert.ports.access_log import AccessLog


@dataclass(frozen=True, slots=True)
class ListAccesses:
    """The use case. It opens no record, and so is no row itself."""

    log: AccessLog

    def __call__(self, beneficiary_id: str, limit: int, after: Position | None) -> Page[Access, Position]:
        """At most `limit` rows of the last 400 days, newest first, after a position; none for an id that nobody has."""
        return self.log.listed(beneficiary_id, limit, after)
