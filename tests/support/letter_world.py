"""An office that has letters printed: people of a register who lapsed, work lists, a print house."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from lifecert.application.notices.import_postings import PostingLines
from lifecert.application.notices.record_notice import RecordNotice
from lifecert.application.office.import_letters import LetterLines
from lifecert.application.office.keep_lists import RebuildLists
from lifecert.application.office.prepare_import import NewImport, PrepareImport
from lifecert.application.shared.importing import ImportLines
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.category import Scheme
from lifecert.domain.help_lines import HelpLines
from lifecert.domain.intake import ImportKind, RegisterImport
from lifecert.domain.letter import LetterOrder
from lifecert.domain.office_notice import NoticeRules, NoticeWay
from lifecert.domain.work_list import WorkList
from tests.support.builders import CLERK
from tests.support.fakes.intake import MemoryLetterFiles, MemoryLetters
from tests.support.fakes.invitations import FakeInvitationKeys
from tests.support.intake_world import LI, WANG, ZHAO, Intake, line

PAGE = "https://life.example.org"
DISTRICT = "330106"
WITH_REFERENCE = (
    "name,id_number,category,district,benefit_start,last_certified_on,last_certified_by,phone,line_key,payer_reference"
)
LAPSED_ON = date(2026, 2, 1)
POSTINGS = "letter_id,outcome,on"


class LetterOffice(Intake):
    """Wang and Li lapsed untold, and their payer knows where they live; of Zhao it has no reference."""

    def __init__(self) -> None:
        super().__init__()
        self.letters, self.house, self.invitation_keys = MemoryLetters(), MemoryLetterFiles(), FakeInvitationKeys()
        people = (line("王淑芬", WANG) + ",P-1", line("李大山", LI) + ",P-2", line("赵小明", ZHAO) + ",")
        self.take(*people, header=WITH_REFERENCE, key="register")
        for id_number in (WANG, LI, ZHAO):
            self.put(replace(self.of(id_number), lapsed=True, valid_until=LAPSED_ON))

    def put(self, person: Beneficiary) -> None:
        """As the register has somebody now, and so the lists."""
        self.store.beneficiaries[person.beneficiary_id] = person
        RebuildLists(self.lists)(person)

    def more_lines(self, ports: Mapping[str, Any]) -> Mapping[ImportKind, ImportLines]:
        letters = LetterLines(
            register=ports.get("letter_register", self.store.register),
            invitations=self.store.invitations_port,
            keys=self.invitation_keys,
            letters=ports.get("letters", self.letters),
            files=ports.get("house", self.house),
            clock=self.clock,
            help_lines=HelpLines("12333", {Scheme.PENSION: {}, Scheme.WORK_INJURY: {}}),
            years=5,
            page_url=PAGE,
        )
        rules = NoticeRules(frozenset({NoticeWay.LETTER, NoticeWay.VISIT}), 7, 30)
        register = ports.get("letter_register", self.store.register)
        record = RecordNotice(register, self.store.ledger, self.clock, rules)
        postings = PostingLines(register, self.store.ledger, self.letters, record, self.clock)
        return {ImportKind.LETTERS: letters, ImportKind.POSTINGS: postings}

    def begin(self, key: str = "batch-1", *, new_codes: bool = False, wanted: WorkList = WorkList.LAPSED_UNTOLD) -> str:
        prepare = PrepareImport(self.runs, self.files, self.clock, self.lists)
        order = LetterOrder(wanted, DISTRICT, new_codes)
        new = NewImport("print-house", ImportKind.LETTERS, letters=order)
        return prepare(new, CLERK, key).register_import.import_id

    def checked(self, import_id: str) -> RegisterImport:
        """A batch after its dry run."""
        self.dry_run(import_id, CLERK)
        self.queue.drain(self.work)
        return self.runs.runs[import_id]

    def print(self, key: str = "batch-1", **more: Any) -> RegisterImport:
        return self.release(self.checked(self.begin(key, **more)))

    def printed(self, of: RegisterImport) -> dict[str, dict[str, str]]:
        """The letters of a batch by the payer's reference."""
        rows = [row for (batch, _), kept in self.house.kept.items() if batch == of.import_id for row in kept]
        return {row["payer_reference"]: row for row in rows}

    def bring_back(self, *lines: str, key: str = "postings-1") -> RegisterImport:
        return self.release(self.check("\n".join([POSTINGS, *lines, ""]), key, kind=ImportKind.POSTINGS))
