"""Work lists on the deployed template: what happens at the counter is in them moments later."""

import csv
import io
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

import requests

from local.demo.cast import DISTRICT
from local.demo.phone import Phone
from local.deploy import Deployment
from tests.e2e.test_office import on_paper
from tests.support.deployed import today
from tests.support.patience import PATIENCE_SECONDS, wait_for


def listed(clerk: Phone, name: str, more: str = "") -> dict[str, dict[str, Any]]:
    """Everybody in a list of the district, page by page."""
    found: dict[str, dict[str, Any]] = {}
    path = f"/staff/lists/{name}?district={DISTRICT}&limit=200{more}"
    after = ""
    while True:
        page = clerk.expect(200, "GET", path + after)
        found |= {one["beneficiary_id"]: one for one in page["people"]}
        if page["after"] is None:
            return found
        after = f"&after={page['after']}"


def is_listed(clerk: Phone, name: str, who: str) -> bool:
    return who in listed(clerk, name)


def sizes(clerk: Phone) -> dict[str, int]:
    told = clerk.expect(200, "GET", f"/staff/lists?district={DISTRICT}")
    return {one["list"]: one["people"] for one in told["lists"]}


def test_who_has_neither_telephone_nor_photo_is_listed_until_there_is_one_and_a_month_counts_the_proof(
    stack: Deployment, clerk: Phone, other_clerk: Phone, phone: Phone, token_of: Callable[[str], str]
) -> None:
    known, path = on_paper(clerk, days_left=20, second=other_clerk)
    who = known.beneficiary_id
    for name in ("no_contact", "no_reference", "due"):
        wait_for(partial(is_listed, clerk, name, who), f"in {name}")
    shown = listed(clerk, "no_contact")[who]
    assert (shown["masked_name"], shown["status"], shown["told_on"]) == ("周*英", "active", None)
    assert sizes(clerk)["no_contact"] >= 1
    clerk.expect(200, "PUT", f"{path}/contact", {"contact": {"channel": "sms", "address": "+8613800138000"}})
    assert who not in listed(clerk, "no_contact"), "at once, whatever the stream is late with"
    month = today().isoformat()[:7]

    def in_person() -> int:
        figures = clerk.expect(200, "GET", f"/staff/statistics/{month}?district={DISTRICT}")
        return int(figures["certified"].get("in_person", 0))

    before = in_person()
    body = {"seen_on": today().isoformat(), "document": "id_card"}
    clerk.expect(201, "POST", f"{path}/certifications", body, Idempotency_Key=str(uuid.uuid4()))
    wait_for(lambda: in_person() > before, "counted")
    assert who not in listed(clerk, "due")
    address = f"{stack.api_url}/staff/lists/no_reference?district={DISTRICT}&limit=200"
    headers = {"Authorization": token_of("clerk@example.org"), "Accept": "text/csv", "Accept-Language": "en"}
    table = requests.get(address, headers=headers, timeout=PATIENCE_SECONDS)
    assert table.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert rows[0][0] == "Record"
    assert {row[0] for row in rows[1:]} <= set(listed(clerk, "no_reference"))
    refused = phone.call("GET", f"/staff/lists/due?district={DISTRICT}")
    assert refused.status == 403
