"""Whom to call: scheme and district together give the help line (design.md §2)."""

from collections.abc import Mapping
from dataclasses import dataclass

from lifecert.domain.category import Category, Scheme


@dataclass(frozen=True, slots=True)
class HelpLines:
    """Telephone numbers by scheme and district code; the longest matching district prefix wins."""

    default: str
    by_district: Mapping[Scheme, Mapping[str, str]]

    def find(self, category: Category, district: str) -> str:
        """The number for a beneficiary of this category and district."""
        numbers = self.by_district.get(category.scheme, {})
        matching = [prefix for prefix in numbers if district.startswith(prefix)]
        return numbers[max(matching, key=len)] if matching else self.default
