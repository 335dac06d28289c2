"""Long lists, page by page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

Item = TypeVar("Item")
Place = TypeVar("Place")


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a list that is ordered by age, and by id within a moment. In one of some districts alone, which is
    ordered by district first, `district` says in which."""

    opened_at: datetime
    id: str
    district: str = ""

    @property
    def by_district(self) -> tuple[str, datetime, str]:
        """What a list by district is ordered by."""
        return self.district, self.opened_at, self.id


@dataclass(frozen=True, slots=True)
class Page(Generic[Item, Place]):
    """Some of a list, and the place after which to go on; None at the end."""

    items: tuple[Item, ...]
    after: Place | None = None
