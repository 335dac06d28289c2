"""Imports of an existing register."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from lifecert.application.office.prepare_import import ImportView, NewImport, PreparedImport
from lifecert.domain.actor import User
from lifecert.domain.intake import Encoding, FileFault, FileFormat, ImportKind, ImportState, ImportTally, RegisterImport
from lifecert.domain.letter import LISTS, LetterOrder
from lifecert.domain.work_list import WorkList
from lifecert.entry.http.bodies.fields import District, Label
from lifecert.entry.models import Incoming, Moment, Response
from lifecert.ports.photos import UploadSlot


class LetterOrderBody(Incoming):
    """To whom letters go."""

    list: WorkList
    district: District
    new_codes: bool = False

    @field_validator("list")
    @classmethod
    def _is_written_to(cls, wanted: WorkList) -> WorkList:
        if wanted not in LISTS:
            raise ValueError("no list of people who are written to")
        return wanted

    def to_domain(self) -> LetterOrder:
        """What the use case takes."""
        return LetterOrder(self.list, self.district, self.new_codes)


class PrepareImportBody(Incoming):
    """POST /staff/imports. `lines` is how many lines of data the file has, if that is known; `file` its name where it
    lies in the bucket already."""

    source: Label
    kind: ImportKind = ImportKind.REGISTER
    encoding: Encoding | None = None
    lines: Annotated[int, Field(ge=0, le=10**10)] | None = None
    file: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")] | None = None
    letters: LetterOrderBody | None = None

    @model_validator(mode="after")
    def _is_of_one_kind(self) -> Self:
        if (self.kind is ImportKind.LETTERS) != (self.letters is not None):
            raise ValueError("letters belongs to kind letters")
        if self.letters and (self.file or self.lines is not None or self.encoding):
            raise ValueError("letters come of a list, and of no file")
        return self

    def to_domain(self) -> NewImport:
        """What the use case takes."""
        order = self.letters.to_domain() if self.letters else None
        return NewImport(self.source, self.kind, self.encoding, self.lines, self.file, order)


class ReleaseImportBody(Incoming):
    """POST /staff/imports/{import_id}/release: the digest that the dry run told."""

    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class TallyShown(Response):
    """Counts: lines, people and benefits that are, or would be, registered, where people's years come from, lines known
    already, and lines refused, by why."""

    lines: int
    people: int
    benefits: int
    years: Mapping[str, int]
    known: Mapping[str, int]
    refused: Mapping[str, int]

    @staticmethod
    def of(tally: ImportTally) -> "TallyShown":
        """The answer."""
        return TallyShown(
            lines=tally.lines,
            people=tally.people,
            benefits=tally.benefits,
            years=dict(sorted(tally.years.items())),
            known=dict(sorted(tally.known.items())),
            refused=dict(sorted(tally.refused.items())),
        )


class LettersShown(Response):
    """To whom letters go."""

    list: WorkList
    district: str
    new_codes: bool

    @staticmethod
    def of(order: LetterOrder) -> "LettersShown":
        """The answer."""
        return LettersShown(list=order.wanted, district=order.district, new_codes=order.new_codes)


class ImportShown(Response):
    """How far an import is. `written` is the encoding that was seen, and `fault` why the file as a whole is refused;
    `checked` as it is told to whoever asks."""

    import_id: str
    source: str
    kind: ImportKind
    letters: LettersShown | None
    state: ImportState
    prepared_by: str
    prepared_at: Moment
    started_by: str | None
    released_by: str | None
    stopped_by: str | None
    ended_at: Moment | None
    size: int
    format: FileFormat | None
    written: Encoding | None
    lines: int
    digest: str | None
    fault: FileFault | None
    same_as: str | None
    checked_at: Moment | None
    checked: TallyShown | None
    registered: TallyShown | None

    @staticmethod
    def of(one: RegisterImport, user: User) -> "ImportShown":
        """The answer."""
        checked = one.checked_as_told_to(user.user_id)
        return ImportShown(
            import_id=one.import_id,
            source=one.source,
            kind=one.kind,
            letters=one.letters and LettersShown.of(one.letters),
            state=one.state,
            prepared_by=one.prepared_by,
            prepared_at=one.prepared_at,
            started_by=one.started_by,
            released_by=one.released_by,
            stopped_by=one.stopped_by,
            ended_at=one.ended_at,
            size=one.size,
            format=one.format,
            written=one.written,
            lines=one.lines,
            digest=one.digest or None,
            fault=one.fault,
            same_as=one.same_as,
            checked_at=one.checked_at,
            checked=checked and TallyShown.of(checked),
            registered=one.registered and TallyShown.of(one.registered),
        )


class FileSlot(Response):
    """Where the file goes: `fields` and then the file, as multipart/form-data."""

    url: str
    fields: Mapping[str, str]

    @staticmethod
    def of(slot: UploadSlot) -> "FileSlot":
        """The answer."""
        return FileSlot(url=slot.url, fields=slot.fields)


class ImportPrepared(Response):
    """An import that waits for its file, or for its dry run. The slot is good for an hour."""

    register_import: ImportShown
    slot: FileSlot | None

    @staticmethod
    def of(prepared: PreparedImport, user: User) -> "ImportPrepared":
        """The answer."""
        shown = ImportShown.of(prepared.register_import, user)
        return ImportPrepared(register_import=shown, slot=prepared.slot and FileSlot.of(prepared.slot))


class ImportDetails(Response):
    """An import, with addresses, good for ten minutes, of the lines that are refused or known already: as the dry run
    found them, and as the release did."""

    register_import: ImportShown
    checked_lines: str | None
    registered_lines: str | None
    letter_files: tuple[str, ...]

    @staticmethod
    def of(view: ImportView, user: User) -> "ImportDetails":
        """The answer."""
        shown = ImportShown.of(view.register_import, user)
        return ImportDetails(
            register_import=shown,
            checked_lines=view.checked_link,
            registered_lines=view.registered_link,
            letter_files=view.letter_links,
        )


class ImportsShown(Response):
    """The newest imports, newest first."""

    imports: tuple[ImportShown, ...]

    @staticmethod
    def of(found: Sequence[RegisterImport], user: User) -> "ImportsShown":
        """The answer."""
        return ImportsShown(imports=tuple(ImportShown.of(one, user) for one in found))
