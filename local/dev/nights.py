"""Let time pass on the stack of `make dev`: somebody who lapsed and is proposed for a hold (`make holds`), and a night
(`make night`)."""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from lifecert.domain.year import add_months
from local.demo.cast import DISTRICT
from local.demo.holding import ADDRESS, GRACE_DAYS
from local.demo.notices import arrived, sent
from local.demo.phone import Phone
from local.demo.sweeping import sweep
from local.deploy import STACK_NAME, Deployment
from local.dev.running import Running, find
from local.stack import StackError

# Told on the first of them, and out of grace today.
DAYS_AGO = GRACE_DAYS + 1
LAPSED = ("刘淑英", "330106194806152627", "resident_pension")


def holds(running: Running) -> str:
    """Somebody lapses in the past, is told, and is proposed for a hold today. Raises StackError when they are there."""
    deployed = running.deployment
    shift = shift_of(deployed)
    if second_time(running):
        raise StackError(f"{LAPSED[0]} has lapsed already in this stack: look under Holds, or start make dev anew.")
    clerk = Phone(deployed.api_url, lambda: running.token("clerk"))
    second = Phone(deployed.api_url, lambda: running.token("second-clerk"))
    then = datetime.now(ZoneInfo("Asia/Shanghai")).date() + timedelta(days=shift - DAYS_AGO)
    try:
        past = deployed.update(clock_shift_days=shift - DAYS_AGO)
        start = add_months(then - timedelta(days=1), -12).isoformat()
        beneficiary_id = second.register(*LAPSED, DISTRICT, start)
        clerk.vouch(beneficiary_id)
        contact = {"contact": {"channel": "sms", "address": ADDRESS}}
        second.expect(200, "PUT", f"/staff/beneficiaries/{beneficiary_id}/contact", contact)
        sweep(past)
        arrived(past, sent(clerk, beneficiary_id, 0), ADDRESS)
    finally:
        deployed.update(clock_shift_days=shift)
    proposed = sweep(deployed)["kinds"]["propose"]["total"]
    return (
        f"{LAPSED[0]} was told {DAYS_AGO} days ago that her year is over.\n"
        f"Proposed for a hold today: {proposed}. The desk has it under Holds."
    )


def second_time(running: Running) -> bool:
    """Whether somebody was brought to a hold here before."""
    clerk = Phone(running.deployment.api_url, lambda: running.token("clerk"))
    return bool(clerk.expect(200, "POST", "/staff/beneficiaries/find", {"id_number": LAPSED[1]})["people"])


def night(running: Running) -> str:
    """The clock goes on by a day, and the nightly run is made: what it did."""
    deployed = running.deployment
    shift = shift_of(deployed) + 1
    report = sweep(deployed.update(clock_shift_days=shift))
    done = {kind: told["total"] for kind, told in report["kinds"].items() if told["total"]}
    return (
        f"The nightly run of {report['run_date']}: {json.dumps(done) if done else 'nothing to do'}.\n"
        f"The stack's clock is {shift} day{'s'[: shift > 1]} ahead; forms of the desk go by the clock of your computer."
    )


def shift_of(deployed: Deployment) -> int:
    """By how many days the stack's clock is moved."""
    stack = deployed.aws.cloudformation().describe_stacks(StackName=STACK_NAME)["Stacks"][0]
    told: dict[str, Any] = {one["ParameterKey"]: one["ParameterValue"] for one in stack["Parameters"]}
    return int(told["ClockShiftDays"])


WAYS = {"holds": holds, "night": night}


def main(arguments: Sequence[str] | None = None) -> int:
    """0 done, 2 no stack."""
    parser = argparse.ArgumentParser(prog="python -m local.dev.nights", description=(__doc__ or "").split(" (`")[0])
    parser.add_argument("way", choices=sorted(WAYS))
    parser.add_argument("--endpoint-url", metavar="URL", help="which stack, when several run (the latest)")
    asked = parser.parse_args(arguments)
    try:
        print(WAYS[asked.way](find(asked.endpoint_url)))
    except StackError as error:
        print(f"{asked.way}: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
