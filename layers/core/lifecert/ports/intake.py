"""What the import of an existing register needs beside the register: its files, its progress and its queue."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

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
from lifecert.ports.photos import UploadSlot


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that is there: its bytes, and which version of it this is."""

    size: int
    etag: str


class RegisterFiles(Protocol):
    """Files of registers, which are personal data; and what an office is told of their lines."""

    def upload_slot(self, file: str, seconds: int) -> UploadSlot:
        """A slot that takes one file at this place, for so long."""
        ...

    def write(self, file: str, content: bytes) -> None:
        """Write a file of the office's own, in the place of what is there."""
        ...

    def stored(self, file: str) -> StoredFile | None:
        """The file, if it is there."""
        ...

    def survey(self, of: RegisterImport, part: Part) -> PartSurvey:
        """What a part's bytes tell. Raises ImportFileChanged."""
        ...

    def people(self, of: RegisterImport, part: Part) -> Iterator[tuple[ReadLine, ...]]:
        """A part's lines, each person's together. Raises ImportFileChanged, also when its bytes are not those that were
        surveyed."""
        ...

    def keep_told(self, import_id: str, phase: Phase, part: int, told: Sequence[Told]) -> None:
        """Keep what the office is told of a part's lines, in place of what was kept of it."""
        ...

    def join_told(self, import_id: str, phase: Phase) -> None:
        """Make one file of what was kept of the parts, in their order, with a header."""
        ...

    def told_link(self, import_id: str, phase: Phase, seconds: int) -> str:
        """An address from which that file can be read for so long."""
        ...

    def letter_links(self, batch_id: str, seconds: int) -> Sequence[str]:
        """Addresses from which a batch's encrypted files can be read for so long, in order."""
        ...

    def delete(self, file: str) -> None:
        """Delete the file."""
        ...


class ImportedPhotos(Protocol):
    """Photos that an office brought for an import, by their place below `photos/`."""

    def read(self, photo: str, max_bytes: int) -> bytes | None:
        """A photo, cut off after `max_bytes` + 1 bytes; None when there is none."""
        ...

    def delete(self, photo: str) -> None:
        """Delete one that is enrolled."""
        ...


class LetterFiles(Protocol):
    """What a print house gets: data that nobody else can read, kept for seven days."""

    def ready(self) -> None:
        """Raise PrintHouseKeyUnfit unless there is a key to encrypt to."""
        ...

    def keep(self, batch_id: str, first_line: int, rows: Sequence[Mapping[str, str]]) -> None:
        """Encrypt the letters from a line of a batch on, in the place of what was kept of them."""
        ...


class Letters(Protocol):
    """Which letters were made, for whom."""

    def note(self, letter: Letter) -> None:
        """Keep one. A repeat changes nothing."""
        ...

    def find(self, letter_id: str) -> Letter | None:
        """A letter by its id."""
        ...

    def of(self, beneficiary_id: str) -> Sequence[Letter]:
        """A person's letters."""
        ...


class ImportRuns(Protocol):
    """How far imports are. A part is open until it is done, once."""

    def begin(self, one: RegisterImport) -> bool:
        """Store a new import; False when there is one of this id."""
        ...

    def get(self, import_id: str) -> RegisterImport | None:
        """An import, as it is now."""
        ...

    def listed(self, limit: int) -> Sequence[RegisterImport]:
        """The newest, newest first."""
        ...

    def move(self, import_id: str, before: ImportState, after: ImportState, **facts: Any) -> bool:
        """Change an import's state, and facts with it; False, changing nothing, when its state is another."""
        ...

    def lay_out(self, import_id: str, phase: Phase, parts: Iterable[Part]) -> None:
        """Open the parts of a phase, once: a repeat opens no part that was done since."""
        ...

    def is_laid_out(self, import_id: str, phase: Phase) -> bool:
        """Whether a phase's parts were all opened."""
        ...

    def open_parts(self, import_id: str, phase: Phase) -> Iterator[int]:
        """Numbers of the parts that are not done yet."""
        ...

    def open_part(self, import_id: str, phase: Phase, number: int) -> Part | None:
        """A part that is not done yet."""
        ...

    def finish(self, import_id: str, phase: Phase, part: Part, outcome: PartSurvey | ImportTally) -> None:
        """A part is done, with what came of it. One that is done stays as it is."""
        ...

    def any_open(self, import_id: str, phase: Phase) -> bool:
        """Whether any part of a phase is not done yet."""
        ...

    def surveys(self, import_id: str) -> Sequence[PartSurvey]:
        """What the survey told of each part, in order."""
        ...

    def tallies(self, import_id: str, phase: Phase) -> Iterator[ImportTally]:
        """What came of each part."""
        ...

    def claim(self, import_id: str, person_key: str, line: int, until: datetime) -> bool:
        """Note the line at which a person's lines begin, kept until then; False when the person stands at another."""
        ...

    def claims(self, import_id: str, person_keys: Sequence[str]) -> Mapping[str, int]:
        """Where the lines of these people, at most 100, begin."""
        ...

    def first_of(self, digest: str, import_id: str) -> str:
        """The import that was the first of a file of this digest; this one, if there was none."""
        ...


class ImportQueue(Protocol):
    """The workers' queue: at least once, in any order."""

    def send(self, tasks: Iterable[ImportTask]) -> None:
        """Hand tasks to the workers."""
        ...
