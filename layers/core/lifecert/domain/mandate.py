"""Mandates: that somebody may act for a person, in what, and until when (design.md §3 rule 12).

A mandate proves nobody's life: the face, or whoever is seen, is the person's. It names the helper's place on the
certificate, lets them hear how the person stands, and lets them take the consent back.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

# Of one person so many are in force, or to come, at a time.
MOST_MANDATES = 5
# The person gives so many within these days, however many of them have ended since; the office is not bound by it.
MOST_GIVEN = 10
GIVEN_WITHIN = timedelta(days=30)
# No longer than this, and not from a day further ahead: what lasts is given again.
LONGEST = timedelta(days=3 * 366)
FURTHEST_AHEAD = timedelta(days=31)


class MandateKind(StrEnum):
    """As what somebody acts."""

    HELPER = "helper"  # a relative, a neighbour: whom the person chose
    GUARDIAN = "guardian"  # by law or a court
    INSTITUTION = "institution"  # for the nursing home, or the village, where the person lives


class MandateRight(StrEnum):
    """What a mandate lets somebody do that not every helper may."""

    CERTIFY = "certify"  # the certificate says that a mandate stood behind the help
    STANDING = "standing"  # hears how the person stands, as those do who certified them
    CONSENT = "consent"  # takes the consent to the face back


class MandateGround(StrEnum):
    """By what the office knows that there is a mandate."""

    COURT_ORDER = "court_order"
    NEXT_OF_KIN = "next_of_kin"
    POWER_OF_ATTORNEY = "power_of_attorney"
    CARE_CONTRACT = "care_contract"


@dataclass(frozen=True, slots=True)
class Mandate:
    """One mandate: whose account holds it, for what, from the first day to the last. `by_office` is whether a clerk
    gave it, with a paper, and not the person."""

    mandate_id: str
    kind: MandateKind
    holder: str
    rights: tuple[MandateRight, ...]
    start: date
    end: date
    by_office: bool

    def gives(self, right: MandateRight, day: date) -> bool:
        """Whether its holder has this right on a day."""
        return right in self.rights and self.start <= day <= self.end

    def says_as(self, other: "Mandate") -> bool:
        """Whether another says the same, whatever it is called."""
        mine = (self.kind, self.holder, self.rights, self.start, self.end, self.by_office)
        return mine == (other.kind, other.holder, other.rights, other.start, other.end, other.by_office)


def not_over(mandates: Iterable[Mandate], today: date) -> tuple[Mandate, ...]:
    """Those that are in force, or to come."""
    return tuple(one for one in mandates if today <= one.end)
