"""Imports of registers in memory: files, progress, and a queue that hands out tasks again when one fails."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from lifecert.adapters.files.register_lines import Layout
from lifecert.adapters.files.register_part import around, people_of, survey
from lifecert.domain.errors import ImportFileChanged, PrintHouseKeyUnfit
from lifecert.domain.intake import (
    ImportState,
    ImportTally,
    ImportTask,
    Part,
    PartSurvey,
    Phase,
    ReadLine,
    RegisterImport,
    Told,
)
from lifecert.domain.letter import Letter
from lifecert.ports.intake import StoredFile
from lifecert.ports.photos import UploadSlot


@dataclass(slots=True)
class MemoryRegisterFiles:
    """`files` as they were sent; `told` by part, and `joined` once a phase is over."""

    files: dict[str, bytes] = field(default_factory=dict)
    told: dict[tuple[str, Phase, int], tuple[Told, ...]] = field(default_factory=dict)
    joined: dict[tuple[str, Phase], tuple[Told, ...]] = field(default_factory=dict)

    def upload_slot(self, file: str, seconds: int) -> UploadSlot:
        return UploadSlot("https://the-imports.example.org", {"key": file})

    def write(self, file: str, content: bytes) -> None:
        self.files[file] = content

    def stored(self, file: str) -> StoredFile | None:
        return StoredFile(len(self.files[file]), str(hash(self.files[file]))) if file in self.files else None

    def survey(self, of: RegisterImport, part: Part) -> PartSurvey:
        content = self._content(of)
        first = max(0, part.start - 1)
        return survey(content[part.start : part.start + part.size], content[first : part.start], part, of.size, of.kind)

    def people(self, of: RegisterImport, part: Part) -> Iterator[tuple[ReadLine, ...]]:
        assert of.format
        assert of.written
        content = self._content(of)
        first, after = around(part, of.size)
        if self.survey(of, part).digest != part.digest:
            raise ImportFileChanged
        return people_of(content[first:after], part, of.size, Layout(of.format, of.columns, of.written, of.kind))

    def keep_told(self, import_id: str, phase: Phase, part: int, told: Sequence[Told]) -> None:
        if told:
            self.told[import_id, phase, part] = tuple(told)

    def join_told(self, import_id: str, phase: Phase) -> None:
        kept = [told for (one, of, _), told in sorted(self.told.items()) if (one, of) == (import_id, phase)]
        self.joined[import_id, phase] = tuple(one for told in kept for one in told)

    def told_link(self, import_id: str, phase: Phase, seconds: int) -> str:
        return f"https://the-imports.example.org/told/{import_id}/{phase}.csv"

    def letter_links(self, batch_id: str, seconds: int) -> Sequence[str]:
        return [f"https://the-imports.example.org/letters/{batch_id}/0000001.jwe"]

    def delete(self, file: str) -> None:
        self.files.pop(file, None)

    def _content(self, of: RegisterImport) -> bytes:
        stored = self.stored(of.file)
        if stored is None or stored.etag != of.etag:
            raise ImportFileChanged
        return self.files[of.file]


@dataclass(slots=True)
class MemoryLetterFiles:
    """`kept` as they would be encrypted, by batch and first line."""

    kept: dict[tuple[str, int], list[dict[str, str]]] = field(default_factory=dict)
    has_key: bool = True

    def ready(self) -> None:
        if not self.has_key:
            raise PrintHouseKeyUnfit

    def keep(self, batch_id: str, first_line: int, rows: Sequence[Mapping[str, str]]) -> None:
        self.kept[batch_id, first_line] = [dict(row) for row in rows]


@dataclass(slots=True)
class MemoryLetters:
    letters: dict[str, Letter] = field(default_factory=dict)

    def note(self, letter: Letter) -> None:
        self.letters.setdefault(letter.letter_id, letter)

    def find(self, letter_id: str) -> Letter | None:
        return self.letters.get(letter_id)

    def of(self, beneficiary_id: str) -> Sequence[Letter]:
        return [one for one in self.letters.values() if one.beneficiary_id == beneficiary_id]


@dataclass(slots=True)
class MemoryImportedPhotos:
    photos: dict[str, bytes] = field(default_factory=dict)

    def read(self, photo: str, max_bytes: int) -> bytes | None:
        content = self.photos.get(photo)
        return None if content is None else content[: max_bytes + 1]

    def delete(self, photo: str) -> None:
        self.photos.pop(photo, None)


@dataclass(slots=True)
class MemoryImportRuns:
    runs: dict[str, RegisterImport] = field(default_factory=dict)
    opened: dict[tuple[str, Phase, int], Part] = field(default_factory=dict)
    done: dict[tuple[str, Phase, int], PartSurvey | ImportTally] = field(default_factory=dict)
    laid_out: set[tuple[str, Phase]] = field(default_factory=set)
    claimed: dict[tuple[str, str], int] = field(default_factory=dict)
    firsts: dict[str, str] = field(default_factory=dict)

    def begin(self, one: RegisterImport) -> bool:
        if one.import_id in self.runs:
            return False
        self.runs[one.import_id] = one
        return True

    def get(self, import_id: str) -> RegisterImport | None:
        return self.runs.get(import_id)

    def listed(self, limit: int) -> Sequence[RegisterImport]:
        return sorted(self.runs.values(), key=lambda one: (one.prepared_at, one.import_id), reverse=True)[:limit]

    def move(self, import_id: str, before: ImportState, after: ImportState, **facts: Any) -> bool:
        if self.runs[import_id].state is not before:
            return False
        self.runs[import_id] = replace(self.runs[import_id], state=after, **facts)
        return True

    def lay_out(self, import_id: str, phase: Phase, parts: Iterable[Part]) -> None:
        for part in parts:
            self.opened[import_id, phase, part.number] = part
        self.laid_out.add((import_id, phase))

    def is_laid_out(self, import_id: str, phase: Phase) -> bool:
        return (import_id, phase) in self.laid_out

    def open_parts(self, import_id: str, phase: Phase) -> Iterator[int]:
        return iter(sorted(number for one, of, number in self.opened if (one, of) == (import_id, phase)))

    def open_part(self, import_id: str, phase: Phase, number: int) -> Part | None:
        return self.opened.get((import_id, phase, number))

    def finish(self, import_id: str, phase: Phase, part: Part, outcome: PartSurvey | ImportTally) -> None:
        if self.opened.pop((import_id, phase, part.number), None):
            self.done[import_id, phase, part.number] = outcome

    def any_open(self, import_id: str, phase: Phase) -> bool:
        return any(True for _ in self.open_parts(import_id, phase))

    def surveys(self, import_id: str) -> Sequence[PartSurvey]:
        return [one for one in self._done(import_id, Phase.SURVEY) if isinstance(one, PartSurvey)]

    def tallies(self, import_id: str, phase: Phase) -> Iterator[ImportTally]:
        return (one for one in self._done(import_id, phase) if isinstance(one, ImportTally))

    def claim(self, import_id: str, person_key: str, line: int, until: datetime) -> bool:
        return self.claimed.setdefault((import_id, person_key), line) == line

    def claims(self, import_id: str, person_keys: Sequence[str]) -> Mapping[str, int]:
        return {key: self.claimed[import_id, key] for key in person_keys if (import_id, key) in self.claimed}

    def first_of(self, digest: str, import_id: str) -> str:
        return self.firsts.setdefault(digest, import_id)

    def _done(self, import_id: str, phase: Phase) -> list[PartSurvey | ImportTally]:
        return [outcome for (one, of, _), outcome in sorted(self.done.items()) if (one, of) == (import_id, phase)]


@dataclass(slots=True)
class MemoryImportQueue:
    """Hands out tasks as SQS does: again when one fails, and a dead letter after so many tries."""

    tries: int = 5
    waiting: list[tuple[ImportTask, int]] = field(default_factory=list)
    dead: list[ImportTask] = field(default_factory=list)

    def send(self, tasks: Iterable[ImportTask]) -> None:
        self.waiting += [(task, 0) for task in tasks]

    def drain(self, work: Callable[[ImportTask], Any], at_most: int = 10_000) -> None:
        """Let one worker do everything that waits. `work` may die: nothing is lost."""
        for _ in range(at_most):
            if not self.waiting:
                return
            task, tried = self.waiting.pop(0)
            try:
                work(task)
            except Exception:  # noqa: BLE001 (as the queue: whatever it was, the message comes again)
                again = (task, tried + 1)
                if tried + 1 < self.tries:
                    self.waiting.append(again)
                else:
                    self.dead.append(task)
        raise AssertionError("the queue does not end")
