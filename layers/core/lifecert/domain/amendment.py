"""What may be put right in a record, and on which ground (design.md §3 rule 10)."""

from collections.abc import Iterable, Mapping
from enum import StrEnum


class Amended(StrEnum):
    """What is put right."""

    NAME = "name"
    DISTRICT = "district"
    CATEGORY = "category"
    PAYER_REFERENCE = "payer_reference"
    ID_NUMBER = "id_number"  # by two clerks


class AmendGround(StrEnum):
    """Why. A code, because what is written freely of a person would stay in the ledger for ever."""

    MISTYPED = "mistyped"  # the office wrote it down wrongly
    MOVED_HOUSE = "moved_house"
    RENAMED = "renamed"  # the police, or a court, changed the name
    RECLASSIFIED = "reclassified"  # what the benefit is was decided anew
    RENUMBERED = "renumbered"  # whoever gave the number gave another
    REDETERMINED = "redetermined"  # from when a benefit is due was decided anew


GROUNDS_TO_AMEND: Mapping[Amended, frozenset[AmendGround]] = {
    Amended.NAME: frozenset({AmendGround.MISTYPED, AmendGround.RENAMED}),
    Amended.DISTRICT: frozenset({AmendGround.MISTYPED, AmendGround.MOVED_HOUSE}),
    Amended.CATEGORY: frozenset({AmendGround.MISTYPED, AmendGround.RECLASSIFIED}),
    Amended.PAYER_REFERENCE: frozenset({AmendGround.MISTYPED, AmendGround.MOVED_HOUSE, AmendGround.RENUMBERED}),
    Amended.ID_NUMBER: frozenset({AmendGround.MISTYPED, AmendGround.RENUMBERED}),
}

# Of the start of a benefit, which two clerks put right: it moves what was paid.
GROUNDS_OF_START = frozenset({AmendGround.MISTYPED, AmendGround.REDETERMINED})

# What of a benefit one clerk puts right.
OF_BENEFITS = (Amended.DISTRICT, Amended.CATEGORY, Amended.PAYER_REFERENCE)


def suits(ground: AmendGround, parts: Iterable[Amended]) -> bool:
    """Whether a ground belongs to everything that is put right on it."""
    return all(ground in GROUNDS_TO_AMEND[one] for one in parts)
