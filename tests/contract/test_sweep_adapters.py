"""The sweep's queue and its reports, as S3 and SQS have them."""

import json
from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import boto3
import pytest

from lifecert.adapters.messages.tasks import SqsTasks, SqsWaiting
from lifecert.adapters.s3.sweep_reports import S3RunReports, S3SweepReports
from lifecert.domain.districts import DistrictNames
from lifecert.domain.sweep import Job, JobKind, RunState, SweepRun, Tally, Task
from lifecert.domain.sweep_report import IDS_IN_A_PART, SweepReport
from lifecert.entry.events.sweep_tasks import TaskMessage
from tests.support.builders import NOW, an_id

DAY = date(2026, 3, 1)
RUN = SweepRun("2026-03-01.1", DAY, DAY, NOW, RunState.FINISHED, totals={"lapse": 1234})
BEFORE = tuple(
    replace(RUN, run_id=f"2026-02-{day}.1", totals={"lapse": day * 10}, state=RunState.FINISHED) for day in (28, 27)
)
TALLY = Tally({"resident_pension/110101": 1200, "injury_care/310000": 34}, 5)
ZONE = ZoneInfo("Asia/Shanghai")
DISTRICTS = DistrictNames({"31": "上海市"})
REPORT = SweepReport(RUN, {JobKind.LAPSE: TALLY}, jobs=7, before=BEFORE)


@pytest.fixture
def queue(moto_session: boto3.Session) -> tuple[SqsTasks, SqsWaiting]:
    client = moto_session.client("sqs")
    url = client.create_queue(QueueName="jobs")["QueueUrl"]
    return SqsTasks(client, url), SqsWaiting(client, url)


def test_tasks_come_out_as_they_went_in_and_none_is_lost(
    queue: tuple[SqsTasks, SqsWaiting], moto_session: boto3.Session
) -> None:
    tasks = [Task(RUN.run_id, Job(JobKind.LAPSE, DAY, shard)) for shard in range(23)]
    tasks += [replace(tasks[0], after=an_id(), again=tuple(an_id() for _ in range(1000)))]
    queue[0].send(iter(tasks))
    found = []
    while (
        messages := queue[0].client.receive_message(QueueUrl=queue[0].queue_url, MaxNumberOfMessages=10).get("Messages")
    ):
        found += [TaskMessage.model_validate_json(message["Body"]).task() for message in messages]
    assert sorted(found, key=str) == sorted(tasks, key=str)


def test_a_message_can_be_hidden_for_a_while(queue: tuple[SqsTasks, SqsWaiting]) -> None:
    tasks, waiting = queue
    tasks.send([Task(RUN.run_id, Job(JobKind.LAPSE, DAY, 0))])
    where: Any = {"QueueUrl": tasks.queue_url}
    (message,) = tasks.client.receive_message(**where, VisibilityTimeout=600)["Messages"]
    waiting(message["ReceiptHandle"], 0)
    (again,) = tasks.client.receive_message(**where, VisibilityTimeout=0)["Messages"]
    waiting(again["ReceiptHandle"], 10**9)
    assert "Messages" not in tasks.client.receive_message(**where)


def test_a_report_is_written_for_machines_and_for_people(moto_session: boto3.Session) -> None:
    s3 = moto_session.client("s3")
    s3.create_bucket(Bucket="reports")
    ids = sorted(an_id() for _ in range(IDS_IN_A_PART + 1))
    left = replace(RUN, state=RunState.LEFT_UNDONE, failed=len(ids))
    S3SweepReports(s3, "reports", DISTRICTS, ZONE).write(
        replace(REPORT, run=left, failed={"lapse#2026-02-28#0": tuple(ids)})
    )
    listed = s3.list_objects_v2(Bucket="reports")["Contents"]
    assert [one["Key"].removeprefix("sweeps/2026-03-01.1/") for one in listed] == [
        "failed-0001.json",
        "failed-0002.json",
        "report.html",
        "report.json",
    ]

    def read(name: str) -> str:
        return s3.get_object(Bucket="reports", Key=f"sweeps/2026-03-01.1/{name}")["Body"].read().decode()

    told = json.loads(read("report.json"))
    assert told["kinds"]["lapse"] == {
        "total": 1234,
        "by_category_and_district": {"injury_care/310000": 34, "resident_pension/110101": 1200},
        "left_alone": 5,
    }
    assert (told["state"], told["failed_total"], told["failed"]) == ("left_undone", len(ids), ids[:IDS_IN_A_PART])
    assert [one["totals"] for one in told["before"]] == [{"lapse": 280}, {"lapse": 270}]
    assert json.loads(read("failed-0001.json")) + json.loads(read("failed-0002.json")) == ids
    page = read("report.html")
    assert "failed-0002.json" in page
    assert ("上海市" in page, "310000" in page) == (True, False)


def test_the_figures_of_a_report_are_read_back_and_one_that_is_gone_is_none(moto_session: boto3.Session) -> None:
    s3 = moto_session.client("s3")
    s3.create_bucket(Bucket="reports")
    S3SweepReports(s3, "reports", DISTRICTS, ZONE).write(REPORT)
    reports = S3RunReports(s3, "reports")
    figures = reports.figures(RUN.run_id)
    assert figures
    assert (figures.run_date, figures.state, figures.failed) == (DAY, RunState.FINISHED, 0)
    assert figures.tallies == {JobKind.LAPSE: TALLY}
    assert reports.figures("2026-02-28.1") is None
