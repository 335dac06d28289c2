"""Work lists and the months' figures, by district."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from lifecert.domain.page import Page, Position
from lifecert.domain.review import AtLeast
from lifecert.domain.work_list import Count, Listed, MonthFigures, Row, WorkList


class WorkLists(Protocol):
    """To read. What has just changed may be missing for a moment."""

    def listed(
        self, district: str, wanted: WorkList, last_day: date | None, limit: int, after: Position | None = None
    ) -> Page[tuple[Row, str], Position]:
        """At most so many rows of a list, with whose each is, by day and id, up to a day, after a place."""
        ...

    def count(self, district: str, wanted: WorkList, last_day: date | None) -> AtLeast:
        """How many rows a list has; the least that it is, when there are many."""
        ...

    def figures(self, district: str, month: str) -> MonthFigures:
        """What was counted of a month, such as 2026-03."""
        ...


class KeptLists(Protocol):
    """To write."""

    def known(self, beneficiary_id: str) -> Listed:
        """What the lists have of a person."""
        ...

    def move(self, before: Listed, after: Listed, counts: Sequence[Count] = ()) -> None:
        """Have `after` of a person instead of `before`, and add to the figures; all of it or nothing.

        Raises VersionConflict when the lists have something else by now; read again and retry.
        """
        ...
