"""Contacts, and notices on their way, in DynamoDB."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from lifecert.adapters.aws_errors import translated
from lifecert.adapters.dynamodb.values import epoch, moment, plain, typed
from lifecert.domain.notice import Contact, NoticeChannel, NoticeKind, SentNotice

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# A receipt comes within days, and counts for one certification year.
NOTICE_KEPT = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class DynamoContacts:
    """The contacts table."""

    client: "DynamoDBClient"
    table: str

    def get(self, beneficiary_id: str) -> Contact | None:
        """A person's contact, if the office knows one."""
        item = _item(self.client, self.table, {"beneficiary_id": beneficiary_id})
        if not item:
            return None
        return Contact(item["beneficiary_id"], NoticeChannel(item["channel"]), bytes(item["sealed_address"]))


@dataclass(frozen=True, slots=True)
class DynamoSentNotices:
    """The notices table."""

    client: "DynamoDBClient"
    table: str

    def get(self, message_id: str) -> SentNotice | None:
        """The notice that a receipt is about."""
        item = _item(self.client, self.table, {"message_id": message_id})
        if not item:
            return None
        return SentNotice(
            message_id=item["message_id"],
            beneficiary_id=item["beneficiary_id"],
            channel=NoticeChannel(item["channel"]),
            valid_until=date.fromisoformat(item["valid_until"]),
            sent_at=datetime.fromisoformat(item["sent_at"]),
            kind=NoticeKind(item.get("kind", NoticeKind.REMINDER)),
            failed=item.get("failed", False),
        )


def contact_item(contact: Contact) -> dict[str, Any]:
    """Item of the contacts table."""
    return {
        "beneficiary_id": contact.beneficiary_id,
        "channel": str(contact.channel),
        "sealed_address": contact.sealed_address,
    }


def sent_notice_item(sent: SentNotice) -> dict[str, Any]:
    """Item of the notices table."""
    return {
        "message_id": sent.message_id,
        "beneficiary_id": sent.beneficiary_id,
        "channel": str(sent.channel),
        "valid_until": sent.valid_until.isoformat(),
        "sent_at": moment(sent.sent_at),
        "kind": str(sent.kind),
        "failed": sent.failed,
        "expires_at": epoch(sent.sent_at + NOTICE_KEPT),
    }


def _item(client: "DynamoDBClient", table: str, key: Mapping[str, str]) -> dict[str, Any]:
    with translated():
        answer = client.get_item(TableName=table, Key=typed(key), ConsistentRead=True)
    return plain(answer.get("Item", {}))
