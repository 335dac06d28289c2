"""Working an import: the file is surveyed, then checked, then, once released, registered; each phase part by part, on a
queue whose messages may come twice, late and in any order (design.md §3 rule 9)."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

from lifecert.application.shared.importing import ImportLines
from lifecert.domain.errors import ImportFileChanged, ImportPartUnfinished, PrintHouseKeyUnfit
from lifecert.domain.intake import (
    FileFault,
    FileFormat,
    ImportKind,
    ImportState,
    ImportTally,
    ImportTask,
    Part,
    Phase,
    RegisterImport,
    Told,
    encoding_of,
    file_digest,
)
from lifecert.ports.clock import Clock
from lifecert.ports.intake import ImportQueue, ImportRuns, RegisterFiles

# People who are looked at, or registered, together; between two such a worker looks whether it should go on.
CHUNK = 100
# Each waits for the store and the keys some three times.
AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class WorkImport:
    """The use case. `lines` are the kinds of file that this worker knows; a task of another kind is not for it."""

    runs: ImportRuns
    files: RegisterFiles
    queue: ImportQueue
    clock: Clock
    lines: Mapping[ImportKind, ImportLines]

    def __call__(self, task: ImportTask, out_of_time: Callable[[], bool] = lambda: False) -> RegisterImport | None:
        """Do a task, and whatever follows when it was the last of its phase. The import as it is then.

        One that comes twice, or after the import was stopped, finds nothing left to do. Raises ImportPartUnfinished,
        and whatever the store raises: then the task comes again, and does over what it did not finish.
        """
        found = self.runs.get(task.import_id)
        if found is None or found.kind not in self.lines or found.state is not task.phase.state:
            return self._followed_up(found)
        try:
            if task.part is None:
                self._plan(found, task.phase)
            elif part := self.runs.open_part(task.import_id, task.phase, task.part):
                self._do(found, task.phase, part, out_of_time)
        except ImportFileChanged:
            self._refuse(found, FileFault.CHANGED)
            return self.runs.get(task.import_id)
        except PrintHouseKeyUnfit:
            self._refuse(found, FileFault.PRINT_HOUSE_KEY)
            return self.runs.get(task.import_id)
        if self.runs.is_laid_out(task.import_id, task.phase) and not self.runs.any_open(task.import_id, task.phase):
            self._close(found, task.phase)
        return self._followed_up(self.runs.get(task.import_id))

    def _plan(self, found: RegisterImport, phase: Phase) -> None:
        """Every part is opened before any is handed out: a planner that dies is made good by its next call."""
        import_id = found.import_id
        if not self.runs.is_laid_out(import_id, phase):
            self.runs.lay_out(import_id, phase, self._parts(found, phase))
        numbers = self.runs.open_parts(import_id, phase)
        self.queue.send(ImportTask(import_id, phase, number, found.kind) for number in numbers)

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
                lines = self.lines[found.kind]
                said = (lines.check if phase is Phase.CHECK else lines.apply)(found, chunk, tally, threads)
                tally.lines += sum(map(len, chunk))
                tally.tell(said)
                told += said
        # What the office is told comes first: who dies between the two writes it again, and loses none.
        self.files.keep_told(found.import_id, phase, part.number, sorted(told, key=lambda one: one.line))
        self.runs.finish(found.import_id, phase, part, tally)

    def _was_stopped(self, found: RegisterImport) -> bool:
        newest = self.runs.get(found.import_id)
        return newest is None or newest.state is not found.state

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
            self.queue.send([ImportTask(found.import_id, Phase.CHECK, kind=found.kind)])
        return found
