"""Sessions in DynamoDB."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, cast

from botocore.exceptions import ClientError

from lifecert.adapters.aws_errors import code_of, translated
from lifecert.adapters.dynamodb_session_items import session_item, session_of
from lifecert.adapters.dynamodb_values import moment, plain, typed
from lifecert.domain.errors import StoreUnavailable
from lifecert.domain.session import Session, SessionState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

CONDITION_FAILED = "ConditionalCheckFailedException"
# The item is part of a transaction that is under way: somebody is deciding the session this moment.
COLLISION = "TransactionConflictException"


@dataclass(frozen=True, slots=True)
class DynamoSessions:
    """The sessions table."""

    client: "DynamoDBClient"
    table: str

    def open(self, session: Session) -> Session:
        """Store a new session, or return the one that is there, mostly in the same round trip."""
        with translated():
            try:
                self.client.put_item(
                    TableName=self.table,
                    Item=typed(session_item(session)),
                    ConditionExpression="attribute_not_exists(session_id)",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
            except ClientError as error:
                if code_of(error) != CONDITION_FAILED:
                    raise
                # Not every engine returns the old item.
                old = cast("Mapping[str, AttributeValueTypeDef] | None", error.response.get("Item"))
                found = session_of(plain(old)) if old else self.get(session.session_id)
                if found is None:
                    raise StoreUnavailable("the session vanished while it was opened again") from error
                return found
        return session

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
