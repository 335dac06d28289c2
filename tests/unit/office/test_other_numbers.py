"""People whose ID number is of another kind: found by it everywhere, and asked for the birth date it does not say."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from lifecert.adapters.files.dci_notices import read_notices
from lifecert.adapters.files.match_lines import read_lines
from lifecert.adapters.files.photo_lines import read_line as read_photo
from lifecert.adapters.files.register_lines import Layout, read_line
from lifecert.application.office.register_beneficiary import Registration
from lifecert.domain.data_match import MatchLine, Rejected, Said
from lifecert.domain.errors import ConsentMissing, DayImpossible
from lifecert.domain.intake import Encoding, FileFormat, ImportKind, RegisterRow
from lifecert.domain.intake_faults import RowFault
from lifecert.domain.number_schemes import SCHEMES, USUAL_SCHEMES, NumberSchemes
from lifecert.domain.photo_intake import PhotoRow
from tests.support.builders import CLERK, HELPER, an_id
from tests.support.wiring.functions import event, run
from tests.support.wiring.world import World
from tests.unit.certify.test_start_session import World as Phone
from tests.unit.certify.test_start_session import a_request
from tests.unit.office.test_dci_notices import event as dci_event
from tests.unit.office.test_dci_notices import message, record
from tests.unit.office.test_registered_by_hand import Office

ALL = NumberSchemes(SCHEMES)
SPANISH, CARD_OF_2004 = ALL.parse("12345678Z"), ALL.parse("DEU110054010717")
FIRST_GENERATION, SAME_PERSON = "110105491231002", "11010519491231002X"


def registering(**changes: Any) -> dict[str, Any]:
    """What a clerk's call is answered."""
    body = {**json.loads(event("register_beneficiary/registered")["body"]), **changes}
    answer = run("register_beneficiary/registered", body=json.dumps(body))
    return {**json.loads(answer["body"]), "answered": answer["statusCode"]}


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBER_SCHEMES", ",".join(one.code for one in SCHEMES))


@pytest.mark.usefixtures("chosen")
def test_a_birth_date_that_the_number_does_not_say_is_asked_for(world: World) -> None:
    refused = registering(id_number="12345678Z")
    assert (refused["answered"], refused["code"]) == (422, "invalid_request")
    assert [one["field"] for one in refused["errors"]] == ["birth_date"]
    assert registering(id_number="12345678Z", birth_date="1950-05-05")["answered"] == 201
    # The same request again is the same; with another birth date it is another.
    assert registering(id_number="12345678Z", birth_date="1950-05-05")["answered"] == 201
    assert registering(id_number="12345678Z", birth_date="1950-05-06")["code"] == "idempotency_key_reused"
    assert "1950-05" not in world.log.getvalue()
    assert "12345678Z" not in world.log.getvalue()


@pytest.mark.usefixtures("chosen", "world")
@pytest.mark.parametrize(
    ("number", "born", "status"),
    [
        ("110101195005050032", "1950-05-05", 201),
        ("110101195005050032", "1950-05-06", 422),
        ("DEU110054010717", "1954-01-07", 201),
        ("DEU110054010717", "1954-01-08", 422),
        ("DEU110054010717", None, 422),
    ],
)
def test_a_birth_date_that_is_given_is_the_numbers(number: str, born: str | None, status: int) -> None:
    assert registering(id_number=number, birth_date=born)["answered"] == status


@pytest.mark.usefixtures("world")
def test_a_kind_that_was_not_chosen_is_no_number() -> None:
    refused = registering(id_number="12345678Z", birth_date="1950-05-05")
    assert [one["field"] for one in refused["errors"]] == ["id_number"]


def test_a_start_before_the_birth_that_was_given_is_impossible() -> None:
    office = Office()
    benefit = replace(office.person.benefit, start=date(1990, 1, 1))
    born = Registration("Ana", SPANISH, benefit, birth_date=date(1990, 1, 2))
    with pytest.raises(DayImpossible):
        office.by_hand(born, CLERK, an_id())


def test_a_child_whose_number_says_no_age_needs_a_guardian_all_the_same() -> None:
    phone = Phone(SPANISH, guardian_until=date(2030, 1, 1))
    with pytest.raises(ConsentMissing):
        phone.start(a_request(id_number=SPANISH), HELPER)
    assert sum(phone.store.counted.values()) == 1, "it tells something of the person, and counts as a start"
    assert phone.start(a_request(id_number=SPANISH, guardian_consent=True), HELPER).session.consent.guardian
    assert not Phone(SPANISH).start(a_request(id_number=SPANISH), HELPER).session.consent.guardian


def line(**values: str) -> RegisterRow | RowFault:
    good = {"name": "Ana", "category": "resident_pension", "district": "330106", "benefit_start": "2010-01-01"}
    layout = Layout(FileFormat.JSON_LINES, (), Encoding.UTF_8, numbers=ALL)
    row = read_line(json.dumps({**good, **values}).encode(), 1, layout).row
    assert isinstance(row, RegisterRow | RowFault)
    return row


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"id_number": "12345678Z"}, RowFault.BIRTH_DATE),
        ({"id_number": "DEU110054010717", "birth_date": "1954-01-08"}, RowFault.BIRTH_DATE),
        ({"id_number": "DEU110054010717", "birth_date": "1954-01-07", "sex": "f"}, RowFault.SEX),
        ({"id_number": "12345678Z", "birth_date": "1950-05-05", "sex": "x"}, RowFault.SEX),
        ({"id_number": "12345678Z", "birth_date": "1950-05-05", "line_key": "a/X0000000T"}, RowFault.LINE_KEY),
        (
            {"id_number": "12345678Z", "birth_date": "1950-05-05", "last_certified_on": "1950-05-04"}
            | {"last_certified_by": "village"},
            RowFault.LAST_CERTIFIED_ON,
        ),
    ],
)
def test_a_register_states_the_birth_date_too(values: dict[str, str], fault: RowFault) -> None:
    assert line(**values) is fault


@pytest.mark.parametrize(
    ("name", "fault"),
    [("12345678Z.jpg", RowFault.PHOTO), ("scan-DEU110054010717.jpg", RowFault.PHOTO), ("a-1.jpg", None)],
)
def test_no_photo_is_called_by_a_number_of_whichever_kind(name: str, fault: RowFault | None) -> None:
    """Whoever may list the bucket would read it."""
    consent = {"consent_version": "1", "consent_on": "2024-03-05", "consent_source": "paper_form"}
    told = {"photo": name, "captured_on": "2024-03-05", "id_number": "12345678Z", **consent}
    layout = Layout(FileFormat.JSON_LINES, (), Encoding.UTF_8, ImportKind.REFERENCES, ALL)
    row = read_photo(json.dumps(told).encode(), 1, layout).row
    assert row is fault if fault else isinstance(row, PhotoRow)


def test_a_register_has_people_of_every_kind() -> None:
    spanish = line(id_number="12345678z", birth_date="1950-05-05", sex="f", line_key="P-1")
    assert isinstance(spanish, RegisterRow)
    assert (spanish.id_number, spanish.born) == (SPANISH, date(1950, 5, 5))
    first = line(id_number=FIRST_GENERATION)
    assert isinstance(first, RegisterRow)
    assert (first.id_number.value, first.born) == (SAME_PERSON, date(1949, 12, 31))


def test_other_registers_name_people_by_every_kind() -> None:
    rows = [f"{number},alive,2026-02-20,hospital" for number in ("12345678Z", FIRST_GENERATION, "12345678A")]
    header = b"id_number,said,on,source"
    spanish, first, wrong = read_lines([header, *(row.encode() for row in rows)], ALL)
    assert spanish == MatchLine(SPANISH, Said.ALIVE, date(2026, 2, 20), "hospital")
    assert isinstance(first, MatchLine)
    assert first.id_number.value == SAME_PERSON
    assert wrong is Rejected.ID_NUMBER
    assert list(read_lines([header, rows[0].encode()], USUAL_SCHEMES)) == [Rejected.ID_NUMBER]
    [dead] = read_notices([message(dci_event(record("12345678Z")))], ALL)
    assert isinstance(dead, MatchLine)
    assert dead.id_number == SPANISH


@pytest.mark.usefixtures("chosen", "world")
def test_no_kind_of_number_is_the_proof_of_a_notice() -> None:
    body = json.loads(event("record_notice/letter")["body"])
    answer = run("record_notice/letter", body=json.dumps({**body, "proof": "12345678Z"}))
    assert answer["statusCode"] == 422
