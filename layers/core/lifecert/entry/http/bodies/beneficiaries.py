"""How somebody stands, and their history."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import Field

from lifecert.application.certify.get_status import BeneficiaryView
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.category import Category
from lifecert.domain.help_lines import HelpLines
from lifecert.domain.ledger import Detail, LedgerEntry, LedgerEvent
from lifecert.domain.page import Page, Position
from lifecert.domain.status import Standing, Status
from lifecert.entry.http.bodies.fields import PAGE, InList, cursor_of
from lifecert.entry.http.texts import Language, text
from lifecert.entry.models import Incoming, Moment, Response

# What of a ledger entry concerns the person and their helpers; staff see all of it.
_FOR_EVERYBODY = frozenset(
    {
        "arrears_first_day",
        "arrears_last_day",
        "certificate_id",
        "held_since",
        "method",
        "on_behalf",
        "outcome",
        "payment_was_held",
        "reason",
        "status",
        "status_before",
        "valid_until",
    }
)


# Entries that only staff see: to know of a suspicion is to be warned.
_FOR_STAFF = frozenset({LedgerEvent.REVIEW_OPENED, LedgerEvent.REVIEW_DECIDED})


class HistoryActor(Response):
    """Who made an entry; `actor_id` for staff only."""

    role: str
    actor_id: str | None


class HistoryEntry(Response):
    """One ledger entry."""

    seq: int
    event: LedgerEvent
    at: Moment
    actor: HistoryActor
    details: Mapping[str, Detail]

    @staticmethod
    def of(entry: LedgerEntry, *, for_staff: bool) -> "HistoryEntry":
        """The entry, without what concerns only staff unless it is for them."""
        return HistoryEntry(
            seq=entry.seq,
            event=entry.event,
            at=entry.at,
            actor=HistoryActor(role=entry.actor.role, actor_id=entry.actor.actor_id if for_staff else None),
            details={name: value for name, value in entry.details.items() if for_staff or name in _FOR_EVERYBODY},
        )


class BeneficiaryStanding(Response):
    """A beneficiary's standing. `days_left` counts the covered days after today, `what_to_do` is for who lapsed."""

    beneficiary_id: str
    masked_name: str
    category: Category
    district: str
    status: Status
    valid_until: date
    days_left: int
    payment_held: bool
    held_since: date | None
    what_to_do: str | None
    help_line: str
    history: tuple[HistoryEntry, ...]

    @staticmethod
    def of(
        view: BeneficiaryView, today: date, help_lines: HelpLines, language: Language, *, for_staff: bool
    ) -> "BeneficiaryStanding":
        """The answer as of `today`, in a language."""
        beneficiary = view.beneficiary
        standing = beneficiary.standing
        return BeneficiaryStanding(
            beneficiary_id=beneficiary.beneficiary_id,
            masked_name=beneficiary.masked_name,
            category=beneficiary.category,
            district=beneficiary.district,
            status=standing.status,
            valid_until=standing.valid_until,
            days_left=_days_left(standing, today),
            payment_held=standing.held_since is not None,
            held_since=standing.held_since,
            what_to_do=_what_to_do(standing, language),
            help_line=help_lines.find(beneficiary.category, beneficiary.district),
            history=tuple(
                HistoryEntry.of(entry, for_staff=for_staff)
                for entry in view.history
                if for_staff or entry.event not in _FOR_STAFF
            ),
        )


class MyPeopleQuery(Incoming):
    """GET /me/people."""

    limit: Annotated[int, Field(ge=1, le=PAGE)] = PAGE
    after: InList | None = None


class MyPerson(Response):
    """Somebody whom the caller certified: what `BeneficiaryStanding` begins with, and no more."""

    beneficiary_id: str
    masked_name: str
    status: Status
    valid_until: date
    days_left: int
    payment_held: bool


class MyPeople(Response):
    """A page of them."""

    people: tuple[MyPerson, ...]
    after: str | None

    @staticmethod
    def of(page: Page[Beneficiary, Position], today: date) -> "MyPeople":
        """The answer as of `today`."""
        people = tuple(
            MyPerson(
                beneficiary_id=one.beneficiary_id,
                masked_name=one.masked_name,
                status=one.standing.status,
                valid_until=one.standing.valid_until,
                days_left=_days_left(one.standing, today),
                payment_held=one.standing.held_since is not None,
            )
            for one in page.items
        )
        return MyPeople(people=people, after=cursor_of(page.after) if page.after else None)


def _days_left(standing: Standing, today: date) -> int:
    return max(0, (standing.valid_until - today).days)


def _what_to_do(standing: Standing, language: Language) -> str | None:
    if standing.status is not Status.LAPSED:
        return None
    return text(language, "notes", "held" if standing.held_since else "lapsed")
