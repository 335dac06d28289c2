"""Sessions in DynamoDB."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError

from lifecert.adapters.aws_errors import code_of, translated
from lifecert.adapters.dynamodb.limits import again, limit_writes
from lifecert.adapters.dynamodb.session_items import session_item, session_of
from lifecert.adapters.dynamodb.values import moment, plain, typed
from lifecert.domain.errors import LifeCertError, StoreUnavailable
from lifecert.domain.limits import Count
from lifecert.domain.session import Session, SessionState

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, TransactWriteItemTypeDef

CONDITION_FAILED = "ConditionalCheckFailedException"
# The item is part of a transaction that is under way: somebody is deciding the session this moment.
COLLISION = "TransactionConflictException"


class _OpenedBefore(LifeCertError):
    """A session with this id is there; `item` is it, if the engine returned it."""

    def __init__(self, item: "Mapping[str, AttributeValueTypeDef] | None" = None) -> None:
        super().__init__("session opened before")
        self.item = item


@dataclass(frozen=True, slots=True)
class DynamoSessions:
    """The sessions table."""

    client: "DynamoDBClient"
    table: str
    limits_table: str = ""

    def open(self, session: Session, counts: Sequence[Count] = ()) -> Session:
        """Store a new session with its counts, or return the one that is there, mostly in the same round trip.

        Raises LimitReached; nothing is stored then.
        """
        try:
            again(lambda: self._open(session, counts))
        except _OpenedBefore as before:
            # Not every engine returns the old item.
            found = session_of(plain(before.item)) if before.item else self.get(session.session_id)
            if found is None:
                raise StoreUnavailable("the session vanished while it was opened again") from before
            return found
        return session

    def _open(self, session: Session, counts: Sequence[Count]) -> None:
        writes, errors = limit_writes(self.limits_table, counts)
        put: TransactWriteItemTypeDef = {
            "Put": {
                "TableName": self.table,
                "Item": typed(session_item(session)),
                "ConditionExpression": "attribute_not_exists(session_id)",
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        }
        with translated([_OpenedBefore, *errors]):
            try:
                self.client.transact_write_items(TransactItems=[put, *writes])
            except ClientError as error:
                reasons = cast("list[dict[str, Any]]", error.response.get("CancellationReasons") or [{}])
                if reasons[0].get("Code") == "ConditionalCheckFailed":
                    raise _OpenedBefore(reasons[0].get("Item")) from error
                raise

    def get(self, session_id: str) -> Session | None:
        """The newest state."""
        with translated():
            answer = self.client.get_item(
                TableName=self.table, Key=typed({"session_id": session_id}), ConsistentRead=True
            )
        return session_of(plain(answer["Item"])) if "Item" in answer else None

    def claim(self, session_id: str, now: datetime, until: datetime) -> Session | None:
        """Claim an undecided session until `until`; None while another request holds it or when it is decided."""
        with translated():
            try:
                answer = self.client.update_item(
                    TableName=self.table,
                    Key=typed({"session_id": session_id}),
                    UpdateExpression="SET #state = :deciding, claimed_until = :until",
                    ConditionExpression="#state = :open OR (#state = :deciding AND claimed_until < :now)",
                    ExpressionAttributeNames={"#state": "state"},
                    ExpressionAttributeValues=typed(
                        {
                            ":open": str(SessionState.OPEN),
                            ":deciding": str(SessionState.DECIDING),
                            ":now": moment(now),
                            ":until": moment(until),
                        }
                    ),
                    ReturnValues="ALL_NEW",
                )
            except ClientError as error:
                if code_of(error) in {CONDITION_FAILED, COLLISION}:
                    return None
                raise
        return session_of(plain(answer["Attributes"]))
