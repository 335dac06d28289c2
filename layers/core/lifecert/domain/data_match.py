"""Data match: what other registers say of people, line by line (design.md §3 rule 4: data may confirm life by itself,
and never ends an entitlement by itself)."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from lifecert.domain.person import IdNumber


class Said(StrEnum):
    """What a line says of a person."""

    ALIVE = "alive"  # seen alive on a day
    DEAD = "dead"  # died on a day


@dataclass(frozen=True, slots=True)
class MatchLine:
    """One line of a file: who, what, on which day, and which register says so."""

    id_number: IdNumber
    said: Said
    on: date
    source: str


class Rejected(StrEnum):
    """Why a line was not taken."""

    UNREADABLE = "unreadable"
    COLUMNS = "columns"
    ID_NUMBER = "id_number"
    SAID = "said"
    DAY = "day"
    SOURCE = "source"
    DAY_IN_FUTURE = "day_in_future"
    BEFORE_BIRTH = "before_birth"
    YEAR_OVER = "year_over"
    SOURCE_UNKNOWN = "source_unknown"  # no register that the deployment names
    UNKNOWN_PERSON = "unknown_person"
    ENTITLEMENT_ENDED = "entitlement_ended"  # alive, but not after the end, or not since that was looked into
    NOT_NOW = "not_now"  # the store refused, or somebody else was quicker every time: send the line again


@dataclass(frozen=True, slots=True)
class DeathMessage:
    """One message of a civil registry: by whom, under which id, and its records, each read or refused."""

    message_id: str
    sender: str
    records: tuple[MatchLine | Rejected, ...]


@dataclass(frozen=True, slots=True)
class Rejection:
    """A line that was not taken: its number, from 1, and why. Nothing of what it said."""

    line: int
    why: Rejected


class Taken(StrEnum):
    """What became of a line."""

    CERTIFIED = "certified"
    KNOWN = "known"  # what it says adds nothing: covered as far already, or a case of it is open
    CASE_OPENED = "case_opened"


@dataclass(slots=True)
class Import:
    """How far a file is taken: `lines` are done, from the first; counts by what became of them."""

    lines: int = 0
    taken: dict[str, int] = field(default_factory=dict)
    rejected: dict[str, int] = field(default_factory=dict)
    finished: bool = False

    def count(self, outcome: Taken | Rejected) -> None:
        """Count one line."""
        counts = self.taken if isinstance(outcome, Taken) else self.rejected
        counts[outcome.value] = counts.get(outcome.value, 0) + 1
