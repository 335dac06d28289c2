"""Notices by other ways than a message: a letter, a visit, a public notice, each written down by a clerk with day and
proof; which of them count for a hold, and from which day (adr/0046)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from lifecert.domain.ledger import LedgerEntry, LedgerEvent
from lifecert.domain.notice import Notice, NoticeKind

# So many a year are kept with a person. Who was looked for more often than that is no case for one more notice.
MOST_NOTICES = 20
# Of these by one clerk: another can always write one down that counts.
MOST_NOTICES_OF_ONE = 10
# Two others must have failed before a public notice: nobody reads it.
FAILED_BEFORE_PUBLIC = 2


class NoticeWay(StrEnum):
    """By which way the office told somebody, or tried to."""

    LETTER = "letter"
    VISIT = "visit"
    PUBLIC_NOTICE = "public_notice"


class NoticeResult(StrEnum):
    """What came of it. The last three tell nobody."""

    POSTED = "posted"
    TOLD = "told"
    PUBLISHED = "published"
    RETURNED = "returned"
    NOBODY_THERE = "nobody_there"
    RECORDED_WRONGLY = "recorded_wrongly"


# What a clerk may write down of each way.
RESULTS: Mapping[NoticeWay, frozenset[NoticeResult]] = {
    NoticeWay.LETTER: frozenset({NoticeResult.POSTED, NoticeResult.RETURNED}),
    NoticeWay.VISIT: frozenset({NoticeResult.TOLD, NoticeResult.NOBODY_THERE}),
    NoticeWay.PUBLIC_NOTICE: frozenset({NoticeResult.PUBLISHED}),
}
_REACHED = frozenset({NoticeResult.POSTED, NoticeResult.TOLD, NoticeResult.PUBLISHED})
_FAILED = frozenset({NoticeResult.RETURNED, NoticeResult.NOBODY_THERE})
# What the year stands on: a message that failed before that was about another.
_BEGINS = frozenset(
    {LedgerEvent.REGISTERED, LedgerEvent.CERTIFIED, LedgerEvent.CERTIFICATE_REVOKED, LedgerEvent.CORRECTED}
)
# What can make somebody lapsed anew whose year has long been over. What was said before was about something else.
_LAPSES_ANEW = _BEGINS - {LedgerEvent.CERTIFIED}


@dataclass(frozen=True, slots=True)
class OfficeNotice:
    """What a clerk wrote down of one notice about the year that ended on `valid_until`, or of one that failed.

    `on` is the day of it, `recorded_by` the clerk. `counts_on` is the day from which it counts for a hold; None where
    it does not, by the rules of the day it was recorded on, or because it failed, on `failed_on`.
    """

    notice_id: str
    valid_until: date
    way: NoticeWay
    result: NoticeResult
    on: date
    recorded_by: str
    counts_on: date | None = None
    failed_on: date | None = None

    @property
    def stands(self) -> bool:
        """Whether it is one that can still come to nothing."""
        return self.result in _REACHED

    def failed(self, result: NoticeResult, on: date) -> "OfficeNotice":
        """The same, which told nobody: it came back, or never was."""
        return replace(self, result=result, counts_on=None, failed_on=on)


@dataclass(frozen=True, slots=True)
class NoticeRules:
    """The ways that count for a hold, and how many days after its posting a letter is taken to have arrived, and after
    its first day a public notice is taken to be known."""

    ways: frozenset[NoticeWay]
    letter_days: int
    public_notice_days: int

    def counts_on(self, way: NoticeWay, result: NoticeResult, on: date, today: date) -> date | None:
        """The day from which a notice counts that is recorded today; None when it does not.

        Never a day before it was recorded: what is written down late takes no grace days away, and nothing said of the
        past can have somebody held tomorrow.
        """
        if way not in self.ways or result not in _REACHED:
            return None
        days = {NoticeWay.LETTER: self.letter_days, NoticeWay.PUBLIC_NOTICE: self.public_notice_days}
        return max(on + timedelta(days=days.get(way, 0)), today)


@dataclass(frozen=True, slots=True)
class Told:
    """How somebody was told of a year first: from which day that counts, and, unless a message arrived, by which way,
    and which clerk says so."""

    on: date
    way: NoticeWay | None = None
    recorded_by: str | None = None


def first_told(message: Notice | None, others: Iterable[OfficeNotice]) -> Told | None:
    """What of all that was said of one year counts first; of one day, what no clerk's word stands for. None while
    nothing counts."""
    told = [Told(message.delivered_on)] if message and message.delivered_on else []
    told += [Told(one.counts_on, one.way, one.recorded_by) for one in others if one.counts_on]
    return min(told, key=lambda one: one.on, default=None)


def failed_ways(others: Iterable[OfficeNotice], entries: Iterable[LedgerEntry], by: date) -> frozenset[str]:
    """The ways by which somebody was not reached about this year: `message`, and those of the office that had failed
    by a day. `others` are of this year; `entries`, the person's in order, tell of messages."""
    failed = {str(one.way) for one in others if one.result in _FAILED and (one.failed_on or one.on) <= by}
    arrived = message = False
    for entry in entries:
        if entry.event in _BEGINS or (entry.event is LedgerEvent.START_CORRECTED and "first_year" in entry.details):
            arrived = message = False
        elif entry.event is LedgerEvent.CONTACT_CHANGED:
            message = False  # by another address it has not failed
        elif entry.event is LedgerEvent.NOTICE_DELIVERED:
            arrived = True
        elif entry.event is LedgerEvent.NOTICE_FAILED and entry.details.get("kind") == NoticeKind.REMINDER:
            message = True
    return frozenset(failed | ({"message"} if message and not arrived else set()))


def lapsed_anew(entries: Iterable[LedgerEntry]) -> LedgerEntry | None:
    """The last entry by which somebody may have come to be lapsed whose year was over already."""
    return next((one for one in reversed(tuple(entries)) if one.event in _LAPSES_ANEW), None)
