"""A batch of letters: whom a work list names, each with what a print house prints (adr/0054)."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta

from lifecert.application.office.invite import issuing
from lifecert.application.shared.changing import change_newest
from lifecert.domain.actor import Actor, Role
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.benefit import Benefit
from lifecert.domain.change import Change
from lifecert.domain.errors import EntitlementEnded, StoreUnavailable
from lifecert.domain.help_lines import HelpLines
from lifecert.domain.intake import ImportTally, ReadLine, RegisterImport, Told
from lifecert.domain.intake_faults import RowFault
from lifecert.domain.invitation import Invitation, InvitationCode, draw_code
from lifecert.domain.letter import LETTERS_APART, Letter, LetterOrder, LetterRow, letter_id_of
from lifecert.domain.work_list import last_day_of, rows_of
from lifecert.domain.year import add_months
from lifecert.ports.clock import Clock
from lifecert.ports.intake import LetterFiles, Letters
from lifecert.ports.invitations import InvitationKeys, Invitations
from lifecert.ports.register import ChangingRegister

# An invitation that ends within so many days is no more use to somebody who gets a letter today.
STILL_GOOD = timedelta(days=60)
# Another code has the same digits once in many millions of times, if nothing is wrong.
_DRAWS = 3


class _Refused(Exception):
    """Why somebody gets no letter."""

    def __init__(self, why: RowFault) -> None:
        self.why = why


@dataclass(slots=True)
class _Drawn:
    """Draws out of a large number that nobody can foresee: always the same."""

    left: int

    def below(self, limit: int) -> int:
        """A number from 0 to under this."""
        self.left, drawn = divmod(self.left, limit)
        return drawn


@dataclass(frozen=True, slots=True)
class LetterLines:
    """Lines of this kind. `page_url` is where people open the phone page, `years` how long a code is good for."""

    register: ChangingRegister
    invitations: Invitations
    keys: InvitationKeys
    letters: Letters
    files: LetterFiles
    clock: Clock
    help_lines: HelpLines
    years: int
    page_url: str

    def check(
        self, of: RegisterImport, chunk: list[tuple[ReadLine, ...]], tally: ImportTally, threads: ThreadPoolExecutor
    ) -> list[Told]:
        """Who would get a letter. Raises PrintHouseKeyUnfit."""
        self.files.ready()
        return self._each(of, chunk, tally, threads, None)

    def apply(
        self, of: RegisterImport, chunk: list[tuple[ReadLine, ...]], tally: ImportTally, threads: ThreadPoolExecutor
    ) -> list[Told]:
        """Issue what invitations are needed, and write the letters for the print house; done again, the same ones.
        Raises PrintHouseKeyUnfit."""
        self.files.ready()
        rows: dict[int, Mapping[str, str]] = {}
        told = self._each(of, chunk, tally, threads, rows)
        # After all of them are in the register: whoever dies before writes them again, with the same codes.
        if rows:
            self.files.keep(of.import_id, chunk[0][0].number, [rows[line] for line in sorted(rows)])
        return told

    def _each(
        self,
        of: RegisterImport,
        chunk: list[tuple[ReadLine, ...]],
        tally: ImportTally,
        threads: ThreadPoolExecutor,
        rows: dict[int, Mapping[str, str]] | None,
    ) -> list[Told]:
        def one(line: ReadLine) -> Told | None:
            try:
                person, benefit = self._whom(of, line)
                if rows is not None:
                    rows[line.number] = self._letter(of, person, benefit)
            except _Refused as refused:
                return Told(line.number, line.key, refused.why)
            return None

        told = list(threads.map(one, [line for lines in chunk for line in lines]))
        tally.people += told.count(None)
        return [each for each in told if each]

    def _whom(self, of: RegisterImport, line: ReadLine) -> tuple[Beneficiary, Benefit]:
        """Somebody who is to be written to as everything stands now, and the benefit by which their address is known.
        Raises _Refused."""
        if not isinstance(line.row, LetterRow) or of.letters is None:
            raise _Refused(line.row if isinstance(line.row, RowFault) else RowFault.PERSON)
        person = self.register.get(line.row.beneficiary_id)
        if person is None or not _is_listed(person, of.letters, self.clock.today()):
            raise _Refused(RowFault.NOT_LISTED)
        since = self.clock.now() - LETTERS_APART
        others = (one for one in self.letters.of(person.beneficiary_id) if one.batch_id != of.import_id)
        if any(one.made_at > since for one in others):
            raise _Refused(RowFault.LETTER_LATELY)
        # No address is kept here: whoever pays knows it by their own reference.
        benefit = next((one for one in person.open_benefits if one.payer_reference), None)
        if benefit is None:
            raise _Refused(RowFault.NO_REFERENCE)
        return person, benefit

    def _letter(self, of: RegisterImport, person: Beneficiary, benefit: Benefit) -> Mapping[str, str]:
        letter_id = letter_id_of(of.import_id, person.beneficiary_id)
        invitation, code = self._invitation(of, person, letter_id)
        self.letters.note(Letter(letter_id, person.beneficiary_id, of.import_id, self.clock.now()))
        return {
            "letter_id": letter_id,
            "payer": benefit.payer or "",
            "payer_reference": benefit.payer_reference or "",
            "name": person.masked_name,
            "district": benefit.district,
            "category": benefit.category,
            "reason": of.letters.wanted if of.letters else "",
            "valid_until": person.valid_until.isoformat(),
            "help_line": self.help_lines.find(benefit.category, benefit.district),
            "page": self.page_url,
            "code": code.grouped if code else "",
            "qr": f"{self.page_url}#{code.text}" if code else "",
            "code_good_until": invitation.expires_on.isoformat(),
            "code_is_of": invitation.issued_at.date().isoformat(),
            "guardian": "yes" if invitation.guardian else "no",
        }

    def _invitation(
        self, of: RegisterImport, person: Beneficiary, letter_id: str
    ) -> tuple[Invitation, InvitationCode | None]:
        """The invitation that somebody has with this letter, and its code if it is this letter's own. One that is still
        good, and that they may hold in their hands, is not taken from them unless the batch is to."""
        known = self.invitations.get(person.beneficiary_id)
        if known and known.invitation_id == letter_id:
            if known.withdrawn_at:
                raise _Refused(RowFault.INVITATION_WITHDRAWN)
            return known, self._code_of(known)
        new_codes = of.letters is not None and of.letters.new_codes
        if known and not new_codes and known.open_on(self.clock.today() + STILL_GOOD):
            return known, None
        code, digits_key = self._new_code(letter_id)
        invitation = Invitation(
            invitation_id=letter_id,
            beneficiary_id=person.beneficiary_id,
            digits_key=digits_key,
            text_key=self.keys.text_key(code.text or ""),
            secret=self.keys.newest,
            guardian=person.under_age_on(self.clock.today()),
            issued_at=self.clock.now(),
            expires_on=add_months(self.clock.today(), 12 * self.years),
        )
        self._issue(of, person, invitation)
        return invitation, code

    def _issue(self, of: RegisterImport, person: Beneficiary, invitation: Invitation) -> None:
        # Whose hands the letters go through is the print house's; who had them made is who prepared the batch.
        actor = Actor(of.prepared_by, Role.CLERK)

        def make(newest: Beneficiary) -> Change | None:
            if newest.invitation_id == invitation.invitation_id:
                return None  # by another worker, with the same code
            return issuing(newest, invitation, actor, import_id=of.import_id, released_by=of.released_by)

        try:
            change_newest(self.register, person.beneficiary_id, make, person)
        except EntitlementEnded:
            raise _Refused(RowFault.NOT_LISTED) from None

    def _drawn(self, letter_id: str, draw: int) -> InvitationCode:
        """Always the same for a letter, so that whoever does it over prints what is in force; foreseen by nobody
        without the deployment's key."""
        return draw_code(_Drawn(int(self.keys.session_secret(f"letter {draw} {letter_id}"), 16)).below)

    def _new_code(self, letter_id: str) -> tuple[InvitationCode, str]:
        for draw in range(_DRAWS):
            code = self._drawn(letter_id, draw)
            under = {secret: self.keys.digits_key(code.digits, secret) for secret in self.keys.looked_up}
            found = self.invitations.find(list(under.values()))
            if found is None or found.invitation_id == letter_id:
                return code, under[self.keys.newest]
        raise StoreUnavailable("no new code could be drawn")

    def _code_of(self, invitation: Invitation) -> InvitationCode:
        drawn = (self._drawn(invitation.invitation_id, draw) for draw in range(_DRAWS))
        for code in drawn:
            if self.keys.text_key(code.text or "", invitation.secret) == invitation.text_key:
                return code
        raise _Refused(RowFault.INVITATION_WITHDRAWN)


def _is_listed(person: Beneficiary, order: LetterOrder, today: date) -> bool:
    last = last_day_of(order.wanted, today)
    return any(
        (row.district, row.wanted) == (order.district, order.wanted) and (last is None or row.day <= last)
        for row in rows_of(person)
    )
