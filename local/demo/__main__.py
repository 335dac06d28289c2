"""The whole story on this machine: register, certify, refuse, lapse, hold, certify again, bring a register: `make
demo`.

Everything goes over HTTP through the deployed template; only the sweep is called as its schedule would.
"""

import json
import sys
import time
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from lifecert.adapters.dynamodb.ledger import DynamoLedger
from lifecert.domain.ledger import LedgerEntry, verify_chain
from local.demo.cast import JIANGUO, MING, PEOPLE, XIULAN, portrait, register
from local.demo.holding import HELD_DAYS, hold
from local.demo.office import bring_register
from local.demo.page import show as show_page
from local.demo.phone import Phone, camera_before
from local.demo.story import Story, day
from local.demo.sweeping import lapsed, sweep
from local.deploy import Deployment, deploy
from local.stack import StackError, run

PASSWORD = "Only-for-the-demo-2026"  # noqa: S105 (of users who live as long as this demo)
LATER_DAYS = 45
EVENT_SECONDS = 300  # only ever reached by what never comes


def main() -> int:
    """Run the demo: 0 when every line of the story came true."""
    story = Story()
    print("LifeCert demo: three invented beneficiaries, public-domain portraits, the real template, no cloud account.")
    try:
        with run(story.tell) as stack:
            _tell(story, deploy(stack.aws, story.tell))
    except StackError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Nothing is left running.", file=sys.stderr)
        return 130
    print(
        f"\nThe story took {story.seconds:.0f} s and left no process behind. Next:"
        "\n  make dev      keep the stack running, with addresses and sample calls"
        "\n  make test     run every test"
        "\n  make bench    cold start, CPU time and memory of a verification"
        "\n  README.md     how it works, and how to deploy it"
    )
    return 0


def _tell(story: Story, deployed: Deployment) -> None:
    clerk = Phone(deployed.api_url, deployed.new_user("clerk@example.org", PASSWORD, "clerk"))
    second = Phone(deployed.api_url, deployed.new_user("second-clerk@example.org", PASSWORD, "clerk"))
    daughter = Phone(deployed.api_url, deployed.new_user("daughter@example.org", PASSWORD))

    story.chapter("The office registers three people, each known to two clerks, and enrols a photo of each")
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    ids = {}
    for person in PEOPLE:
        ids[person.name] = register(clerk, person, today, second)
        standing = clerk.standing(ids[person.name])
        story.tell(
            f"{standing['masked_name']:6} {person.category:18} {standing['status']}, "
            f"valid until {day(standing['valid_until'])} (photo: {person.reference})"
        )

    story.chapter("A letter, and the page that its QR code leads to")
    show_page(story, deployed, clerk, ids[MING.name])

    story.chapter("A phone certifies: start, answer the challenge, upload, verify")
    session = daughter.start(MING.name, MING.id_number)
    for slot in session["slots"]:
        story.tell(f"frame {slot['number']}: {slot['instruction']}")
    daughter.show(session, camera_before(portrait(MING.face)))
    began = time.monotonic()
    decided = daughter.verify(session["session_id"])
    story.tell(f"verify answered after {time.monotonic() - began:.1f} s (cold: models are loaded once)")
    story.check(decided["outcome"] == "accepted", f"accepted: certificate {decided['certificate']['certificate_id']}")
    story.tell(f"valid until {day(decided['certificate']['valid_until'])}")
    story.check(daughter.verify(session["session_id"]) == decided, "the same request again gets the same answer")

    story.chapter("Another person's face in front of the camera")
    before = clerk.standing(ids[JIANGUO.name])
    refused = daughter.certify(JIANGUO.name, JIANGUO.id_number, camera_before(portrait(XIULAN.face)))
    story.check(refused["outcome"] == "retry", f"refused: {refused['reason']['instruction']}")
    story.tell(f"another way: {refused['other_ways']} (help line {refused['help_line']})")
    after = clerk.standing(ids[JIANGUO.name])
    same = all(before[name] == after[name] for name in ("status", "valid_until", "payment_held"))
    story.check(same, f"the entitlement is untouched: {after['status']}, valid until {day(after['valid_until'])}")

    story.chapter("On behalf of another: the daughter holds the phone, the beneficiary is photographed")
    decided = daughter.certify(JIANGUO.name, JIANGUO.id_number, camera_before(portrait(JIANGUO.face)), on_behalf=True)
    story.check(decided["outcome"] == "accepted", f"accepted, valid until {day(decided['certificate']['valid_until'])}")
    story.check(
        _entry(clerk, ids[JIANGUO.name], "certified")["details"]["method"] == "face_on_behalf",
        "who acted, and for whom, is in the ledger",
    )

    story.chapter("Tonight's sweep")
    story.check(lapsed(sweep(deployed)) == 0, "nobody's year is over: nobody lapses")

    story.chapter(f"{LATER_DAYS} days later: one of the three has not certified")
    deployed = deployed.update(clock_shift_days=LATER_DAYS)
    report = sweep(deployed)
    story.tell(
        f"sweep of {day(report['run_date'])}: {json.dumps(report['kinds']['lapse']['by_category_and_district'])}"
    )
    statuses = {name: clerk.standing(one)["status"] for name, one in ids.items()}
    expected = {MING.name: "active", JIANGUO.name: "active", XIULAN.name: "lapsed"}
    story.check(statuses == expected and lapsed(report) == 1, "exactly that one is lapsed; nothing is held")
    story.check(lapsed(sweep(deployed)) == 0, "sweeping again changes nothing")

    deployed = hold(story, deployed, clerk, ids[XIULAN.name], LATER_DAYS)

    story.chapter("She certifies after all")
    decided = daughter.certify(XIULAN.name, XIULAN.id_number, camera_before(portrait(XIULAN.face)), on_behalf=True)
    story.check(decided["outcome"] == "accepted", f"accepted, valid until {day(decided['certificate']['valid_until'])}")
    restored = clerk.standing(ids[XIULAN.name])
    story.check(restored["status"] == "active" and not restored["payment_held"], "active again, and paid again")
    (paid,) = _entry(clerk, ids[XIULAN.name], "certified")["benefits"]
    first, last = (date.fromisoformat(paid[name]) for name in ("arrears_first_day", "arrears_last_day"))
    story.check(
        paid["payment_was_held"] and (last - first).days + 1 == HELD_DAYS,
        f"arrears for the {HELD_DAYS} days from {day(paid['arrears_first_day'])} to {day(paid['arrears_last_day'])}",
    )

    bring_register(story, clerk, second)

    story.chapter("What the auditor and the payer see")
    standing = clerk.standing(ids[XIULAN.name])
    _print_ledger(story, standing)
    entries = _ledger(deployed, ids[XIULAN.name])
    story.check(verify_chain(entries) == len(entries), f"the hash chain of her {len(entries)} ledger entries is whole")
    _wait_for_payer(story, deployed, standing)


def _entry(clerk: Phone, beneficiary_id: str, event: str) -> dict[str, Any]:
    history = clerk.standing(beneficiary_id)["history"]
    return next(entry for entry in reversed(history) if entry["event"] == event)


def _print_ledger(story: Story, standing: dict[str, Any]) -> None:
    for entry in standing["history"]:
        details = entry["details"]
        known = [details[name] for name in ("status", "outcome", "reason", "method") if details.get(name)]
        moment = f"{datetime.fromisoformat(entry['at']).astimezone(UTC):%Y-%m-%d %H:%M}"
        story.tell(f"{entry['seq']:>3}  {moment}  {entry['event']:20} {entry['actor']['role']:6} {', '.join(known)}")


def _ledger(deployed: Deployment, beneficiary_id: str) -> list[LedgerEntry]:
    return list(DynamoLedger(deployed.aws.dynamodb(), deployed.outputs["LedgerTable"]).entries(beneficiary_id))


def _wait_for_payer(story: Story, deployed: Deployment, standing: dict[str, Any]) -> None:
    queue = deployed.aws.sqs()
    seen: list[str] = []
    until = time.monotonic() + EVENT_SECONDS
    wanted = ["BeneficiaryRegistered", "BeneficiaryLapsed", "PaymentHeld", "BeneficiaryCertified"]
    while time.monotonic() < until and set(seen) != set(wanted):
        batch = queue.receive_message(
            QueueUrl=deployed.outputs["PayerfundQueueUrl"], MaxNumberOfMessages=10, WaitTimeSeconds=1
        )
        for message in batch.get("Messages", []):
            event = json.loads(message["Body"])
            if event["detail"]["beneficiary_id"] == standing["beneficiary_id"]:
                seen.append(event["detail-type"])
            queue.delete_message(QueueUrl=deployed.outputs["PayerfundQueueUrl"], ReceiptHandle=message["ReceiptHandle"])
    story.check(set(seen) == set(wanted), f"the payer's queue has her events: {', '.join(wanted)}")


if __name__ == "__main__":
    sys.exit(main())
