"""The demo's chapter on holds: told, out of grace, proposed, approved, held. Nobody is held on the way there."""

from local.demo.notices import arrived, sent
from local.demo.phone import Phone
from local.demo.story import Story, day
from local.demo.sweeping import sweep
from local.deploy import Deployment

# Nobody has this number: a digit is missing.
ADDRESS = "+861380000000"
# As the template has it.
GRACE_DAYS = 90
HELD_DAYS = 30


def hold(story: Story, deployed: Deployment, clerk: Phone, beneficiary_id: str, shift_days: int) -> Deployment:
    """From a person who lapsed in the sweep of `shift_days` to a payment held for a month; the deployment as it is
    then."""
    story.chapter(f"{GRACE_DAYS} days of grace: told, proposed, approved, held")
    contact = {"contact": {"channel": "sms", "address": ADDRESS}}
    clerk.expect(200, "PUT", f"/staff/beneficiaries/{beneficiary_id}/contact", contact)
    deployed = deployed.update(clock_shift_days=shift_days + 1)
    sweep(deployed)
    arrived(deployed, sent(clerk, beneficiary_id, 0), ADDRESS)
    story.tell("the following night she is told that she has lapsed; the message arrives, and her grace days begin")

    proposed = shift_days + 1 + GRACE_DAYS + 1
    deployed = deployed.update(clock_shift_days=proposed)
    sweep(deployed)
    (batch,) = clerk.expect(200, "GET", "/staff/hold-batches")["batches"]
    path = f"/staff/hold-batches/{batch['batch_id']}"
    (candidate,) = clerk.expect(200, "GET", path)["candidates"]
    story.tell(
        f"proposed: {candidate['masked_name']}, covered until {day(candidate['valid_until'])}, "
        f"told on {day(candidate['notice_delivered_on'])}"
    )
    story.check(not clerk.standing(beneficiary_id)["payment_held"], "proposed is not held: the office must approve")
    decided = clerk.expect(200, "POST", f"{path}/decision", {"choice": "all", "ground": "not_heard_of"})
    story.tell(f"a clerk approves; the sweep of {day(decided['applied_on'])} will apply it")
    deployed = deployed.update(clock_shift_days=proposed + 1)
    report = sweep(deployed)
    told = clerk.standing(beneficiary_id)
    held = report["kinds"]["hold"]["total"] == 1 and told["held_since"] == decided["applied_on"]
    story.check(held, f"held since {day(told['held_since'])}, and nobody else")
    story.tell(f"she reads: {told['what_to_do']}")
    story.tell(f"{HELD_DAYS} days go by, and nobody pays her")
    return deployed.update(clock_shift_days=proposed + 1 + HELD_DAYS)
