"""The cost sheet: sums by hand, inputs that are refused, and a page that says what the command computes."""

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from lab.costs.__main__ import IMAGE, PAGE, main, replaced
from lab.costs.inputs import ASSUMED, MEASURED, PRICES, InputError, Inputs, Units, load
from lab.costs.model import SMALL_MB, VERIFY_MB, Bill, Costs, share_of_a_core, together
from lab.costs.report import picture, report, sheet
from lab.costs.year import (
    RATE,
    SHARDS,
    WORKERS,
    campaign,
    invitations,
    managed_liveness,
    nights,
    sign_in,
    worker_rate,
    year,
)
from tests.support.drawings import same_picture
from tests.support.templates import ROOT


def inputs(**changes: Any) -> Inputs:
    """Round figures: dollars that can be summed in the head. `changes` are by section."""
    price = {"usd": 1.0, "source": "here"}
    prices = dict.fromkeys(load().prices.model_fields_set - {"region", "noted"}, price)
    one = {"requests": 1.0, "read": 1.0, "write": 1.0}
    made: dict[str, Any] = {
        "prices": {"region": "r", "noted": load().prices.noted, **prices, **changes.get("prices", {})},
        "measured": {
            "measured": load().measured.measured,
            "machine": "m",
            "verification_cpu_ms": 100.0,
            "cold_start_cpu_ms": 1000.0,
            "peak_mb": 300.0,
            "request_cpu_ms": 1.0,
            "sweep_cpu_ms": 2.0,
            "photo_bytes": 1_000_000,
            "swept_writes": 2.0,
            "requests": {"s3_put": 3, "s3_get": 3, "s3_head": 3, "kms_mac": 1, "kms_number": 1, "kms_signature": 1},
            "units": {**dict.fromkeys(load().measured.units, one), "verification": {**one, "requests": 7.0}},
            "stored_bytes": {"person": 1, "certification": 1, "reminder": 1, "lapse": 1},
            **changes.get("measured", {}),
        },
        "assumed": {
            "dynamodb_wait_ms": 5.0,
            "s3_wait_ms": 10.0,
            "kms_wait_ms": 20.0,
            "handler_cpu_ms": 4.0,
            "invoke_wait_ms": 7.0,
            "cold_share": 0.0,
            "memory_headroom": 1.5,
            "item_growth": 1.5,
            "load_headroom": 2.0,
            "looks_per_verification": 1.5,
            "look_ms": 100.0,
            "campaign_a_second": 100.0,
            "log_bytes_per_call": 0.0,
            "verifications_per_certification": 2.0,
            "reminders_per_person": 2.0,
            "lapsed_share": 0.0,
            "users_per_person": 0.5,
            "letter_years": 5.0,
            "letters_lost_share": 0.05,
            "letter_print_usd": 0.5,
            "letter_postage_usd": 2.0,
            "peak_day": 10.0,
            "hours_of_a_night": 1.0,
            "hours_of_a_day": 10.0,
            **changes.get("assumed", {}),
        },
    }
    return Inputs.model_validate(made)


FREE = {"usd": 0.0, "source": "here"}


def only(*named: str) -> dict[str, Any]:
    """Prices of which these alone are a dollar."""
    return dict.fromkeys(load().prices.model_fields_set - {"region", "noted", *named}, FREE)


# --- one verification ------------------------------------------------------------------------------------------------


def test_time_is_computing_on_a_share_of_a_core_and_waiting() -> None:
    costs = Costs(inputs())
    # (3 to DynamoDB, 3 to S3, 1 to KMS) x 1 + 4 of computing on its share; 3 x 5 + 10 + 20 of waiting.
    decide = 11 * 1769 / 1024 + 45
    assert costs.decide_ms() == pytest.approx(decide)
    # 100 + (4 to DynamoDB, 3 to S3, 1 to KMS, 1 to decide) x 1 + 4 of computing; 4 x 5 + 3 x 10 + 20 + 7 of waiting.
    assert costs.verify_ms(1769) == pytest.approx(113 + 77 + decide)
    assert costs.verify_ms(3538) == costs.verify_ms(1769), "one thread gains nothing by a second core"
    assert share_of_a_core(1769 / 2) == 0.5
    assert Costs(inputs(assumed={"s3_wait_ms": 20.0})).verify_ms(1769) == pytest.approx(113 + 107 + decide + 10)


def test_lambda_is_paid_by_memory_and_time_and_call() -> None:
    costs = Costs(inputs(prices=only("lambda_gb_second")))
    assert costs.function(2048, 500).lines == {"Lambda": pytest.approx(1.0)}
    # verify_face for 190 ms and as long as decide_session takes; start_session computes 2 + 4 ms on 512/1769 of a core
    # and waits 5 + 20.
    decide, small = costs.decide_ms() / 1000, (6 * 1769 / 512 + 25) / 1000 * 512 / 1024
    assert costs.verification(1769).total == pytest.approx((0.190 + decide) * 1769 / 1024 + decide + small)
    assert Costs(inputs(prices=only("lambda_request"))).verification().total == 3


def test_a_cold_start_is_paid_by_its_share() -> None:
    warm = Costs(inputs(prices=only("lambda_gb_second")))
    cold = Costs(inputs(prices=only("lambda_gb_second"), assumed={"cold_share": 0.1}))
    assert cold.verification(1769).total - warm.verification(1769).total == pytest.approx(0.1 * 1769 / 1024)


@pytest.mark.parametrize(
    ("price", "dollars"),
    [
        ("api_request", 2),
        ("dynamodb_read", 2),
        ("dynamodb_write", 2),
        ("s3_put", 3),
        ("s3_get", 6),
        ("kms_mac", 2),
        ("kms_signature", 1),
        ("s3_gb_month", 3 * 0.001 * 2 / 30),
        ("sqs_request", 0),
        ("bus_event", 0),
    ],
)
def test_a_verification_asks_for_so_many_of_each(price: str, dollars: float) -> None:
    assert Costs(inputs(prices=only(price))).verification().total == pytest.approx(dollars)


@pytest.mark.parametrize(
    ("price", "dollars"),
    [
        ("bus_event", 1),
        ("sqs_request", 3),
        ("api_request", 4),
        ("dynamodb_write", 2 * 2 + 1 + 2),  # of two tries two entries, each noted for the anchor
        ("kms_mac", 4),
        ("kms_signature", 1),
    ],
)
def test_a_certification_is_its_tries_and_one_change_published(price: str, dollars: float) -> None:
    assert Costs(inputs(prices=only(price))).certification().total == pytest.approx(dollars)


def test_a_reminder_is_swept_announced_and_sent() -> None:
    bill = Costs(inputs(prices=only("dynamodb_write", "bus_event", "kms_decryption", "lambda_request"))).reminder()
    assert bill.lines["DynamoDB"] == 2 + 2  # and of the reminder and of its sending an entry, each noted for the anchor
    assert bill.lines["events and queues"] == 1
    assert bill.lines["KMS"] == 1
    assert bill.lines["Lambda"] == 2


def test_a_lapse_is_swept_published_and_told() -> None:
    bill = Costs(inputs(prices=only("dynamodb_write", "bus_event", "kms_decryption", "lambda_request"))).lapse()
    assert dict(bill.lines) == {"DynamoDB": 3 + 2, "Lambda": 3, "events and queues": 2, "logs": 0, "KMS": 1}


def test_sizes_that_are_too_small_are_left_out() -> None:
    assert Costs(inputs()).memory_sizes() == [512, 768, 1024, 1769, 3008]
    assert Costs(inputs(measured={"peak_mb": 400.0})).memory_sizes() == [768, 1024, 1769, 3008]


def test_bills_are_added_line_by_line() -> None:
    bill = together([Bill({"a": 1.0}), Bill({"b": 2.0, "a": 3.0})]).times(2)
    assert dict(bill.lines) == {"a": 8, "b": 4}
    assert bill.total == 12


def test_units_are_taken_apart() -> None:
    whole, part = Units(requests=5, read=3, write=9), Units(requests=1, read=1, write=3)
    assert whole.less(part).by(0.5) == Units(requests=2, read=1, write=3)


# --- a year ----------------------------------------------------------------------------------------------------------


def test_a_year_by_hand() -> None:
    costs = Costs(inputs(prices=only("api_request", "bus_event", "kms_key_month", "dynamodb_gb_month")))
    bill = year(costs, 1000)
    assert bill.lines["certifications"] == pytest.approx(1000 * (2 * 2 + 1))
    assert bill.lines["reminders"] == pytest.approx(1000 * 2)
    assert bill.lines["lapses"] == 0
    assert bill.lines["nights with nobody due, and keys"] == 10 * 12
    assert bill.lines["storage"] == pytest.approx(1000 * 12 * (1 + 2 * 1 + 2 * 1) / 1e9)
    assert bill.total == pytest.approx(sum(bill.lines.values()))


def test_nights_are_paid_by_shard_whoever_is_due() -> None:
    costs = Costs(inputs(prices=only("dynamodb_read")))
    assert year(costs, 1).lines["nights with nobody due, and keys"] == 365 * SHARDS


def test_photos_and_recovery_are_kept_all_year() -> None:
    photos = Costs(inputs(prices=only("s3_gb_month"), assumed={"verifications_per_certification": 1.0}))
    assert photos.storage_month().total == pytest.approx(0.001)
    both = Costs(inputs(prices=only("dynamodb_gb_month", "dynamodb_recovery_gb_month")))
    assert both.storage_month().total == pytest.approx(2 * 5 / 1e9)


def test_beside_it() -> None:
    made = inputs(prices={"managed_liveness_volume": {"usd": 0.5, "source": "here"}})
    assert sign_in(made, 100) == 50
    assert managed_liveness(made, 100) == (100, 200)


def test_letters_are_printed_once_in_years_and_again_when_they_are_lost() -> None:
    made = inputs(prices=only("api_request", "dynamodb_write"))
    bill = invitations(Costs(made), 100).lines
    # A fifth and a twentieth of 100 people: 25 letters of 0.5 and 2 dollars, each issued by a call that writes a unit.
    assert (bill["print"], bill["postage"]) == (12.5, 50)
    # And each of 200 verifications asks whose it is, by a call and a unit; to start writes as many units either way.
    assert bill["calls"] == pytest.approx(25 * 2 + 200 * 2)


def test_what_a_letter_costs_is_paper_and_postage() -> None:
    bill = invitations(Costs(load()), 10_000_000).lines
    assert bill["calls"] < 0.01 * bill["print"]
    assert bill["print"] < bill["postage"]


def test_nights_by_hand() -> None:
    found = nights(inputs(assumed={"lapsed_share": 0.5}), 365_000_000)
    assert (found.due, found.due_most) == (1_000_000, 10_000_000)
    # Two reminders a year and half a lapse, each read on three nights; on the worst night the largest day's too.
    assert (found.looks, found.looks_most) == (7_500_000, 17_500_000)
    assert found.hours == pytest.approx(7_500_000 / 250 / 3600)
    assert found.hours_most == pytest.approx(17_500_000 / 250 / 3600)
    assert found.workers == 98  # 17.5 million in an hour are 4,861 a second, at 50 each
    assert found.shards == 56  # 10 million in an hour are 2,778 a second of one day, at 50 each
    # 98 workers at 50, two units each, and half as many again: 14,700.
    assert found.warm_writes == 15_000
    assert found.floor_minutes == pytest.approx(10_000_000 / 56_000 / 60)
    assert found.certified_a_second == pytest.approx(10_000_000 / 36_000)
    assert found.calls_a_second == pytest.approx(2 * 2 * 10_000_000 / 36_000)
    assert found.hot_shards == 1
    assert nights(inputs(assumed={"hours_of_a_day": 1.0}), 365_000_000).hot_shards == 3


def test_a_small_register_needs_no_more_than_is_deployed() -> None:
    found = nights(inputs(), 100_000)
    assert (found.workers, found.shards, found.hot_shards, found.warm_writes) == (WORKERS, SHARDS, 1, 0)


def test_a_campaign_by_hand() -> None:
    found = campaign(Costs(inputs()))
    # Two tries each, and to each try one look and a half.
    assert (found.verified, found.calls, found.busiest_route) == (200, 400 + 300, 600)
    # 200 for 253 ms and 300 for 100 ms are 81 at once, and twice as many in a busy second.
    assert found.executions == 162
    assert (found.signatures, found.macs, found.uploads, found.sign_ins) == (100, 400, 600, 50)
    assert (found.writes, found.events) == (200 * 2 + 100, 100)


def test_one_large_day_is_no_quicker_than_its_shards() -> None:
    """Five workers cannot share four jobs: with nobody else to look at, the fifth has none."""
    found = nights(inputs(assumed={"reminders_per_person": 0.0}), 365_000_000)
    assert found.hours_most == pytest.approx(10_000_000 / 4 / 50 / 3600)


def test_a_worker_is_as_quick_as_its_pace_or_its_share_of_a_core() -> None:
    assert worker_rate(inputs()) == 50
    assert worker_rate(inputs(measured={"sweep_cpu_ms": 10.0})) == pytest.approx(512 / 1769 * 100)


# --- inputs ----------------------------------------------------------------------------------------------------------


def test_the_figures_are_those_of_the_product() -> None:
    template = (ROOT / "template.yaml").read_text("utf-8")
    defaults = {
        name: int(found[1])
        for name in ("DueShards", "SweepWorkers", "SweepRate")
        if (found := re.search(rf"^  {name}:\n(?:    .*\n)*?    Default: (\d+)$", template, re.MULTILINE))
    }
    assert defaults == {"DueShards": SHARDS, "SweepWorkers": WORKERS, "SweepRate": RATE}
    globals_, verify = template.split("Globals:")[1], template.split("\n  VerifyFace:")[1]
    assert re.search(r"MemorySize: (\d+)", globals_)[1] == str(SMALL_MB)  # type: ignore[index]
    assert re.search(r"MemorySize: (\d+)", verify)[1] == str(VERIFY_MB)  # type: ignore[index]


@pytest.mark.parametrize(
    ("file", "before", "after", "told"),
    [
        (PRICES, "[lambda_request]", "[lambda_requests]", "lambda_request: .*; lambda_requests"),
        (PRICES, "usd = 3.50", "usd = -3.50", "api_request.usd"),
        (PRICES, "noted = 2026-11-26", 'noted = "today"', "noted"),
        (MEASURED, "[units.lapse]", "[units.laps]", "units: laps, lapse"),
        (MEASURED, "peak_mb = ", "peak_mb = -", "peak_mb"),
        (ASSUMED, "lapsed_share = 0.03", "lapsed_share = 3.0", "lapsed_share"),
        (ASSUMED, "cold_share", "cold-share = ", "line 12"),
    ],
)
def test_wrong_inputs_are_named(
    file: Path, before: str, after: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = file.read_text("utf-8")
    assert before in text
    wrong = tmp_path / file.name
    wrong.write_text(text.replace(before, after), "utf-8")
    files = {PRICES: PRICES, MEASURED: MEASURED, ASSUMED: ASSUMED, file: wrong}
    with pytest.raises(InputError, match=told):
        load(*files.values())
    assert main([f"--{file.stem}", str(wrong), "--out", str(tmp_path)]) == 2
    assert file.name in capsys.readouterr().err


# --- the page --------------------------------------------------------------------------------------------------------


def test_the_page_and_the_picture_say_what_the_command_computes() -> None:
    page = PAGE.read_text("utf-8")
    assert replaced(page, report(load())) == page, "run make cost ARGS=--docs"
    assert same_picture(IMAGE.read_text("utf-8"), picture(load())), "run make cost ARGS=--docs"


def test_the_command_writes_all_three(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--out", str(tmp_path)]) == 0
    assert "check them before you rely" in capsys.readouterr().out
    found = json.loads((tmp_path / "cost.json").read_text("utf-8"))
    assert found == json.loads(json.dumps(sheet(load())))
    assert [one["people"] for one in found["years"]] == [10_000_000, 100_000_000, 300_000_000]
    assert (tmp_path / "cost.md").read_text("utf-8") == report(load())
    texts = {text.text for text in ET.parse(tmp_path / "cost.svg").iter("{http://www.w3.org/2000/svg}text")}
    assert {"300 million people", "managed liveness alone, from", "LifeCert, 1,769 MB, all of it"} <= texts


def test_a_million_certifications_cost_a_small_part_of_managed_liveness() -> None:
    """What docs/cost.md says in words."""
    certified = Costs(load()).certification().times(1_000_000)
    low, _ = managed_liveness(load(), 1_000_000)
    assert certified.total < low / 50
    assert certified.lines["Lambda"] < certified.lines["DynamoDB"]
    assert sign_in(load(), 1_000_000) > year(Costs(load()), 1_000_000).total
