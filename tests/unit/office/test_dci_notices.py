"""Deaths that a civil registry tells by the DCI standard: each opens a case, and ends nothing."""

import json
from typing import Any

import pytest

from lifecert.adapters.files.dci_notices import MAX_MESSAGE, read_notices
from lifecert.domain.data_match import Import, MatchLine, Rejected, Rejection, Said
from lifecert.domain.number_schemes import USUAL_SCHEMES
from lifecert.domain.review import ReviewKind
from lifecert.domain.status import Status
from tests.unit.office.test_data_match import LI, NOBODY, WANG, ZHAO, Office

DIED = "2026-02-11T05:30:00+08:00"


def record(number: str, **fields: Any) -> dict[str, Any]:
    """A person as the standard has one, with a number of the registry's own beside the ID number."""
    kinds = {"UIN": number, "DRN": "947951532"}
    return {
        "@type": "CRVS_Person",
        "identifier": [{"identifier_type": kind, "identifier_value": value} for kind, value in kinds.items()],
        "name": {"surname": "Wang", "given_name": "Xiaoming"},
        "birth_date": "1949-12-31T00:00:00",
        "death_date": DIED,
        **fields,
    }


def event(*records: object, kind: str = "spdci-common:RegistryEventType:Death") -> dict[str, Any]:
    data = {"version": "1.0.0", "reg_event_type": kind, "reg_records": records[0] if len(records) == 1 else [*records]}
    return {"reference_id": "r-1", "timestamp": "2026-02-12T09:00:00+08:00", "data": data, "locale": "zho"}


def message(*events: object, sender: object = "civil_register", **header: Any) -> bytes:
    told = {"message_id": "m-1", "message_ts": "2026-02-12T09:00:00+08:00", "action": "notify", "status": "succ"}
    body = {"transaction_id": "t-1", "notify_event": [*events]}
    whole = {"signature": "", "header": {**told, "sender_id": sender, **header}, "message": body}
    return json.dumps(whole, ensure_ascii=False).encode()


def read(*lines: bytes) -> list[MatchLine | Rejected]:
    return list(read_notices(lines, USUAL_SCHEMES))


def test_a_death_opens_a_case_and_ends_nothing() -> None:
    office = Office()
    before = office.of(LI).standing_of(office.of(LI).main_benefit)
    lines = [
        message(event(record(WANG), record(NOBODY)), event(record(LI), kind="DEATH")),
        message(event(record(WANG))),
    ]
    office.imports.files["march.dci.jsonl"] = b"\n".join(lines)
    done = office.run("march.dci.jsonl")
    assert done == Import(4, {"case_opened": 2, "known": 1}, {"unknown_person": 1}, finished=True)
    assert office.imports.rejects["march.dci.jsonl", 1] == (Rejection(2, Rejected.UNKNOWN_PERSON),)
    for number in (WANG, LI):
        [case] = office.of(number).open_cases
        review = office.store.reviews[case.review_id]
        assert (review.kind, review.related_id, str(review.day)) == (
            ReviewKind.DATA_SIGNAL,
            "civil_register",
            "2026-02-11",
        )
    assert office.of(WANG).status is Status.ACTIVE
    assert office.of(LI).standing_of(office.of(LI).main_benefit) == before
    assert "march.dci.jsonl" not in office.imports.files, "it is personal data"


def test_a_registry_that_is_not_believed_opens_nothing() -> None:
    office = Office()
    office.imports.files["a.dci.jsonl"] = message(event(record(WANG)), sender="registry.example.org")
    assert office.run("a.dci.jsonl").rejected == {"source_unknown": 1}
    assert not office.store.reviews


def test_a_record_says_who_and_when() -> None:
    [found] = read(message(event(record(ZHAO, identifier={"identifier_type": "x", "identifier_value": ZHAO}))))
    assert isinstance(found, MatchLine)
    assert (found.id_number.value, found.said, str(found.on), found.source) == (
        ZHAO,
        Said.DEAD,
        "2026-02-11",
        "civil_register",
    )
    [found] = read(message(event(record(ZHAO, death_date="2026-02-11"))))
    assert isinstance(found, MatchLine)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"{", Rejected.UNREADABLE),
        (b"[]", Rejected.UNREADABLE),
        (b"\xff", Rejected.UNREADABLE),
        (b"[" * 100_000, Rejected.UNREADABLE),
        (b'{"header": 1, "message": []}', Rejected.UNREADABLE),
        (message(), Rejected.UNREADABLE),
        (message(event(record(WANG)), action="on-search"), Rejected.UNREADABLE),
        (message(event(record(WANG, name="x" * MAX_MESSAGE))), Rejected.UNREADABLE),
        (message(7), Rejected.SAID),
        (message(event(record(WANG), kind="spdci-common:RegistryEventType:LiveBirth")), Rejected.SAID),
        (message(event(record("11010519491231002Y"))), Rejected.ID_NUMBER),
        (message(event(record(WANG, identifier=None))), Rejected.ID_NUMBER),
        (
            message(event(record(WANG, identifier=[{"identifier_value": one} for one in (WANG, LI)]))),
            Rejected.ID_NUMBER,
        ),
        (message(event(None)), Rejected.ID_NUMBER),
        (message(event([])), Rejected.ID_NUMBER),
        (message(event(record(WANG, death_date=""))), Rejected.DAY),
        (message(event(record(WANG, death_date="2026-02-30"))), Rejected.DAY),
        (message(event(record(WANG, death_date={"year": 2026}))), Rejected.DAY),
        (message(event(record(WANG)), sender=""), Rejected.SOURCE),
        (message(event(record(WANG)), sender=["civil_register"]), Rejected.SOURCE),
    ],
)
def test_what_is_no_notice_of_a_death_is_refused_by_itself(line: bytes, why: Rejected) -> None:
    good = message(event(record(ZHAO)))
    refused, taken = read(line, b"", good)
    assert refused is why
    assert isinstance(taken, MatchLine)
