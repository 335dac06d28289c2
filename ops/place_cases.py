"""Put cases and hold batches of before into the queues of their districts: `make place-cases STACK=name`.

What is opened since queues by district were deployed is in them anyway. Placed twice it stands where it stood, so a run
that was stopped is simply started again.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from lifecert.adapters.aws_errors import code_of
from lifecert.adapters.dynamodb.holds import HEAD, batch_of
from lifecert.adapters.dynamodb.queues import queue_keys
from lifecert.adapters.dynamodb.register import beneficiary_of
from lifecert.adapters.dynamodb.reviews import review_of
from lifecert.adapters.dynamodb.values import plain, typed
from ops.deployment import UNREACHABLE, add_arguments, add_pace, at_most, dynamodb, output, outputs, parse, why
from ops.words import show, summary

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True)
class PlaceCases:
    """Places what stands in no queue. `wait` is called before each."""

    client: "DynamoDBClient"
    register: str
    reviews: str
    hold_batches: str
    wait: Callable[[], None] = lambda: None

    def __call__(self, progress: Callable[[Counter[str]], None] = lambda _done: None) -> Counter[str]:
        """Go through both tables; how many were placed, and how many cannot be: of nobody, or of every district."""
        done: Counter[str] = Counter()
        for place, items in ((self._case, self._without_queue(self.reviews)), (self._batch, self._batches())):
            for item in items:
                self.wait()
                done["placed" if place(item) else "of no district"] += 1
                progress(done)
        return done

    def _batches(self) -> Iterator[Mapping[str, Any]]:
        return (item for item in self._without_queue(self.hold_batches) if item["item"] == HEAD)

    def _without_queue(self, table: str) -> Iterator[Mapping[str, Any]]:
        pages = self.client.get_paginator("scan").paginate(
            TableName=table,
            FilterExpression="attribute_not_exists(#queue)",
            ExpressionAttributeNames={"#queue": "queue"},
            ConsistentRead=True,
        )
        return (plain(item) for page in pages for item in page["Items"])

    def _case(self, item: Mapping[str, Any]) -> bool:
        review, key = review_of(item), {"beneficiary_id": item["beneficiary_id"]}
        found = self.client.get_item(TableName=self.register, Key=typed(key), ConsistentRead=True)
        if "Item" not in found:
            return False
        district = beneficiary_of(plain(found["Item"])).district_of(review.benefit_id)
        keys = {"district": district, **queue_keys(str(review.state), district, review.position)}
        return self._place(self.reviews, {"review_id": review.review_id}, str(review.state), keys)

    def _batch(self, item: Mapping[str, Any]) -> bool:
        batch = batch_of(item)
        keys = queue_keys(str(batch.state), batch.district, batch.position)
        return self._place(self.hold_batches, {"batch_id": batch.batch_id, "item": HEAD}, str(batch.state), keys)

    def _place(self, table: str, key: Mapping[str, str], state: str, keys: Mapping[str, str]) -> bool:
        if not keys:
            return False
        try:
            self.client.update_item(
                TableName=table,
                Key=typed(dict(key)),
                UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in keys),
                # Decided meanwhile, it was placed with that, or is by the next run.
                ConditionExpression="#state = :state AND attribute_not_exists(#queue)",
                ExpressionAttributeNames={"#state": "state", **{f"#{name}": name for name in keys}},
                ExpressionAttributeValues=typed({":state": state, **{f":{name}": one for name, one in keys.items()}}),
            )
        except ClientError as error:
            if code_of(error) != "ConditionalCheckFailedException":
                raise
        return True


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 everything is in its queue, 2 something cannot be reached."""
    parser = argparse.ArgumentParser(prog="python -m ops.place_cases", description=(__doc__ or "").split("\n")[0])
    add_arguments(parser)
    add_pace(parser, 50.0, "cases")
    asked = parse(parser, arguments)
    try:
        found = outputs(asked.stack, asked.endpoint_url)
        place = PlaceCases(
            dynamodb(asked.endpoint_url),
            output(found, "BeneficiariesTable"),
            output(found, "ReviewsTable"),
            output(found, "HoldBatchesTable"),
            at_most(asked.per_second),
        )
        done = place(lambda done: show(done, "case", "cases"))
    except UNREACHABLE as error:
        print(f"stopped: {why(error)}; what is done is done, start it again to go on", file=sys.stderr)
        return 2
    print(f"\r{summary(done, 'case or batch', 'cases and batches')}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
