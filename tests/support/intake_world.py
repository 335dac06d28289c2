"""An office with an empty register into which a file comes: prepared, checked and released."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from lifecert.application.office.import_people import RegisterLines
from lifecert.application.office.import_register import WorkImport
from lifecert.application.office.prepare_import import (
    NewImport,
    PrepareImport,
    ReleaseImport,
    StartDryRun,
)
from lifecert.application.shared.importing import ImportLines
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.intake import (
    ImportKind,
    Phase,
    RegisterImport,
)
from lifecert.domain.ledger import LedgerEntry
from tests.support.builders import CLERK
from tests.support.fakes.access import counting, references_of_payers
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.intake import MemoryImportQueue, MemoryImportRuns, MemoryRegisterFiles
from tests.support.fakes.keys import FakePersonKeys
from tests.support.fakes.lists import MemoryWorkLists
from tests.support.fakes.notices import FakeSeal
from tests.support.fakes.store import MemoryStore

WANG, LI, ZHAO, CHEN = "11010519491231002X", "440524188001010014", "110101194001010039", "110101194001010055"
SECOND = replace(CLERK, user_id="clerk-2")
PAYERS = ("fund", "mine")
HEADER = "name,id_number,category,district,benefit_start,last_certified_on,last_certified_by,phone,line_key"
WHOLE = HEADER + ",payer,payer_reference,planned_end,injury_grade,start_checked,birth_date,sex"
TODAY = date(2026, 3, 1)


def line(
    name: str, id_number: str, start: str = "2010-01-01", *, on: str = "", by: str = "", phone: str = "", key: str = ""
) -> str:
    return f"{name},{id_number},resident_pension,330106,{start},{on},{by},{phone},{key}"


GOOD = line("王淑芬", WANG)


class Intake:
    """An office with an empty register, and a bucket."""

    def __init__(self, part_bytes: int = 2**21) -> None:
        self.store, self.clock, self.keys = MemoryStore(), FixedClock(), FakePersonKeys()
        self.files, self.runs, self.queue = MemoryRegisterFiles(), MemoryImportRuns(), MemoryImportQueue()
        self.part_bytes, self.lists = part_bytes, MemoryWorkLists()

    @property
    def work(self) -> WorkImport:
        return self.work_with()

    def work_with(self, **ports: Any) -> WorkImport:
        given = {"runs": self.runs, "files": self.files, "queue": self.queue, **ports}
        work = {name: given[name] for name in ("runs", "files", "queue")}
        people = RegisterLines(
            register=given.get("register", self.store.register),
            runs=given["runs"],
            person_keys=self.keys,
            seal=FakeSeal(),
            clock=self.clock,
            payers=PAYERS,
            references=references_of_payers(self.store, self.keys),
        )
        return WorkImport(**work, clock=self.clock, lines={ImportKind.REGISTER: people, **self.more_lines(given)})

    def more_lines(self, ports: Mapping[str, Any]) -> Mapping[ImportKind, ImportLines]:
        """Of other kinds of file."""
        return {}

    def prepare(self, content: bytes | str, key: str = "key-1", **said: Any) -> str:
        prepare = PrepareImport(self.runs, self.files, self.clock, self.lists, self.part_bytes)
        begun = prepare(NewImport("hr", **said), CLERK, key).register_import
        self.files.files[begun.file] = content if isinstance(content, bytes) else content.encode()
        return begun.import_id

    def check(self, content: bytes | str, key: str = "key-1", **said: Any) -> RegisterImport:
        import_id = self.prepare(content, key, **said)
        self.dry_run(import_id, CLERK)
        self.queue.drain(self.work)
        return self.runs.runs[import_id]

    @property
    def dry_run(self) -> StartDryRun:
        return StartDryRun(self.runs, self.files, self.queue, counting(self.store, self.clock))

    def release(self, checked: RegisterImport, digest: str | None = None) -> RegisterImport:
        release = ReleaseImport(self.runs, self.files, self.clock, self.queue)
        release(checked.import_id, digest or checked.digest, SECOND)
        self.queue.drain(self.work)
        return self.runs.runs[checked.import_id]

    def take(self, *lines: str, header: str = HEADER, key: str = "key-1") -> RegisterImport:
        return self.release(self.check("\n".join([header, *lines, ""]), key))

    def of(self, id_number: str) -> Beneficiary:
        return self.store.beneficiaries[self.keys.beneficiary_id(id_number)]

    def entry(self, id_number: str) -> LedgerEntry:
        (entry,) = self.store.entries[self.keys.beneficiary_id(id_number)]
        return entry

    def told(self, of: RegisterImport, phase: Phase = Phase.CHECK) -> list[tuple[int, str]]:
        return [(one.line, one.why.value) for one in self.files.joined[of.import_id, phase]]
