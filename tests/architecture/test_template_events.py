"""The template: what runs at its hour or follows a change, and where its failures are kept."""

import json

from lifecert.domain.notice import NoticeChannel
from tests.support.templates import FUNCTIONS, ROOT, child, of_type, parent, text

DAY = 86400


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
    assert json.loads(only["Pattern"]) == {
        "dynamodb": {"NewImage": {"event": {"S": ["reference_enrolled", "faces_deleted"]}}}
    }


def test_every_queue_keeps_its_messages_encrypted_for_fourteen_days() -> None:
    queues = {**of_type(parent(), "AWS::SQS::Queue"), **of_type(child("events"), "AWS::SQS::Queue")}
    assert set(queues) == {
        "SweepFailures",
        "SweepQueue",
        "SweepDeadLetters",
        "NoticeQueue",
        "NoticeDeadLetters",
        "PurgeFailures",
        "PublishFailures",
        "ChangeFileFailures",
        "DuplicateFailures",
        "PayerQueue",
        "PayerDeadLetters",
    }
    for queue in queues.values():
        assert queue["Properties"]["MessageRetentionPeriod"] == 14 * DAY
        assert queue["Properties"]["SqsManagedSseEnabled"] is True


def test_the_payers_queue_takes_from_its_rule_only() -> None:
    policy = child("events")["Resources"]["PayerQueuePolicy"]
    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert statement["Action"] == "sqs:SendMessage"
    assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": "PayerRule.Arn"}}}
    rule = child("events")["Resources"]["PayerRule"]["Properties"]
    # What a person is to be told is no payer's business.
    ours = {"ReminderDue", "CertifyAgainDue"}
    promised = sorted({path.stem for path in (ROOT / "infra/schemas").glob("*.json")} - ours)
    assert rule["EventPattern"] == {"source": ["lifecert"], "detail-type": promised}
    assert rule["EventBusName"] == {"Ref": "Bus"}
    queue = child("events")["Resources"]["PayerQueue"]["Properties"]
    assert text(queue["RedrivePolicy"]["deadLetterTargetArn"]) == "PayerDeadLetters.Arn"


def test_what_people_are_to_be_told_alone_goes_to_the_notices_queue_and_are_kept_when_they_cannot_be_sent() -> None:
    resources = child("events")["Resources"]
    pattern = resources["NoticeRule"]["Properties"]["EventPattern"]
    channels = [channel.value for channel in NoticeChannel]
    assert pattern["detail-type"] == ["ReminderDue", "CertifyAgainDue"]
    assert (pattern["source"], pattern["detail"]) == (["lifecert"], {"channel": channels})
    (statement,) = resources["NoticeQueuePolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": "NoticeRule.Arn"}}}
    queue, sender = resources["NoticeQueue"]["Properties"], FUNCTIONS["SendNotice"]["Properties"]
    assert text(queue["RedrivePolicy"]["deadLetterTargetArn"]) == "NoticeDeadLetters.Arn"
    assert queue["VisibilityTimeout"] == 6 * sender["Timeout"]
    assert text(sender["Events"]["Reminders"]["Properties"]["Queue"]) == "Events.Outputs.NoticeQueueArn"
    assert sender["Events"]["Reminders"]["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_receipts_are_read_from_the_named_log_of_this_account() -> None:
    resources = parent()["Resources"]
    calls, may_call = resources["DeliveryLogCalls"], resources["DeliveryLogMayCall"]
    assert calls["Condition"] == may_call["Condition"] == "ReadReceipts"
    assert calls["Properties"]["LogGroupName"] == {"Ref": "DeliveryLogGroup"}
    assert text(calls["Properties"]["DestinationArn"]) == "NoticeReceipt.Arn"
    assert may_call["Properties"]["SourceAccount"] == {"Ref": "AWS::AccountId"}
    assert text(may_call["Properties"]["SourceArn"]).endswith("log-group:DeliveryLogGroup:*")
