"""The command that brings a register's file in: the same file is the same import, and the command releases nothing."""

from pathlib import Path

import pytest

from lifecert.application.office.import_people import RegisterLines
from lifecert.application.office.import_register import WorkImport
from lifecert.application.office.prepare_import import ReleaseImport
from lifecert.domain.errors import SecondClerkNeeded
from lifecert.domain.intake import Encoding, FileFault, ImportKind, ImportState
from ops.import_register import BringIn, digest_of, main, told
from tests.support.builders import CLERK
from tests.support.fakes.access import references_of_payers
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.intake import MemoryImportQueue, MemoryImportRuns, MemoryRegisterFiles
from tests.support.fakes.keys import FakePersonKeys
from tests.support.fakes.notices import FakeSeal
from tests.support.fakes.store import MemoryStore

CONTENT = (
    "name,id_number,category,district,benefit_start\n王淑芬,11010519491231002X,resident_pension,110101,2010-01-01\n"
)


class Operators:
    """A file on their disk, and a bucket."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "city.csv"
        self.path.write_text(CONTENT, encoding="utf-8")
        self.runs, self.files, self.queue = MemoryImportRuns(), MemoryRegisterFiles(), MemoryImportQueue()
        self.clock, self.store, self.uploads = FixedClock(), MemoryStore(), 0
        self.bring_in = BringIn(self.runs, self.files, self.queue, self.clock, self.upload)
        people = RegisterLines(
            register=self.store.register,
            runs=self.runs,
            person_keys=FakePersonKeys(),
            seal=FakeSeal(),
            clock=self.clock,
            payers=("fund",),
            references=references_of_payers(self.store),
        )
        self.work = WorkImport(self.runs, self.files, self.queue, self.clock, {ImportKind.REGISTER: people})

    def upload(self, path: Path, key: str) -> None:
        self.uploads += 1
        self.files.files[key] = path.read_bytes()


@pytest.fixture
def operators(tmp_path: Path) -> Operators:
    return Operators(tmp_path)


def test_a_file_is_brought_in_checked_and_released_by_somebody_else(operators: Operators) -> None:
    begun = operators.bring_in(operators.path, "hr", None, "operator:AIDA1")
    operators.queue.drain(operators.work)
    checked = operators.runs.runs[begun.import_id]
    assert checked.digest == digest_of(operators.path)
    lines = told(checked)
    assert f"release, digest {checked.digest}" in lines[-1]
    assert not any(text in "\n".join(lines) for text in ("王", "11010519491231002X"))
    assert operators.bring_in(operators.path, "hr", None, "operator:AIDA1") == checked
    assert operators.uploads == 1
    release = ReleaseImport(operators.runs, operators.files, operators.clock, operators.queue)
    release(checked.import_id, checked.digest, CLERK)
    operators.queue.drain(operators.work)
    done = operators.bring_in(operators.path, "hr", None, "operator:AIDA1")
    assert (done.state, len(operators.store.beneficiaries)) == (ImportState.FINISHED, 1)
    assert operators.uploads == 1
    assert told(done)[1] == "1 lines; 1 people, 1 benefits"


def test_an_operator_is_no_second_person(operators: Operators) -> None:
    begun = operators.bring_in(operators.path, "hr", None, CLERK.user_id)
    operators.queue.drain(operators.work)
    release = ReleaseImport(operators.runs, operators.files, operators.clock, operators.queue)
    with pytest.raises(SecondClerkNeeded):
        release(begun.import_id, operators.runs.runs[begun.import_id].digest, CLERK)


def test_a_file_that_cannot_be_taken_says_why(operators: Operators) -> None:
    begun = operators.bring_in(operators.path, "hr", Encoding.GB18030, "operator:AIDA1")
    operators.queue.drain(operators.work)
    refused = operators.runs.runs[begun.import_id]
    assert refused.fault is FileFault.ENCODING
    assert told(refused)[1] == "the file as a whole is refused: encoding"


@pytest.mark.parametrize(
    "arguments", [["city.csv"], ["--source", "hr", "city.csv"], ["--stack", "x", "--source", "hr", "/"]]
)
def test_what_is_missing_is_asked_for(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
