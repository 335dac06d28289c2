"""Digests of used frames in DynamoDB, to read; they are written with the change they belong to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lifecert.adapters.aws_errors import translated
from lifecert.adapters.dynamodb.values import typed
from lifecert.domain.errors import StoreUnavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True)
class DynamoSeenFrames:
    """The seen_frames table."""

    client: "DynamoDBClient"
    table: str

    def any_seen(self, digests: Sequence[str]) -> bool:
        """Whether one of these, at most 100, was used before. Never says no on half an answer."""
        if not digests:
            return False
        keys = [typed({"digest": digest}) for digest in dict.fromkeys(digests)]
        with translated():
            answer = self.client.batch_get_item(RequestItems={self.table: {"Keys": keys, "ConsistentRead": True}})
        if answer["Responses"].get(self.table):
            return True
        if answer.get("UnprocessedKeys"):
            raise StoreUnavailable("not every frame digest could be read")
        return False
