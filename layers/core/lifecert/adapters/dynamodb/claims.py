"""A session and whose it is, out of their two tables in one request."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lifecert.adapters.aws_errors import translated
from lifecert.adapters.dynamodb.register import beneficiary_of
from lifecert.adapters.dynamodb.sessions import session_of
from lifecert.adapters.dynamodb.values import plain, typed
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.errors import StoreUnavailable
from lifecert.domain.session import Session

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_TRIES = 3


@dataclass(frozen=True, slots=True)
class DynamoClaims:
    """The tables of sessions and beneficiaries, to read."""

    client: "DynamoDBClient"
    sessions: str
    beneficiaries: str

    def read(self, session_id: str, beneficiary_id: str) -> tuple[Session | None, Beneficiary | None]:
        """Their newest states. Raises StoreUnavailable rather than give one of two."""
        left: Any = {
            self.sessions: {"Keys": [typed({"session_id": session_id})], "ConsistentRead": True},
            self.beneficiaries: {"Keys": [typed({"beneficiary_id": beneficiary_id})], "ConsistentRead": True},
        }
        found: dict[str, Mapping[str, Any]] = {}
        for _ in range(_TRIES):
            with translated():
                answer = self.client.batch_get_item(RequestItems=left)
            found |= {table: plain(items[0]) for table, items in answer["Responses"].items() if items}
            left = answer.get("UnprocessedKeys")
            if not left:
                session, beneficiary = found.get(self.sessions), found.get(self.beneficiaries)
                return session and session_of(session), beneficiary and beneficiary_of(beneficiary)  # type: ignore[return-value]
        raise StoreUnavailable("keys left unread")
