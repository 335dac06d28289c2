"""Import of an existing register: a file of people and benefits, checked as if each were registered by hand, and
registered once a second person has released it (design.md §3 rule 9)."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from lifecert.domain.actor import IMPORTED
from lifecert.domain.category import Category
from lifecert.domain.intake_faults import Known, RowFault
from lifecert.domain.letter import LetterOrder, LetterRow, PostingRow
from lifecert.domain.person import IdNumber
from lifecert.domain.photo_intake import PhotoRow
from lifecert.domain.reasons import Reason
from lifecert.domain.scope import EVERYWHERE, Scope
from lifecert.domain.year import MONTHS, add_months, valid_until_after

# A file is read in parts of so many bytes, each by one worker at a time: what a worker that dies does over again.
PART_BYTES = 2 * 1024 * 1024
# Of a list of photos, each of which takes as long as a hundred people: a part is done within minutes.
PHOTO_PART_BYTES = 64 * 1024
# Longer lines are refused, so that nobody holds more of a file than a part and a few lines.
MOST_OF_A_LINE = 8192
# No due date that is drawn is nearer than this: everybody has at least a month's notice.
SOONEST_DUE = timedelta(days=30)
# A dry run is of today's register and today's rules; after this it is made anew.
RELEASED_WITHIN = timedelta(days=14)


class ImportKind(StrEnum):
    """What a file brings."""

    REGISTER = "register"  # people and their benefits
    REFERENCES = "references"  # a list of photos of people who are registered
    LETTERS = "letters"  # nothing from outside: whom a print house is to write to
    POSTINGS = "postings"  # what became of such letters


class ImportState(StrEnum):
    """How far an import is."""

    AWAITING_FILE = "awaiting_file"
    SURVEYING = "surveying"  # counts its lines and looks at how it is written
    CHECKING = "checking"
    CHECKED = "checked"  # the dry run is over: waits for somebody else to release it
    REGISTERING = "registering"
    FINISHED = "finished"
    STOPPED = "stopped"
    REFUSED = "refused"  # the file as a whole cannot be taken: `fault` says why

    @property
    def is_over(self) -> bool:
        """Nothing comes after it."""
        return self in (ImportState.FINISHED, ImportState.STOPPED, ImportState.REFUSED)


class Phase(StrEnum):
    """What is done with every part of a file before the next is begun."""

    SURVEY = "survey"
    CHECK = "check"
    REGISTER = "register"

    @property
    def state(self) -> ImportState:
        """The state in which it goes on."""
        return _STATES[self]


_STATES = {
    Phase.SURVEY: ImportState.SURVEYING,
    Phase.CHECK: ImportState.CHECKING,
    Phase.REGISTER: ImportState.REGISTERING,
}


class Encoding(StrEnum):
    """How a file's text is written, by the name that Python has for it."""

    UTF_8 = "utf-8"
    GB18030 = "gb18030"


class FileFormat(StrEnum):
    """What kind of file it is."""

    CSV = "csv"
    JSON_LINES = "json_lines"


class FileFault(StrEnum):
    """Why a file as a whole is refused."""

    EMPTY = "empty"
    ENCODING = "encoding"  # neither UTF-8 nor GB18030, or not what it was said to be
    COLUMNS = "columns"  # the header is missing, lacks a column that is needed or has one that is not known
    LINES_MISSING = "lines_missing"  # fewer or more lines than it was said to have
    PRINT_HOUSE_KEY = "print_house_key"  # of letters: there is none, or none that is fit
    CHANGED = "changed"  # it was replaced, or is gone, since the import began


class YearFrom(StrEnum):
    """Where the first day that a person is covered until comes from."""

    IMPORTED = "imported"  # a certification that the register's owner vouches for
    BENEFIT_START = "benefit_start"
    DRAWN = "drawn"  # no proof is known that still counts: a first due date, spread over 12 months


@dataclass(frozen=True, slots=True)
class LastCertification:
    """A proof of life from before LifeCert: the day, and who says so, by a code."""

    on: date
    source: str


@dataclass(frozen=True, slots=True)
class FirstYear:
    """Until when somebody who is imported is covered, and why."""

    valid_until: date
    origin: YearFrom
    last: LastCertification | None = None


def first_year(first_start: date, last: LastCertification | None, today: date, drawn: date) -> FirstYear:
    """The year of somebody whose first benefit began on `first_start`. A certification, or a start, within the last 12
    months keeps its own day, whichever reaches further; otherwise the day that was drawn counts: nobody comes in
    lapsed."""
    by_start = valid_until_after(min(first_start, today))  # of a start to come from today: nobody has looked before
    if last and valid_until_after(last.on) >= max(today, by_start):
        return FirstYear(valid_until_after(last.on), YearFrom.IMPORTED, last)
    if by_start >= today:
        return FirstYear(by_start, YearFrom.BENEFIT_START, last)
    return FirstYear(drawn, YearFrom.DRAWN, last)


def drawn_day(person_key: str, day: date) -> date:
    """A first due date within the 12 months after `day`, and not within the first 30 days: always the same for a keyed
    hash (hex), even over many, and foreseen by nobody without the key."""
    first, last = day + SOONEST_DUE, add_months(day, MONTHS)
    share = int(person_key[:12], 16) / 16**12
    return first + timedelta(days=int(share * ((last - first).days + 1)))


@dataclass(frozen=True, slots=True)
class BenefitRow:
    """A benefit as a line has it."""

    category: Category
    district: str
    start: date
    payer: str | None = None
    payer_reference: str | None = None
    planned_end: date | None = None
    injury_grade: int | None = None
    start_checked: bool = False


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """What a line says, each value by itself as it may be."""

    name: str
    id_number: IdNumber
    born: date
    benefits: tuple[BenefitRow, ...]
    last: LastCertification | None = None
    phone: str | None = None

    @property
    def of_the_person(self) -> tuple[object, ...]:
        """What all lines of a person must agree in."""
        return self.name, self.id_number, self.born, self.last, self.phone


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A line of the file by its number, from 1, the header included. `person` tells whose it is where that can be seen,
    also of a line that is refused. `key` is the office's own name for the line."""

    number: int
    row: RegisterRow | PhotoRow | LetterRow | PostingRow | RowFault
    person: str | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A line about which the office is told something: refused, and why, or known already. Of a photo the reason is the
    one that an enrolment would give. `counts_as`: how many there are is told otherwise, since the line itself must not
    say what the register knows of the person."""

    line: int
    key: str
    why: RowFault | Known | Reason
    counts_as: Known | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Lines that begin in `size` bytes from `start` on; `first_line` is the number of the first of them, and `digest`
    the SHA-256 (hex) of the bytes, once the survey has told."""

    number: int
    start: int
    size: int
    first_line: int = 0
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Header:
    """What the beginning of a file says: the format, and of CSV the columns; None when they are not those of a
    register. A header that is not known may be data, and is not repeated."""

    format: FileFormat
    columns: tuple[str, ...] | None = ()


@dataclass(frozen=True, slots=True)
class PartSurvey:
    """What the survey tells of a part: SHA-256 (hex), lines that begin in it, how many of its lines are more than
    ASCII, of these how many are no UTF-8 and how many no GB18030, and whether it has zero bytes, as UTF-16 has.
    `header` is that of the first part."""

    digest: str
    lines: int
    wide: int = 0
    not_utf_8: int = 0
    not_gb18030: int = 0
    has_zeros: bool = False
    header: Header | None = None


def encoding_of(parts: Iterable[PartSurvey], said: Encoding | None) -> Encoding | None:
    """How a file is written; None when it is neither, or not what it was said to be.

    Broken lines are refused by themselves. But what is wrong in most of its lines is written otherwise: a line in
    GB18030 is hardly ever valid UTF-8, while one in UTF-8 often passes for GB18030 and gives other names, so UTF-8
    comes first.
    """
    wide = not_utf_8 = not_gb18030 = 0
    for part in parts:
        if part.has_zeros:
            return None
        wide, not_utf_8, not_gb18030 = wide + part.wide, not_utf_8 + part.not_utf_8, not_gb18030 + part.not_gb18030
    if said is not Encoding.GB18030 and not_utf_8 * 2 <= wide:
        return Encoding.UTF_8
    if said is Encoding.GB18030 and not_utf_8 == 0 < wide:
        return None  # said to be GB18030, and every line of it is UTF-8
    return Encoding.GB18030 if said is not Encoding.UTF_8 and not_gb18030 * 10 <= wide else None


def file_digest(parts: Iterable[PartSurvey]) -> str:
    """The digest of a file: SHA-256 over the SHA-256 of each of its parts, in hex: parts may be read at once."""
    return hashlib.sha256("".join(part.digest for part in parts).encode()).hexdigest()


def parts_of(size: int, part_bytes: int = PART_BYTES) -> Iterable[Part]:
    """The parts of a file of so many bytes."""
    starts = range(0, size, part_bytes)
    return (Part(number, start, min(part_bytes, size - start)) for number, start in enumerate(starts))


@dataclass(slots=True)
class ImportTally:
    """Counts of a part or a whole: lines that say something, people and benefits that are (or would be) registered,
    people by where their year comes from, lines known already, and lines refused by why. Of photos `people` is how many
    are, or would be, enrolled."""

    lines: int = 0
    people: int = 0
    benefits: int = 0
    years: dict[str, int] = field(default_factory=dict)
    known: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)

    def tell(self, told: Sequence[Told]) -> None:
        """Count lines about which the office is told something."""
        for one in told:
            why = one.counts_as or one.why
            counts = self.known if isinstance(why, Known) else self.refused
            counts[why.value] = counts.get(why.value, 0) + 1

    @property
    def without_faces(self) -> "ImportTally":
        """The same, as if nobody had compared a face: those that differ are to be enrolled as the others are."""
        differ = self.refused.get(RowFault.FACE_DIFFERS.value, 0)
        refused = {why: number for why, number in self.refused.items() if why != RowFault.FACE_DIFFERS}
        return replace(self, people=self.people + differ, refused=refused)

    def registered(self, year: FirstYear, benefits: int) -> None:
        """Count somebody who is, or would be, registered."""
        self.people += 1
        self.benefits += benefits
        self.years[year.origin.value] = self.years.get(year.origin.value, 0) + 1

    def add(self, other: "ImportTally") -> None:
        """Add the counts of another part."""
        self.lines += other.lines
        self.people += other.people
        self.benefits += other.benefits
        for mine, theirs in ((self.years, other.years), (self.known, other.known), (self.refused, other.refused)):
            for name, number in theirs.items():
                mine[name] = mine.get(name, 0) + number


@dataclass(frozen=True, slots=True)
class RegisterImport:
    """One import of a file. `source` is the code of the register that it comes from. `file` is its place in the bucket,
    and `etag` which of its versions is read; every part of it is read under that condition. `encoding` is what it was
    said to be, and `written` what it is. `first_day` is the day from which due dates are drawn. `same_as` is an earlier
    import of the very same file. `scope` is where whoever prepared it works: it brings nobody from elsewhere."""

    import_id: str
    source: str
    file: str
    prepared_by: str
    prepared_at: datetime
    kind: ImportKind = ImportKind.REGISTER
    state: ImportState = ImportState.AWAITING_FILE
    encoding: Encoding | None = None
    lines_said: int | None = None
    part_bytes: int = PART_BYTES
    started_by: str | None = None
    size: int = 0
    etag: str = ""
    written: Encoding | None = None
    format: FileFormat | None = None
    columns: tuple[str, ...] = ()
    lines: int = 0
    digest: str = ""
    fault: FileFault | None = None
    same_as: str | None = None
    checked: ImportTally | None = None
    checked_at: datetime | None = None
    released_by: str | None = None
    first_day: date | None = None
    registered: ImportTally | None = None
    ended_at: datetime | None = None
    stopped_by: str | None = None
    scope: Scope = EVERYWHERE
    letters: LetterOrder | None = None

    @property
    def parts(self) -> Iterable[Part]:
        """The parts of its file."""
        return parts_of(self.size, self.part_bytes)

    def checked_as_told_to(self, user_id: str) -> ImportTally | None:
        """What the dry run found, for whoever asks. Those who prepared it or let it be checked are not told how many
        faces are unlike the person's: by lists that each halve the one before they would find whose a face is. Whoever
        may release it is: many that differ are a list of other people's photos (adr/0068)."""
        involved = user_id in (self.prepared_by, self.started_by)
        return self.checked.without_faces if self.checked and involved else self.checked

    @property
    def actor_id(self) -> str:
        """Who registered somebody whom it brought: two people, of whom the ledger entry names both."""
        return f"{IMPORTED}{self.import_id}"


@dataclass(frozen=True, slots=True)
class ImportTask:
    """Something for a worker of this kind: a part of a phase, or to lay out the phase's parts."""

    import_id: str
    phase: Phase
    part: int | None = None
    kind: ImportKind = ImportKind.REGISTER
