"""How somebody stands, and their history."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import Field

from lifecert.application.certify.get_status import BeneficiaryView
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.benefit import Benefit
from lifecert.domain.category import Category
from lifecert.domain.certificate import Method
from lifecert.domain.data_match import Sources
from lifecert.domain.help_lines import HelpLines
from lifecert.domain.ledger import PROOFS, Fact, LedgerEntry, LedgerEvent, facts_of
from lifecert.domain.mandate import not_over
from lifecert.domain.page import Page, Position
from lifecert.domain.status import EndCause, Status
from lifecert.domain.telling import Telling, telling
from lifecert.entry.http.bodies.faces import ConsentState
from lifecert.entry.http.bodies.fields import PAGE, InList, cursor_of
from lifecert.entry.http.bodies.mandates import MandateShown
from lifecert.entry.http.texts import Language, text
from lifecert.entry.models import Incoming, Moment, Response

# What of a ledger entry concerns the person and their helpers; staff see all of it.
_FOR_EVERYBODY = frozenset(
    {
        "certificate_id",
        "method",
        "on_behalf",
        "outcome",
        "proof_channel",
        "reason",
        "status",
        "status_before",
        "valid_until",
    }
)
# The same of what it says of each benefit.
_OF_BENEFITS = frozenset(
    {
        "arrears_first_day",
        "arrears_last_day",
        "benefit",
        "held_since",
        "payment_held",
        "payment_was_held",
        "reclaim_first_day",
        "reclaim_last_day",
        "start",
        "start_before",
        "status",
        "status_before",
        "unpaid_since",
    }
)


# Entries that only staff see: to know of a suspicion is to be warned.
_FOR_STAFF = frozenset(
    {
        LedgerEvent.REVIEW_OPENED,
        LedgerEvent.REVIEW_DECIDED,
        LedgerEvent.REPORT_JOINED,
        LedgerEvent.DEATH_NOTED,
        LedgerEvent.VISIT_NOTED,
    }
)


class HistoryActor(Response):
    """Who made an entry; `actor_id` for staff only."""

    role: str
    actor_id: str | None


class HistoryEntry(Response):
    """One ledger entry; `seq` is its number among those that are shown, which for staff are all, and `benefits` what it
    says of each benefit. `explained` is, of a proof of life by another
    register, which saw the person, how and when, in plain words."""

    seq: int
    event: LedgerEvent
    at: Moment
    actor: HistoryActor
    details: Mapping[str, Fact]
    benefits: tuple[Mapping[str, Fact], ...]
    explained: str | None

    @staticmethod
    def of(entry: LedgerEntry, number: int, sources: Sources, language: Language, *, for_staff: bool) -> "HistoryEntry":
        """The entry, without what concerns only staff unless it is for them."""
        return HistoryEntry(
            seq=number,
            event=entry.event,
            at=entry.at,
            actor=HistoryActor(role=entry.actor.role, actor_id=entry.actor.actor_id if for_staff else None),
            details={
                name: value
                for name, value in entry.details.items()
                if (value is None or isinstance(value, str | int)) and (for_staff or name in _FOR_EVERYBODY)
            },
            benefits=tuple(
                {name: value for name, value in facts.items() if for_staff or name in _OF_BENEFITS}
                for facts in facts_of(entry)
            ),
            explained=_explained(entry, sources, language),
        )


def _explained(entry: LedgerEntry, sources: Sources, language: Language) -> str | None:
    source, on = entry.details.get("source"), entry.details.get("certified_on")
    by_a_register = entry.event in PROOFS and entry.details.get("method") == Method.DATA_MATCH
    if not (by_a_register and isinstance(source, str) and isinstance(on, str)):
        return None
    return sources.of(source).explained(date.fromisoformat(on), language.value)


class BenefitStanding(Response):
    """One benefit. `held_since` is while its payment is held, `ended_on` the first day that is not due any more;
    `unpaid_since` the first day that was neither paid nor announced as arrears. `payer_reference` for staff only."""

    benefit: str
    category: Category
    district: str
    payer: str
    payer_reference: str | None
    start: date | None
    planned_end: date | None
    injury_grade: int | None
    status: Status
    payment_held: bool
    held_since: date | None
    unpaid_since: date | None
    ended_on: date | None
    end_cause: EndCause | None

    @staticmethod
    def of(beneficiary: Beneficiary, benefit: Benefit, *, for_staff: bool) -> "BenefitStanding":
        """One of a beneficiary's. Why it ended is between the person and the office: for staff only."""
        standing = beneficiary.standing_of(benefit)
        return BenefitStanding(
            benefit=benefit.benefit_id,
            category=benefit.category,
            district=benefit.district,
            payer=benefit.payer,
            payer_reference=benefit.payer_reference if for_staff else None,
            start=benefit.start,
            planned_end=benefit.planned_end,
            injury_grade=benefit.injury_grade,
            status=standing.status,
            payment_held=standing.is_held,
            held_since=standing.held_since if standing.is_held else None,
            unpaid_since=standing.unpaid_since,
            ended_on=standing.ended_on,
            end_cause=benefit.end.cause if benefit.end and for_staff else None,
        )


class BeneficiaryStanding(Response):
    """A beneficiary's standing. `days_left` counts the covered days after today, `what_to_do` is for who lapsed.
    `payment_held` and `held_since` are of whichever benefit is held, the first to be. `telling` is how far it is with
    telling somebody lapsed so, for staff only. `mandates` are those in force or to come, each with its holder for staff
    and for the holder."""

    beneficiary_id: str
    masked_name: str
    category: Category
    district: str
    status: Status
    valid_until: date
    days_left: int
    payment_held: bool
    held_since: date | None
    benefits: tuple[BenefitStanding, ...]
    consent: ConsentState
    mandates: tuple[MandateShown, ...]
    telling: Telling | None
    what_to_do: str | None
    help_line: str
    history: tuple[HistoryEntry, ...]

    @staticmethod
    def of(
        view: BeneficiaryView,
        today: date,
        help_lines: HelpLines,
        sources: Sources,
        language: Language,
        *,
        user_id: str,
        for_staff: bool,
    ) -> "BeneficiaryStanding":
        """The answer as of `today`, in a language."""
        beneficiary = view.beneficiary
        shown = [entry for entry in view.history if for_staff or entry.event not in _FOR_STAFF]
        return BeneficiaryStanding(
            beneficiary_id=beneficiary.beneficiary_id,
            masked_name=beneficiary.masked_name,
            category=beneficiary.category,
            district=beneficiary.district,
            status=beneficiary.status,
            valid_until=beneficiary.valid_until,
            days_left=_days_left(beneficiary, today),
            payment_held=beneficiary.held_since is not None,
            held_since=beneficiary.held_since,
            benefits=tuple(BenefitStanding.of(beneficiary, one, for_staff=for_staff) for one in beneficiary.benefits),
            consent=ConsentState.of(beneficiary),
            mandates=tuple(
                MandateShown.of(one, with_holder=for_staff or one.holder == user_id)
                for one in not_over(beneficiary.mandates, today)
            ),
            telling=telling(beneficiary, today) if for_staff else None,
            what_to_do=_what_to_do(beneficiary, language),
            help_line=help_lines.find(beneficiary.category, beneficiary.district),
            history=tuple(
                # A number left out would say that there is something to know.
                HistoryEntry.of(entry, entry.seq if for_staff else number, sources, language, for_staff=for_staff)
                for number, entry in enumerate(shown, 1)
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
    """A page of them. `account` is the caller's own, by which somebody may give them a mandate."""

    account: str
    people: tuple[MyPerson, ...]
    after: str | None

    @staticmethod
    def of(page: Page[Beneficiary, Position], today: date, account: str) -> "MyPeople":
        """The answer as of `today`."""
        people = tuple(
            MyPerson(
                beneficiary_id=one.beneficiary_id,
                masked_name=one.masked_name,
                status=one.status,
                valid_until=one.valid_until,
                days_left=_days_left(one, today),
                payment_held=one.held_since is not None,
            )
            for one in page.items
        )
        return MyPeople(account=account, people=people, after=cursor_of(page.after) if page.after else None)


def _days_left(beneficiary: Beneficiary, today: date) -> int:
    return max(0, (beneficiary.valid_until - today).days)


def _what_to_do(beneficiary: Beneficiary, language: Language) -> str | None:
    if beneficiary.status is not Status.LAPSED:
        return None
    return text(language, "notes", "held" if beneficiary.held_since else "lapsed")
