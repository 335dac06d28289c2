"""What a print house brings back: which letters were posted on which day, and which came back (adr/0054)."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from lifecert.application.notices.record_notice import NewNotice, RecordNotice, Voiding
from lifecert.domain.actor import Group, User
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.errors import (
    BeneficiaryNotFound,
    DayInFuture,
    DayTooEarly,
    EntitlementEnded,
    NotLapsed,
    OfficeNoticeFailed,
    OfficeNoticeNotFound,
    TooManyNotices,
)
from lifecert.domain.intake import ImportTally, ReadLine, RegisterImport, Told
from lifecert.domain.intake_faults import Known, RowFault
from lifecert.domain.letter import LetterOutcome, PostingRow
from lifecert.domain.office_notice import NoticeResult, NoticeWay
from lifecert.domain.status import Status
from lifecert.ports.clock import Clock
from lifecert.ports.intake import Letters
from lifecert.ports.register import Ledger, Register

# What recording by hand would have been refused for, as it is told of a line.
_WHY: Mapping[type[Exception], RowFault | Known] = {
    NotLapsed: Known.NOT_LAPSED,
    EntitlementEnded: Known.NOT_LAPSED,
    OfficeNoticeFailed: Known.ALREADY_RECORDED,
    OfficeNoticeNotFound: Known.ALREADY_RECORDED,
    BeneficiaryNotFound: RowFault.LETTER_UNKNOWN,
    DayInFuture: RowFault.NOTICE_REFUSED,
    DayTooEarly: RowFault.NOTICE_REFUSED,
    TooManyNotices: RowFault.NOTICE_REFUSED,
}


class _Refused(Exception):
    """Why a line changes nothing."""

    def __init__(self, why: RowFault | Known) -> None:
        self.why = why


@dataclass(frozen=True, slots=True)
class PostingLines:
    """Lines of this kind. Each letter is recorded as a clerk would have: by whoever prepared the import, whose word it
    is that it was posted."""

    register: Register
    ledger: Ledger
    letters: Letters
    record: RecordNotice
    clock: Clock

    def check(
        self, of: RegisterImport, chunk: list[tuple[ReadLine, ...]], tally: ImportTally, threads: ThreadPoolExecutor
    ) -> list[Told]:
        """What would be recorded."""
        return self._each(of, chunk, tally, apply=False)

    def apply(
        self, of: RegisterImport, chunk: list[tuple[ReadLine, ...]], tally: ImportTally, threads: ThreadPoolExecutor
    ) -> list[Told]:
        """Record it."""
        return self._each(of, chunk, tally, apply=True)

    def _each(
        self, of: RegisterImport, chunk: list[tuple[ReadLine, ...]], tally: ImportTally, *, apply: bool
    ) -> list[Told]:
        told = []
        # One after the other: a letter may have been posted by one line, and come back by the next.
        for line in (line for lines in chunk for line in lines):
            try:
                self._one(of, line, apply=apply)
                tally.people += 1
            except _Refused as refused:
                told.append(Told(line.number, line.key, refused.why))
        return told

    def _one(self, of: RegisterImport, line: ReadLine, *, apply: bool) -> None:
        row = line.row
        if not isinstance(row, PostingRow):
            raise _Refused(row if isinstance(row, RowFault) else RowFault.COLUMNS)
        person = self._person(of, row)
        notice = next((one for one in person.office_notices if one.notice_id == row.letter_id), None)
        if notice and (row.outcome is LetterOutcome.POSTED or not notice.stands):
            if apply and self._by_this(of, person, row):
                return  # by the worker before this one
            raise _Refused(Known.ALREADY_RECORDED)
        try:
            self._record(of, person, row, has_notice=notice is not None, apply=apply)
        except tuple(_WHY) as error:
            raise _Refused(_WHY[type(error)]) from None

    def _record(
        self, of: RegisterImport, person: Beneficiary, row: PostingRow, *, has_notice: bool, apply: bool
    ) -> None:
        by, proof = User(of.prepared_by, frozenset({Group.CLERK}), of.scope), f"{of.source}:{of.import_id[:8]}"
        more = {"import_id": of.import_id, "released_by": of.released_by}
        key, whose = f"{of.import_id} {row.letter_id} {row.outcome}", person.beneficiary_id
        new = NewNotice(NoticeWay.LETTER, NoticeResult(row.outcome), row.on, proof)
        if has_notice and apply:
            self.record.void(whose, row.letter_id, Voiding(NoticeResult.RETURNED, row.on, proof), by, key, **more)
        elif apply:
            self.record(whose, new, by, key, row.letter_id, **more)
        elif not has_notice:
            self.record.check(person, new, by)

    def _person(self, of: RegisterImport, row: PostingRow) -> Beneficiary:
        letter = self.letters.find(row.letter_id)
        person = self.register.get(letter.beneficiary_id) if letter else None
        if letter is None or person is None or not of.scope.covers_any(person.districts):
            raise _Refused(RowFault.LETTER_UNKNOWN)
        if not self.clock.day_of(letter.made_at) <= row.on <= self.clock.today():
            raise _Refused(RowFault.POSTED_ON)
        if person.status is Status.TERMINATED:
            raise _Refused(Known.NOT_LAPSED)
        return person

    def _by_this(self, of: RegisterImport, person: Beneficiary, row: PostingRow) -> bool:
        results = {"notice_id": row.letter_id, "import_id": of.import_id, "result": str(row.outcome)}
        return any(
            {name: entry.details.get(name) for name in results} == results
            for entry in self.ledger.entries(person.beneficiary_id)
        )
