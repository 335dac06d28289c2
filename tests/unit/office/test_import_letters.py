"""Letters in batches: whom a list names, once in four weeks, by two clerks, with codes in force, whoever dies."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from lifecert.application.office import import_register
from lifecert.application.office.prepare_import import (
    GetImport,
    NewImport,
    PrepareImport,
    ReleaseImport,
    StopImport,
)
from lifecert.domain.actor import Group, User
from lifecert.domain.errors import (
    DistrictOutside,
    NotAllowed,
    RegisterImportNotFound,
    SecondClerkNeeded,
)
from lifecert.domain.intake import FileFault, ImportKind, ImportState, Phase, RegisterImport
from lifecert.domain.invitation import InvitationCode
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.letter import LetterOrder
from lifecert.domain.scope import Scope
from lifecert.domain.work_list import WorkList
from tests.support.builders import CLERK
from tests.support.intake_world import LI, SECOND, WANG, ZHAO
from tests.support.letter_world import DISTRICT, PAGE, LetterOffice
from tests.support.mortal import Life, killed_once


@pytest.fixture
def office() -> LetterOffice:
    return LetterOffice()


def test_a_list_becomes_letters_with_codes_that_are_in_force(office: LetterOffice) -> None:
    checked = office.checked(office.begin())
    assert checked.checked
    assert (checked.state, checked.checked.people) == (ImportState.CHECKED, 2)
    assert checked.checked.refused == {"no_reference": 1}
    assert not office.house.kept, "a dry run prints nothing"
    assert not office.store.invitations
    done = office.release(checked)
    assert (done.state, done.registered) == (ImportState.FINISHED, checked.checked)
    letters = office.printed(done)
    assert set(letters) == {"P-1", "P-2"}
    wang, row = office.of(WANG), letters["P-1"]
    assert (row["name"], row["valid_until"], row["reason"]) == ("王*芬", "2026-02-01", "lapsed_untold")
    assert (row["help_line"], row["page"]) == ("12333", PAGE)
    code = InvitationCode.parse(row["code"])
    assert row["qr"] == f"{PAGE}#{InvitationCode.parse(row['qr'].partition('#')[2]).text}"
    kept = office.store.invitations[wang.beneficiary_id]
    assert kept.invitation_id == row["letter_id"] == wang.invitation_id
    assert kept.digits_key == office.invitation_keys.digits_key(code.digits)
    entry = office.store.entries[wang.beneficiary_id][-1]
    assert (entry.event, entry.actor.actor_id) == (LedgerEvent.INVITATION_ISSUED, CLERK.user_id)
    assert (entry.details["import_id"], entry.details["released_by"]) == (done.import_id, SECOND.user_id)
    assert not wang.office_notices, "a letter that nobody has posted told nobody"
    assert "王淑芬" not in str(office.house.kept), "no name is kept here that could be printed"


def test_a_code_that_somebody_may_hold_in_their_hands_stays_in_force_unless_the_batch_says_otherwise(
    office: LetterOffice,
) -> None:
    first = office.printed(office.print())["P-1"]
    office.clock.move(days=40)
    again = office.printed(office.print("batch-2"))["P-1"]
    assert (again["code"], again["qr"]) == ("", "")
    assert again["code_is_of"] == "2026-03-01"
    assert office.of(WANG).invitation_id == first["letter_id"]
    office.clock.move(days=40)
    new = office.printed(office.print("batch-3", new_codes=True))["P-1"]
    assert new["code"] not in ("", first["code"])
    assert office.of(WANG).invitation_id == new["letter_id"]


def test_an_invitation_that_soon_ends_is_made_anew(office: LetterOffice) -> None:
    office.print()
    kept = office.store.invitations[office.of(WANG).beneficiary_id]
    office.store.invitations[kept.beneficiary_id] = replace(kept, expires_on=date(2026, 5, 1))
    office.clock.move(days=40)
    assert office.printed(office.print("batch-2"))["P-1"]["code"]


def test_nobody_has_two_letters_within_four_weeks(office: LetterOffice) -> None:
    office.print()
    office.clock.move(days=27)
    again = office.print("batch-2")
    assert sorted(why for _, why in office.told(again)) == ["letter_lately"] * 2 + ["no_reference"]
    office.clock.move(days=2)
    assert set(office.printed(office.print("batch-3"))) == {"P-1", "P-2"}


def test_who_left_the_list_since_gets_none(office: LetterOffice) -> None:
    checked = office.checked(office.begin())
    office.put(replace(office.of(WANG), lapsed=False, valid_until=date(2027, 1, 1)))
    done = office.release(checked)
    assert "not_listed" in [why for _, why in office.told(done, Phase.REGISTER)]
    assert set(office.printed(done)) == {"P-2"}


def test_a_letter_is_made_for_whoever_is_due_soon_and_for_nobody_later(office: LetterOffice) -> None:
    office.put(replace(office.of(WANG), lapsed=False, valid_until=date(2026, 4, 1)))
    office.put(replace(office.of(LI), lapsed=False, valid_until=date(2026, 9, 1)))
    assert set(office.printed(office.print(wanted=WorkList.DUE))) == {"P-1"}


def test_an_empty_list_makes_no_letters(office: LetterOffice) -> None:
    begun = office.begin(wanted=WorkList.NOTICE_FAILED)
    refused = office.checked(begun)
    assert (refused.state, refused.fault) == (ImportState.REFUSED, FileFault.EMPTY)


def test_without_a_fit_key_nothing_is_made(office: LetterOffice) -> None:
    office.house.has_key = False
    refused = office.checked(office.begin())
    assert (refused.state, refused.fault) == (ImportState.REFUSED, FileFault.PRINT_HOUSE_KEY)
    assert not office.store.invitations


def test_who_prepared_a_batch_does_not_release_it_and_it_is_of_one_district(office: LetterOffice) -> None:
    checked = office.checked(office.begin())
    release = ReleaseImport(office.runs, office.files, office.clock, office.queue)
    with pytest.raises(SecondClerkNeeded):
        release(checked.import_id, checked.digest, CLERK)
    elsewhere, here = Scope(("22",)), Scope(("3301",))
    with pytest.raises(RegisterImportNotFound):
        release(checked.import_id, checked.digest, replace(SECOND, scope=elsewhere))
    assert release(checked.import_id, checked.digest, replace(SECOND, scope=here)).released_by == SECOND.user_id
    prepare = PrepareImport(office.runs, office.files, office.clock, office.lists)
    order = NewImport("house", ImportKind.LETTERS, letters=LetterOrder(WorkList.DUE, DISTRICT))
    with pytest.raises(DistrictOutside):
        prepare(order, replace(CLERK, scope=elsewhere), "elsewhere")
    with pytest.raises(NotAllowed):
        PrepareImport(office.runs, office.files, office.clock)(order, CLERK, "no lists here")


def test_a_batch_whose_list_was_never_written_is_made_good_by_the_next_call(office: LetterOffice) -> None:
    begun = office.begin()
    office.files.files.clear()
    assert office.begin() == begun
    assert office.checked(begun).state is ImportState.CHECKED


def test_files_are_linked_for_clerks_once_a_batch_is_whole(office: LetterOffice) -> None:
    look = GetImport(office.runs, office.files)
    checked = office.checked(office.begin())
    assert look(checked.import_id, CLERK).letter_links == ()
    done = office.release(checked)
    assert len(look(done.import_id, CLERK).letter_links) == 1
    assert look(done.import_id, User("auditor", frozenset({Group.AUDITOR}))).letter_links == ()


def test_a_stopped_batch_issues_no_more(office: LetterOffice) -> None:
    checked = office.checked(office.begin())
    ReleaseImport(office.runs, office.files, office.clock, office.queue)(checked.import_id, checked.digest, SECOND)
    StopImport(office.runs, office.files, office.clock)(checked.import_id, CLERK)
    office.queue.drain(office.work)
    assert not office.store.invitations
    assert not office.house.kept


def _mortal(office: LetterOffice, life: Life) -> Callable[[Any], Any]:
    ports = {"letter_register": office.store.register, "runs": office.runs, "files": office.files}
    ports |= {"queue": office.queue, "letters": office.letters, "house": office.house}
    return killed_once(office.work_with, life, **ports)


@pytest.mark.parametrize("took_effect", [False, True])
def test_whoever_dies_the_letters_that_are_printed_have_the_codes_that_are_in_force(
    took_effect: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_register, "AT_ONCE", 1)

    def run(life: Life) -> tuple[LetterOffice, RegisterImport]:
        office = LetterOffice()
        import_id = office.begin()
        office.dry_run(import_id, CLERK)
        work = _mortal(office, life)
        office.queue.drain(work)
        checked = office.runs.runs[import_id]
        ReleaseImport(office.runs, office.files, office.clock, office.queue)(import_id, checked.digest, SECOND)
        office.queue.drain(work)
        return office, office.runs.runs[import_id]

    life = Life()
    undisturbed, wanted = run(life)
    assert life.writes > 15
    for ends_at in range(1, life.writes + 1):
        office, done = run(Life(ends_at, took_effect))
        assert done == replace(wanted, ended_at=done.ended_at)
        assert office.printed(done) == undisturbed.printed(wanted)
        for row in office.printed(done).values():
            digits = InvitationCode.parse(row["code"]).digits
            found = office.store.invitations_port.find([office.invitation_keys.digits_key(digits)])
            assert found
            assert found.open_on(office.clock.today() + timedelta(days=60))
        issued = [one.event for one in office.store.entries[office.of(WANG).beneficiary_id]]
        assert issued.count(LedgerEvent.INVITATION_ISSUED) == 1
        assert not office.of(ZHAO).invitation_id
        assert not office.queue.dead
