"""Hold batches as stored items and back, and what of a change goes into their table. Items are plain values.

A batch is one partition: `head`, once the batch is open, and `candidate#<shard>#<beneficiary>` for each candidate. One
more item points at the batch that takes candidates now.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from lifecert.adapters.dynamodb.values import as_moment, epoch, moment, optional_moment, typed
from lifecert.domain.category import Category
from lifecert.domain.hold import (
    CandidateOutcome,
    HoldBatch,
    HoldCandidate,
    HoldChoice,
    HoldDecision,
    HoldGround,
    HoldOutcome,
)
from lifecert.domain.sweep import shard_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef, UpdateTypeDef

HEAD, CANDIDATE = "head", "candidate#"
GATHERING = "gathering"
# A certification year and some. It begins with the outcome: whoever waits for a decision must not vanish.
KEPT = timedelta(days=400)


def candidate_key(beneficiary_id: str, shards: int) -> str:
    """The sort key of a candidate."""
    return f"{of_shard(shard_of(beneficiary_id, shards))}{beneficiary_id}"


def of_shard(shard: int) -> str:
    """What the sort keys of one shard's candidates begin with."""
    return f"{CANDIDATE}{shard:02d}#"


def id_of(key: str) -> str:
    """The candidate with this sort key."""
    return key.split("#", 2)[2]


def new_candidate_put(table: str, candidate: HoldCandidate, shards: int) -> "TransactWriteItemTypeDef":
    """The part of a transaction that proposes somebody."""
    item = {
        "batch_id": candidate.batch_id,
        "item": candidate_key(candidate.beneficiary_id, shards),
        "masked_name": candidate.masked_name,
        "category": str(candidate.category),
        "district": candidate.district,
        "valid_until": candidate.valid_until.isoformat(),
        "notice_delivered_on": candidate.notice_delivered_on.isoformat(),
        "proposed_at": moment(candidate.proposed_at),
    }
    return {
        "Put": {"TableName": table, "Item": typed(item), "ConditionExpression": "attribute_not_exists(batch_id)"},
    }


def candidate_outcome_update(
    table: str, settled: CandidateOutcome, shards: int, at: datetime
) -> "TransactWriteItemTypeDef":
    """The part of a transaction that says what became of a candidate."""
    return {"Update": outcome_update(table, settled, shards, at)}


def outcome_update(table: str, settled: CandidateOutcome, shards: int, at: datetime) -> "UpdateTypeDef":
    """An update on condition that the candidate has no outcome."""
    return {
        "TableName": table,
        "Key": typed({"batch_id": settled.batch_id, "item": candidate_key(settled.beneficiary_id, shards)}),
        "UpdateExpression": "SET outcome = :outcome, expires_at = :expires",
        "ConditionExpression": "attribute_exists(batch_id) AND attribute_not_exists(outcome)",
        "ExpressionAttributeValues": typed({":outcome": str(settled.outcome), ":expires": epoch(at + KEPT)}),
    }


def candidate_of(item: Mapping[str, Any]) -> HoldCandidate:
    """What `new_candidate_put` wrote."""
    return HoldCandidate(
        batch_id=item["batch_id"],
        beneficiary_id=id_of(item["item"]),
        masked_name=item["masked_name"],
        category=Category(item["category"]),
        district=item["district"],
        valid_until=date.fromisoformat(item["valid_until"]),
        notice_delivered_on=date.fromisoformat(item["notice_delivered_on"]),
        proposed_at=datetime.fromisoformat(item["proposed_at"]),
        outcome=HoldOutcome(item["outcome"]) if "outcome" in item else None,
    )


def head_item(batch: HoldBatch) -> dict[str, Any]:
    """The item of a batch. `state` and `opened_at` are the keys of the index `by_state`."""
    return {
        "batch_id": batch.batch_id,
        "item": HEAD,
        "run_id": batch.run_id,
        "state": str(batch.state),
        "opened_at": moment(batch.opened_at),
        "candidates": batch.candidates,
        "decision": decision_map(batch.decision) if batch.decision else None,
        "outcomes": outcomes_map(batch.outcomes),
        "applied_at": optional_moment(batch.applied_at),
    }


def batch_of(item: Mapping[str, Any]) -> HoldBatch:
    """What `head_item` wrote."""
    return HoldBatch(
        batch_id=item["batch_id"],
        run_id=item["run_id"],
        opened_at=datetime.fromisoformat(item["opened_at"]),
        candidates=int(item["candidates"]),
        decision=_decision_of(item["decision"]) if "decision" in item else None,
        outcomes={HoldOutcome(name): int(number) for name, number in item["outcomes"].items()},
        applied_at=as_moment(item.get("applied_at")),
    )


def decision_map(decision: HoldDecision) -> dict[str, Any]:
    """A decision inside its batch."""
    return {
        "choice": str(decision.choice),
        "ground": str(decision.ground),
        "decided_by": decision.decided_by,
        "decided_at": moment(decision.decided_at),
        "ids": list(decision.ids),
    }


def outcomes_map(outcomes: Mapping[HoldOutcome, int]) -> dict[str, int]:
    """Counts inside their batch."""
    return {str(outcome): number for outcome, number in outcomes.items()}


def _decision_of(item: Mapping[str, Any]) -> HoldDecision:
    return HoldDecision(
        choice=HoldChoice(item["choice"]),
        ground=HoldGround(item["ground"]),
        decided_by=item["decided_by"],
        decided_at=datetime.fromisoformat(item["decided_at"]),
        ids=tuple(item["ids"]),
    )
