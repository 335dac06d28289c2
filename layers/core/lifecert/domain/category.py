"""Benefit categories and the schemes they belong to (design.md §2)."""

from enum import StrEnum


class Scheme(StrEnum):
    """Who pays: scheme and district together give the help line."""

    PENSION = "pension"
    WORK_INJURY = "work_injury"


class Category(StrEnum):
    """Why somebody draws a benefit."""

    RESIDENT_PENSION = "resident_pension"
    EMPLOYEE_PENSION = "employee_pension"
    SURVIVOR_ALLOWANCE = "survivor_allowance"
    INJURY_DISABILITY = "injury_disability"
    INJURY_CARE = "injury_care"
    INJURY_DEPENDANT = "injury_dependant"

    @property
    def scheme(self) -> Scheme:
        """The scheme that pays this category."""
        return Scheme.WORK_INJURY if self.value.startswith("injury_") else Scheme.PENSION
