"""From a lapse to a hold and back, on the deployed template."""

from datetime import timedelta

from local.demo.cast import DISTRICT, Person
from local.demo.notices import arrived, sent
from local.demo.phone import Phone
from local.demo.sweeping import sweep
from local.deploy import Deployment
from tests.e2e.test_office import key
from tests.e2e.test_way_through import published
from tests.support.deployed import Known, another_id_number, standing, swept, today
from tests.support.patience import wait_for

NUMBER = "+8613800000000"
LAPSES_AFTER = 40
GRACE_DAYS = 90


def test_who_stays_away_is_told_proposed_approved_held_and_restored_with_the_arrears(
    stack: Deployment, clerk: Phone, other_clerk: Phone, phone: Phone
) -> None:
    person = Person("周桂英", another_id_number(), "resident_pension", "", "", LAPSES_AFTER)
    start = person.benefit_start(today()).isoformat()
    known = Known(
        person, clerk.register(person.name, person.id_number, person.category, DISTRICT, start), lambda _step: b""
    )
    other_clerk.vouch(known.beneficiary_id)
    path = f"/staff/beneficiaries/{known.beneficiary_id}"
    clerk.expect(200, "PUT", f"{path}/contact", {"contact": {"channel": "sms", "address": NUMBER}})
    try:
        later = stack.update(clock_shift_days=LAPSES_AFTER + 1)
        swept(later)
        # From here on as its schedule would: it goes on from the night before.
        later = later.update(clock_shift_days=LAPSES_AFTER + 2)
        assert sweep(later)["kinds"]["notice"]["total"] >= 1
        assert arrived(later, sent(clerk, known.beneficiary_id, 0), NUMBER) == {"arrived": 1, "noted": 1, "failed": 0}

        proposed_after = LAPSES_AFTER + 2 + GRACE_DAYS + 1
        later = later.update(clock_shift_days=proposed_after)
        sweep(later)
        (batch,) = clerk.expect(200, "GET", "/staff/hold-batches")["batches"]
        shown = clerk.expect(200, "GET", f"/staff/hold-batches/{batch['batch_id']}?limit=100")
        assert known.beneficiary_id in [one["beneficiary_id"] for one in shown["candidates"]]
        assert person.name not in str(shown)
        refused = phone.call("GET", f"/staff/hold-batches/{batch['batch_id']}")
        assert (refused.status, refused.body["code"]) == (403, "not_allowed")
        decide = f"/staff/hold-batches/{batch['batch_id']}/decision"
        stranger = clerk.call("POST", decide, {"choice": "only", "ground": "other", "ids": [batch["batch_id"]]})
        assert (stranger.status, stranger.body["unknown"]) == (422, [batch["batch_id"]])
        wish = {"choice": "only", "ground": "other", "ids": [known.beneficiary_id]}
        decided = clerk.expect(200, "POST", decide, wish)
        assert clerk.expect(200, "POST", decide, wish) == decided
        held_since = (today() + timedelta(days=proposed_after + 1)).isoformat()
        assert (decided["state"], decided["applied_on"]) == ("decided", held_since)
        assert standing(clerk, known)["payment_held"] is False

        later = later.update(clock_shift_days=proposed_after + 1)
        assert sweep(later)["kinds"]["hold"]["total"] == 1
        told = standing(clerk, known)
        assert (told["payment_held"], told["held_since"]) == (True, held_since)
        assert "arrears" not in told["what_to_do"]
        assert "suspended" in told["what_to_do"]
        figures = clerk.expect(200, "GET", "/staff/statistics?runs=1")
        (run,) = figures["runs"]
        assert run["kinds"]["hold"]["by_category_and_district"] == {f"resident_pension/{DISTRICT}": 1}
        assert figures["hold_batches_open"] == 0

        later.update(clock_shift_days=proposed_after + 4)  # three days go by that nobody pays
        seen = {"seen_on": held_since, "document": "id_card"}
        clerk.expect(201, "POST", f"{path}/certifications", seen, **key())
        after = standing(clerk, known)
        assert (after["status"], after["payment_held"], after["what_to_do"]) == ("active", False, None)
        (certified,) = (one for one in after["history"] if one["event"] == "certified")
        (said,) = certified["benefits"]
        assert (said["payment_was_held"], said["payment_held"], said["unpaid_since"]) == (True, False, None)
        arrears = (held_since, (today() + timedelta(days=proposed_after + 3)).isoformat())
        assert (said["arrears_first_day"], said["arrears_last_day"]) == arrears
        # Whoever can be reached is told that they were certified.
        wait_for(lambda: [one for one in notices_sent(clerk, known) if one == certified["seq"]], "that they are told")
    finally:
        stack.update(clock_shift_days=0)
    assert published(stack, known, wanted=4) == [
        "BeneficiaryCertified",
        "BeneficiaryLapsed",
        "BeneficiaryRegistered",
        "PaymentHeld",
    ]


def notices_sent(clerk: Phone, known: Known) -> list[int]:
    """The entries that asked for what was sent."""
    history = standing(clerk, known)["history"]
    return [one["details"]["reminder_seq"] for one in history if one["event"] == "notice_sent"]
