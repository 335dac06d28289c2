"""Reviews in DynamoDB, to read; one is opened and decided with a change of its beneficiary."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from lifecert.adapters.aws_errors import translated
from lifecert.adapters.dynamodb.review_items import review_of
from lifecert.adapters.dynamodb.values import moment, plain, typed
from lifecert.domain.page import Page, Position
from lifecert.domain.review import AtLeast, Review, ReviewFilter, ReviewState

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BY_STATE = "by_state"
# A rare kind among many: one call reads no more than so many pages, and gives what it found with where to go on.
MAX_PAGES = 5
# A queue longer than this is long, whatever its length.
COUNTED = 1000


@dataclass(frozen=True, slots=True)
class DynamoReviews:
    """The reviews table. Lists `page_size` reviews per request."""

    client: "DynamoDBClient"
    table: str
    page_size: int = 100

    def get(self, review_id: str) -> Review | None:
        """The newest state."""
        with translated():
            answer = self.client.get_item(
                TableName=self.table, Key=typed({"review_id": review_id}), ConsistentRead=True
            )
        return review_of(plain(answer["Item"])) if "Item" in answer else None

    def count_open(self) -> AtLeast:
        """How many are open, of the first COUNTED; as the index knows them."""
        with translated():
            page = self.client.query(
                TableName=self.table,
                IndexName=BY_STATE,
                KeyConditionExpression="#state = :open",
                ExpressionAttributeNames={"#state": "state"},
                ExpressionAttributeValues=typed({":open": str(ReviewState.OPEN)}),
                Select="COUNT",
                Limit=COUNTED,
            )
        return AtLeast(page["Count"], more="LastEvaluatedKey" in page)

    def listed(self, wanted: ReviewFilter, limit: int, after: Position | None = None) -> Page[Review, Position]:
        """Reviews in one state, oldest first, after a position. May lag behind a decision by a moment."""
        names, values = {"#state": "state"}, {":state": str(wanted.state)}
        conditions = []
        for name, value in (("kind", wanted.kind), ("reason", wanted.reason)):
            if value:
                names[f"#{name}"], values[f":{name}"] = name, str(value)
                conditions.append(f"#{name} = :{name}")
        asked: dict[str, Any] = {"FilterExpression": " AND ".join(conditions)} if conditions else {}
        found: list[Review] = []
        for _ in range(MAX_PAGES):
            if after:
                start = {"state": str(wanted.state), "opened_at": moment(after.opened_at), "review_id": after.id}
                asked["ExclusiveStartKey"] = typed(start)
            with translated():
                page = self.client.query(
                    TableName=self.table,
                    IndexName=BY_STATE,
                    KeyConditionExpression="#state = :state",
                    ExpressionAttributeNames=names,
                    ExpressionAttributeValues=typed(values),
                    Limit=self.page_size,
                    **asked,
                )
            found += [review_of(plain(item)) for item in page["Items"]]
            last = plain(page.get("LastEvaluatedKey", {}))
            if len(found) > limit or (len(found) == limit and last):
                return Page(tuple(found[:limit]), found[limit - 1].position)
            if not last:
                return Page(tuple(found))
            after = Position(datetime.fromisoformat(last["opened_at"]), last["review_id"])
        return Page(tuple(found), after)
