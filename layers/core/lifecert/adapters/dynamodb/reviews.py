"""Reviews in DynamoDB, to read; one is opened and decided with a change of its beneficiary."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from lifecert.adapters.aws_errors import code_of, translated
from lifecert.adapters.dynamodb.queues import queries, queue_keys
from lifecert.adapters.dynamodb.values import as_day, as_moment, moment, optional_day, optional_moment, plain, typed
from lifecert.domain.actor import Actor, Role
from lifecert.domain.amendment import AmendGround
from lifecert.domain.certificate import RevocationCause
from lifecert.domain.errors import ReviewClaimed, ReviewDecidedBefore, ReviewNotFound
from lifecert.domain.page import Page, Position
from lifecert.domain.reasons import Reason
from lifecert.domain.review import (
    AtLeast,
    Cause,
    Claim,
    Ground,
    Review,
    ReviewDecision,
    ReviewFilter,
    ReviewKind,
    ReviewOutcome,
    ReviewState,
)
from lifecert.domain.scope import EVERYWHERE, Scope
from lifecert.domain.status import EndCause

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

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

    def count_open(self, scope: Scope = EVERYWHERE) -> AtLeast:
        """How many are open, of the first COUNTED; as the index knows them."""
        number, more = 0, False
        for query in queries(str(ReviewState.OPEN), scope, None, {}):
            with translated():
                page = self.client.query(TableName=self.table, Select="COUNT", Limit=COUNTED, **query)
            number, more = number + page["Count"], more or "LastEvaluatedKey" in page
        return AtLeast(min(number, COUNTED), more=more or number > COUNTED)

    def listed(
        self, wanted: ReviewFilter, limit: int, after: Position | None = None, scope: Scope = EVERYWHERE
    ) -> Page[Review, Position]:
        """Reviews in one state, oldest first, after a position; of some districts one after another. May lag behind a
        decision by a moment."""
        own_key = {"review_id": after.id} if after else {}
        reviews: list[Review] = []
        pages = 0
        for query in queries(str(wanted.state), scope, after, own_key):
            place: dict[str, Any] = _filtered(query, wanted)
            while True:
                with translated():
                    page = self.client.query(TableName=self.table, Limit=self.page_size, **place)
                reviews += [review_of(plain(item)) for item in page["Items"]]
                last = page.get("LastEvaluatedKey")
                if len(reviews) > limit or (len(reviews) == limit and (last or scope.prefixes)):
                    return Page(tuple(reviews[:limit]), reviews[limit - 1].position)
                if not last:
                    break
                pages += 1
                if pages == MAX_PAGES:
                    return Page(tuple(reviews), _position_of(plain(last)))
                place["ExclusiveStartKey"] = last
        return Page(tuple(reviews))

    def claim(self, review_id: str, claim: Claim, now: datetime) -> Review:
        """Note that somebody works on an open review: one write, on the condition that nobody else does."""
        try:
            with translated():
                answer = self.client.update_item(
                    TableName=self.table,
                    Key=typed({"review_id": review_id}),
                    UpdateExpression="SET claimed_by = :by, claimed_until = :until",
                    ConditionExpression="#state = :open AND "
                    "(attribute_not_exists(claimed_by) OR claimed_by = :by OR claimed_until <= :now)",
                    ExpressionAttributeNames={"#state": "state"},
                    ExpressionAttributeValues=typed(
                        {
                            ":by": claim.by,
                            ":until": moment(claim.until),
                            ":now": moment(now),
                            ":open": str(ReviewState.OPEN),
                        }
                    ),
                    ReturnValues="ALL_NEW",
                )
        except ClientError as error:
            if code_of(error) != "ConditionalCheckFailedException":
                raise
            newest = self.get(review_id)
            if newest is None:
                raise ReviewNotFound from error
            raise (ReviewDecidedBefore if newest.decision else ReviewClaimed) from error
        return review_of(plain(answer["Attributes"]))

    def give_back(self, review_id: str, by: str) -> None:
        """Take somebody's claim back; another's, or none, is left as it is."""
        try:
            with translated():
                self.client.update_item(
                    TableName=self.table,
                    Key=typed({"review_id": review_id}),
                    UpdateExpression="REMOVE claimed_by, claimed_until",
                    ConditionExpression="claimed_by = :by",
                    ExpressionAttributeValues=typed({":by": by}),
                )
        except ClientError as error:
            if code_of(error) != "ConditionalCheckFailedException":
                raise


def _filtered(query: dict[str, Any], wanted: ReviewFilter) -> dict[str, Any]:
    """A query for those of one kind or with one reason, if one is asked for."""
    names, values = dict(query["ExpressionAttributeNames"]), dict(query["ExpressionAttributeValues"])
    asked = {name: str(value) for name, value in (("kind", wanted.kind), ("reason", wanted.reason)) if value}
    if not asked:
        return dict(query)
    names |= {f"#{name}": name for name in asked}
    values |= typed({f":{name}": value for name, value in asked.items()})
    condition = " AND ".join(f"#{name} = :{name}" for name in asked)
    return query | {
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": values,
        "FilterExpression": condition,
    }


def _position_of(key: Mapping[str, Any]) -> Position:
    """Where one of the two indexes stopped."""
    if "queue_place" not in key:
        return Position(datetime.fromisoformat(key["opened_at"]), key["review_id"])
    district, _, opened_at = key["queue_place"].partition("#")
    return Position(datetime.fromisoformat(opened_at), key["review_id"], district)


def review_item(review: Review) -> dict[str, Any]:
    """Item of the reviews table. `state` is the key of the index by state and age, `queue` of that by district."""
    return {
        "review_id": review.review_id,
        "beneficiary_id": review.beneficiary_id,
        "kind": str(review.kind),
        "opened_at": moment(review.opened_at),
        "opened_by": review.opened_by.actor_id,
        "opened_by_role": str(review.opened_by.role),
        "session_id": review.session_id,
        "reason": review.reason and str(review.reason),
        "related_id": review.related_id,
        "day": optional_day(review.day),
        "cause": review.cause and str(review.cause),
        "benefit_id": review.benefit_id,
        "expires_at": optional_moment(review.expires_at),
        "state": str(review.state),
        "decision": review.decision and decision_map(review.decision),
        "district": review.district or None,
        "stated": dict(review.stated) or None,
        **queue_keys(str(review.state), review.district, review.position),
    }


def review_of(item: Mapping[str, Any]) -> Review:
    """What `review_item` wrote."""
    reason, decision = item.get("reason"), item.get("decision")
    return Review(
        review_id=item["review_id"],
        beneficiary_id=item["beneficiary_id"],
        kind=ReviewKind(item["kind"]),
        opened_at=datetime.fromisoformat(item["opened_at"]),
        opened_by=Actor(item["opened_by"], Role(item["opened_by_role"])),
        session_id=item.get("session_id"),
        reason=Reason(reason) if reason else None,
        related_id=item.get("related_id"),
        day=as_day(item.get("day")),
        cause=_cause_of(item["kind"], item["cause"]) if item.get("cause") else None,
        benefit_id=item.get("benefit_id"),
        expires_at=as_moment(item.get("expires_at")),
        decision=_decision_of(decision) if decision else None,
        # In no queue before queues were by district.
        district=item.get("district", ""),
        claim=Claim(item["claimed_by"], datetime.fromisoformat(item["claimed_until"]))
        if "claimed_by" in item
        else None,
        stated=item.get("stated", {}),
    )


def _cause_of(kind: str, cause: str) -> Cause:
    if kind in (ReviewKind.ID_NUMBER, ReviewKind.BENEFIT_START):
        return AmendGround(cause)
    return RevocationCause(cause) if kind == ReviewKind.REVOCATION else EndCause(cause)


def decision_map(decision: ReviewDecision) -> dict[str, Any]:
    """A decision as it stands in its review's item."""
    return {
        "outcome": str(decision.outcome),
        "ground": str(decision.ground),
        "decided_by": decision.decided_by,
        "decided_at": moment(decision.decided_at),
        "certificate_id": decision.certificate_id,
        "session_id": decision.session_id,
    }


def _decision_of(stored: Mapping[str, Any]) -> ReviewDecision:
    return ReviewDecision(
        outcome=ReviewOutcome(stored["outcome"]),
        ground=Ground(stored["ground"]),
        decided_by=stored["decided_by"],
        decided_at=datetime.fromisoformat(stored["decided_at"]),
        certificate_id=stored["certificate_id"],
        session_id=stored.get("session_id"),
    )
