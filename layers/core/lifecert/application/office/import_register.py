"""Working an import: the file is surveyed, then checked, then, once released, registered; each phase part by part, on a
queue whose messages may come twice, late and in any order (design.md §3 rule 9)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

from lifecert.application.office.imported import Candidate, check, registration
from lifecert.application.shared.finding import by_number, moved_away
from lifecert.application.shared.referring import ReferencesOfPayers
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.errors import AlreadyRegistered, ImportFileChanged, ImportPartUnfinished
from lifecert.domain.intake import (
    RELEASED_WITHIN,
    FileFault,
    FileFormat,
    ImportState,
    ImportTally,
    ImportTask,
    Known,
    Part,
    Phase,
    ReadLine,
    RegisterImport,
    RowFault,
    Told,
    encoding_of,
    file_digest,
)
from lifecert.domain.number import MOST_PLACES, place_of
from lifecert.ports.clock import Clock
from lifecert.ports.intake import ImportQueue, ImportRuns, RegisterFiles
from lifecert.ports.keys import PersonKeys
from lifecert.ports.notices import AddressSeal
from lifecert.ports.register import ChangingRegister

# People who are looked at, or registered, together; between two such a worker looks whether it should go on.
CHUNK = 100
# Each waits for the store and the keys some three times.
AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class WorkImport:
    """The use case."""

    register: ChangingRegister
    runs: ImportRuns
    files: RegisterFiles
    queue: ImportQueue
    person_keys: PersonKeys
    seal: AddressSeal
    clock: Clock
    payers: Sequence[str]
    references: ReferencesOfPayers

    def __call__(self, task: ImportTask, out_of_time: Callable[[], bool] = lambda: False) -> RegisterImport | None:
        """Do a task, and whatever follows when it was the last of its phase. The import as it is then.

        One that comes twice, or after the import was stopped, finds nothing left to do. Raises ImportPartUnfinished,
        and whatever the store raises: then the task comes again, and does over what it did not finish.
        """
        found = self.runs.get(task.import_id)
        if found is None or found.state is not task.phase.state:
            return self._followed_up(found)
        try:
            if task.part is None:
                self._plan(found, task.phase)
            elif part := self.runs.open_part(task.import_id, task.phase, task.part):
                self._do(found, task.phase, part, out_of_time)
        except ImportFileChanged:
            self._refuse(found, FileFault.CHANGED)
            return self.runs.get(task.import_id)
        if self.runs.is_laid_out(task.import_id, task.phase) and not self.runs.any_open(task.import_id, task.phase):
            self._close(found, task.phase)
        return self._followed_up(self.runs.get(task.import_id))

    def _plan(self, found: RegisterImport, phase: Phase) -> None:
        """Every part is opened before any is handed out: a planner that dies is made good by its next call."""
        import_id = found.import_id
        if not self.runs.is_laid_out(import_id, phase):
            self.runs.lay_out(import_id, phase, self._parts(found, phase))
        self.queue.send(ImportTask(import_id, phase, number) for number in self.runs.open_parts(import_id, phase))

    def _parts(self, found: RegisterImport, phase: Phase) -> Iterator[Part]:
        if phase is Phase.SURVEY:
            yield from found.parts
            return
        first_line = 1
        for part, surveyed in zip(found.parts, self.runs.surveys(found.import_id), strict=True):
            yield Part(part.number, part.start, part.size, first_line, surveyed.digest)
            first_line += surveyed.lines

    def _do(self, found: RegisterImport, phase: Phase, part: Part, out_of_time: Callable[[], bool]) -> None:
        if phase is Phase.SURVEY:
            self.runs.finish(found.import_id, phase, part, self.files.survey(found, part))
            return
        tally, told = ImportTally(), list[Told]()
        people = self.files.people(found, part)
        with ThreadPoolExecutor(AT_ONCE) as threads:
            while chunk := list(islice(people, CHUNK)):
                if out_of_time() or self._was_stopped(found):
                    raise ImportPartUnfinished(f"part {part.number}")
                done = self._check if phase is Phase.CHECK else self._register
                said = done(found, chunk, tally, threads)
                tally.lines += sum(map(len, chunk))
                tally.tell(said)
                told += said
        # What the office is told comes first: who dies between the two writes it again, and loses none.
        self.files.keep_told(found.import_id, phase, part.number, sorted(told, key=lambda one: one.line))
        self.runs.finish(found.import_id, phase, part, tally)

    def _was_stopped(self, found: RegisterImport) -> bool:
        newest = self.runs.get(found.import_id)
        return newest is None or newest.state is not found.state

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

    def _check(
        self, found: RegisterImport, chunk: list[tuple[ReadLine, ...]], tally: ImportTally, threads: ThreadPoolExecutor
    ) -> list[Told]:
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

    def _register(
        self, found: RegisterImport, chunk: list[tuple[ReadLine, ...]], tally: ImportTally, threads: ThreadPoolExecutor
    ) -> list[Told]:
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

    def _close(self, found: RegisterImport, phase: Phase) -> None:
        """Nothing of a phase is open: what comes of it. Done again by whoever comes later, if this one dies."""
        if phase is Phase.SURVEY:
            self._close_survey(found)
            return
        tally = ImportTally()
        for one in self.runs.tallies(found.import_id, phase):
            tally.add(one)
        self.files.join_told(found.import_id, phase)
        now = self.clock.now()
        if phase is Phase.CHECK:
            facts = {"checked": tally, "checked_at": now, "same_as": self._same_as(found)}
            self.runs.move(found.import_id, phase.state, ImportState.CHECKED, **facts)
        else:
            self.files.delete(found.file)
            self.runs.move(found.import_id, phase.state, ImportState.FINISHED, registered=tally, ended_at=now)

    def _close_survey(self, found: RegisterImport) -> None:
        surveys = self.runs.surveys(found.import_id)
        lines, header = sum(one.lines for one in surveys), surveys[0].header if surveys else None
        written = encoding_of(surveys, found.encoding)
        if header is None:
            self._refuse(found, FileFault.EMPTY)
        elif written is None:
            self._refuse(found, FileFault.ENCODING)
        elif header.columns is None:
            self._refuse(found, FileFault.COLUMNS)
        elif found.lines_said is not None and lines - (header.format is FileFormat.CSV) != found.lines_said:
            self._refuse(found, FileFault.LINES_MISSING)
        else:
            facts = {"digest": file_digest(surveys), "lines": lines, "written": written}
            facts |= {"format": header.format, "columns": header.columns}
            self.runs.move(found.import_id, ImportState.SURVEYING, ImportState.CHECKING, **facts)

    def _same_as(self, found: RegisterImport) -> str | None:
        first = self.runs.first_of(found.digest, found.import_id)
        return first if first != found.import_id else None

    def _refuse(self, found: RegisterImport, fault: FileFault) -> None:
        now = self.clock.now()
        self.runs.move(found.import_id, found.state, ImportState.REFUSED, fault=fault, ended_at=now)
        self.files.delete(found.file)

    def _followed_up(self, found: RegisterImport | None) -> RegisterImport | None:
        """The check follows the survey by itself; whoever died between the two is made good by the next who comes."""
        if found and found.state is ImportState.CHECKING and not self.runs.is_laid_out(found.import_id, Phase.CHECK):
            self.queue.send([ImportTask(found.import_id, Phase.CHECK)])
        return found
