"""Read the work lists of a district: one of them, how long each is, and what a month came to.

The lists say whom to look at, and each person's own record whether it is so and what there is to show: a list never
shows what is not so any more, and holds nothing about anybody but their id.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from lifecert.domain.actor import User
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.errors import DistrictOutside, NotAllowed
from lifecert.domain.page import Page, Position
from lifecert.domain.review import AtLeast
from lifecert.domain.work_list import DUE_DAYS, MonthFigures, WorkList, last_day_of, rows_of
from lifecert.ports.clock import Clock
from lifecert.ports.register import Register
from lifecert.ports.work_lists import WorkLists

# Whose records are read at once.
_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class ListedPerson:
    """Somebody in a list, under this day of it."""

    beneficiary: Beneficiary
    day: date


@dataclass(frozen=True, slots=True)
class ListPeople:
    """One list."""

    lists: WorkLists
    register: Register
    clock: Clock

    def __call__(
        self,
        district: str,
        wanted: WorkList,
        user: User,
        limit: int,
        after: Position | None = None,
        due_days: int = DUE_DAYS,
    ) -> Page[ListedPerson, Position]:
        """At most so many people, by day, after a place; fewer where some left the list this moment. Raises
        NotAllowed and DistrictOutside."""
        _check(district, user)
        page = self.lists.listed(district, wanted, last_day_of(wanted, self.clock.today(), due_days), limit, after)
        people = self._people([whose for _, whose in page.items])
        shown = (
            ListedPerson(people[whose], row.day)
            for row, whose in page.items
            if whose in people and row in rows_of(people[whose])
        )
        return Page(tuple(shown), page.after)

    def _people(self, ids: list[str]) -> Mapping[str, Beneficiary]:
        parts = (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))
        return {one.beneficiary_id: one for part in parts for one in self.register.get_several(part)}


@dataclass(frozen=True, slots=True)
class SizeLists:
    """How long each list is."""

    lists: WorkLists
    clock: Clock

    def __call__(self, district: str, user: User) -> Mapping[WorkList, AtLeast]:
        """Of each list the number of people, or the least that it is. Raises NotAllowed and DistrictOutside."""
        _check(district, user)
        today = self.clock.today()
        return {wanted: self.lists.count(district, wanted, last_day_of(wanted, today)) for wanted in WorkList}


@dataclass(frozen=True, slots=True)
class GetMonth:
    """What a month came to."""

    lists: WorkLists

    def __call__(self, district: str, month: str, user: User) -> MonthFigures:
        """Of a month such as 2026-03, which need not be over. Raises NotAllowed and DistrictOutside."""
        _check(district, user)
        return self.lists.figures(district, month)


def _check(district: str, user: User) -> None:
    """Whose lists these are, and who asks."""
    if not user.is_staff:
        raise NotAllowed
    if not user.reads.covers(district):
        raise DistrictOutside
