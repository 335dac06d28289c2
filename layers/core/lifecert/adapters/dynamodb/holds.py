"""Hold batches in DynamoDB. Candidates are written with a change of the person, and read here page by page.

A batch is one partition: `head`, once the batch is open, and `candidate#<shard>#<beneficiary>` for each candidate. One
more partition points at the batches that take candidates now, an item for each office.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from lifecert.adapters.aws_errors import code_of, translated
from lifecert.adapters.dynamodb.queues import queries, queue_keys, queue_of
from lifecert.adapters.dynamodb.values import as_moment, epoch, moment, optional_moment, plain, typed
from lifecert.domain.benefit import FIRST_BENEFIT, FIRST_PAYER, Office
from lifecert.domain.category import Category
from lifecert.domain.errors import VersionConflict
from lifecert.domain.hold import (
    CandidateOutcome,
    HoldBatch,
    HoldCandidate,
    HoldChoice,
    HoldDecision,
    HoldGround,
    HoldOutcome,
    HoldState,
)
from lifecert.domain.office_notice import NoticeWay
from lifecert.domain.page import Page, Position
from lifecert.domain.scope import EVERYWHERE, Scope
from lifecert.domain.sweep import shard_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef, UpdateTypeDef

HEAD, CANDIDATE = "head", "candidate#"
GATHERING = "gathering"
# A certification year and some. It begins with the outcome: whoever waits for a decision must not vanish.
KEPT = timedelta(days=400)
NOT_DECIDED = "attribute_not_exists(outcome)"
MOST_READ = 100  # in one BatchGetItem


@dataclass(frozen=True, slots=True)
class DynamoHoldBatches:
    """The hold_batches table. Reads `page_size` candidates per request where it reads them all."""

    client: "DynamoDBClient"
    table: str
    shards: int
    page_size: int = 1000

    def get(self, batch_id: str) -> HoldBatch | None:
        """A batch, as it is now; None until it is opened."""
        item = self._item(batch_id, HEAD)
        return batch_of(item) if item else None

    def listed(
        self, state: HoldState, limit: int, after: Position | None = None, scope: Scope = EVERYWHERE
    ) -> Page[HoldBatch, Position]:
        """Batches in one state, oldest first, after a position, as the index knows them; of some districts one after
        another."""
        own_key = {"batch_id": after.id, "item": HEAD} if after else {}
        batches: list[HoldBatch] = []
        for query in queries(str(state), scope, after, own_key):
            with translated():
                page = self.client.query(TableName=self.table, Limit=limit - len(batches), **query)
            batches += [batch_of(plain(item)) for item in page["Items"]]
            if batches and ("LastEvaluatedKey" in page or (scope.prefixes and len(batches) == limit)):
                return Page(tuple(batches), batches[-1].position)
        return Page(tuple(batches))

    def candidates(self, batch_id: str, limit: int, after: str | None = None) -> Page[HoldCandidate, str]:
        """Candidates by shard and id, after an id."""
        query = self._having(batch_id, CANDIDATE)
        if after:
            query["ExclusiveStartKey"] = _key(batch_id, candidate_key(after, self.shards))
        with translated():
            page = self.client.query(**query, Limit=limit)
        candidates = tuple(candidate_of(plain(item)) for item in page["Items"])
        return Page(candidates, candidates[-1].beneficiary_id if candidates and "LastEvaluatedKey" in page else None)

    def gathering(self, office: Office, new_id: str) -> str:
        """Id of the batch that takes an office's candidates now: `new_id` if there is none."""
        if found := self._item(GATHERING, str(office)).get("gathering"):
            return str(found)
        item = {"batch_id": GATHERING, "item": str(office), "gathering": new_id}
        item |= {"payer": office.payer, "district": office.district}
        begun = self._conditional(
            self.client.put_item, Item=typed(item), ConditionExpression="attribute_not_exists(batch_id)"
        )
        return new_id if begun else self.gathering(office, new_id)

    def gathered(self) -> Mapping[Office, str]:
        """Ids of the batches that take candidates now, by office: one item each."""
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression="batch_id = :gathering",
            ExpressionAttributeValues=typed({":gathering": GATHERING}),
            ConsistentRead=True,
        )
        with translated():
            items = [plain(item) for page in pages for item in page["Items"]]
        return {_office_of(item): item["gathering"] for item in items}

    def count(self, batch_id: str) -> int:
        """How many candidates there are."""
        with translated():
            pages = self.client.get_paginator("query").paginate(**self._having(batch_id, CANDIDATE), Select="COUNT")
            return sum(page["Count"] for page in pages)

    def unknown(self, batch_id: str, ids: Sequence[str]) -> tuple[str, ...]:
        """Those who are no candidates."""
        known: set[str] = set()
        for start in range(0, len(ids), MOST_READ):
            keys = [candidate_key(one, self.shards) for one in ids[start : start + MOST_READ]]
            wanted: Any = {self.table: {"Keys": [_key(batch_id, key) for key in keys], "ConsistentRead": True}}
            while wanted:
                with translated():
                    answer = self.client.batch_get_item(RequestItems=wanted)
                known.update(id_of(plain(item)["item"]) for item in answer["Responses"].get(self.table, []))
                wanted = answer.get("UnprocessedKeys", {})
        return tuple(one for one in ids if one not in known)

    def open(self, batch: HoldBatch) -> None:
        """Show the batch that takes candidates to its office: it takes no more. One that is open stays as it is."""
        head = {
            "TableName": self.table,
            "Item": typed(head_item(batch)),
            "ConditionExpression": "attribute_not_exists(batch_id)",
        }
        pointer = {
            "TableName": self.table,
            # The one pointer from before offices had their own has no district.
            "Key": _key(GATHERING, str(Office(batch.payer, batch.district)) if batch.district else GATHERING),
            "ConditionExpression": "gathering = :batch",
            "ExpressionAttributeValues": typed({":batch": batch.batch_id}),
        }
        writes: Any = [{"Put": head}, {"Delete": pointer}]
        with suppress(VersionConflict), translated([VersionConflict] * len(writes)):
            self.client.transact_write_items(TransactItems=writes)

    def decide(self, batch_id: str, decision: HoldDecision) -> bool:
        """Store what was decided; False when the batch was decided before."""
        return self._move(batch_id, HoldState.OPEN, HoldState.DECIDED, {"decision": decision_map(decision)})

    def decided(self) -> Iterator[HoldBatch]:
        """Those decided and not yet applied, by the index."""
        after: Position | None = None
        while True:
            page = self.listed(HoldState.DECIDED, self.page_size, after)
            yield from page.items
            after = page.after
            if after is None:
                return

    def waiting(self, batch_id: str, shard: int, after: str | None = None) -> Iterator[str]:
        """Ids of the candidates of one shard without an outcome, page by page."""
        prefix = of_shard(shard)
        query = self._having(batch_id, prefix)
        if after:
            query["ExclusiveStartKey"] = _key(batch_id, f"{prefix}{after}")
        yield from self._without_outcome(query)

    def any_waiting(self, batch_id: str) -> bool:
        """Whether any candidate has no outcome."""
        return next(self._without_outcome(self._having(batch_id, CANDIDATE)), None) is not None

    def leave(self, batch_id: str, beneficiary_id: str, outcome: HoldOutcome, at: datetime) -> None:
        """Note why a candidate is left alone; an outcome that is there stays."""
        settled = CandidateOutcome(batch_id, beneficiary_id, outcome)
        update: dict[str, Any] = dict(outcome_update(self.table, settled, self.shards, at))
        del update["TableName"]
        self._conditional(self.client.update_item, **update)

    def outcomes(self, batch_id: str) -> Mapping[HoldOutcome, int]:
        """How many candidates have which outcome: reads them all."""
        query = self._having(batch_id, CANDIDATE)
        counted: Counter[HoldOutcome] = Counter()
        with translated():
            for page in self.client.get_paginator("query").paginate(**query, ProjectionExpression="outcome"):
                counted.update(HoldOutcome(plain(item)["outcome"]) for item in page["Items"] if item)
        return dict(counted)

    def settle(self, batch_id: str, outcomes: Mapping[HoldOutcome, int], at: datetime) -> None:
        """Say that a decided batch is applied; once."""
        content = {"outcomes": outcomes_map(outcomes), "applied_at": moment(at), "expires_at": epoch(at + KEPT)}
        self._move(batch_id, HoldState.DECIDED, HoldState.APPLIED, content)

    def _without_outcome(self, asked: dict[str, Any]) -> Iterator[str]:
        while True:
            with translated():
                page = self.client.query(**asked, FilterExpression=NOT_DECIDED, Limit=self.page_size)
            yield from (id_of(plain(item)["item"]) for item in page["Items"])
            if "LastEvaluatedKey" not in page:
                return
            asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _item(self, batch_id: str, item: str) -> dict[str, Any]:
        with translated():
            answer = self.client.get_item(TableName=self.table, Key=_key(batch_id, item), ConsistentRead=True)
        return plain(answer.get("Item", {}))

    def _having(self, batch_id: str, prefix: str) -> dict[str, Any]:
        return {
            "TableName": self.table,
            "KeyConditionExpression": "batch_id = :batch AND begins_with(#item, :prefix)",
            "ExpressionAttributeNames": {"#item": "item"},
            "ExpressionAttributeValues": typed({":batch": batch_id, ":prefix": prefix}),
            "ConsistentRead": True,
        }

    def _move(self, batch_id: str, before: HoldState, after: HoldState, content: Mapping[str, Any]) -> bool:
        """Change a batch's state; False when it is another than `before`."""
        changes = {"state": str(after), **content}
        # In the queue of its district too; the place in it stays.
        if district := self._item(batch_id, HEAD).get("district"):
            changes["queue"] = queue_of(str(after), district)
        return self._conditional(
            self.client.update_item,
            Key=_key(batch_id, HEAD),
            UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in changes),
            ConditionExpression="#state = :before",
            ExpressionAttributeNames={f"#{name}": name for name in changes},
            ExpressionAttributeValues=typed(
                {":before": str(before), **{f":{name}": value for name, value in changes.items()}}
            ),
        )

    def _conditional(self, write: Any, **request: Any) -> bool:
        """Make a write; False when its condition does not hold."""
        with translated():
            try:
                write(TableName=self.table, **request)
            except ClientError as error:
                if code_of(error) != "ConditionalCheckFailedException":
                    raise
                return False
        return True


def _key(batch_id: str, item: str) -> Any:
    return typed({"batch_id": batch_id, "item": item})


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
        "benefits": list(candidate.benefits),
        "category": str(candidate.category),
        "district": candidate.district,
        "valid_until": candidate.valid_until.isoformat(),
        "notice_delivered_on": candidate.notice_delivered_on.isoformat(),
        "proposed_at": moment(candidate.proposed_at),
        "notice_way": candidate.notice_way and str(candidate.notice_way),
        "notice_recorded_by": candidate.notice_recorded_by,
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
        # Before there were several it was the only one.
        benefits=tuple(item.get("benefits", (FIRST_BENEFIT,))),
        category=Category(item["category"]),
        district=item["district"],
        valid_until=date.fromisoformat(item["valid_until"]),
        notice_delivered_on=date.fromisoformat(item["notice_delivered_on"]),
        proposed_at=datetime.fromisoformat(item["proposed_at"]),
        outcome=HoldOutcome(item["outcome"]) if "outcome" in item else None,
        notice_way=NoticeWay(item["notice_way"]) if "notice_way" in item else None,
        notice_recorded_by=item.get("notice_recorded_by"),
    )


def head_item(batch: HoldBatch) -> dict[str, Any]:
    """The item of a batch. `state` and `opened_at` are the keys of the index `by_state`, `queue` and
    `queue_place` of that by district."""
    return {
        "batch_id": batch.batch_id,
        "item": HEAD,
        "payer": batch.payer,
        # None before offices had their own: an empty text is not stored.
        "district": batch.district or None,
        "run_id": batch.run_id,
        "state": str(batch.state),
        "opened_at": moment(batch.opened_at),
        "candidates": batch.candidates,
        "decision": decision_map(batch.decision) if batch.decision else None,
        "outcomes": outcomes_map(batch.outcomes),
        "applied_at": optional_moment(batch.applied_at),
        **queue_keys(str(batch.state), batch.district, batch.position),
    }


def batch_of(item: Mapping[str, Any]) -> HoldBatch:
    """What `head_item` wrote."""
    office = _office_of(item)
    return HoldBatch(
        batch_id=item["batch_id"],
        payer=office.payer,
        district=office.district,
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


def _office_of(item: Mapping[str, Any]) -> Office:
    # One batch took everybody before payers had offices of their own.
    return Office(item.get("payer", FIRST_PAYER), item.get("district", ""))


def _decision_of(item: Mapping[str, Any]) -> HoldDecision:
    return HoldDecision(
        choice=HoldChoice(item["choice"]),
        ground=HoldGround(item["ground"]),
        decided_by=item["decided_by"],
        decided_at=datetime.fromisoformat(item["decided_at"]),
        ids=tuple(item["ids"]),
    )
