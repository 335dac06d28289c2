"""Every event file goes through its handler, on fakes, and is answered as `tests/support/event_answers.py` says."""

import json
import re

import pytest

from tests.support.event_answers import ANSWERS, FIRST
from tests.support.event_reports import REPORTS
from tests.support.wiring.factories import world_on_fakes
from tests.support.wiring.functions import ROOT, cases, run

# A batch with a bad message is answered too, and a call without an event knows no bad one.
ANSWERED_WHATEVER_COMES = (
    "publish_events",
    "purge_faces",
    "sweep_worker",
    "import_register",
    "import_references",
    "send_notice",
    "write_change_file",
    "write_snapshot",
    "anchor_ledger",
    "write_work_lists",
)


@pytest.mark.parametrize("case", [case for case in cases() if case not in REPORTS])
def test_a_call_is_answered(case: str) -> None:
    assert case in ANSWERS, "an event file without an expectation"
    with world_on_fakes():
        if case in FIRST:
            run(FIRST[case])
        answer = run(case)
    assert (answer["statusCode"], _said(answer["body"])) == ANSWERS[case]


def _said(text: str) -> str:
    if page := re.search(r'<body data-state="(\w+)">', text):
        return page[1]
    body = json.loads(text or "{}") if text[:1] in ("{", "") else {}
    return body.get("code") or body.get("outcome") or body.get("state") or body.get("status") or ""


@pytest.mark.parametrize("case", sorted(REPORTS))
def test_an_invocation_reports(case: str) -> None:
    expected = REPORTS[case]
    with world_on_fakes():
        if case in FIRST:
            run(FIRST[case])
        if isinstance(expected, type):
            with pytest.raises(expected):
                run(case)
            return
        report = run(case)
    if "batchItemFailures" in report:
        report = {"batchItemFailures": [failure["itemIdentifier"] for failure in report["batchItemFailures"]]}
    assert {name: report[name] for name in expected} == expected


def test_every_expectation_has_its_event_and_every_function_has_good_and_bad_ones() -> None:
    assert {*ANSWERS, *REPORTS, *FIRST} <= set(cases())
    for function in sorted(path.parent.name for path in ROOT.glob("functions/*/app.py")):
        mine = [case for case in cases() if case.startswith(f"{function}/")]
        good = [case for case in mine if ANSWERS.get(case, (500,))[0] < 300 or isinstance(REPORTS.get(case), dict)]
        assert good, function
        assert len(good) < len(mine) or function in ANSWERED_WHATEVER_COMES, function


def test_every_event_belongs_to_a_function() -> None:
    assert {case.split("/")[0] for case in cases()} == {path.parent.name for path in ROOT.glob("functions/*/app.py")}
