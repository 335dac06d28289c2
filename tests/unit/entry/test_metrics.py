"""What is counted, as CloudWatch reads it out of the log (embedded metric format): names, dimensions, values."""

import json
import re
from typing import Any

import pytest

from lifecert.domain.limits import deaths_day
from lifecert.entry.log import correlation_id, logger
from tests.support.builders import NOW
from tests.support.templates import ROOT, child, of_type
from tests.support.wiring.functions import run
from tests.support.wiring.world import World

Counted = dict[str, list[tuple[dict[str, str], float]]]


def counted(output: str) -> Counted:
    """Metrics by name: dimensions and value."""
    found: Counted = {}
    for line in output.splitlines():
        blob: dict[str, Any] = json.loads(line) if line.startswith('{"_aws"') else {"_aws": {"CloudWatchMetrics": []}}
        for group in blob["_aws"]["CloudWatchMetrics"]:
            assert group["Namespace"] == "LifeCert"
            for names in group["Dimensions"]:
                dimensions = {name: blob[name] for name in names if name != "service"}
                for metric in group["Metrics"]:
                    [value] = blob[metric["Name"]]
                    found.setdefault(metric["Name"], []).append((dimensions, value))
    return found


CASES: dict[str, Counted] = {
    "start_session/self": {"SessionsStarted": [({}, 1)]},
    "start_session/unknown_person": {"RequestsRefused": [({"problem": "beneficiary_not_found"}, 1)]},
    "verify_face/accepted": {
        "SessionsVerified": [({"outcome": "accepted", "reason": "none"}, 1)],
        "SessionsDecided": [({"outcome": "accepted"}, 1)],
        "DecisionSeconds": [({}, 30)],
        # The networks of these tests are none.
        "PassiveCueMissing": [({}, 1)],
    },
    "verify_face/too_dark": {
        "SessionsVerified": [({"outcome": "retry", "reason": "too_dark"}, 1)],
        "SessionsDecided": [({"outcome": "retry"}, 1)],
        "DecisionSeconds": [({}, 30)],
        "PassiveCueMissing": [({}, 0)],
    },
    "verify_face/decided_before": {"SessionsVerified": [({"outcome": "accepted", "reason": "none"}, 1)]},
    "purge_faces/schedule": {
        "FacesDeleted": [({}, 0)],
        "FacesStored": [({}, 8)],
        "PeopleWithFaces": [({}, 6)],
        "PurgesFinished": [({}, 1)],
        "CasesEnded": [({}, 0)],
        "CasesOpen": [({}, 17)],
        "CasesUndecidedDays": [({}, 0)],
    },
    "expiry_sweep/by_hand": {
        "SweepsAsked": [({}, 1)],
        "HoldsUndecidedDays": [({}, 0)],
        "SweepsStarted": [({}, 1)],
    },
    "expiry_sweep/dry_run": {"SweepsAsked": [({}, 1)]},
    "publish_events/bus_refuses_one": {
        "EventsPublished": [({}, 1)],
        "EventsFailed": [({}, 2)],
        "LedgerAltered": [({}, 0)],
    },
    "publish_events/removed_by_hand": {
        "EventsPublished": [({}, 0)],
        "EventsFailed": [({}, 0)],
        "LedgerAltered": [({}, 1)],
    },
    "publish_events/put_over": {
        "EventsPublished": [({}, 0)],
        "EventsFailed": [({}, 0)],
        "LedgerAltered": [({}, 1)],
    },
    "anchor_ledger/schedule": {"LedgerAnchored": [({}, 1)]},
    "change_consent/withdrawn": {"ConsentsWithdrawn": [({}, 1)]},
}


@pytest.mark.parametrize("case", CASES)
def test_what_a_call_counts(world: World, case: str, capsys: pytest.CaptureFixture[str]) -> None:
    world.clock.time = NOW
    world.clock.move(seconds=30)
    run(case)
    assert counted(capsys.readouterr().out) == CASES[case]


def test_each_night_counts_for_how_long_the_office_let_a_batch_wait(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.clock.move(days=15)
    run("expiry_sweep/by_hand")
    assert counted(capsys.readouterr().out)["HoldsUndecidedDays"] == [({}, 15)]


def test_each_night_counts_for_how_long_the_oldest_case_waits(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.clock.move(days=15)
    run("purge_faces/schedule")
    assert counted(capsys.readouterr().out)["CasesUndecidedDays"] == [({}, 15)]


def test_deaths_beyond_a_day_are_counted_where_the_alarm_looks_and_the_log_names_the_register(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """The alarm watches the count under no dimension of its own, and a refused call has one: `problem`."""
    world.store.limits.take((deaths_day("civil_register", 50, world.clock.local(), 50),))
    assert run("report_death/registry_death")["statusCode"] == 429
    found = counted(capsys.readouterr().out)
    assert found["DeathMessagesRefused"] == [({}, 1)]
    assert found["RequestsRefused"] == [({"problem": "limit_reached"}, 1)]
    lines = map(json.loads, world.log.getvalue().splitlines())
    [told] = [line for line in lines if line["message"] == "deaths_told"]
    assert (told["source"], told["cause"]) == ("civil_register", "limit_reached")


def test_the_alarms_and_graphs_watch_what_is_counted() -> None:
    """A metric that no code counts would never go off; its name must be in the code as it is in the template."""
    code = "".join(path.read_text(encoding="utf-8") for path in ROOT.glob("functions/*/app.py"))
    for path in ("http/api.py", "events/purge.py", "events/notices.py", "log.py"):
        code += (ROOT / "layers/core/lifecert/entry" / path).read_text(encoding="utf-8")
    body = child("monitoring")["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    watched = set(re.findall(r'\["LifeCert", "(\w+)"|\{LifeCert[^}]*\} MetricName=\\"(\w+)\\"', body))
    names = {one or other for one, other in watched}
    for alarm in of_type(child("monitoring"), "AWS::CloudWatch::Alarm").values():
        queries = [
            query["MetricStat"]["Metric"] for query in alarm["Properties"].get("Metrics", []) if "MetricStat" in query
        ]
        for metric in [alarm["Properties"], *queries]:
            if metric.get("Namespace") == "LifeCert":
                names.add(metric["MetricName"])
    assert {"SessionsDecided", "EventsFailed", "PeopleWithFaces", "RequestsRefused"} <= names
    assert {name for name in names if f'"{name}"' not in code} == set()


def test_a_change_is_noted_with_the_request_or_run_at_work(world: World) -> None:
    run("verify_face/accepted")
    assert logger.get_correlation_id() == "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
    assert correlation_id() == "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
    logger.set_correlation_id(None)  # another function is another process
    run("purge_faces/schedule")
    assert correlation_id() == "52fdfc07-2182-454f-963f-5f0f9a621d72"
