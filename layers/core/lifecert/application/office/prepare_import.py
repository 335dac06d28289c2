"""Preparing the import of a register: one person uploads the file and lets it be checked, another releases it."""

import json
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lifecert.application.shared.scoping import asked_for
from lifecert.domain.actor import User
from lifecert.domain.errors import (
    ImportDigestDiffers,
    ImportFileMissing,
    ImportNotReady,
    NotAllowed,
    RegisterImportNotFound,
    SecondClerkNeeded,
)
from lifecert.domain.intake import (
    PART_BYTES,
    PHOTO_PART_BYTES,
    RELEASED_WITHIN,
    Encoding,
    ImportKind,
    ImportState,
    ImportTask,
    Phase,
    RegisterImport,
)
from lifecert.domain.letter import MOST_LETTERS, LetterOrder
from lifecert.domain.scope import Scope
from lifecert.domain.work_list import last_day_of
from lifecert.ports.clock import Clock
from lifecert.ports.intake import ImportQueue, ImportRuns, RegisterFiles
from lifecert.ports.photos import UploadSlot
from lifecert.ports.work_lists import WorkLists

# Of an upload, and of an address to read what the office is told.
SLOT_SECONDS = 3600
LINK_SECONDS = 600
LISTED = 50
_PAGE = 200
# Where a file lies that came into the bucket by another way; the other files are under the id of their import.
BROUGHT = "registers/"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True)
class NewImport:
    """What is said of a file: the code of its register, what it brings, how it is written and how many lines it has, if
    that is known, and its name if it lies in the bucket already. Of letters, to whom they go."""

    source: str
    kind: ImportKind = ImportKind.REGISTER
    encoding: Encoding | None = None
    lines: int | None = None
    file: str | None = None
    letters: LetterOrder | None = None


@dataclass(frozen=True, slots=True)
class PreparedImport:
    """An import, and where its file goes, if it is not there yet."""

    register_import: RegisterImport
    slot: UploadSlot | None


@dataclass(frozen=True, slots=True)
class ImportView:
    """An import, and addresses of what its dry run and its release told of lines, and of the letters that it made, as
    far as they are over."""

    register_import: RegisterImport
    checked_link: str | None
    registered_link: str | None
    letter_links: tuple[str, ...] = ()

    def read_by(self, user: User) -> dict[str, Any]:
        """What is logged of a look: who is given the addresses of letters stands there."""
        ids = {"import_id": self.register_import.import_id, "actor_id": user.user_id}
        return {**ids, "letter_files": len(self.letter_links)}


@dataclass(frozen=True, slots=True)
class PrepareImport:
    """The use case. Who has no work lists begins no letters."""

    runs: ImportRuns
    files: RegisterFiles
    clock: Clock
    lists: WorkLists | None = None
    part_bytes: int = PART_BYTES

    def __call__(self, new: NewImport, user: User, idempotency_key: str) -> PreparedImport:
        """Begin an import. A repeat with the same key gives the same one, with a new slot. Raises NotAllowed, and
        DistrictOutside where the clerk works nowhere."""
        if not user.is_clerk or (new.letters and self.lists is None):
            raise NotAllowed
        scope = asked_for(user.changes, new.letters.district if new.letters else None)
        import_id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"import\n{user.user_id}\n{idempotency_key}"))
        if new.file is not None and not _NAME.fullmatch(new.file):
            raise ImportFileMissing
        begun = RegisterImport(
            import_id=import_id,
            source=new.source,
            file=f"{BROUGHT}{new.file or import_id}",
            prepared_by=user.user_id,
            prepared_at=self.clock.now(),
            kind=new.kind,
            encoding=new.encoding,
            lines_said=new.lines,
            part_bytes=min(self.part_bytes, PHOTO_PART_BYTES) if _has_photos(new) else self.part_bytes,
            scope=scope,
            letters=new.letters,
        )
        if not self.runs.begin(begun):
            begun = self.runs.get(import_id) or begun
        waits = begun.state is ImportState.AWAITING_FILE and new.file is None
        if begun.letters:
            # Also where whoever began it died before.
            if waits and self.files.stored(begun.file) is None:
                self.files.write(begun.file, self._whom(begun.letters))
            return PreparedImport(begun, None)
        return PreparedImport(begun, self.files.upload_slot(begun.file, SLOT_SECONDS) if waits else None)

    def _whom(self, order: LetterOrder) -> bytes:
        """Whom a list has, as the lines of a file. Whether each is to be written to is looked at with every line."""
        lines, after, last = list[str](), None, last_day_of(order.wanted, self.clock.today())
        while self.lists and len(lines) < MOST_LETTERS:
            page = self.lists.listed(order.district, order.wanted, last, min(_PAGE, MOST_LETTERS - len(lines)), after)
            lines += [json.dumps({"beneficiary_id": whose}) for _, whose in page.items]
            if (after := page.after) is None:
                break
        return "".join(f"{line}\n" for line in lines).encode()


@dataclass(frozen=True, slots=True)
class ListImports:
    """The use case."""

    runs: ImportRuns

    def __call__(self, user: User) -> tuple[RegisterImport, ...]:
        """The newest imports, of the newest of all those that lie within the user's districts."""
        return tuple(one for one in self.runs.listed(LISTED) if user.reads.covers_all_of(one.scope))


@dataclass(frozen=True, slots=True)
class GetImport:
    """The use case."""

    runs: ImportRuns
    files: RegisterFiles

    def __call__(self, import_id: str, user: User) -> ImportView:
        """How far an import is. Raises RegisterImportNotFound."""
        found = _known(self.runs, import_id, user.reads)
        link = self.files.told_link
        return ImportView(
            found,
            link(import_id, Phase.CHECK, LINK_SECONDS) if found.checked else None,
            link(import_id, Phase.REGISTER, LINK_SECONDS) if found.registered else None,
            self._letters(found, user),
        )

    def _letters(self, found: RegisterImport, user: User) -> tuple[str, ...]:
        """Of a batch that is whole, for clerks: whoever fetches it hands it to the print house."""
        if not found.letters or found.state is not ImportState.FINISHED or not user.is_clerk:
            return ()
        return tuple(self.files.letter_links(found.import_id, LINK_SECONDS))


@dataclass(frozen=True, slots=True)
class StartDryRun:
    """The use case. Nothing is registered by it. It tells how many of a file are registered already, and so counts as a
    look-up; which they are tells the release, by another. `counting` takes one of whoever starts it."""

    runs: ImportRuns
    files: RegisterFiles
    queue: ImportQueue
    counting: Callable[[User], None]

    def __call__(self, import_id: str, user: User) -> RegisterImport:
        """Let the file be looked at, line by line. A repeat changes nothing, but for workers that lost their task.

        Raises NotAllowed, RegisterImportNotFound, ImportFileMissing, ImportNotReady and LimitReached (of look-ups).
        """
        if not user.is_clerk:
            raise NotAllowed
        found = _known(self.runs, import_id, user.changes)
        if found.state is ImportState.AWAITING_FILE:
            stored = self.files.stored(found.file)
            if stored is None:
                raise ImportFileMissing
            self.counting(user)
            facts = {"size": stored.size, "etag": stored.etag, "started_by": user.user_id}
            self.runs.move(import_id, ImportState.AWAITING_FILE, ImportState.SURVEYING, **facts)
            found = _known(self.runs, import_id, user.changes)
        for phase in (Phase.SURVEY, Phase.CHECK):
            if found.state is phase.state:
                self.queue.send([ImportTask(import_id, phase, kind=found.kind)])
                return found
        if found.state in (ImportState.CHECKED, ImportState.REFUSED):
            return found
        raise ImportNotReady(found.state)


@dataclass(frozen=True, slots=True)
class ReleaseImport:
    """The use case."""

    runs: ImportRuns
    files: RegisterFiles
    clock: Clock
    queue: ImportQueue

    def __call__(self, import_id: str, digest: str, user: User) -> RegisterImport:
        """Let the people of a file be registered, whose dry run this user has looked at. A repeat changes nothing, but
        for workers that lost their task.

        Raises NotAllowed, RegisterImportNotFound, SecondClerkNeeded (who prepared it, or let it be checked, does not
        release it), ImportNotReady, and ImportDigestDiffers.
        """
        if not user.is_clerk:
            raise NotAllowed
        found = _known(self.runs, import_id, user.changes)
        if user.user_id in (found.prepared_by, found.started_by):
            raise SecondClerkNeeded
        if found.state not in (ImportState.CHECKED, ImportState.REGISTERING, ImportState.FINISHED):
            raise ImportNotReady(found.state)
        if digest != found.digest:
            raise ImportDigestDiffers
        if found.state is ImportState.CHECKED:
            self._move(found, user)
            found = _known(self.runs, import_id, user.changes)
        if found.state is ImportState.REGISTERING:
            self.queue.send([ImportTask(import_id, Phase.REGISTER, kind=found.kind)])
        return found

    def _move(self, found: RegisterImport, user: User) -> None:
        stored = self.files.stored(found.file)
        is_late = found.checked_at is None or self.clock.now() - found.checked_at > RELEASED_WITHIN
        if stored is None or stored.etag != found.etag or is_late:
            raise ImportDigestDiffers
        facts = {"released_by": user.user_id, "first_day": self.clock.today()}
        self.runs.move(found.import_id, ImportState.CHECKED, ImportState.REGISTERING, **facts)


@dataclass(frozen=True, slots=True)
class StopImport:
    """The use case."""

    runs: ImportRuns
    files: RegisterFiles
    clock: Clock

    def __call__(self, import_id: str, user: User) -> RegisterImport:
        """Stop an import for good, and delete its file. Who is registered by then stays so; workers stop within some
        seconds. Raises NotAllowed, RegisterImportNotFound and ImportNotReady (it is over)."""
        if not user.is_clerk:
            raise NotAllowed
        found = _known(self.runs, import_id, user.changes)
        facts = {"stopped_by": user.user_id, "ended_at": self.clock.now()}
        while found.state is not ImportState.STOPPED:
            if found.state.is_over:
                raise ImportNotReady(found.state)
            self.runs.move(import_id, found.state, ImportState.STOPPED, **facts)
            found = _known(self.runs, import_id, user.changes)
        self.files.delete(found.file)
        return found


def _has_photos(new: NewImport) -> bool:
    return new.kind is ImportKind.REFERENCES


def _known(runs: ImportRuns, import_id: str, scope: Scope) -> RegisterImport:
    """An import that lies within whole: who may not register everybody in it does not move it."""
    found = runs.get(import_id)
    if found is None or not scope.covers_all_of(found.scope):
        raise RegisterImportNotFound
    return found
