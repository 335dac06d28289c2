"""A reminder from the sweep to the person and back: due, sent, and delivered only when the channel says so."""

import json
from collections.abc import Callable
from typing import Any

from local.demo.cast import XIULAN
from local.demo.notices import arrived
from local.demo.phone import Phone
from local.deploy import Deployment
from tests.support.deployed import Known, standing, swept
from tests.support.patience import wait_for

NUMBER = "+8613800000000"


def test_who_is_due_is_told_and_only_a_delivered_notice_is_recorded_as_such(
    stack: Deployment, clerk: Phone, registered: Callable[..., Known]
) -> None:
    known = registered(XIULAN, days_left=32)
    path = f"/staff/beneficiaries/{known.beneficiary_id}/contact"
    clerk.expect(200, "PUT", path, {"contact": {"channel": "sms", "address": NUMBER}})
    later = stack.update(clock_shift_days=2)
    try:
        assert swept(later)["kinds"]["remind"]["total"] >= 1
        sent = waited_for(clerk, known, "notice_sent")
        assert events(clerk, known).count("reminder_due") == 1
        assert "notice_delivered" not in events(clerk, known)
        assert arrived(later, sent["details"]["message_id"], NUMBER) == {"arrived": 1, "noted": 1, "failed": 0}
        assert waited_for(clerk, known, "notice_delivered")["details"]["message_id"] == sent["details"]["message_id"]
        assert swept(later)["state"] == "finished"
        assert events(clerk, known).count("reminder_due") == 1
        assert NUMBER not in json.dumps(standing(clerk, known))
    finally:
        later.update(clock_shift_days=0)


def events(clerk: Phone, known: Known) -> list[str]:
    return [entry["event"] for entry in standing(clerk, known)["history"]]


def waited_for(clerk: Phone, known: Known, event: str) -> dict[str, Any]:
    def entries() -> list[dict[str, Any]]:
        return [entry for entry in standing(clerk, known)["history"] if entry["event"] == event]

    return wait_for(entries, event)[0]
