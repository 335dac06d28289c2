"""`make bench-scale`, small: the cost of a sweep follows the due and not the register."""

import json
import math
import re
from typing import Any

import pytest

from lab.figures import TAKEN, load, scale_page
from lab.scale.__main__ import main, table
from lab.scale.meter import item_bytes, metered
from lab.scale.people import People
from lab.scale.pictures import picture
from lab.scale.run import Plan, computed_scan, measure
from lifecert.adapters.dynamodb.register import beneficiary_item
from lifecert.adapters.dynamodb.values import typed
from local.dynamodb_local import Engine
from tests.support.builders import registration
from tests.support.engines import DynamoTables

PLAN = Plan(sizes=(500, 5_000), due=50, runs=1)
# Transactions that a run writes for itself: begun, the jobs of four shards, closed.
OF_THE_RUN = 10


@pytest.fixture(scope="module")
def result(dynamodb_local: Engine) -> dict[str, Any]:
    return measure(dynamodb_local, PLAN, lambda line: None)


def test_ten_times_the_people_cost_nothing_more(result: dict[str, Any]) -> None:
    assert max(result["differs"].values()) <= 0.10
    small, large = result["sizes"]
    assert large["index"]["write_units"] == small["index"]["write_units"]
    # A lapse writes the person (2), the ledger (2), and index entries: by_person, and by_due from bucket to bucket.
    assert large["index"]["write_units"] >= 6 * PLAN.due
    assert PLAN.due < large["index"]["by_operation"]["TransactWriteItems"] <= PLAN.due + OF_THE_RUN


def test_a_scan_costs_more_the_more_people_there_are(result: dict[str, Any]) -> None:
    small, large = result["sizes"]
    assert PLAN.due < small["scan"]["by_operation"]["TransactWriteItems"] <= PLAN.due + OF_THE_RUN
    reads = [one["scan"]["read_units"] - PLAN.due for one in (small, large)]  # without the due, read one by one
    assert reads[1] > 5 * reads[0]
    assert large["scan"]["read_units"] > 3 * large["index"]["read_units"]


def test_the_figures_are_shown(result: dict[str, Any]) -> None:
    assert json.loads(json.dumps(result)) == result
    drawn = picture(result)
    assert drawn.count("<use ") == 2 * 2 * 2
    assert f"| 5,000 | index | {result['sizes'][1]['index']['requests']:,} |" in table(result)


def test_what_pages_and_the_picture_show_is_taken_from_it(result: dict[str, Any]) -> None:
    taken = TAKEN["scale"]({"date": "2026-11-26", **result})
    assert set(taken) == set(load()["scale"])
    rows = {row[0]: row[1:] for row in scale_page({"scale": taken})}
    assert list(rows) == ["500 | index", "500 | scan", "5,000 | index", "5,000 | scan"]
    index = result["sizes"][1]["index"]
    told = [f"{index[name]:,.0f}" for name in ("requests", "read_units", "write_units")]
    assert rows["5,000 | index"][:3] == told
    assert picture(taken) == picture(result)


def test_a_scan_too_large_to_run_is_computed_and_said_to_be(result: dict[str, Any]) -> None:
    small, large = result["sizes"]
    scan = computed_scan(50_000, result["sizes"])
    a_person = (large["scan"]["read_units"] - small["scan"]["read_units"]) / 4_500
    assert scan["read_units"] == pytest.approx(large["scan"]["read_units"] + 45_000 * a_person)
    assert scan["write_units"] == large["scan"]["write_units"]
    assert "wall_s" not in scan
    more = {**result, "sizes": [small, large, {"register": 50_000, "index": large["index"], "scan": scan}]}
    assert f"| 50,000 | scan | {scan['requests']:,} | {scan['read_units']:,.0f} |" in table(more)
    assert "| computed |" in table(more)
    drawn = picture(more)
    assert drawn.count("<use ") == 3 * 2 * 2 - 1, "nobody says how long it would take"
    assert len(re.findall(r"<use [^>]*fill: #ffffff", drawn)) == 1
    assert "Ring: computed, not measured." in drawn
    assert "Ring" not in picture(result)
    further = [*result["sizes"], {"register": 50_000, "scan": scan}]
    assert computed_scan(100_000, further) == computed_scan(100_000, result["sizes"]), "from what was measured alone"


def test_people_are_stored_as_the_product_stores_them() -> None:
    people = People(Plan().today, due=2, shards=4)
    for number in (0, 1, 2, 500):
        assert people.item(number) == typed(beneficiary_item(people.person(number), 4))
    assert len({people.person(number).beneficiary_id for number in range(1000)}) == 1000
    assert [people.person(number).valid_until < Plan().today for number in range(4)] == [
        True,
        True,
        False,
        False,
    ]


def test_units_are_those_of_the_published_prices(amazon_tables: DynamoTables) -> None:
    """The engine's own figures for a transaction are not; the meter's follow from the items' sizes."""
    register = amazon_tables.stores().register
    change = registration()
    with metered(amazon_tables.client) as meter:
        register.commit(change)
    items = [
        amazon_tables.item("Beneficiaries", beneficiary_id=change.after.beneficiary_id),
        amazon_tables.item("Ledger", beneficiary_id=change.after.beneficiary_id, seq=1),
    ]
    kilobytes = [math.ceil(item_bytes(typed(item)) / 1024) for item in items]
    assert meter.write_units == 2 * sum(kilobytes) + kilobytes[0] + 1  # by_person holds all, by_due the keys
    assert meter.requests == {"TransactWriteItems": 1}
    with metered(amazon_tables.client) as meter:
        register.get("nobody")
        register.get(change.after.beneficiary_id)
        register.find_by_person(["nobody's"])
    assert meter.read_units == 1 + 1 + 0.5
    assert meter.write_units == 0


@pytest.mark.parametrize(
    "wrong",
    [["--due", "11", "--sizes", "10,20"], ["--sizes", "20,10"], ["--sizes", "ten"], ["--sizes", "10000,1000000"]],
)
def test_a_plan_that_makes_no_sense_is_refused(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["--date", "2026-11-25", *wrong])
    assert refused.value.code == 2
    assert "--" in capsys.readouterr().err
