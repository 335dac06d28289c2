"""Settings: a function with a wrong environment does not start, and says what is wrong."""

import inspect
from typing import Any

import pytest

from lifecert.bootstrap.office import ReportDeathSettings
from lifecert.bootstrap.streams import PublishEventsSettings
from lifecert.bootstrap.sweep import SweepWorkerSettings
from lifecert.entry.settings import Common, SettingsError
from tests.support.templates import parent
from tests.support.wiring.factories import AREAS

COMMON = {"STAGE": "prod", "TIME_ZONE": "Asia/Shanghai", "CLOCK_SHIFT_DAYS": "0"}
SWEEP = {
    **COMMON,
    "BENEFICIARIES_TABLE": "b",
    "LEDGER_TABLE": "l",
    "DUE_SHARDS": "4",
    "SWEEP_RUNS_TABLE": "s",
    "SWEEP_QUEUE_URL": "q",
    "SWEEP_RATE": "50",
    "SWEEP_TRIES": "5",
    "REPORTS_BUCKET": "r",
    "REMINDER_DAYS": "60,30,7,1",
    "HOLD_GRACE_DAYS": "90",
    "HOLD_BATCHES_TABLE": "h",
    "PATH": "/usr/bin",
    "AWS_REGION": "us-east-1",
}
FUNCTIONS = {
    name.removesuffix("Settings"): model
    for area in AREAS
    for name, model in inspect.getmembers(area, inspect.isclass)
    if issubclass(model, Common) and not name.startswith("_")
}
# Read by Powertools or by native libraries.
OTHERS = {
    "LOG_LEVEL",
    "POWERTOOLS_SERVICE_NAME",
    "POWERTOOLS_METRICS_NAMESPACE",
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
}


def test_a_good_environment() -> None:
    loaded = SweepWorkerSettings.load(SWEEP)
    assert (loaded.stage, loaded.due_shards, loaded.sweep_runs_table) == ("prod", 4, "s")


def test_time_zone_and_shift_have_defaults() -> None:
    loaded = PublishEventsSettings.load(
        {"STAGE": "dev", "EVENT_BUS_NAME": "bus", "CHANGES_TABLE": "c", "HEADS_TABLE": "h"}
    )
    assert (loaded.time_zone, loaded.clock_shift_days) == ("Asia/Shanghai", 0)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"LEDGER_TABLE": None}, "LEDGER_TABLE"),
        ({"LEDGER_TABLE": ""}, "LEDGER_TABLE"),
        ({"DUE_SHARDS": "0"}, "DUE_SHARDS"),
        ({"DUE_SHARDS": "many"}, "DUE_SHARDS"),
        ({"STAGE": "staging"}, "STAGE"),
        ({"STAGE": None}, "STAGE"),
        ({"TIME_ZONE": "Asia/Peking"}, "TIME_ZONE"),
        ({"NUMBER_SCHEMES": "gb11643,passport"}, "NUMBER_SCHEMES"),
        ({"NUMBER_SCHEME": "gb11643"}, "NUMBER_SCHEME: unknown setting"),
        ({"TIME_ZONE": "../etc/passwd"}, "TIME_ZONE"),
        ({"CLOCK_SHIFT_DAYS": "30"}, "CLOCK_SHIFT_DAYS"),
        ({"SWEEP_RUN_TABLE": "s"}, "SWEEP_RUN_TABLE"),
        ({"DUE_SHARD": "4"}, "DUE_SHARD"),
        ({"SWEEP_RATES": "4"}, "SWEEP_RATES"),
        ({"SWEEP_RATE": "0"}, "SWEEP_RATE"),
        ({"SWEEP_TRIES": "1"}, "SWEEP_TRIES"),
        ({"REMINDER_DAYS": "60;30"}, "REMINDER_DAYS"),
        ({"REMINDER_DAYS": "30,30"}, "REMINDER_DAYS"),
        ({"REMINDER_DAYS": "0"}, "REMINDER_DAYS"),
        ({"HOLD_GRACE_DAYS": None}, "HOLD_GRACE_DAYS"),
        ({"HOLD_GRACE_DAYS": "13"}, "HOLD_GRACE_DAYS"),
        ({"HOLD_GRACE_DAYS": "366"}, "HOLD_GRACE_DAYS"),
        ({"HOLD_GRACE": "90"}, "HOLD_GRACE"),
        ({"FRAMES_BUCKET": "f"}, "FRAMES_BUCKET"),
        ({"CLOCK_SHIFT_DAY": "1"}, "CLOCK_SHIFT_DAY"),
    ],
)
def test_a_wrong_setting_is_named(change: dict[str, str | None], named: str) -> None:
    environment = {name: value for name, value in {**SWEEP, **change}.items() if value is not None}
    with pytest.raises(SettingsError, match=rf"\b{named}\b"):
        SweepWorkerSettings.load(environment)


def test_all_faults_are_named_at_once() -> None:
    with pytest.raises(SettingsError, match=r"BENEFICIARIES_TABLE: .*LEDGER_TABLE: .*SWEEP_RUNS_TABLE: .*SWEEP_RATE: "):
        SweepWorkerSettings.load({**COMMON, "DUE_SHARDS": "4"})


@pytest.mark.parametrize(
    ("given", "secrets"),
    [
        *[("1", ("1",)), ("1,h7Kq-2_v", ("1", "h7Kq-2_v")), ("1,1", None), ("1,", None), ("", None), ("1, 2", None)],
        *[("1,kms", ("1", "kms")), ("1,kms-a,2", ("1", "kms-a", "2")), ("kms,1", None), ("1,kms,kms-2", None)],
    ],
)
def test_versions_of_the_person_secret(given: str, secrets: tuple[str, ...] | None) -> None:
    environment = {**COMMON, "PERSON_SECRETS_MOVING": "true"}
    environment |= {f"{name}_TABLE": "t" for name in ("BENEFICIARIES", "LEDGER", "REVIEWS", "LIMITS")}
    environment |= {f"LIMIT_{name}": "7" for name in ("STARTS_BY_USER", "UNKNOWN_BY_USER", "STARTS_FOR_PERSON")}
    environment |= {"LIMIT_DEATHS_DAY": "50", "DATA_MATCH_SOURCES": "", "PERSON_KEY_ID": "key", "DUE_SHARDS": "4"}
    environment |= {"PERSON_SECRETS": given}
    if secrets is None:
        with pytest.raises(SettingsError, match="PERSON_SECRETS"):
            ReportDeathSettings.load(environment)
    else:
        loaded = ReportDeathSettings.load(environment)
        assert (loaded.person_secrets, loaded.person_secrets_moving) == (secrets, True)


def test_time_moves_locally_only() -> None:
    shifted = {**SWEEP, "CLOCK_SHIFT_DAYS": "-400"}
    assert SweepWorkerSettings.load({**shifted, "STAGE": "local"}).clock_shift_days == -400
    with pytest.raises(SettingsError, match="CLOCK_SHIFT_DAYS must be 0 unless STAGE is local"):
        SweepWorkerSettings.load(shifted)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_the_template_gives_each_function_exactly_its_settings(name: str) -> None:
    def variables(of: dict[str, Any]) -> set[str]:
        return set(of.get("Environment", {}).get("Variables", {}))

    shared, own = parent()["Globals"]["Function"], parent()["Resources"][name]["Properties"]
    wanted = {field.upper() for field in FUNCTIONS[name].model_fields}
    assert (variables(shared) | variables(own)) - OTHERS == wanted


def test_every_function_of_the_template_has_its_settings() -> None:
    functions = {n for n, r in parent()["Resources"].items() if r["Type"] == "AWS::Serverless::Function"}
    assert functions == set(FUNCTIONS)
