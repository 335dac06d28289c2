"""A sweep on the local stack: called as its schedule would, and waited for."""

import json
import time
from collections.abc import Mapping
from typing import Any

from lifecert.adapters.dynamodb.sweep_runs import DynamoSweepRuns
from local.deploy import Deployment

SECONDS = 300  # only ever reached by what never ends


class SweepFailed(AssertionError):
    """The sweep did not end as it should."""


def sweep(deployed: Deployment, seconds: float = SECONDS, **asked: Any) -> dict[str, Any]:
    """Plan a sweep, wait for its workers, and return its report as S3 has it. Raises SweepFailed."""
    planned = plan(deployed, **asked)
    runs = DynamoSweepRuns(deployed.aws.dynamodb(), deployed.outputs["SweepRunsTable"])
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        run = runs.get(planned["run_id"])
        if run and run.ended:
            return report(deployed, run.run_id)
        time.sleep(0.1)
    raise SweepFailed(f"{planned['run_id']} had not ended after {seconds:.0f} s")


def plan(deployed: Deployment, **asked: Any) -> dict[str, Any]:
    """Call the planner: `dry_run`, `since`, `watch`. Raises SweepFailed with what it answered."""
    answer = deployed.aws.functions().invoke(
        FunctionName=deployed.outputs["ExpirySweepFunction"], Payload=json.dumps(asked).encode()
    )
    said: dict[str, Any] = json.loads(answer["Payload"].read())
    if answer.get("FunctionError"):
        raise SweepFailed(f"the planner failed: {said}")
    return said


def report(deployed: Deployment, run_id: str) -> dict[str, Any]:
    """The report of a run that has ended."""
    found = deployed.aws.s3().get_object(Bucket=deployed.outputs["ReportsBucket"], Key=f"sweeps/{run_id}/report.json")
    content: dict[str, Any] = json.loads(found["Body"].read())
    return content


def lapsed(document: Mapping[str, Any]) -> int:
    """How many a report says were lapsed, or would be."""
    return int(document["kinds"]["lapse"]["total"])
