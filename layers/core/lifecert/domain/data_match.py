"""Data match: what other registers say of people, line by line (design.md §3 rule 4: data may confirm life by itself,
and never ends an entitlement by itself)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from lifecert.domain.person import IdNumber


class Said(StrEnum):
    """What a line says of a person."""

    ALIVE = "alive"  # seen alive on a day
    DEAD = "dead"  # died on a day


class Trust(StrEnum):
    """What a register's word that somebody is alive comes to. Of a death it is a case, whoever says so."""

    CERTIFIES = "certifies"
    CASE_ONLY = "case_only"  # a clerk looks for the person


@dataclass(frozen=True, slots=True)
class Source:
    """A register, and how far it is believed: of a day no longer ago than `fresh_days`.

    `place` and `event` are who saw the person, and how, in plain words by language (`zh-CN`, `en`); they are the
    register's and the same for all, so that nothing of one person, such as an illness, can stand there.
    `on_certificate` is whether a certificate, which others get to see, names it.
    """

    trust: Trust
    fresh_days: int
    on_certificate: bool
    place: Mapping[str, str]
    event: Mapping[str, str]

    def is_fresh(self, on: date, today: date) -> bool:
        """Whether what was seen on a day is believed today."""
        return today - on <= timedelta(days=self.fresh_days)

    def explained(self, on: date, language: str) -> str:
        """By what the person was certified, as they are told it."""
        place, event = self.place[language], self.event[language]
        if language == "zh-CN":
            return f"{place}于{on.year}年{on.month}月{on.day}日{event}"
        return f"{place[:1].upper()}{place[1:]} {event} on {on.day} {on:%B} {on.year}"


@dataclass(frozen=True, slots=True)
class Sources:
    """How far each register is believed; `default` is for whoever has no line of their own."""

    default: Source
    by_code: Mapping[str, Source] = field(default_factory=dict)

    def of(self, code: str) -> Source:
        """One register."""
        return self.by_code.get(code, self.default)


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
    NOT_FRESH = "not_fresh"  # alive, but longer ago than the register is believed for
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
    KNOWN = "known"  # nobody has to do anything: covered as far already, a case of it is open, or benefits had ended
    CASE_OPENED = "case_opened"
    JOINED = "joined"  # another day of a death of which that register's word is being looked at


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
