"""The rest of the deployment: what runs by itself, who is told, the API, sign-in, and what a stage may change."""

import json
import re
import tomllib

from lifecert.domain.notice import NoticeChannel
from lifecert.entry.access import ANYONE, RULES
from tests.architecture.templates import CHILDREN, ROOT, child, expanded, of_type, parent, text

FUNCTIONS = of_type(parent(), "AWS::Serverless::Function")
DAY = 86400
ROUTES = {
    "POST /sessions": "StartSession",
    "POST /sessions/{session_id}/verify": "VerifyFace",
    "GET /sessions/{session_id}": "GetStatus",
    "GET /beneficiaries/{beneficiary_id}": "GetStatus",
    "POST /beneficiaries/{beneficiary_id}/reports": "ReportDeath",
    "POST /reports": "ReportDeath",
    "GET /certificates/{certificate_id}": "GetCertificate",
    "GET /.well-known/jwks.json": "GetCertificate",
    "POST /beneficiaries/{beneficiary_id}/consent-withdrawal": "ChangeConsent",
    "POST /staff/beneficiaries/{beneficiary_id}/consent": "ChangeConsent",
    "POST /staff/beneficiaries": "RegisterBeneficiary",
    "PUT /staff/beneficiaries/{beneficiary_id}/contact": "RegisterBeneficiary",
    "POST /staff/beneficiaries/{beneficiary_id}/references": "EnrolReference",
    "POST /staff/beneficiaries/{beneficiary_id}/references/{reference_id}/enrol": "EnrolReference",
    "POST /staff/beneficiaries/{beneficiary_id}/certifications": "CertifyInPerson",
    "POST /staff/beneficiaries/{beneficiary_id}/end": "ChangeEntitlement",
    "POST /staff/beneficiaries/{beneficiary_id}/correction": "ChangeEntitlement",
    "POST /staff/certificates/{certificate_id}/revocation": "ChangeEntitlement",
    "POST /staff/proposals/{proposal_id}/confirmation": "ChangeEntitlement",
    "GET /staff/reviews": "ReviewCases",
    "GET /staff/reviews/{review_id}": "ReviewCases",
    "POST /staff/reviews/{review_id}/decision": "ReviewCases",
    "GET /staff/hold-batches": "DecideHolds",
    "GET /staff/hold-batches/{batch_id}": "DecideHolds",
    "POST /staff/hold-batches/{batch_id}/decision": "DecideHolds",
    "GET /staff/statistics": "GetStatistics",
}

# --- what runs by itself --------------------------------------------------------------------------------------------


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
    # A reminder is no payer's business.
    promised = sorted({path.stem for path in (ROOT / "infra/schemas").glob("*.json")} - {"ReminderDue"})
    assert rule["EventPattern"] == {"source": ["lifecert"], "detail-type": promised}
    assert rule["EventBusName"] == {"Ref": "Bus"}
    queue = child("events")["Resources"]["PayerQueue"]["Properties"]
    assert text(queue["RedrivePolicy"]["deadLetterTargetArn"]) == "PayerDeadLetters.Arn"


def test_reminders_alone_go_to_the_notices_queue_and_are_kept_when_they_cannot_be_sent() -> None:
    resources = child("events")["Resources"]
    pattern = resources["NoticeRule"]["Properties"]["EventPattern"]
    channels = [channel.value for channel in NoticeChannel]
    assert pattern == {"source": ["lifecert"], "detail-type": ["ReminderDue"], "detail": {"channel": channels}}
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


# --- watch ---------------------------------------------------------------------------------------------------------

ALARMS = of_type(child("monitoring"), "AWS::CloudWatch::Alarm")
WATCHED = parent()["Resources"]["Monitoring"]["Properties"]["Parameters"]


def _watches(metric: str) -> set[str]:
    """What the alarms on one metric watch, as the parent template names it."""
    return {
        text(WATCHED[dimension["Value"]["Ref"]])
        for alarm in ALARMS.values()
        if alarm["Properties"].get("MetricName") == metric
        for dimension in alarm["Properties"]["Dimensions"]
    }


def test_one_message_in_any_dead_letter_queue_is_an_alarm() -> None:
    assert _watches("ApproximateNumberOfMessagesVisible") == {
        "SweepFailures.QueueName",
        "PurgeFailures.QueueName",
        "SweepDeadLetters.QueueName",
        "Events.Outputs.NoticeDeadLettersName",
        "PublishFailures.QueueName",
        "ChangeFileFailures.QueueName",
        "DuplicateFailures.QueueName",
        "Events.Outputs.PayerDeadLettersName",
    }
    for alarm in ALARMS.values():
        if alarm["Properties"].get("MetricName") == "ApproximateNumberOfMessagesVisible":
            assert alarm["Properties"]["Threshold"] == 0
            assert alarm["Properties"]["ComparisonOperator"] == "GreaterThanThreshold"


def test_errors_of_every_function_and_of_the_api_are_alarms() -> None:
    # A token that is refused ends `authorise` with an error, as the gateway wants it; an issuer that cannot be reached
    # is a 5xx of the API.
    assert _watches("Errors") == {f"Ref {name}" for name in FUNCTIONS} - {"Ref Authorise"}
    assert _watches("5XXError") == {"Ref AWS::StackName", "Ref Stage"}
    assert _watches("IteratorAge") == {"Ref PublishEvents"}


def test_a_sweep_or_purge_that_did_not_run_is_an_alarm() -> None:
    assert _watches("Invocations") == {"Ref ExpirySweep", "Ref PurgeFaces", "Ref WriteChangeFile"}
    for name in ("SweepNotRunAlarm", "PurgeNotRunAlarm", "ChangeFileNotWrittenAlarm"):
        alarm = ALARMS[name]["Properties"]
        assert alarm["TreatMissingData"] == "breaching"
        assert alarm["ComparisonOperator"] == "LessThanThreshold"
        # Longer than from one night to the next, shorter than a day and a half.
        assert DAY < alarm["Period"] * alarm["EvaluationPeriods"] < 1.5 * DAY


def test_every_alarm_tells_somebody_over_an_encrypted_topic() -> None:
    assert all(alarm["Properties"]["AlarmActions"] == [{"Ref": "Alarms"}] for alarm in ALARMS.values())
    assert child("monitoring")["Resources"]["Alarms"]["Properties"]["KmsMasterKeyId"] == {"Ref": "DataKeyArn"}


def test_the_dashboard_is_json() -> None:
    body = child("monitoring")["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    assert len(json.loads(re.sub(r"\$\{[^}]+\}", "x", body))["widgets"]) == 9


# --- API and identity ----------------------------------------------------------------------------------------------


def test_exactly_the_routes_of_the_design_and_the_gateway_lets_in_whom_the_table_of_rules_does() -> None:
    paths = expanded()["Resources"]["Api"]["Properties"]["Body"]["paths"]
    others = expanded("OtherIssuer")["Resources"]["Api"]["Properties"]["Body"]["paths"]
    routes = {}
    for path, methods in paths.items():
        for method, operation in methods.items():
            if method == "options":
                continue  # test_browsers.py
            uri = text(operation["x-amazon-apigateway-integration"]["uri"])
            function = uri.split("functions/")[1].split(".Arn")[0].split("Aliaslive")[0]
            route = f"{method.upper()} {path}"
            public = RULES[route] == ANYONE
            for authorizer, described in (("SignedIn", operation), ("OtherIssuer", others[path][method])):
                assert described.get("security") == [{"NONE" if public else authorizer: []}], route
            routes[route] = function
    assert routes == ROUTES
    assert set(routes) == set(RULES)


def test_the_authorizer_is_the_user_pool_unless_another_issuer_is_named() -> None:
    auth = parent()["Resources"]["Api"]["Properties"]["Auth"]
    assert auth["DefaultAuthorizer"] == {"Ref": "Authorizer"}
    assert parent()["Parameters"]["Authorizer"]["Default"] == "SignedIn"
    assert text(auth["Authorizers"]["SignedIn"]["UserPoolArn"]) == "Identity.Outputs.UserPoolArn"
    other = auth["Authorizers"]["OtherIssuer"]
    assert (text(other["FunctionArn"]), other["FunctionPayloadType"]) == ("Authorise.Arn", "TOKEN")
    # A token is asked about again within a minute, so that its end is not overlooked for long.
    assert other["Identity"]["ReauthorizeEvery"] <= 60


def test_the_access_log_names_no_person() -> None:
    api = parent()["Resources"]["Api"]["Properties"]
    template = json.loads(api["AccessLogSetting"]["Format"])
    assert set(template.values()) == {
        "$context.requestId",
        "$context.requestTime",
        "$context.httpMethod",
        "$context.resourcePath",  # the route as declared, without anybody's id
        "$context.status",
        "$context.responseLatency",
        "$context.authorizer.error",
        "$context.integrationErrorMessage",
    }
    assert not any(settings["DataTraceEnabled"] for settings in api["MethodSettings"])
    settings = api["MethodSettings"][0]
    assert (settings["ResourcePath"], settings["HttpMethod"]) == ("/*", "*")
    assert settings["ThrottlingRateLimit"] == {"Ref": "ThrottleRate"}
    assert settings["ThrottlingBurstLimit"] == {"Ref": "ThrottleBurst"}
    assert api["TracingEnabled"] is True


def test_a_flood_of_what_anyone_may_ask_leaves_room_for_who_certifies() -> None:
    _, *public = parent()["Resources"]["Api"]["Properties"]["MethodSettings"]
    routes = {f"{one['HttpMethod']} {one['ResourcePath'][1:].replace('~1', '/')}" for one in public}
    assert routes == {route for route, rule in RULES.items() if rule == ANYONE}
    assert all(one["ThrottlingRateLimit"] == {"Ref": "PublicThrottleRate"} for one in public)


# --- firewall ------------------------------------------------------------------------------------------------------


def test_the_firewall_stands_before_the_api_when_it_is_on() -> None:
    stack = parent()["Resources"]["Waf"]
    assert stack["Condition"] == "UseFirewall"
    assert parent()["Conditions"]["UseFirewall"] == {"Fn::Equals": [{"Ref": "Firewall"}, "on"]}
    assert stack["Properties"]["Parameters"]["ApiStage"] == {"Ref": "Api.Stage"}
    association = child("waf")["Resources"]["Association"]["Properties"]
    assert text(association["ResourceArn"]).endswith(":apigateway:AWS::Region::/restapis/ApiId/stages/ApiStage")
    assert text(association["WebACLArn"]) == "Firewall.Arn"
    with (ROOT / "samconfig.toml").open("rb") as file:
        assert "Firewall=on" in tomllib.load(file)["prod"]["deploy"]["parameters"]["parameter_overrides"]


def test_the_firewall_limits_size_and_rate_knows_common_attacks_and_keeps_no_request() -> None:
    wall = child("waf")["Resources"]["Firewall"]["Properties"]
    assert wall["Scope"] == "REGIONAL"
    rules = {rule["Name"]: rule for rule in wall["Rules"]}
    assert [rule["Priority"] for rule in wall["Rules"]] == list(range(len(rules)))
    assert set(rules) == {"size", "starts", "rate", "reputation", "common", "bad-inputs"}
    for visible in (wall["VisibilityConfig"], *(rule["VisibilityConfig"] for rule in wall["Rules"])):
        assert visible["SampledRequestsEnabled"] is False  # a sample would hold the token
        assert visible["CloudWatchMetricsEnabled"] is True
    for name in ("size", "starts", "rate"):
        assert rules[name]["Action"] == {"Block": {}}
    assert rules["rate"]["Statement"]["RateBasedStatement"]["Limit"] == {"Ref": "RatePerAddress"}
    assert rules["starts"]["Statement"]["RateBasedStatement"]["Limit"] == {"Ref": "StartsPerAddress"}
    managed = {
        name: rule["Statement"]["ManagedRuleGroupStatement"]
        for name, rule in rules.items()
        if "ManagedRuleGroupStatement" in rule["Statement"]
    }
    assert {group["Name"] for group in managed.values()} == {
        "AWSManagedRulesAmazonIpReputationList",
        "AWSManagedRulesCommonRuleSet",
        "AWSManagedRulesKnownBadInputsRuleSet",
    }
    # Neither counts instead of blocking, but for the size of a body, which has a rule of its own.
    assert all(rules[name]["OverrideAction"] == {"None": {}} for name in managed)
    (only,) = [override for group in managed.values() for override in group.get("RuleActionOverrides", [])]
    assert only["Name"] == "SizeRestrictions_BODY"


def test_every_log_group_has_an_end() -> None:
    groups = of_type(parent(), "AWS::Logs::LogGroup")
    assert set(groups) == {f"{name}Logs" for name in FUNCTIONS} | {"ApiLogs"}
    assert all(group["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"} for group in groups.values())


def test_passwords_are_strong_and_in_prod_never_sent() -> None:
    pool = child("identity")["Resources"]["Users"]["Properties"]
    policy = pool["Policies"]["PasswordPolicy"]
    assert policy["MinimumLength"] >= 12
    assert all(policy[f"Require{kind}"] for kind in ("Lowercase", "Uppercase", "Numbers", "Symbols"))
    assert pool["MfaConfiguration"] == "OPTIONAL"
    assert pool["DeletionProtection"] == {"Fn::If": ["IsProd", "ACTIVE", "INACTIVE"]}
    client = child("identity")["Resources"]["Client"]["Properties"]
    condition, in_prod, elsewhere = client["ExplicitAuthFlows"]["Fn::If"]
    assert condition == "IsProd"
    assert set(in_prod) == {"ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}
    assert set(elsewhere) == {*in_prod, "ALLOW_USER_PASSWORD_AUTH"}
    assert client["PreventUserExistenceErrors"] == "ENABLED"


def test_the_groups_are_those_of_the_design() -> None:
    groups = of_type(child("identity"), "AWS::Cognito::UserPoolGroup").values()
    assert {group["Properties"]["GroupName"] for group in groups} == {"clerk", "auditor", "payer"}


# --- stages --------------------------------------------------------------------------------------------------------


def test_only_a_local_deployment_can_move_its_clock() -> None:
    (assertion,) = parent()["Rules"]["OnlyLocalTimeMoves"]["Assertions"]
    assert assertion["Assert"] == {
        "Fn::Or": [
            {"Fn::Equals": [{"Ref": "Stage"}, "local"]},
            {"Fn::Equals": [{"Ref": "ClockShiftDays"}, "0"]},
        ]
    }
    assert parent()["Parameters"]["ClockShiftDays"]["Default"] == 0


def test_nothing_else_differs_locally_than_what_the_local_aws_cannot_do() -> None:
    only_in_the_cloud = {
        f"{name}.{resource}"
        for name in CHILDREN
        for resource, body in child(name)["Resources"].items()
        if body.get("Condition") == "NotLocal"
    }
    assert only_in_the_cloud == {
        "events.Archive",
        "monitoring.FewAcceptedAlarm",
        "storage.FramesPolicy",
        "storage.ReferencesPolicy",
        "storage.ReportsPolicy",
        "storage.ImportsPolicy",
        "storage.ChangeFilesPolicy",
    }
    for name in CHILDREN:
        for condition, body in child(name).get("Conditions", {}).items():
            assert condition == "NotLocal" or "local" not in json.dumps(body), name
        # Never inside a resource.
        assert '["NotLocal"' not in json.dumps(child(name)["Resources"])
    assert "local" not in json.dumps(parent()["Conditions"])


def test_every_child_knows_the_stage_it_needs() -> None:
    for name in CHILDREN:
        stack = parent()["Resources"][name.capitalize()]
        assert stack["Type"] == "AWS::CloudFormation::Stack"
        assert stack["Properties"]["TemplateURL"] == f"infra/{name}.yaml"
        given = stack["Properties"]["Parameters"]
        declared = child(name)["Parameters"]
        assert set(given) <= set(declared)
        assert {key for key, parameter in declared.items() if "Default" not in parameter} <= set(given)
        if "Stage" in declared:
            assert given["Stage"] == {"Ref": "Stage"}


def test_runtime_is_a_choice_of_three() -> None:
    runtime = parent()["Parameters"]["PythonRuntime"]
    assert runtime["AllowedValues"] == ["python3.11", "python3.12", "python3.13"]
    assert runtime["Default"] == "python3.13"


def test_every_parameter_is_explained() -> None:
    for template in [parent(), *map(child, CHILDREN)]:
        assert template["Description"]
        for name, parameter in template.get("Parameters", {}).items():
            assert parameter.get("Description"), name
