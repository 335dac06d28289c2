"""A payer's feed end to end: what the deployed functions wrote into files and snapshots rebuilds the register."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lifecert.adapters.dynamodb.register import beneficiary_of
from lifecert.adapters.dynamodb.values import plain
from local.demo.cast import XIULAN
from local.demo.phone import Phone
from local.deploy import Deployment
from local.stack import ROOT
from tests.e2e.test_office import invoke, key, on_paper
from tests.support.deployed import Known, standing, swept, today
from tests.support.patience import wait_for
from tests.support.payer_example import payer_example


def test_whoever_missed_every_event_rebuilds_the_register_from_the_files(
    stack: Deployment, clerk: Phone, other_clerk: Phone, registered: Callable[..., Known], tmp_path: Path
) -> None:
    """Ledger, stream, publisher, table of changes, daily file, the example of a payer: all as deployed."""
    lapses, (certified, path), (ended, path_of_ended) = (
        registered(XIULAN, days_left=0),
        on_paper(clerk, second=other_clerk),
        on_paper(clerk),
    )
    clerk.expect(
        201, "POST", f"{path}/certifications", {"seen_on": today().isoformat(), "document": "id_card"}, **key()
    )
    end = {"ended_on": today().isoformat(), "cause": "moved"}
    proposal = clerk.expect(201, "POST", f"{path_of_ended}/end", end, **key())["proposal_id"]
    other_clerk.expect(200, "POST", f"/staff/proposals/{proposal}/confirmation", {"confirm": True})
    tomorrow = stack.update(clock_shift_days=1)
    try:
        assert swept(tomorrow)["kinds"]["lapse"]["total"] >= 1
    finally:
        tomorrow.update(clock_shift_days=0)
    wanted = {one.beneficiary_id: standing(clerk, one)["status"] for one in (lapses, certified, ended)}
    assert sorted(wanted.values()) == ["active", "lapsed", "terminated"]

    def agreed() -> dict[str, tuple[str, str]] | None:
        """How everybody there is stands, whatever other tests did to them, once files and register say the same."""
        told = rebuilt(stack, tmp_path)
        return told if told == register(stack) else None

    try:
        told = wait_for(agreed, "files that tell of everybody as the register does")  # the stream takes its time
    except AssertionError:
        assert rebuilt(stack, tmp_path) == register(stack)  # and who it is that they do not agree about
        raise
    assert told
    assert {beneficiary_id: told[f"{beneficiary_id}/1"][0] for beneficiary_id in wanted} == wanted
    # A payer that begins today: the snapshot, and no file from before it.
    fetch(stack, "snapshots/fund/", written(stack, tmp_path))
    (newest,) = (tmp_path / "snapshots").iterdir()
    for old in tmp_path.glob("*.json*"):
        if old.name[:9] <= newest.name:
            old.unlink()
    assert as_told(payer_example().rebuilt(tmp_path)) == told
    program = [sys.executable, str(ROOT / "clients/payer/rebuild.py"), str(tmp_path)]
    said = subprocess.run(program, capture_output=True, text=True, check=True).stdout
    assert f"terminated: {sum(status == 'terminated' for status, _ in told.values())}" in said


def rebuilt(stack: Deployment, folder: Path) -> dict[str, tuple[str, str]]:
    """How everybody stands by the files, after one more of them was written."""
    invoke(stack, "WriteChangeFileFunction")
    fetch(stack, "changes/fund/", folder)
    return as_told(payer_example().rebuilt(folder))


def fetch(stack: Deployment, prefix: str, folder: Path) -> None:
    """Copy what is under a prefix into a folder, as a payer does."""
    s3, bucket = stack.aws.s3(), stack.outputs["ChangeFilesBucket"]
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for found in page.get("Contents", []):
            path = folder / found["Key"].removeprefix(prefix)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(s3.get_object(Bucket=bucket, Key=found["Key"])["Body"].read())


def as_told(state: Any) -> dict[str, tuple[str, str]]:
    return {
        f"{person}/{benefit}": (one.standing["status"], one.standing["valid_until"])
        for (person, benefit), one in state.benefits.items()
    }


def written(stack: Deployment, folder: Path) -> Path:
    """Where the snapshots go that the function writes now."""
    report = invoke(stack, "WriteSnapshotFunction")
    assert report["payers"]["fund"]["benefits"] > 2
    return folder / "snapshots"


def register(stack: Deployment) -> dict[str, tuple[str, str]]:
    """How everybody stands in the register's own table."""
    pages = stack.aws.dynamodb().get_paginator("scan").paginate(TableName=stack.outputs["BeneficiariesTable"])
    people = [beneficiary_of(plain(item)) for page in pages for item in page["Items"]]
    return {
        f"{one.beneficiary_id}/{benefit.benefit_id}": (one.standing_of(benefit).status, one.valid_until.isoformat())
        for one in people
        for benefit in one.benefits
    }
