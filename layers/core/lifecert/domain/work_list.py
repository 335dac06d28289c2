"""Work lists: whom an office has something to do for, by district, and what its months came to (design.md §6).

Who is in which list follows from a person's record alone (`rows_of`), so that the lists can always be made anew of the
register. Where a list depends on today, a row stands under the day from which, or until which, it holds, and a list
ends at a day: nothing is written because a night went by.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.ledger import LedgerEntry, LedgerEvent
from lifecert.domain.page import Position
from lifecert.domain.policy import Outcome
from lifecert.domain.review import Review
from lifecert.domain.status import Status
from lifecert.domain.year import MONTHS, add_months

# Days ahead that "due soon" looks, and the most that it can be asked for: whoever looks a year ahead leafs through the
# register (adr/0040).
DUE_DAYS, MOST_DUE_DAYS = 60, 92
# A face changes: a photo as old as this is to be taken anew when the person is next seen.
REFERENCE_YEARS = 5


class WorkList(StrEnum):
    """What there is to do for whoever is in it; each person of a district once, and nobody whose benefits have all
    ended."""

    DUE = "due"  # the year ends soon, by its last day
    LAPSED = "lapsed"  # the year is over, by its last day
    LAPSED_UNTOLD = "lapsed_untold"  # and no notice of it has arrived: nobody may hold their payment
    NOTICE_FAILED = "notice_failed"  # a notice did not arrive, and no other has; by that day
    NO_CONTACT = "no_contact"  # nobody knows how to reach them, by the last day of the year
    NO_REFERENCE = "no_reference"  # no photo is enrolled, and consent not withdrawn; by the last day of the year
    OLD_REFERENCE = "old_reference"  # the newest photo is old, by its day
    # A clerk found true that they died, or a proposal of that ran out, and they are paid; by the last day of the year.
    DEATH_FOUND = "death_found"


@dataclass(frozen=True, slots=True, order=True)
class Row:
    """That a person is in a list of a district, under a day."""

    district: str
    wanted: WorkList
    day: date


def rows_of(person: Beneficiary) -> frozenset[Row]:
    """Where somebody stands: in the lists of the district of their main benefit, whose help line is theirs."""
    if person.status is Status.TERMINATED:
        return frozenset()
    return frozenset(Row(person.district, wanted, day) for wanted, day in _days_of(person).items())


def _days_of(person: Beneficiary) -> Mapping[WorkList, date]:
    last, notice, found = person.valid_until, person.current_notice, dict[WorkList, date]()
    found[WorkList.LAPSED if person.lapsed else WorkList.DUE] = last
    if any(one.upheld and one.of_a_death for one in person.open_cases):
        found[WorkList.DEATH_FOUND] = last
    if person.lapsed and not person.notice_delivered_on:
        found[WorkList.LAPSED_UNTOLD] = last
    if person.contact_channel is None:
        found[WorkList.NO_CONTACT] = last
    elif notice and notice.failed_on:
        found[WorkList.NOTICE_FAILED] = notice.failed_on
    if person.consent_withdrawn_on:
        return found  # Who wants no photo kept is not asked for one.
    if not person.has_reference:
        found[WorkList.NO_REFERENCE] = last
    elif person.reference_on:
        found[WorkList.OLD_REFERENCE] = person.reference_on
    return found


def last_day_of(wanted: WorkList, today: date, due_days: int = DUE_DAYS) -> date | None:
    """The last day whose rows are in a list today; None where all are."""
    if wanted is WorkList.DUE:
        return today + timedelta(days=due_days)
    return add_months(today, -MONTHS * REFERENCE_YEARS) if wanted is WorkList.OLD_REFERENCE else None


def place_of(day: date, beneficiary_id: str) -> Position:
    """The place of a row in its list, for whoever goes on after it."""
    return Position(datetime.combine(day, time.min, UTC), beneficiary_id)


@dataclass(frozen=True, slots=True)
class Listed:
    """What the lists have of a person. `version` is that of the record from which `rows` were made, and `counted` the
    number of the last ledger entry that is in the months' figures: what is older changes nothing any more."""

    beneficiary_id: str
    version: int = 0
    counted: int = 0
    rows: frozenset[Row] = frozenset()


class Figure(StrEnum):
    """What is counted of a month, each by something: `certified` by method, `channel` the same by channel, `retry` and
    `review` by reason, `decided` by how long the case had waited. `year` is by what became of the years that ended in
    that month: `in_time`, `lapsed`, and of the lapsed who certified after all, `late`."""

    CERTIFIED = "certified"
    CHANNEL = "channel"
    RETRY = "retry"
    REVIEW = "review"
    DECIDED = "decided"
    YEAR = "year"


# Days that a case waited, at most, by the name of what is counted then.
WAITS = {"within_1_day": 1, "within_3_days": 3, "within_7_days": 7, "within_14_days": 14}
LATER = "later"


@dataclass(frozen=True, slots=True, order=True)
class Count:
    """One more in a month of a district: `figure` by `by`."""

    district: str
    month: str
    figure: Figure
    by: str


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """What was counted of a month in a district: by figure, by what it is counted by."""

    district: str
    month: str
    numbers: Mapping[Figure, Mapping[str, int]] = field(default_factory=dict)

    def number(self, figure: Figure, by: str) -> int:
        """One of them."""
        return self.numbers.get(figure, {}).get(by, 0)

    @property
    def certified_in_time(self) -> float | None:
        """The share of the years ended in this month that were certified before the person lapsed; None of none."""
        in_time, lapsed = self.number(Figure.YEAR, "in_time"), self.number(Figure.YEAR, "lapsed")
        return in_time / (in_time + lapsed) if in_time + lapsed else None

    @property
    def certified_at_all(self) -> float | None:
        """The same with those who certified late."""
        in_time, lapsed = self.number(Figure.YEAR, "in_time"), self.number(Figure.YEAR, "lapsed")
        late = min(self.number(Figure.YEAR, "late"), lapsed)
        return (in_time + late) / (in_time + lapsed) if in_time + lapsed else None


def month_of(day: date) -> str:
    """The month of a day, as 2026-03."""
    return day.isoformat()[:7]


def is_month(text: str) -> bool:
    """Whether a text is a month such as 2026-03."""
    year, dash, month = text.partition("-")
    digits = (year + month).isascii() and (year + month).isdigit() and (len(year), len(month)) == (4, 2)
    return bool(dash) and digits and 1 <= int(month) <= MONTHS and int(year) > 0


def counts_of(
    before: Beneficiary | None, after: Beneficiary, entry: LedgerEntry, on: date, decided: Review | None
) -> tuple[Count, ...]:
    """What an entry, written `on` that day, adds to the figures: `before` and `after` are the record around it, and
    `decided` is the case that it decides, if it does."""
    told: list[tuple[str, Figure, str]] = []
    month = month_of(on)
    if entry.event is LedgerEvent.CERTIFIED:
        told.append((month, Figure.CERTIFIED, str(entry.details.get("method"))))
        if channel := entry.details.get("proof_channel"):
            told.append((month, Figure.CHANNEL, str(channel)))
        if before and after.valid_until > before.valid_until:
            told.append((month_of(before.valid_until), Figure.YEAR, "late" if before.lapsed else "in_time"))
    if entry.event is LedgerEvent.LAPSED:
        told.append((month_of(after.valid_until), Figure.YEAR, "lapsed"))
    if entry.event is LedgerEvent.VERIFICATION_FAILED:
        figure = Figure.RETRY if entry.details.get("outcome") == Outcome.RETRY else Figure.REVIEW
        told.append((month, figure, str(entry.details.get("reason"))))
    if decided and decided.decision:
        waited = decided.decision.decided_at - decided.opened_at
        most = (name for name, days in WAITS.items() if waited <= timedelta(days=days))
        told.append((month, Figure.DECIDED, next(most, LATER)))
    return tuple(Count(after.district, *one) for one in told)
