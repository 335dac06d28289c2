"""Every function's role on the deployed stack: what the list allows succeeds, everything else is refused.

The calls are made with the role's own credentials and change nothing: writes to tables carry a condition that
never holds, so that an allowed one ends in ConditionalCheckFailed and a refused one in AccessDenied.
"""

from collections.abc import Callable
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from local.aws import Aws, Credentials
from local.deploy import CAPABILITIES, STACK_NAME, Deployment
from tests.support.design import ALLOWED, SCHEMA
from tests.support.patience import PATIENCE_SECONDS

REFUSED = {"AccessDenied", "AccessDeniedException"}
NOBODY = "least-privilege-test"


@pytest.fixture(params=sorted(ALLOWED))
def function(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def role(stack: Deployment, function: str) -> Aws:
    """The stack as the function sees it."""
    configuration = stack.aws.functions().get_function_configuration(FunctionName=stack.outputs[f"{function}Function"])
    keys = stack.aws.sts().assume_role(RoleArn=configuration["Role"], RoleSessionName=NOBODY)["Credentials"]
    return stack.aws.acting_as(Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"]))


def allowed(call: Callable[..., Any], **arguments: Any) -> bool:
    """Whether the call was let through; what came of it then does not matter."""
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"] not in REFUSED
    return True


def let_through(aws: Aws, table: str, keys: list[str]) -> set[str]:
    """The actions on one table that are not refused."""
    dynamodb = aws.dynamodb()
    types = dict(key.split(":") for key in keys)
    key = {name: {kind: "0" if kind == "N" else NOBODY} for name, kind in types.items()}
    first, kind = keys[0].split(":")
    never = {"TableName": table, "ConditionExpression": f"attribute_exists({first})"}
    value = {"ExpressionAttributeValues": {":value": {kind: NOBODY}}}
    check = {"ConditionCheck": {"Key": key, **never}}
    expiry = {"Enabled": True, "AttributeName": "expires_at"}
    attempts: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
        "GetItem": (dynamodb.get_item, {"TableName": table, "Key": key}),
        "PutItem": (dynamodb.put_item, {"Item": key, **never}),
        "UpdateItem": (dynamodb.update_item, {"Key": key, "UpdateExpression": "REMOVE x", **never}),
        "DeleteItem": (dynamodb.delete_item, {"Key": key, **never}),
        "Query": (dynamodb.query, {"TableName": table, "KeyConditionExpression": f"{first} = :value", **value}),
        "Scan": (dynamodb.scan, {"TableName": table, "Limit": 1}),
        "BatchGetItem": (dynamodb.batch_get_item, {"RequestItems": {table: {"Keys": [key]}}}),
        "BatchWriteItem": (
            dynamodb.batch_write_item,
            {"RequestItems": {table: [{"DeleteRequest": {"Key": key}}]}},
        ),
        "ConditionCheckItem": (dynamodb.transact_write_items, {"TransactItems": [check]}),
        "DescribeTable": (dynamodb.describe_table, {"TableName": table}),
        "DeleteTable": (dynamodb.delete_table, {"TableName": table}),
        "UpdateTimeToLive": (
            dynamodb.update_time_to_live,
            {"TableName": table, "TimeToLiveSpecification": expiry},
        ),
    }
    return {action for action, (call, arguments) in attempts.items() if allowed(call, **arguments)}


def test_tables(stack: Deployment, role: Aws, function: str) -> None:
    found = {
        f"dynamodb:{action} {table}"
        for table, (keys, *_) in SCHEMA.items()
        for action in let_through(role, stack.outputs[f"{table}Table"], keys)
    }
    listed = {entry for entry in ALLOWED[function] if entry.startswith("dynamodb:")}
    assert found == {entry for entry in listed if entry.split()[1] in SCHEMA}


def test_indexes(stack: Deployment, role: Aws, function: str) -> None:
    found = set()
    for table, (_, indexes, *_) in SCHEMA.items():
        for index, (keys, _) in indexes.items():
            name, kind = keys[0].split(":")
            if allowed(
                role.dynamodb().query,
                TableName=stack.outputs[f"{table}Table"],
                IndexName=index,
                KeyConditionExpression="#name = :value",
                ExpressionAttributeNames={"#name": name},
                ExpressionAttributeValues={":value": {kind: NOBODY}},
            ):
                found.add(f"dynamodb:Query {table}/index/{index}")
    assert found == {entry for entry in ALLOWED[function] if "/index/" in entry}


def test_buckets(stack: Deployment, role: Aws, function: str) -> None:
    s3 = role.s3()
    found = set()
    for name in ("Frames", "References", "Gallery", "Reports", "Imports", "ChangeFiles", "Anchors"):
        bucket = stack.outputs[f"{name}Bucket"]
        for prefix in (
            "frames",
            "review",
            "references",
            "gallery",
            "sweeps",
            "incoming",
            "progress",
            "rejects",
            "registers",
            "told",
            "photos",
            "letters",
            "changes",
            "snapshots",
            "anchors",
            "parts",
            "elsewhere",
            # Of these some functions may see manifests alone.
            "changes/*.manifest.json",
            "snapshots/*/manifest.json",
        ):
            it = {"Bucket": bucket, "Key": prefix.replace("*", NOBODY) if "*" in prefix else f"{prefix}/{NOBODY}"}
            attempts = {
                "PutObject": allowed(s3.put_object, Body=b"x", **it),
                "GetObject": allowed(s3.get_object, **it),
                "GetObjectVersion": allowed(s3.get_object, VersionId=NOBODY, **it),
                "DeleteObject": allowed(s3.delete_object, **it),
            }
            stack.aws.s3().delete_object(Bucket=bucket, Key=it["Key"])
            pattern = prefix if "*" in prefix else f"{prefix}/*"
            # Who may have a whole folder may have its manifests, and the list need not say so.
            whole = {f"s3:{action} {name}/{prefix.split('/')[0]}/*": action for action in attempts}
            done = {action for action, was_let in attempts.items() if was_let}
            covered = {action for entry, action in whole.items() if entry in ALLOWED[function] and entry != pattern}
            found |= {f"s3:{action} {name}/{pattern}" for action in done - (covered if "*" in prefix else set())}
        if allowed(s3.list_objects_v2, Bucket=bucket):
            found.add(f"s3:ListBucket {name}")
        if allowed(s3.list_object_versions, Bucket=bucket):
            found.add(f"s3:ListBucketVersions {name}")
        assert not allowed(s3.delete_public_access_block, Bucket=bucket)
    assert found == {entry for entry in ALLOWED[function] if entry.startswith("s3:")}


def test_key_bus_and_queues(stack: Deployment, role: Aws, function: str) -> None:
    key, bus = stack.outputs["PersonKeyId"], stack.outputs["EventBusName"]
    event: Any = {"Source": NOBODY, "DetailType": NOBODY, "Detail": "{}", "EventBusName": bus}
    hashes = allowed(role.kms().generate_mac, Message=b"x", KeyId=key, MacAlgorithm="HMAC_SHA_256")
    publishes = allowed(role.events().put_events, Entries=[event])
    assert hashes == ("kms:GenerateMac PersonKey" in ALLOWED[function])
    template_key = stack.outputs["TemplateKeyId"]
    reveals = allowed(role.kms().generate_mac, Message=b"x", KeyId=template_key, MacAlgorithm="HMAC_SHA_256")
    assert reveals == ("kms:GenerateMac TemplateKey" in ALLOWED[function])
    codes = allowed(
        role.kms().generate_mac, Message=b"x", KeyId=stack.outputs["InvitationKeyId"], MacAlgorithm="HMAC_SHA_256"
    )
    assert codes == ("kms:GenerateMac InvitationKey" in ALLOWED[function])
    helpers, context = stack.outputs["HelperKeyId"], {"session_id": NOBODY}
    seals = allowed(role.kms().encrypt, KeyId=helpers, Plaintext=b"x", EncryptionContext=context)
    assert seals == ("kms:Encrypt HelperKey" in ALLOWED[function])
    sealed = stack.aws.kms().encrypt(KeyId=helpers, Plaintext=b"x", EncryptionContext=context)["CiphertextBlob"]
    opens = allowed(role.kms().decrypt, KeyId=helpers, CiphertextBlob=sealed, EncryptionContext=context)
    assert opens == ("kms:Decrypt HelperKey" in ALLOWED[function])
    assert publishes == ("events:PutEvents EventBus" in ALLOWED[function])
    anchor = stack.outputs["AnchorKeyId"]
    signs = allowed(role.kms().sign, KeyId=anchor, Message=b"x", SigningAlgorithm="ECDSA_SHA_256")
    assert signs == ("kms:Sign AnchorKey" in ALLOWED[function])
    assert not allowed(role.kms().schedule_key_deletion, KeyId=key)
    jobs = allowed(role.sqs().get_queue_attributes, QueueUrl=stack.outputs["SweepQueueUrl"])
    assert jobs == ("sqs:GetQueueAttributes SweepQueue" in ALLOWED[function])
    parts = allowed(role.sqs().get_queue_attributes, QueueUrl=stack.outputs["ImportQueueUrl"])
    assert parts == ("sqs:GetQueueAttributes ImportQueue" in ALLOWED[function])
    photos = allowed(role.sqs().get_queue_attributes, QueueUrl=stack.outputs["PhotoQueueUrl"])
    assert photos == ("sqs:GetQueueAttributes PhotoQueue" in ALLOWED[function])
    notices = allowed(role.sqs().get_queue_attributes, QueueUrl=stack.outputs["NoticeQueueUrl"])
    assert notices == ("sqs:GetQueueAttributes NoticeQueue" in ALLOWED[function])
    payer = stack.outputs["PayerfundQueueUrl"]
    assert not allowed(role.sqs().receive_message, QueueUrl=payer)
    assert not allowed(role.sqs().send_message, QueueUrl=payer, MessageBody="x")


def test_nothing_else(stack: Deployment, role: Aws, function: str) -> None:
    other = stack.outputs["GetStatusFunction" if function != "GetStatus" else "VerifyFaceFunction"]
    pool = stack.outputs["StaffPoolId"]
    assert not allowed(role.functions().invoke, FunctionName=other, InvocationType="DryRun")
    decides = stack.outputs["DecideSessionFunction"]
    asks = allowed(role.functions().invoke, FunctionName=decides, InvocationType="DryRun")
    assert asks == ("lambda:InvokeFunction DecideSession" in ALLOWED[function])
    assert not allowed(role.cloudformation().delete_stack, StackName=STACK_NAME)
    assert not allowed(role.cognito().admin_add_user_to_group, UserPoolId=pool, Username=NOBODY, GroupName="clerk")


def test_strangers_see_nothing(stack: Deployment) -> None:
    for bucket in ("FramesBucket", "ReferencesBucket", "GalleryBucket", "ChangeFilesBucket"):
        address = f"{stack.aws.endpoint}/{stack.outputs[bucket]}/frames/x"
        assert requests.get(address, timeout=PATIENCE_SECONDS).status_code == 403
        assert requests.put(address, data=b"x", timeout=PATIENCE_SECONDS).status_code == 403
    assert requests.get(f"{stack.api_url}/sessions/x", timeout=PATIENCE_SECONDS).status_code == 401


def test_a_clock_moves_only_locally(stack: Deployment) -> None:
    parameters: Any = [
        {"ParameterKey": "Stage", "ParameterValue": "dev"},
        {"ParameterKey": "ClockShiftDays", "ParameterValue": "1"},
    ]
    with pytest.raises(ClientError, match="ClockShiftDays must be 0 unless Stage is local"):
        stack.aws.cloudformation().update_stack(
            StackName=STACK_NAME, UsePreviousTemplate=True, Parameters=parameters, Capabilities=CAPABILITIES
        )
