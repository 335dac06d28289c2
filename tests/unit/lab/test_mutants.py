"""`make mutants`: what is counted, and what it complains of."""

import json
from dataclasses import replace
from typing import Any

import pytest

from lab import mutants
from lab.mutants import TESTED, Mutant, MutantsError, configuration, known, told, tried

DIFF = """--- mutation diff ---
--- a/layers/core/lifecert/domain/year.py
+++ b/layers/core/lifecert/domain/year.py
@@ -20,1 +20,1 @@
     \"\"\"Whether the year has ended.\"\"\"
-    return valid_until < today
+    return valid_until <= today
"""
KILLED = Mutant("year", "AddNot", "if a:", "if not a:", killed=True)
SURVIVED = Mutant("year", "Lt_LtE", "return valid_until < today", "return valid_until <= today", killed=False)
EQUIVALENT = {SURVIVED.key: "because"}


def line(outcome: str | None, worker: str = "normal", diff: str | None = DIFF) -> str:
    """A line of `cosmic-ray dump`."""
    mutation = {"module_path": "year.py", "operator_name": "core/ReplaceComparisonOperator_Lt_LtE", "occurrence": 0}
    result: dict[str, Any] = {"worker_outcome": worker, "output": "", "test_outcome": outcome, "diff": diff}
    return json.dumps([{"job_id": "1", "mutations": [mutation]}, result])


def test_a_mutant_is_known_by_the_line_that_it_changed() -> None:
    [survivor, caught] = tried("year", [line("survived"), line("killed"), line(None, "skipped", None)])
    assert survivor.key == ("year", "return valid_until < today", "return valid_until <= today")
    assert (survivor.killed, caught.killed) == (False, True)
    assert survivor.operator == "ReplaceComparisonOperator_Lt_LtE"


@pytest.mark.parametrize("dump", [line("incompetent"), line(None), json.dumps([json.loads(line("killed"))[0], None])])
def test_a_mutant_that_no_test_was_run_on_is_no_success(dump: str) -> None:
    """As when the tests' Python is not there: every mutant would seem to be noticed."""
    with pytest.raises(MutantsError, match="was not tried"):
        list(tried("year", [dump]))


def test_the_score_is_the_share_of_those_that_a_test_noticed() -> None:
    table, wrong = told([*[KILLED] * 9, SURVIVED], EQUIVALENT)
    assert "| `year` | 10 | 9 | 90.0% |" in table
    assert "| all | 10 | 9 | 90.0% |" in table
    assert "because" in table
    assert not wrong


def test_too_few_noticed_and_a_survivor_that_nobody_has_looked_at_are_wrong() -> None:
    assert told([*[KILLED] * 8, SURVIVED], EQUIVALENT)[1] == ["year: less than 90%"]
    [fault] = told([*[KILLED] * 9, replace(SURVIVED, after="return valid_until > today")], {})[1]
    assert fault.startswith("year: survived, and not listed")


def test_what_is_listed_and_survives_no_more_is_wrong_in_a_module_that_was_tried() -> None:
    [fault] = told([KILLED], EQUIVALENT)[1]
    assert fault.startswith("year: listed as equivalent")
    assert not told([replace(KILLED, module="hold")], EQUIVALENT)[1]


def test_the_modules_and_their_tests_are_there() -> None:
    for module, tests in TESTED.items():
        assert (mutants.ROOT / mutants.DOMAIN / f"{module}.py").is_file()
        assert all((mutants.ROOT / f"tests/unit/domain/{test}.py").is_file() for test in tests)
        assert all(test in configuration(module) for test in tests)


def test_what_is_listed_as_equivalent_is_a_line_of_its_module() -> None:
    assert known()
    for (module, before, after), why in known().items():
        assert before in (mutants.ROOT / mutants.DOMAIN / f"{module}.py").read_text(encoding="utf-8")
        assert after != before
        assert len(why.split()) > 5
