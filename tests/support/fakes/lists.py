"""Work lists in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from lifecert.domain.errors import VersionConflict
from lifecert.domain.page import Page, Position
from lifecert.domain.review import AtLeast
from lifecert.domain.work_list import Count, Figure, Listed, MonthFigures, Row, WorkList, place_of


@dataclass(slots=True)
class MemoryWorkLists:
    """What is had of each person, and every count."""

    people: dict[str, Listed] = field(default_factory=dict)
    counts: list[Count] = field(default_factory=list)

    def listed(
        self, district: str, wanted: WorkList, last_day: date | None, limit: int, after: Position | None = None
    ) -> Page[tuple[Row, str], Position]:
        found = self._rows(district, wanted, last_day)
        if after:
            found = [one for one in found if place_of(one[0].day, one[1]) > after]
        shown = tuple(found[:limit])
        return Page(shown, place_of(shown[-1][0].day, shown[-1][1]) if len(found) > limit else None)

    def count(self, district: str, wanted: WorkList, last_day: date | None) -> AtLeast:
        return AtLeast(len(self._rows(district, wanted, last_day)))

    def _rows(self, district: str, wanted: WorkList, last_day: date | None) -> list[tuple[Row, str]]:
        every = ((row, one.beneficiary_id) for one in self.people.values() for row in one.rows)
        mine = (one for one in every if (one[0].district, one[0].wanted) == (district, wanted))
        return sorted(one for one in mine if last_day is None or one[0].day <= last_day)

    def figures(self, district: str, month: str) -> MonthFigures:
        numbers: dict[Figure, dict[str, int]] = {}
        for one in self.counts:
            if (one.district, one.month) == (district, month):
                of_it = numbers.setdefault(one.figure, {})
                of_it[one.by] = of_it.get(one.by, 0) + 1
        return MonthFigures(district, month, numbers)

    def known(self, beneficiary_id: str) -> Listed:
        return self.people.get(beneficiary_id, Listed(beneficiary_id))

    def move(self, before: Listed, after: Listed, counts: Sequence[Count] = ()) -> None:
        if self.known(before.beneficiary_id) != before:
            raise VersionConflict
        self.people[after.beneficiary_id] = after
        self.counts += counts
