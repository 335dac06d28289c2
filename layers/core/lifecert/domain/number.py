"""Who has an ID number, once numbers are put right (design.md §3 rule 10).

A person's id is made of the number under which they were registered, and stays theirs when the number is another. So a
number has places, one after the other: the first is the id made of it. Whoever has the number stands in one of them, by
themselves or by a claim; in those before it stand people who had it once, and stay. Whoever wants it meets everybody
else who does in the first place that is free, and so two never have it.
"""

import uuid
from dataclasses import dataclass

# So many people may have been registered under one number, one after the other.
MOST_PLACES = 8


@dataclass(frozen=True, slots=True)
class NumberClaim:
    """That a place is taken for somebody whose id is another; `holder` None: it is free again, as they have another
    number since."""

    place: str
    holder: str | None


@dataclass(frozen=True, slots=True)
class NumberMove:
    """That somebody's number is another: the key by which they were found so far, the place that is taken, and the
    claim that is given up."""

    key_before: str
    taken: NumberClaim
    left: NumberClaim | None


def place_of(first: str, number: int) -> str:
    """One of the places of a number, from 0; `first` is the id that is made of it."""
    return str(uuid.uuid5(uuid.UUID(first), str(number))) if number else first
