"""Which errors of AWS mean what."""

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)
from botocore.stub import Stubber

from lifecert.adapters.aws_errors import translated
from lifecert.adapters.dynamodb.seen_frames import DynamoSeenFrames
from lifecert.adapters.dynamodb.sessions import DynamoSessions
from lifecert.adapters.messages.bus import EventBridgeBus
from lifecert.adapters.s3.photos import S3Photos
from lifecert.domain.errors import FrameSeenBefore, SessionAlreadyDecided, StoreUnavailable, VersionConflict
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.published import published_events
from tests.support.builders import NOW, a_beneficiary, a_change, an_id

CONDITIONS = (SessionAlreadyDecided, FrameSeenBefore, VersionConflict)


def client_error(code: str, status: int = 400, reasons: tuple[str, ...] = ()) -> ClientError:
    response = {
        # Words in a message must not matter.
        "Error": {"Code": code, "Message": "ConditionalCheckFailed ThrottlingException TransactionConflict"},
        "ResponseMetadata": {"HTTPStatusCode": status},
        "CancellationReasons": [{"Code": reason} for reason in reasons],
    }
    return ClientError(response, "AnyOperation")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("reasons", "expected"),
    [
        (("ConditionalCheckFailed", "None", "None"), SessionAlreadyDecided),
        (("None", "ConditionalCheckFailed", "None"), FrameSeenBefore),
        (("None", "None", "ConditionalCheckFailed"), VersionConflict),
        (("None", "ConditionalCheckFailed", "ConditionalCheckFailed"), FrameSeenBefore),
        (("TransactionConflict", "ConditionalCheckFailed", "None"), FrameSeenBefore),
        (("None", "TransactionConflict", "ThrottlingError"), VersionConflict),
        (("None", "None", "ThrottlingError"), StoreUnavailable),
        (("None", "ProvisionedThroughputExceeded", "None"), StoreUnavailable),
        (("None", "None", "ValidationError"), ClientError),
        ((), ClientError),
    ],
)
def test_a_cancelled_transaction_is_told_by_position(reasons: tuple[str, ...], expected: type[Exception]) -> None:
    with pytest.raises(expected) as raised, translated(CONDITIONS):
        raise client_error("TransactionCanceledException", reasons=reasons)
    assert type(raised.value) is expected


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (client_error("ProvisionedThroughputExceededException"), StoreUnavailable),
        (client_error("ThrottlingException"), StoreUnavailable),
        (client_error("TransactionInProgressException"), StoreUnavailable),
        (client_error("SlowDown", 503), StoreUnavailable),
        (client_error("SomethingNew", 500), StoreUnavailable),
        (client_error("SomethingNew", 429), StoreUnavailable),
        (client_error("KMSInternalException", 500), StoreUnavailable),
        (EndpointConnectionError(endpoint_url="https://x"), StoreUnavailable),
        (ConnectTimeoutError(endpoint_url="https://x"), StoreUnavailable),
        (ReadTimeoutError(endpoint_url="https://x"), StoreUnavailable),
        (client_error("AccessDeniedException"), ClientError),
        (client_error("AccessDenied", 403), ClientError),
        (client_error("ResourceNotFoundException"), ClientError),
        (client_error("ValidationException"), ClientError),
        (client_error("ConditionalCheckFailedException"), ClientError),
        (NoCredentialsError(), NoCredentialsError),
        (KeyError("a fault of ours"), KeyError),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else repr(value)[:60],
)
def test_what_may_be_tried_again_is_told_from_faults(error: Exception, expected: type[Exception]) -> None:
    with pytest.raises(expected) as raised, translated():
        raise error
    assert type(raised.value) is expected


def test_a_colliding_claim_is_no_claim() -> None:
    client = boto3.client("dynamodb", region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s")
    with Stubber(client) as stub:
        stub.add_client_error("update_item", "TransactionConflictException")
        assert DynamoSessions(client, "sessions").claim(an_id(), NOW, NOW) is None


def test_a_session_is_read_when_the_engine_does_not_return_the_old_one() -> None:
    client = boto3.client("dynamodb", region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s")
    from lifecert.adapters.dynamodb.sessions import session_item
    from lifecert.adapters.dynamodb.values import typed
    from tests.support.builders import a_session

    session = a_session()
    with Stubber(client) as stub:
        reasons: Any = {"CancellationReasons": [{"Code": "ConditionalCheckFailed"}]}
        stub.add_client_error("transact_write_items", "TransactionCanceledException", modeled_fields=reasons)
        stub.add_response("get_item", {"Item": typed(session_item(session))})
        assert DynamoSessions(client, "sessions").open(session) == session


def test_half_an_answer_about_seen_frames_is_no_answer() -> None:
    client = boto3.client("dynamodb", region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s")
    unprocessed = {"seen": {"Keys": [{"digest": {"S": "a"}}]}}
    with Stubber(client) as stub:
        stub.add_response("batch_get_item", {"Responses": {"seen": []}, "UnprocessedKeys": unprocessed})
        stub.add_response(
            "batch_get_item", {"Responses": {"seen": [{"digest": {"S": "b"}}]}, "UnprocessedKeys": unprocessed}
        )
        with pytest.raises(StoreUnavailable):
            DynamoSeenFrames(client, "seen").any_seen(["a", "b"])
        assert DynamoSeenFrames(client, "seen").any_seen(["a", "b"])


def test_an_event_that_the_bus_did_not_take_is_an_error() -> None:
    client = boto3.client("events", region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s")
    (event,) = published_events(a_change(a_beneficiary(), LedgerEvent.REGISTERED).entry)
    with Stubber(client) as stub:
        stub.add_response("put_events", {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "InternalFailure"}]})
        with pytest.raises(StoreUnavailable, match="InternalFailure"):
            EventBridgeBus(client, "bus").publish(event)


@pytest.mark.parametrize(
    ("code", "expected"), [("NoSuchKey", None), ("AccessDenied", ClientError), ("SlowDown", StoreUnavailable)]
)
def test_only_a_missing_photo_is_none(code: str, expected: type[Exception] | None) -> None:
    client = boto3.client("s3", region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s")
    read: Callable[[], object] = lambda: S3Photos(client, "frames-bucket").read_upload("frames/x/1", 10)  # noqa: E731
    with Stubber(client) as stub:
        stub.add_client_error("get_object", code)
        if expected is None:
            assert read() is None
        else:
            with pytest.raises(expected):
                read()
