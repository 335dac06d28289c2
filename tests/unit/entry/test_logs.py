"""No name, ID number, photo, upload slot, score or token reaches a log or a metric, whatever the event."""

import json

import pytest

from lifecert.domain.person import mask_name
from lifecert.entry.log import LogCode
from tests.support.event_answers import FIRST
from tests.support.event_reports import REPORTS
from tests.support.wiring.functions import cases, event, run
from tests.support.wiring.people import PEOPLE
from tests.support.wiring.world import World

PERSONAL = {
    *(person.name for person in PEOPLE),
    *(mask_name(person.name) for person in PEOPLE),
    *(person.id_number for person in PEOPLE),
    "欧阳春华",
    "110101195005050032",
    "13800000000",
}
SECRET = {
    "eyJraWQi",  # the token
    "somebody@example.org",
    "frames.example",  # an upload slot
    "192.0.2.1",
    "similarity",
    "phone-7f3a-0001",
    "desk-3-0000",
}


@pytest.mark.parametrize("case", cases())
def test_nothing_personal_is_logged(world: World, capsys: pytest.CaptureFixture[str], case: str) -> None:
    if case in FIRST:
        run(FIRST[case])
    if isinstance(REPORTS.get(case), type):
        with pytest.raises(Exception) as raised:  # noqa: PT011 (which one, the test of the events says)
            run(case)
        assert not any(word in str(raised.value) for word in ("yesterday", "True"))
    else:
        run(case)
    written = world.log.getvalue() + "".join(capsys.readouterr())
    assert written, "one line per call at least"
    assert {word for word in PERSONAL | SECRET if word in written} == set()


def test_the_events_do_hold_what_must_not_be_logged() -> None:
    everything = " ".join(json.dumps(event(case), ensure_ascii=False) for case in cases())
    for word in ("王小明", "11010519491231002X", "eyJraWQi", "somebody@example.org", "192.0.2.1", "欧阳春华"):
        assert word in everything


@pytest.mark.parametrize("case", [case for case in cases() if not isinstance(REPORTS.get(case), type)])
def test_every_line_has_a_code_and_the_request(world: World, case: str) -> None:
    run(case)
    lines = [json.loads(line) for line in world.log.getvalue().splitlines()]
    assert lines
    for line in lines:
        assert line["message"] in set(LogCode), line
        assert line["function_request_id"]
        if "requestContext" in event(case):
            assert line["correlation_id"] == "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
