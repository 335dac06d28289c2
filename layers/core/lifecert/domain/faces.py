"""Faces: for how long references are kept, why they go, and how many there are (design.md §3 rule 7).

A contact stays as long after the end.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

KEPT_AFTER_THE_END = timedelta(days=90)


class DeletionReason(StrEnum):
    """Why somebody's faces are deleted."""

    ENTITLEMENT_ENDED = "entitlement_ended"
    CONSENT_WITHDRAWN = "consent_withdrawn"


@dataclass(frozen=True, slots=True)
class FacesDue:
    """From which day somebody's references and templates must go, and why."""

    on: date
    reason: DeletionReason


@dataclass(frozen=True, slots=True)
class FaceCount:
    """People of whom a face is stored, and the references of all of them; as a change, how many more or fewer."""

    people: int = 0
    faces: int = 0

    def __bool__(self) -> bool:
        return bool(self.people or self.faces)

    def __add__(self, other: "FaceCount") -> "FaceCount":
        return FaceCount(self.people + other.people, self.faces + other.faces)


def faces_due(ended_on: date | None, withdrawn_until: date | None) -> FacesDue | None:
    """When the faces must go of somebody whose last benefit ended on this day; None while they are needed.

    The end of an entitlement leaves `KEPT_AFTER_THE_END`, within which it can be corrected; a withdrawn consent the
    days `withdrawn_until` which it can be undone. Whichever is over first counts.
    """
    ended = FacesDue(ended_on + KEPT_AFTER_THE_END, DeletionReason.ENTITLEMENT_ENDED) if ended_on else None
    withdrawn = FacesDue(withdrawn_until, DeletionReason.CONSENT_WITHDRAWN) if withdrawn_until else None
    return min((one for one in (withdrawn, ended) if one), key=lambda one: one.on, default=None)


def contact_due(ended_on: date | None) -> date | None:
    """From which day the contact must go of somebody whose last benefit ended on this day: that on which faces would,
    so that a correction within that time has both."""
    due = faces_due(ended_on, None)
    return due.on if due else None
