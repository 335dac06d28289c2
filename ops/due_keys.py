"""The keys under which the sweep and the purge find a person: whoever lacks them is never looked at."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lifecert.adapters.aws_errors import translated
from lifecert.adapters.dynamodb.register import beneficiary_item
from lifecert.adapters.dynamodb.values import plain, typed
from lifecert.domain.beneficiary import Beneficiary

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEYS = ("due_bucket", "ends_bucket", "faces_due", "faces_shard")


@dataclass(frozen=True, slots=True)
class DueKeys:
    """Compares the index keys of stored beneficiaries with what follows from their other fields.

    `shards` None: their number is not known, and a person's shard is left out.
    """

    client: "DynamoDBClient"
    table: str
    shards: int | None = None

    def __call__(self, beneficiary: Beneficiary) -> str | None:
        """What is wrong with this person's keys, or None."""
        with translated():
            answer = self.client.get_item(
                TableName=self.table,
                Key=typed({"beneficiary_id": beneficiary.beneficiary_id}),
                ProjectionExpression=", ".join(KEYS),
                ConsistentRead=True,
            )
        stored, wanted = plain(answer.get("Item", {})), beneficiary_item(beneficiary, self.shards or 1)
        names = [name for name in KEYS if self._key(stored.get(name), name) != self._key(wanted[name], name)]
        return f"{', '.join(names)} not as the other fields ask for" if names else None

    def _key(self, value: object, name: str) -> object:
        """What of a key is compared."""
        if value is None or self.shards:
            return value
        return (
            str(value).rpartition("#")[0] if name in ("due_bucket", "ends_bucket") else name == "faces_shard" or value
        )
