"""A family reports a death: a case for the office, and nothing else (design.md §3 rule 4)."""

from dataclasses import dataclass
from datetime import date

from lifecert.application.shared.finding import by_number_and_name
from lifecert.application.shared.helping import naming_help_line
from lifecert.application.shared.reviewing import OpenReview
from lifecert.domain.actor import Actor, Role, User
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.errors import BeneficiaryNotFound, DayImpossible, DayInFuture, EntitlementEnded
from lifecert.domain.help_lines import HelpLines
from lifecert.domain.person import IdNumber
from lifecert.domain.review import ReviewKind
from lifecert.domain.status import EndCause, Status
from lifecert.ports.clock import Clock
from lifecert.ports.keys import PersonKeys
from lifecert.ports.register import ChangingRegister


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

    def of_person(self, person: NamedPerson, died_on: date | None, user: User) -> str:
        """Report the death of somebody by name and ID number, and give the id of the case.

        Raises BeneficiaryNotFound (unknown person and wrong name alike), DayInFuture, DayImpossible (before the birth)
        and EntitlementEnded.
        """
        with naming_help_line(self.help_lines.default):
            self._check_day(died_on)
            if died_on and died_on < person.id_number.birth_date:
                raise DayImpossible
            beneficiary = by_number_and_name(self.register, self.person_keys, person.id_number, person.name)
            if beneficiary is None:
                raise BeneficiaryNotFound
        return self._report(beneficiary, died_on, user)

    def of_known(self, beneficiary_id: str, died_on: date | None, user: User) -> str:
        """Report the death of somebody whom the user certified before.

        Raises BeneficiaryNotFound (also for whom the user never certified), DayInFuture and EntitlementEnded.
        """
        with naming_help_line(self.help_lines.default):
            self._check_day(died_on)
            beneficiary = self.register.get(beneficiary_id)
            if beneficiary is None or not (user.is_clerk or user.user_id in beneficiary.certified_by):
                raise BeneficiaryNotFound
        return self._report(beneficiary, died_on, user)

    def _check_day(self, died_on: date | None) -> None:
        if died_on and died_on > self.clock.today():
            raise DayInFuture

    def _report(self, beneficiary: Beneficiary, died_on: date | None, user: User) -> str:
        with naming_help_line(self.help_lines.find(beneficiary.category, beneficiary.district)):
            if beneficiary.status is Status.TERMINATED:
                raise EntitlementEnded
            # One report of one user about one person a day: sending it twice makes one case.
            return OpenReview(self.register, self.clock)(
                beneficiary.beneficiary_id,
                ReviewKind.DEATH_REPORT,
                Actor(user.user_id, Role.CLERK if user.is_clerk else Role.USER),
                only_once=f"{user.user_id} {self.clock.today().isoformat()}",
                day=died_on,
                cause=EndCause.DECEASED,
            )
