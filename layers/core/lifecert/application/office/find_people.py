"""Staff find somebody: by ID number, with the name or without, or by a payer's own reference of a benefit."""

from collections.abc import Iterator
from dataclasses import dataclass

from lifecert.application.shared.accessing import LookUps
from lifecert.application.shared.finding import by_number, by_number_and_name
from lifecert.application.shared.referring import ReferencesOfPayers
from lifecert.domain.access import AccessAction
from lifecert.domain.actor import User
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.errors import NotAllowed
from lifecert.domain.person import IdNumber
from lifecert.ports.keys import PersonKeys
from lifecert.ports.register import Register

# Whom one reference finds, at most. A payer's own is one person's, or a few's who draw of one.
MOST_FOUND = 20


@dataclass(frozen=True, slots=True)
class ByNumber:
    """Whoever has this ID number; with a name, only if they have that too."""

    id_number: IdNumber
    name: str | None = None


@dataclass(frozen=True, slots=True)
class ByReference:
    """Whoever draws, or drew, a benefit of this payer under this reference."""

    payer: str
    reference: str


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """Somebody found. Their birth year is known by the number that was looked up, if at all, and stored nowhere."""

    beneficiary: Beneficiary
    birth_year: int | None


@dataclass(frozen=True, slots=True)
class FindPeople:
    """The use case. Every look-up counts, and everybody found is noted, before anything is told."""

    register: Register
    person_keys: PersonKeys
    references: ReferencesOfPayers
    looking_up: LookUps

    def __call__(self, wanted: ByNumber | ByReference, user: User) -> tuple[FoundPerson, ...]:
        """Whom it is, at most `MOST_FOUND`, of those within the user's districts: nobody else is told apart from nobody
        (adr/0045). Raises NotAllowed and LimitReached."""
        if not user.is_staff:
            raise NotAllowed
        self.looking_up.count(user)
        known = self._by_number(wanted) if isinstance(wanted, ByNumber) else self._by_reference(wanted)
        found = tuple(one for one in known if user.reads.covers_any(one.beneficiary.districts))
        for one in found:
            self.looking_up.told(one.beneficiary.beneficiary_id, user, AccessAction.FOUND)
        return found

    def _by_number(self, wanted: ByNumber) -> Iterator[FoundPerson]:
        register, keys, number = self.register, self.person_keys, wanted.id_number
        if wanted.name is None:
            found = by_number(register, keys, number)
        else:
            found = by_number_and_name(register, keys, number, wanted.name)
        if found:
            yield FoundPerson(found, number.birth_date.year if number.birth_date else None)

    def _by_reference(self, wanted: ByReference) -> Iterator[FoundPerson]:
        for one in self.references.find(wanted.payer, wanted.reference, MOST_FOUND):
            found = self.register.get(one)
            # A hint is noted before the benefit is there, and stays if the benefit never comes.
            if found and any((b.payer, b.payer_reference) == (wanted.payer, wanted.reference) for b in found.benefits):
                yield FoundPerson(found, None)
