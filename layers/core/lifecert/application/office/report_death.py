"""A family reports a death: a case for the office, and nothing else (design.md §3 rule 4)."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

from lifecert.application.shared.changing import change_newest
from lifecert.application.shared.finding import by_number_and_name
from lifecert.application.shared.helping import naming_help_line
from lifecert.application.shared.reviewing import opening, review_id_of
from lifecert.domain.actor import Actor, Role, User
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.change import Change, record
from lifecert.domain.errors import BeneficiaryNotFound, DayImpossible, DayInFuture, EntitlementEnded, ReviewOpenedBefore
from lifecert.domain.help_lines import HelpLines
from lifecert.domain.ledger import Detail, LedgerEvent
from lifecert.domain.limits import StartLimits
from lifecert.domain.open_case import OpenCase
from lifecert.domain.person import IdNumber
from lifecert.domain.review import Review, ReviewKind
from lifecert.domain.status import EndCause, Status
from lifecert.ports.clock import Clock
from lifecert.ports.keys import PersonKeys
from lifecert.ports.register import ChangingRegister
from lifecert.ports.sessions import Limits


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """Who is meant: name and ID number must belong together."""

    name: str
    id_number: IdNumber


@dataclass(frozen=True, slots=True)
class ReportDeath:
    """The use case."""

    register: ChangingRegister
    person_keys: PersonKeys
    clock: Clock
    help_lines: HelpLines
    limits: Limits
    start_limits: StartLimits

    def of_person(self, person: NamedPerson, died_on: date | None, user: User) -> str:
        """Report the death of somebody by name and ID number, and give the id of the case. Counts as a start does, and
        together with starts: neither way tells more people's names than the other.

        Also after another end, when it is kept for whoever would make something due again. Once a death is recorded
        whoever has nothing to do with the person is answered as if it were not, and nothing is opened: name and number
        tell nobody how the person stands.

        Raises BeneficiaryNotFound (unknown person and wrong name alike), LimitReached, DayInFuture, DayImpossible
        (before the birth) and EntitlementEnded.
        """
        with naming_help_line(self.help_lines.default):
            self._check_day(died_on)
            if died_on and (born := person.id_number.birth_date) and died_on < born:
                raise DayImpossible
            # Also by a name that a clerk replaced: else one of them could hide somebody from their family's word.
            named = (person.id_number, person.name)
            beneficiary = by_number_and_name(self.register, self.person_keys, *named, former=True)
            now = self.clock.now()
            if beneficiary is None:
                self.limits.take(self.start_limits.unknown(user.user_id, now))
                raise BeneficiaryNotFound
            self.limits.take(self.start_limits.refused(user.user_id, now))
        user = user.towards(beneficiary.districts)
        known = user.is_clerk or beneficiary.concerns(user.user_id, self.clock.today())
        if beneficiary.status is Status.TERMINATED and beneficiary.death_recorded and not known:
            # The same for all and each day, as the id of a case that is open is; and nobody can work it out.
            only_once = f"after the end {beneficiary.person_key}"
            return review_id_of(beneficiary.beneficiary_id, ReviewKind.DEATH_REPORT, only_once)
        return self._report(beneficiary, died_on, user)

    def of_known(self, beneficiary_id: str, died_on: date | None, user: User) -> str:
        """Report the death of somebody whom the user certified before.

        Raises BeneficiaryNotFound (also for whom the user never certified), LimitReached, DayInFuture and
        EntitlementEnded.
        """
        with naming_help_line(self.help_lines.default):
            self._check_day(died_on)
            beneficiary = self.register.get(beneficiary_id)
            user = user.towards(beneficiary.districts) if beneficiary else user
            if beneficiary is None or not (user.is_clerk or user.user_id in beneficiary.certified_by):
                raise BeneficiaryNotFound
            self.limits.take(self.start_limits.refused(user.user_id, self.clock.now()))
        return self._report(beneficiary, died_on, user)

    def _check_day(self, died_on: date | None) -> None:
        if died_on and died_on > self.clock.today():
            raise DayInFuture

    def _report(self, beneficiary: Beneficiary, died_on: date | None, user: User) -> str:
        with naming_help_line(self.help_lines.find(beneficiary.category, beneficiary.district)):
            actor = Actor(user.user_id, Role.CLERK if user.is_clerk else Role.USER)
            return report_known(self.register, self.clock, beneficiary, died_on, actor)


def report_known(
    register: ChangingRegister, clock: Clock, beneficiary: Beneficiary, died_on: date | None, actor: Actor
) -> str:
    """Open the case of somebody's death, or join the one that is open, and give its id. Raises EntitlementEnded."""
    if beneficiary.status is Status.TERMINATED and beneficiary.death_recorded:
        raise EntitlementEnded
    review_id = ""

    def make(newest: Beneficiary) -> Change | None:
        nonlocal review_id
        known = newest.reported_death(actor, clock.today())
        if known:
            review_id = known.review_id
            return _joining(newest, known, actor, died_on, clock.now())
        # One report of one user about one person and day of death, a day: sending it twice makes one case. Whoever was
        # refused for a mistyped day may say the right one. Nobody works out the id, and learns that it is another's.
        day = died_on.isoformat() if died_on else ""
        only_once = f"{newest.person_key} {actor.actor_id} {clock.today().isoformat()} {day}"
        review_id = review_id_of(newest.beneficiary_id, ReviewKind.DEATH_REPORT, only_once)
        review = Review(
            review_id=review_id,
            beneficiary_id=newest.beneficiary_id,
            kind=ReviewKind.DEATH_REPORT,
            opened_at=clock.now(),
            opened_by=actor,
            day=died_on,
            cause=EndCause.DECEASED,
        )
        return opening(newest, review)

    with suppress(ReviewOpenedBefore):  # and decided since
        change_newest(register, beneficiary.beneficiary_id, make)
    return review_id


def _joining(newest: Beneficiary, known: OpenCase, actor: Actor, died_on: date | None, at: datetime) -> Change | None:
    """The change by which a report belongs to a case that is open; None where it adds nothing."""
    doubts = newest.believes(actor, at.date())
    after = newest.with_joined(known, actor.actor_id, doubts=doubts)
    if after == newest:
        return None
    details: dict[str, Detail] = {
        "review_id": known.review_id,
        "kind": known.kind,
        "day": died_on.isoformat() if died_on else None,
    }
    after, entry = record(after, LedgerEvent.REPORT_JOINED, actor, at, details)
    return Change(newest.version, after, entry)
