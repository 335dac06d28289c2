"""The lines of a register's file: who is in them, checked as if registered by hand, and registered (adr/0039)."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from lifecert.application.office.imported import Candidate, check, registration
from lifecert.application.shared.finding import by_number, moved_away
from lifecert.application.shared.referring import ReferencesOfPayers
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.errors import AlreadyRegistered
from lifecert.domain.intake import RELEASED_WITHIN, ImportTally, ReadLine, RegisterImport, Told
from lifecert.domain.intake_faults import Known, RowFault
from lifecert.domain.number import MOST_PLACES, place_of
from lifecert.ports.clock import Clock
from lifecert.ports.intake import ImportRuns
from lifecert.ports.keys import PersonKeys
from lifecert.ports.notices import AddressSeal
from lifecert.ports.register import ChangingRegister


@dataclass(frozen=True, slots=True)
class RegisterLines:
    """Lines of this kind."""

    register: ChangingRegister
    runs: ImportRuns
    person_keys: PersonKeys
    seal: AddressSeal
    clock: Clock
    payers: Sequence[str]
    references: ReferencesOfPayers

    def _candidates(
        self, found: RegisterImport, chunk: Iterable[Sequence[ReadLine]], told: list[Told]
    ) -> list[tuple[Candidate, list[int]]]:
        """Who of a chunk is right, with the numbers of their lines; of the others why is told."""
        right = []
        today = self.clock.today()
        for lines in chunk:
            one = check(lines, self.payers, today, found.scope)
            if isinstance(one, Candidate):
                right.append((one, lines))
            else:
                told += one
        return [(one, [line.number for line in lines]) for one, lines in right]

    def check(
        self, found: RegisterImport, chunk: list[tuple[ReadLine, ...]], tally: ImportTally, threads: ThreadPoolExecutor
    ) -> list[Told]:
        """What would come of a chunk; who would be registered is counted."""
        told: list[Told] = []
        right = self._candidates(found, chunk, told)
        outcomes = threads.map(lambda one: self._fate(found, one[0]), right)
        today = self.clock.today()
        for (one, lines), fate in zip(right, outcomes, strict=True):
            if fate is Known.ALREADY_REGISTERED:
                # How many, and not which: one person alone would else try out any number of numbers by a file.
                tally.tell([Told(line, one.key, fate) for line in lines])
            elif fate:
                told += [Told(line, one.key, fate) for line in lines]
            else:
                person_key = self.person_keys.person_key(one.row.id_number.value)
                tally.registered(one.year(person_key, today, today), len(one.benefits))
        return told

    def _fate(self, found: RegisterImport, one: Candidate) -> RowFault | Known | None:
        """Why somebody whose lines are right would not be registered."""
        until = self.clock.now() + 2 * RELEASED_WITHIN
        key = self.person_keys.person_key(one.row.id_number.value)
        if not self.runs.claim(found.import_id, key, one.line, until):
            return RowFault.PERSON_TWICE
        known = by_number(self.register, self.person_keys, one.row.id_number)
        return Known.ALREADY_REGISTERED if known else None

    def apply(
        self, found: RegisterImport, chunk: list[tuple[ReadLine, ...]], tally: ImportTally, threads: ThreadPoolExecutor
    ) -> list[Told]:
        """Register whoever can be of a chunk, as the dry run said."""
        told: list[Told] = []
        right = self._candidates(found, chunk, told)
        keys = {one.line: self.person_keys.person_key(one.row.id_number.value) for one, _ in right}
        claims = self.runs.claims(found.import_id, list(keys.values()))
        ours = [(one, lines) for one, lines in right if claims.get(keys[one.line], one.line) == one.line]
        for one, lines in right:
            if (one, lines) not in ours:
                told += [Told(line, one.key, RowFault.PERSON_TWICE) for line in lines]
        for (one, lines), known in zip(ours, threads.map(lambda one: self._commit(found, one[0]), ours), strict=True):
            if known:
                told += [Told(line, one.key, known) for line in lines]
            else:
                year = one.year(keys[one.line], found.first_day or self.clock.today(), self.clock.today())
                tally.registered(year, len(one.benefits))
        return told

    def _commit(self, found: RegisterImport, one: Candidate) -> Known | None:
        now, today, number = self.clock.now(), self.clock.today(), one.row.id_number
        first = self.person_keys.beneficiary_id(number.value)
        for place in (place_of(first, n) for n in range(MOST_PLACES)):
            change = registration(one, found, self.person_keys, self.seal, now, today, place)
            self.references.note(place, change.after.benefits)
            if one.key:
                self.references.note_line(place, found.source, one.key)
            try:
                self.register.commit(change)
            except AlreadyRegistered:
                here = self.register.at_place(place)
                # By a worker that died before it could say so; the other lines of this person have another place.
                if isinstance(here, Beneficiary) and here.registered_by == found.actor_id:
                    return None
                if moved_away(here, self.person_keys, number):
                    continue
                break
            return None
        return Known.ALREADY_REGISTERED
