"""The template: what is watched, and whom it tells."""

import json
import re

from lifecert.domain.review import FRAMES_LAST
from lifecert.entry.http.problems import Code
from tests.support.templates import ALARMS, FUNCTIONS, child, of_type, parent, text

DAY = 86400

WATCHED = parent()["Resources"]["Monitoring"]["Properties"]["Parameters"]
IN_CHILD = of_type(child("monitoring"), "AWS::CloudWatch::Alarm")


def _watches(metric: str) -> set[str]:
    """What the alarms on one metric watch, as the parent template names it."""
    return {
        text(
            WATCHED[dimension["Value"]["Ref"]]
            if name in IN_CHILD and "Ref" in dimension["Value"]
            else dimension["Value"]
        )
        for name, alarm in ALARMS.items()
        if alarm["Properties"].get("MetricName") == metric
        for dimension in alarm["Properties"]["Dimensions"]
    }


def test_one_message_in_any_dead_letter_queue_is_an_alarm() -> None:
    assert _watches("ApproximateNumberOfMessagesVisible") == {
        "SweepFailures.QueueName",
        "PurgeFailures.QueueName",
        "SweepDeadLetters.QueueName",
        "ImportDeadLetters.QueueName",
        "Events.Outputs.NoticeDeadLettersName",
        "PublishFailures.QueueName",
        "ChangeFileFailures.QueueName",
        "DuplicateFailures.QueueName",
        "AnchorFailures.QueueName",
        "ListFailures.QueueName",
        "Name-payer-fund-dead-letters",
    }
    for alarm in ALARMS.values():
        if alarm["Properties"].get("MetricName") == "ApproximateNumberOfMessagesVisible":
            assert alarm["Properties"]["Threshold"] == 0
            assert alarm["Properties"]["ComparisonOperator"] == "GreaterThanThreshold"


def test_errors_of_every_function_and_of_the_api_are_alarms() -> None:
    # A token that is refused ends `authorise` with an error, as the gateway wants it; an issuer that cannot be reached
    # is a 5xx of the API.
    assert _watches("Errors") == {f"Ref {name}" for name in FUNCTIONS} - {"Ref Authorise"}
    for alarm in ALARMS.values():
        if alarm["Properties"].get("MetricName") == "Errors":
            assert (alarm["Properties"]["Threshold"], alarm["Properties"]["Statistic"]) == (0, "Sum")
            assert alarm["Properties"]["ComparisonOperator"] == "GreaterThanThreshold"
            assert alarm["Properties"]["Period"] * alarm["Properties"]["EvaluationPeriods"] == 300
    assert _watches("5XXError") == {"Ref AWS::StackName", "Ref Stage"}
    assert _watches("IteratorAge") == {"Ref PublishEvents", "Ref WriteWorkLists"}


def test_a_sweep_or_purge_that_did_not_run_is_an_alarm() -> None:
    assert _watches("Invocations") == {
        "Ref ExpirySweep",
        "Ref PurgeFaces",
        "Ref WriteChangeFile",
        "Ref WriteSnapshot",
    }
    for name in ("SweepNotRunAlarm", "PurgeNotRunAlarm", "ChangeFileNotWrittenAlarm", "SnapshotNotWrittenAlarm"):
        alarm = ALARMS[name]["Properties"]
        assert alarm["TreatMissingData"] == "breaching"
        assert alarm["ComparisonOperator"] == "LessThanThreshold"
        # Longer than from one night to the next, shorter than a day and a half.
        assert DAY < alarm["Period"] * alarm["EvaluationPeriods"] < 1.5 * DAY


def test_a_night_without_an_anchor_is_an_alarm_whatever_kept_it_away() -> None:
    """It counts what was done, and not that somebody tried."""
    alarm = ALARMS["LedgerNotAnchoredAlarm"]["Properties"]
    assert (alarm["MetricName"], alarm["Statistic"], alarm["Threshold"]) == ("LedgerAnchored", "Sum", 1)
    assert (alarm["TreatMissingData"], alarm["ComparisonOperator"]) == ("breaching", "LessThanThreshold")
    assert DAY < alarm["Period"] * alarm["EvaluationPeriods"] < 1.5 * DAY
    assert alarm["DatapointsToAlarm"] == alarm["EvaluationPeriods"]


def test_one_entry_that_was_changed_or_removed_is_an_alarm() -> None:
    alarm = ALARMS["LedgerAlteredAlarm"]["Properties"]
    assert (alarm["MetricName"], alarm["Statistic"], alarm["Threshold"]) == ("LedgerAltered", "Sum", 0)
    assert alarm["ComparisonOperator"] == "GreaterThanThreshold"


def test_a_batch_of_holds_that_nobody_decides_is_an_alarm_until_somebody_does() -> None:
    alarm = ALARMS["HoldsUndecidedAlarm"]["Properties"]
    assert (alarm["MetricName"], alarm["Statistic"]) == ("HoldsUndecidedDays", "Maximum")
    assert alarm["Period"] * alarm["EvaluationPeriods"] == DAY, "counted once a night"
    limit = child("monitoring")["Parameters"][alarm["Threshold"]["Ref"]]["Default"]
    assert (alarm["ComparisonOperator"], limit) == ("GreaterThanOrEqualToThreshold", 14)
    assert alarm["OKActions"] == alarm["AlarmActions"]
    # Decided by then, nobody in it has waited for as long again as the shortest grace.
    assert limit <= parent()["Parameters"]["HoldGraceDays"]["MinValue"]


def test_a_case_that_nobody_decides_is_an_alarm_while_its_photos_can_still_be_seen() -> None:
    alarm = ALARMS["CasesUndecidedAlarm"]["Properties"]
    assert (alarm["MetricName"], alarm["Statistic"]) == ("CasesUndecidedDays", "Maximum")
    assert alarm["Period"] * alarm["EvaluationPeriods"] == DAY, "counted once a night"
    limit = child("monitoring")["Parameters"][alarm["Threshold"]["Ref"]]["Default"]
    assert alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
    assert alarm["OKActions"] == alarm["AlarmActions"]
    rules = child("storage")["Resources"]["Frames"]["Properties"]["LifecycleConfiguration"]["Rules"]
    (kept,) = (rule["ExpirationInDays"] for rule in rules if rule.get("Prefix") == "review/")
    assert kept == FRAMES_LAST.days
    assert limit <= kept - 14, "two weeks to look at them"


def test_a_notice_that_waits_for_longer_than_any_night_asks_is_an_alarm() -> None:
    """By two measures: what is tried in vain counts its own age, what nobody receives is seen by the queue's."""
    tried, unread = (ALARMS[name]["Properties"] for name in ("NoticesLateAlarm", "NoticesUnreadAlarm"))
    assert (tried["MetricName"], tried["Statistic"]) == ("NoticeAgeHours", "Maximum")
    assert unread["MetricName"] == "ApproximateAgeOfOldestMessage"
    (dimension,) = unread["Dimensions"]
    assert text(WATCHED[dimension["Value"]["Ref"]]) == "Events.Outputs.NoticeQueueName"
    assert text(child("events")["Outputs"]["NoticeQueueName"]["Value"]) == "NoticeQueue.QueueName"
    limits = tried["Threshold"] * 3600, unread["Threshold"]
    assert limits[0] == limits[1]
    quiet = [int(hour) for hour in parent()["Parameters"]["QuietHours"]["Default"].split("-")]
    longest = (quiet[1] - quiet[0]) % 24 + parent()["Parameters"]["NoticeSpreadHours"]["Default"]
    kept = child("events")["Resources"]["NoticeQueue"]["Properties"]["MessageRetentionPeriod"]
    assert longest * 3600 < limits[0] < kept / 2, "long after any night's wait, and long before the queue forgets"
    for alarm in (tried, unread):
        assert alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
        assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": "Alarms"}]


def test_guessed_codes_are_an_alarm_and_no_address_is_blocked_for_them() -> None:
    alarm = ALARMS["CodesGuessedAlarm"]["Properties"]
    told = {one["Name"]: one["Value"] for one in alarm["Dimensions"]}
    assert (alarm["MetricName"], told["problem"]) == ("RequestsRefused", Code.INVITATION_UNKNOWN)
    assert (alarm["Statistic"], alarm["Period"], alarm["Threshold"]) == ("Sum", 300, {"Ref": "UnknownCodes"})
    # Whoever stays below it for a whole year, with ten million letters about, hits one in less than 1 of 1,000 years.
    guesses = child("monitoring")["Parameters"]["UnknownCodes"]["Default"] * 12 * 24 * 365
    assert guesses * 10_000_000 / 10**18 < 0.001


def test_the_alarm_of_a_function_says_what_failed() -> None:
    says = parent()["Mappings"]["Functions"]
    for name in says["All"]["Names"]:
        usual = "The function named in this alarm ended with an error of ours."
        said = ALARMS[f"{name}ErrorsAlarm"]["Properties"]["AlarmDescription"]
        assert said == says.get(name, {}).get("OnError", usual)


def test_every_alarm_tells_somebody_over_an_encrypted_topic() -> None:
    topic = child("monitoring")["Outputs"]["AlarmTopicArn"]["Value"]
    for name, alarm in ALARMS.items():
        (told,) = alarm["Properties"]["AlarmActions"]
        assert text(told) == (text(topic) if name in IN_CHILD else "Monitoring.Outputs.AlarmTopicArn")
    assert topic == {"Ref": "Alarms"}
    assert child("monitoring")["Resources"]["Alarms"]["Properties"]["KmsMasterKeyId"] == {"Ref": "DataKeyArn"}


def test_the_dashboard_is_json() -> None:
    body = child("monitoring")["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    assert len(json.loads(re.sub(r"\$\{[^}]+\}", "x", body))["widgets"]) == 10


def _share(accepted: int | None, retry: int | None, review: int | None) -> float | None:
    """What the expression of FewAcceptedAlarm comes to for one hour; None stands for a metric without a value in it,
    and CloudWatch computes nothing with that, whatever else there is."""
    [share] = [one for one in ALARMS["FewAcceptedAlarm"]["Properties"]["Metrics"] if "Expression" in one]
    values = {"accepted": accepted, "retry": retry, "review": review}

    def fill(value: float | None, otherwise: float) -> float:
        return otherwise if value is None else value

    def choose(wanted: bool, then: float, otherwise: float) -> float:
        return then if wanted else otherwise

    python = re.sub(r"\bIF\(", "choose(", re.sub(r"\bFILL\(", "fill(", share["Expression"]))
    try:
        return float(eval(python, {"fill": fill, "choose": choose, **values}))
    except TypeError:
        return None


def test_the_alarm_goes_off_exactly_when_nothing_is_accepted() -> None:
    """An outcome that nobody had in an hour has no value there, and not the value 0."""
    limit = ALARMS["FewAcceptedAlarm"]["Properties"]["Threshold"]
    assert (_share(None, 400, 30), _share(None, 400, None)) == (0, 0) < (limit, limit)
    assert _share(None, None, 25) == 0
    assert _share(90, 5, None) == 90 / 95
    assert _share(2, 16, None) == 1, "fewer than twenty say nothing"


def test_whatever_is_computed_of_metrics_counts_a_missing_one_as_nothing() -> None:
    for name, alarm in ALARMS.items():
        metrics = alarm["Properties"].get("Metrics", [])
        ids = {one["Id"] for one in metrics if "MetricStat" in one}
        for expression in (one["Expression"] for one in metrics if "Expression" in one):
            bare = re.sub(r"FILL\(\w+, 0\)", "", expression)
            assert not ids & set(re.findall(r"\w+", bare)), name
