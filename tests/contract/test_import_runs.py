"""Progress of the import of a register, on every engine."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from lifecert.domain.intake import (
    Encoding,
    FileFault,
    FileFormat,
    Header,
    ImportKind,
    ImportState,
    ImportTally,
    Part,
    PartSurvey,
    Phase,
    RegisterImport,
)
from lifecert.domain.letter import Letter, LetterOrder
from lifecert.domain.scope import EVERYWHERE, NOWHERE, Scope
from lifecert.domain.work_list import WorkList
from tests.support.builders import NOW, an_id
from tests.support.engines import DynamoTables, Stores, left_at_default

TALLY = ImportTally(9, 4, 5, {"drawn": 3, "imported": 1}, {"already_registered": 2}, {"name": 1, "phone": 2})
SURVEY = PartSurvey("a" * 64, 7, 6, 5, 4, has_zeros=True, header=Header(FileFormat.CSV, ("name", "id_number")))


def begun(stores: Stores, **fields: Any) -> RegisterImport:
    one = replace(RegisterImport(an_id(), "hr", "registers/city.csv", "clerk-1", NOW), **fields)
    assert stores.import_runs.begin(one)
    return one


def test_an_import_comes_back_as_it_was(stores: Stores) -> None:
    full = begun(
        stores,
        kind=ImportKind.LETTERS,
        letters=LetterOrder(WorkList.DUE, "330106", new_codes=True),
        state=ImportState.FINISHED,
        encoding=Encoding.GB18030,
        lines_said=3,
        part_bytes=77,
        started_by="clerk-2",
        size=900,
        etag='"etag"',
        written=Encoding.UTF_8,
        format=FileFormat.JSON_LINES,
        columns=("name",),
        lines=4,
        digest="d" * 64,
        fault=FileFault.COLUMNS,
        same_as=an_id(),
        checked=TALLY,
        checked_at=NOW,
        released_by="clerk-3",
        first_day=date(2026, 3, 1),
        registered=replace(TALLY, people=5),
        ended_at=NOW,
        stopped_by="clerk-4",
        scope=Scope.of(["3715", "11"]),
    )
    assert left_at_default(full) == set()
    assert stores.import_runs.get(full.import_id) == full
    assert not stores.import_runs.begin(full)
    assert stores.import_runs.get(an_id()) is None


@pytest.mark.parametrize("scope", [EVERYWHERE, NOWHERE, Scope.of(["37"])], ids=["everywhere", "nowhere", "one"])
def test_where_an_import_belongs_comes_back_too(stores: Stores, scope: Scope) -> None:
    one = begun(stores, scope=scope)
    found = stores.import_runs.get(one.import_id)
    assert found
    assert found.scope == scope


def test_a_state_is_left_once_and_with_its_facts(stores: Stores) -> None:
    one, runs = begun(stores), stores.import_runs
    assert runs.move(one.import_id, one.state, ImportState.SURVEYING, size=9, etag="e", started_by=None)
    assert not runs.move(one.import_id, one.state, ImportState.SURVEYING, size=10)
    assert runs.move(one.import_id, ImportState.SURVEYING, ImportState.CHECKED, checked=TALLY, checked_at=NOW)
    wanted = replace(one, state=ImportState.CHECKED, size=9, etag="e", checked=TALLY, checked_at=NOW)
    assert runs.get(one.import_id) == wanted


def test_the_newest_are_listed_first(stores: Stores) -> None:
    first, second, third = (begun(stores, prepared_at=NOW + timedelta(minutes=minutes)) for minutes in (1, 3, 2))
    assert [one.import_id for one in stores.import_runs.listed(2)] == [second.import_id, third.import_id]
    assert first in stores.import_runs.listed(50)


def test_a_part_is_open_until_it_is_done_once(stores: Stores) -> None:
    one, runs = begun(stores).import_id, stores.import_runs
    parts = [Part(number, number * 10, 10, number + 1, "b" * 64) for number in range(3)]
    assert not runs.is_laid_out(one, Phase.CHECK)
    assert not runs.any_open(one, Phase.CHECK)
    runs.lay_out(one, Phase.CHECK, parts)
    assert runs.is_laid_out(one, Phase.CHECK)
    assert not runs.is_laid_out(one, Phase.REGISTER)
    assert list(runs.open_parts(one, Phase.CHECK)) == [0, 1, 2]
    assert runs.open_part(one, Phase.CHECK, 1) == parts[1]
    assert runs.open_part(one, Phase.REGISTER, 1) is None
    runs.finish(one, Phase.CHECK, parts[1], TALLY)
    runs.finish(one, Phase.CHECK, parts[1], ImportTally(lines=1))
    assert runs.open_part(one, Phase.CHECK, 1) is None
    assert list(runs.open_parts(one, Phase.CHECK)) == [0, 2]
    assert list(runs.tallies(one, Phase.CHECK)) == [TALLY]
    assert runs.any_open(one, Phase.CHECK)
    for part in (parts[0], parts[2]):
        runs.finish(one, Phase.CHECK, part, ImportTally())
    assert not runs.any_open(one, Phase.CHECK)
    assert list(runs.tallies(one, Phase.CHECK)) == [ImportTally(), TALLY, ImportTally()]


def test_what_a_survey_told_comes_back_in_order(stores: Stores) -> None:
    one, runs = begun(stores).import_id, stores.import_runs
    parts = [Part(number, number * 10, 10) for number in range(11)]
    runs.lay_out(one, Phase.SURVEY, parts)
    odd = replace(SURVEY, header=Header(FileFormat.CSV, None), lines=8)
    told = [SURVEY, odd, *(PartSurvey("c" * 64, number) for number in range(9))]
    for part, each in reversed(list(zip(parts, told, strict=True))):
        runs.finish(one, Phase.SURVEY, part, each)
    assert runs.surveys(one) == told


def test_a_person_stands_at_one_line(stores: Stores) -> None:
    one, other, runs = an_id(), an_id(), stores.import_runs
    until = NOW + timedelta(days=28)
    assert runs.claim(one, "ab12", 7, until)
    assert runs.claim(one, "ab12", 7, until), "the same line again"
    assert not runs.claim(one, "ab12", 8, until)
    assert runs.claim(other, "ab12", 8, until)
    assert runs.claim(one, "cd34", 8, until)
    assert runs.claims(one, ["ab12", "cd34", "ef56", "ab12"]) == {"ab12": 7, "cd34": 8}
    assert runs.claims(one, []) == {}


def test_many_at_once_claim_a_person_once(racing: Stores) -> None:
    one = an_id()
    until = NOW + timedelta(days=28)
    with ThreadPoolExecutor(8) as threads:
        taken = list(threads.map(lambda line: racing.import_runs.claim(one, "ab12", line, until), range(8)))
    assert taken.count(True) == 1


def test_the_first_of_a_file_stays_the_first(stores: Stores) -> None:
    first, second, digest = an_id(), an_id(), an_id()
    assert stores.import_runs.first_of(digest, first) == first
    assert stores.import_runs.first_of(digest, second) == first
    assert stores.import_runs.first_of(digest, first) == first


def test_what_is_stored_ends_and_names_nobody(tables: DynamoTables) -> None:
    runs = tables.stores().import_runs
    one = an_id()
    assert runs.claim(one, "ab12", 7, NOW)
    item = tables.item("ImportRuns", import_id=f"{one}#ab", item="person#ab12")
    assert set(item) == {"import_id", "item", "line", "expires_at"}
    assert item["expires_at"] == NOW.timestamp()


def test_a_letter_is_found_by_its_id_and_with_the_persons_others(stores: Stores) -> None:
    person, other = an_id(), an_id()
    letters = [Letter(an_id(), person, an_id(), NOW), Letter(an_id(), person, an_id(), NOW + timedelta(days=30))]
    for letter in (*letters, letters[0], Letter(an_id(), other, an_id(), NOW)):
        stores.letters.note(letter)
    assert [stores.letters.find(one.letter_id) for one in letters] == letters
    assert sorted(stores.letters.of(person), key=lambda one: one.made_at) == letters
    assert stores.letters.find(an_id()) is None
    assert list(stores.letters.of(an_id())) == []


def test_the_moment_at_which_a_letter_was_made_first_stays(stores: Stores) -> None:
    letter = Letter(an_id(), an_id(), an_id(), NOW)
    stores.letters.note(letter)
    stores.letters.note(replace(letter, made_at=NOW + timedelta(days=3)))
    assert stores.letters.find(letter.letter_id) == letter
    assert list(stores.letters.of(letter.beneficiary_id)) == [letter]
