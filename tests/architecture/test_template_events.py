"""The template: what runs at its hour or follows a change, and where its failures are kept."""

import json
from typing import Any

import pytest

from lifecert.application.faces.find_duplicates import MAY_BE_USED_AGAIN
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.notice import NoticeChannel
from tests.support.templates import FUNCTIONS, ROOT, as_list, child, of_type, parent, text, unrolled

DAY = 86400
# What a person is to be told, and no payer.
TOLD = [
    "ReminderDue",
    "CertifyAgainDue",
    "ConsentWithdrawn",
    "WithdrawalUndone",
    "CertifiedNoticeDue",
    "StartCorrectedNoticeDue",
]


def test_the_sweep_runs_every_night_by_the_deployments_own_clock() -> None:
    schedule = FUNCTIONS["ExpirySweep"]["Properties"]["Events"]["Nightly"]
    assert schedule["Type"] == "ScheduleV2"
    assert schedule["Properties"]["ScheduleExpression"] == "cron(30 0 * * ? *)"
    assert schedule["Properties"]["ScheduleExpressionTimezone"] == {"Ref": "TimeZone"}
    # Names of schedules are the account's: two deployments must not share one.
    assert schedule["Properties"]["Name"] == {"Fn::Sub": "${AWS::StackName}-sweep"}


def test_a_sweep_that_fails_is_kept() -> None:
    sweep = FUNCTIONS["ExpirySweep"]["Properties"]
    queue = {"Fn::GetAtt": "SweepFailures.Arn"}
    assert sweep["EventInvokeConfig"]["DestinationConfig"]["OnFailure"] == {"Type": "SQS", "Destination": queue}
    assert sweep["EventInvokeConfig"]["MaximumRetryAttempts"] == 2
    assert sweep["Events"]["Nightly"]["Properties"]["DeadLetterConfig"] == {"Arn": queue}


def test_a_purge_runs_every_night_and_one_that_fails_is_kept() -> None:
    purge = FUNCTIONS["PurgeFaces"]["Properties"]
    schedule = purge["Events"]["Nightly"]["Properties"]
    queue = {"Fn::GetAtt": "PurgeFailures.Arn"}
    assert schedule["ScheduleExpression"] == "cron(30 2 * * ? *)"
    assert schedule["ScheduleExpressionTimezone"] == {"Ref": "TimeZone"}
    assert schedule["Name"] == {"Fn::Sub": "${AWS::StackName}-purge"}
    assert schedule["DeadLetterConfig"] == {"Arn": queue}
    assert purge["EventInvokeConfig"]["DestinationConfig"]["OnFailure"] == {"Type": "SQS", "Destination": queue}


def test_the_watch_comes_after_the_sweep_and_within_its_day() -> None:
    events = FUNCTIONS["ExpirySweep"]["Properties"]["Events"]
    nightly, watch = events["Nightly"]["Properties"], events["Watch"]["Properties"]
    assert watch["ScheduleExpression"] == "cron(30 2 * * ? *)"
    assert watch["ScheduleExpressionTimezone"] == nightly["ScheduleExpressionTimezone"]
    assert json.loads(watch["Input"]) == {"watch": True}
    assert watch["DeadLetterConfig"] == nightly["DeadLetterConfig"]


def test_jobs_of_the_sweep_are_tried_as_often_as_the_worker_thinks_and_then_kept() -> None:
    worker = FUNCTIONS["SweepWorker"]["Properties"]
    queue = parent()["Resources"]["SweepQueue"]["Properties"]
    assert text(queue["RedrivePolicy"]["deadLetterTargetArn"]) == "SweepDeadLetters.Arn"
    assert str(queue["RedrivePolicy"]["maxReceiveCount"]) == worker["Environment"]["Variables"]["SWEEP_TRIES"]
    assert queue["VisibilityTimeout"] == 6 * worker["Timeout"]
    source = worker["Events"]["Jobs"]["Properties"]
    assert text(source["Queue"]) == "SweepQueue.Arn"
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    condition, bound, otherwise = source["ScalingConfig"]["Fn::If"]
    assert (condition, otherwise) == ("LimitSweep", {"Ref": "AWS::NoValue"})
    assert bound == {"MaximumConcurrency": {"Ref": "SweepWorkers"}}
    assert parent()["Parameters"]["SweepWorkers"]["Default"] >= 2  # the least that Lambda takes


@pytest.mark.parametrize(
    ("worker_of", "queue_of"), [("ImportRegister", "ImportQueue"), ("ImportReferences", "PhotoQueue")]
)
def test_a_part_of_an_offices_file_is_tried_five_times_by_a_worker_of_its_own_and_then_kept(
    worker_of: str, queue_of: str
) -> None:
    worker = FUNCTIONS[worker_of]["Properties"]
    queue = parent()["Resources"][queue_of]["Properties"]
    assert text(queue["RedrivePolicy"]["deadLetterTargetArn"]) == "ImportDeadLetters.Arn"
    assert queue["RedrivePolicy"]["maxReceiveCount"] == 5
    assert queue["VisibilityTimeout"] == 6 * worker["Timeout"]
    source = worker["Events"]["Parts"]["Properties"]
    assert (text(source["Queue"]), source["BatchSize"]) == (f"{queue_of}.Arn", 1)
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    condition, bound, otherwise = source["ScalingConfig"]["Fn::If"]
    assert (condition, otherwise) == ("LimitImports", {"Ref": "AWS::NoValue"})
    assert bound == {"MaximumConcurrency": {"Ref": "ImportWorkers"}}
    assert parent()["Parameters"]["ImportWorkers"]["Default"] >= 2  # the least that Lambda takes


def test_a_change_file_is_written_every_day_and_one_that_fails_is_kept() -> None:
    writer = FUNCTIONS["WriteChangeFile"]["Properties"]
    schedule = writer["Events"]["Daily"]["Properties"]
    queue = {"Fn::GetAtt": "ChangeFileFailures.Arn"}
    assert schedule["ScheduleExpression"] == "cron(0 4 * * ? *)"
    assert schedule["ScheduleExpressionTimezone"] == {"Ref": "TimeZone"}
    assert schedule["Name"] == {"Fn::Sub": "${AWS::StackName}-change-file"}
    assert schedule["DeadLetterConfig"] == {"Arn": queue}
    assert writer["EventInvokeConfig"]["DestinationConfig"]["OnFailure"] == {"Type": "SQS", "Destination": queue}


def test_no_ledger_entry_is_lost_on_its_way_to_the_bus() -> None:
    stream = FUNCTIONS["PublishEvents"]["Properties"]["Events"]["Ledger"]["Properties"]
    assert text(stream["Stream"]) == "Data.Outputs.LedgerStreamArn"
    assert stream["StartingPosition"] == "TRIM_HORIZON"
    assert stream["BisectBatchOnFunctionError"] is True
    assert stream["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert stream["MaximumRecordAgeInSeconds"] < DAY  # the stream forgets after a day
    assert text(stream["DestinationConfig"]["OnFailure"]["Destination"]) == "PublishFailures.Arn"


def test_no_new_face_is_left_out_of_the_search() -> None:
    stream = FUNCTIONS["FindDuplicates"]["Properties"]["Events"]["Ledger"]["Properties"]
    assert text(stream["Stream"]) == "Data.Outputs.LedgerStreamArn"
    assert stream["StartingPosition"] == "TRIM_HORIZON"
    assert stream["BisectBatchOnFunctionError"] is True
    assert stream["MaximumRecordAgeInSeconds"] < DAY
    assert text(stream["DestinationConfig"]["OnFailure"]["Destination"]) == "DuplicateFailures.Arn"
    (only,) = stream["FilterCriteria"]["Filters"]
    searched = [LedgerEvent.REFERENCE_ENROLLED, LedgerEvent.FACES_DELETED, *MAY_BE_USED_AGAIN]
    (events,) = json.loads(only["Pattern"])["dynamodb"]["NewImage"]["event"].values()
    assert sorted(events) == sorted(searched)


def test_no_change_of_a_person_is_lost_on_its_way_to_the_work_lists() -> None:
    stream = FUNCTIONS["WriteWorkLists"]["Properties"]["Events"]["Register"]["Properties"]
    assert text(stream["Stream"]) == "Data.Outputs.RegisterStreamArn"
    assert stream["StartingPosition"] == "TRIM_HORIZON"
    assert stream["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert stream["MaximumRecordAgeInSeconds"] < DAY
    assert text(stream["DestinationConfig"]["OnFailure"]["Destination"]) == "ListFailures.Arn"


def test_no_stream_has_more_readers_than_dynamodb_takes() -> None:
    """Two of a shard at once; with a third all of them are throttled."""
    read: dict[str, int] = {}
    for function in FUNCTIONS.values():
        for source in function["Properties"].get("Events", {}).values():
            if source["Type"] == "DynamoDB":
                stream = text(source["Properties"]["Stream"])
                read[stream] = read.get(stream, 0) + 1
    assert read == {"Data.Outputs.LedgerStreamArn": 2, "Data.Outputs.RegisterStreamArn": 1}


def test_every_queue_keeps_its_messages_encrypted_for_fourteen_days() -> None:
    queues = {**of_type(parent(), "AWS::SQS::Queue"), **of_type(child("events"), "AWS::SQS::Queue")}
    assert set(queues) == {
        "SweepFailures",
        "SweepQueue",
        "SweepDeadLetters",
        "ImportQueue",
        "PhotoQueue",
        "ImportDeadLetters",
        "NoticeQueue",
        "NoticeDeadLetters",
        "PurgeFailures",
        "PublishFailures",
        "ChangeFileFailures",
        "DuplicateFailures",
        "AnchorFailures",
        "ListFailures",
        "PayerfundQueue",
        "PayerfundDeadLetters",
    }
    for queue in queues.values():
        assert queue["Properties"]["MessageRetentionPeriod"] == 14 * DAY
        assert queue["Properties"]["SqsManagedSseEnabled"] is True


def with_payers(name: str, *payers: str) -> dict[str, Any]:
    """The resources of a nested stack for these payers."""
    found: dict[str, Any] = unrolled(name, Payers=",".join(payers))["Resources"]
    return found


@pytest.mark.parametrize("payer", ["fund", "mine"])
def test_a_payers_queue_takes_from_its_own_rule_and_that_only_its_own_events(payer: str) -> None:
    resources = with_payers("events", "fund", "mine")
    policy = resources[f"Payer{payer}QueuePolicy"]["Properties"]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert statement["Action"] == "sqs:SendMessage"
    assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": [f"Payer{payer}Rule", "Arn"]}}}
    assert policy["Queues"] == [{"Ref": f"Payer{payer}Queue"}, {"Ref": f"Payer{payer}DeadLetters"}]
    rule = resources[f"Payer{payer}Rule"]["Properties"]
    # What a person is to be told is no payer's business.
    promised = sorted({path.stem for path in (ROOT / "infra/schemas").glob("*.json")} - {*TOLD})
    assert rule["EventPattern"] == {"source": ["lifecert"], "detail-type": promised, "detail": {"payer": [payer]}}
    assert rule["EventBusName"] == {"Ref": "Bus"}
    (target,) = rule["Targets"]
    assert text(target["Arn"]) == f"Payer{payer}Queue.Arn"
    assert text(target["DeadLetterConfig"]["Arn"]) == f"Payer{payer}DeadLetters.Arn"
    queue = resources[f"Payer{payer}Queue"]["Properties"]
    assert text(queue["RedrivePolicy"]["deadLetterTargetArn"]) == f"Payer{payer}DeadLetters.Arn"


def test_a_payer_may_read_what_is_its_own_and_nothing_else() -> None:
    access = with_payers("events", "fund", "mine")["PayermineAccess"]["Properties"]["PolicyDocument"]["Statement"]
    may = {(action, str(resource)) for one in access for action in as_list(one["Action"]) for resource in of(one)}
    assert may == {
        *((f"sqs:{action}", "PayermineQueue.Arn") for action in ("ReceiveMessage", "DeleteMessage")),
        *((f"sqs:{action}", "PayermineQueue.Arn") for action in ("ChangeMessageVisibility", "GetQueueAttributes")),
        ("s3:GetObject", "ChangeFilesArn/changes/mine/*"),
        ("s3:GetObject", "ChangeFilesArn/snapshots/mine/*"),
        ("s3:ListBucket", "Ref ChangeFilesArn"),
        ("kms:Decrypt", "Ref DataKeyArn"),
    }
    (listing,) = (one for one in access if one["Action"] == "s3:ListBucket")
    prefixes = [text(prefix) for prefix in listing["Condition"]["StringLike"]["s3:prefix"]]
    assert prefixes == ["changes/mine/*", "snapshots/mine/*"]


def of(statement: dict[str, Any]) -> list[str]:
    return [text(resource) for resource in as_list(statement["Resource"])]


def test_who_reads_nothing_for_three_days_and_what_cannot_be_taken_are_alarms_of_each_payer() -> None:
    queues, watch = with_payers("events", "fund", "mine"), with_payers("monitoring", "fund", "mine")
    for payer in ("fund", "mine"):
        for alarm, metric, queue, limit in (
            (f"Payer{payer}UnreadAlarm", "ApproximateAgeOfOldestMessage", f"Payer{payer}Queue", 3 * DAY),
            (f"Payer{payer}DeadLettersAlarm", "ApproximateNumberOfMessagesVisible", f"Payer{payer}DeadLetters", 0),
        ):
            properties = watch[alarm]["Properties"]
            assert (properties["MetricName"], properties["Threshold"]) == (metric, limit)
            (dimension,) = properties["Dimensions"]
            # Both stacks have the name from the same parameters.
            assert dimension == {"Name": "QueueName", "Value": queues[queue]["Properties"]["QueueName"]}
            assert properties["OKActions"] == properties["AlarmActions"]
    for name in ("Events", "Monitoring"):
        given = parent()["Resources"][name]["Properties"]["Parameters"]
        assert (given["Name"], given["Payers"]) == (
            {"Ref": "AWS::StackName"},
            {"Fn::Join": [",", {"Ref": "Payers"}]},
        )


def test_snapshots_are_looked_for_every_day_and_one_that_fails_is_kept() -> None:
    writer = FUNCTIONS["WriteSnapshot"]["Properties"]
    schedule = writer["Events"]["Daily"]["Properties"]
    queue = {"Fn::GetAtt": "ChangeFileFailures.Arn"}
    assert schedule["ScheduleExpression"] == "cron(0 5 * * ? *)", "an hour after the change files"
    assert schedule["Name"] == {"Fn::Sub": "${AWS::StackName}-snapshot"}
    assert schedule["DeadLetterConfig"] == {"Arn": queue}
    assert writer["EventInvokeConfig"]["DestinationConfig"]["OnFailure"] == {"Type": "SQS", "Destination": queue}


def test_what_people_are_to_be_told_alone_goes_to_the_notices_queue_and_are_kept_when_they_cannot_be_sent() -> None:
    resources = child("events")["Resources"]
    pattern = resources["NoticeRule"]["Properties"]["EventPattern"]
    channels = [channel.value for channel in NoticeChannel]
    assert pattern["detail-type"] == TOLD
    assert (pattern["source"], pattern["detail"]) == (["lifecert"], {"channel": channels})
    (statement,) = resources["NoticeQueuePolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": "NoticeRule.Arn"}}}
    queue, sender = resources["NoticeQueue"]["Properties"], FUNCTIONS["SendNotice"]["Properties"]
    assert text(queue["RedrivePolicy"]["deadLetterTargetArn"]) == "NoticeDeadLetters.Arn"
    assert queue["VisibilityTimeout"] == 6 * sender["Timeout"]
    assert text(sender["Events"]["Reminders"]["Properties"]["Queue"]) == "Events.Outputs.NoticeQueueArn"
    assert sender["Events"]["Reminders"]["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


@pytest.mark.parametrize(("kind", "group"), [("Text", "DeliveryLogGroup"), ("Push", "PushDeliveryLogGroup")])
def test_receipts_are_read_from_the_named_logs_of_this_account(kind: str, group: str) -> None:
    """SNS has a log group for text messages and one for each app's push notices, and of each another for failures."""
    stack, receipts = parent()["Resources"]["Receipts"], child("receipts")
    given = stack["Properties"]["Parameters"]
    assert given[f"{kind}LogGroup"] == {"Ref": group}
    assert text(given["ReceiverArn"]) == "NoticeReceipt.Arn"
    assert group in text(parent()["Conditions"][stack["Condition"]])
    named = receipts["Conditions"][kind]["Fn::Not"][0]["Fn::Equals"]
    assert named == [{"Ref": f"{kind}LogGroup"}, ""]
    resources = receipts["Resources"]
    calls, failures = resources[f"{kind}LogCalls"], resources[f"{kind}FailureLogCalls"]
    may_call = resources[f"{kind}LogMayCall"]
    assert {one["Condition"] for one in (calls, failures, may_call)} == {kind}
    assert calls["Properties"]["LogGroupName"] == {"Ref": f"{kind}LogGroup"}
    assert text(failures["Properties"]["LogGroupName"]) == f"{kind}LogGroup/Failure"
    for one in (calls, failures):
        assert one["Properties"]["DestinationArn"] == {"Ref": "ReceiverArn"}
        assert one["DependsOn"] == f"{kind}LogMayCall"
    assert may_call["Properties"]["FunctionName"] == {"Ref": "ReceiverArn"}
    assert may_call["Properties"]["SourceAccount"] == {"Ref": "AWS::AccountId"}
    assert text(may_call["Properties"]["SourceArn"]).endswith(f"log-group:{kind}LogGroup*")


def test_notices_are_sent_at_a_rate_by_two_workers() -> None:
    """Two at the default rate stay below the 20 text messages a second that SNS takes."""
    sender = FUNCTIONS["SendNotice"]["Properties"]
    assert sender["Events"]["Reminders"]["Properties"]["ScalingConfig"] == {"MaximumConcurrency": 2}
    assert 2 * parent()["Parameters"]["NoticeRate"]["Default"] < 20
    assert sender["Environment"]["Variables"]["NOTICE_RATE"] == {"Ref": "NoticeRate"}
