"""Invitations in DynamoDB: the newest of each person, by the person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from lifecert.adapters.aws_errors import translated
from lifecert.adapters.dynamodb.values import as_moment, epoch, moment, optional_moment, plain, typed
from lifecert.domain.invitation import Invitation

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BY_CODE = "by_code"
# What was issued and withdrawn is in the ledger for good.
INVITATION_KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class DynamoInvitations:
    """The invitations table."""

    client: "DynamoDBClient"
    table: str

    def get(self, beneficiary_id: str) -> Invitation | None:
        """A person's newest invitation."""
        with translated():
            answer = self.client.get_item(
                TableName=self.table, Key=typed({"beneficiary_id": beneficiary_id}), ConsistentRead=True
            )
        return invitation_of(plain(answer["Item"])) if "Item" in answer else None

    def find(self, digits_keys: Sequence[str]) -> Invitation | None:
        """The invitation with one of these keys; both are asked for at the same time while secrets move. None too where
        two have the same: nobody can say whose it is."""
        if len(digits_keys) == 1:
            items = self._with(digits_keys[0])
        else:
            from concurrent.futures import ThreadPoolExecutor

            with ThreadPoolExecutor(len(digits_keys)) as threads:
                items = [item for found in threads.map(self._with, digits_keys) for item in found]
        # The same one twice while it moves in the index.
        found = {item["invitation_id"]: item for item in items}
        return invitation_of(found.popitem()[1]) if len(found) == 1 else None

    def _with(self, digits_key: str) -> list[dict[str, Any]]:
        with translated():
            answer = self.client.query(
                TableName=self.table,
                IndexName=BY_CODE,
                KeyConditionExpression="digits_key = :key",
                ExpressionAttributeValues=typed({":key": digits_key}),
                Limit=2,
            )
        return [plain(item) for item in answer["Items"]]


def invitation_item(invitation: Invitation) -> dict[str, Any]:
    """Item of the invitations table. A withdrawn one leaves the index; TTL removes it some time after its end."""
    end = datetime.combine(invitation.expires_on, time(), UTC) + INVITATION_KEPT
    return {
        "beneficiary_id": invitation.beneficiary_id,
        "invitation_id": invitation.invitation_id,
        "digits_key": invitation.digits_key or None,
        "text_key": invitation.text_key or None,
        "code_secret": invitation.secret,
        "guardian": invitation.guardian,
        "issued_at": moment(invitation.issued_at),
        "expires_on": invitation.expires_on.isoformat(),
        "withdrawn_at": optional_moment(invitation.withdrawn_at),
        "expires_at": epoch(end),
    }


def invitation_of(item: Mapping[str, Any]) -> Invitation:
    """What `invitation_item` wrote; of a withdrawn one the hashes are gone."""
    return Invitation(
        invitation_id=item["invitation_id"],
        beneficiary_id=item["beneficiary_id"],
        digits_key=item.get("digits_key", ""),
        text_key=item.get("text_key", ""),
        secret=item["code_secret"],
        guardian=item["guardian"],
        issued_at=datetime.fromisoformat(item["issued_at"]),
        expires_on=date.fromisoformat(item["expires_on"]),
        withdrawn_at=as_moment(item.get("withdrawn_at")),
    )
