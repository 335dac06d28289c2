"""Bring stored hashes of ID numbers and names up to the newest secret: `make rotate-person-secret STACK=lifecert-dev`.

The numbers are stored nowhere; the newest secret hashes what is stored. Who is brought up already is left alone, so a
run that was stopped is simply started again.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lifecert.adapters.dynamodb.values import plain, typed
from lifecert.adapters.kms.person_keys import KmsPersonKeys
from lifecert.domain.errors import LifeCertError
from lifecert.domain.person import FIRST_SECRET
from ops.deployment import UNREACHABLE, add_arguments, at_most, client, dynamodb, output, outputs, parse, why
from ops.words import people

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class UnknownSecret(LifeCertError):
    """Somebody stands under a secret that the deployment does not name."""


@dataclass(frozen=True, slots=True)
class PersonRotation:
    """Brings the beneficiaries table up to the newest of `keys`. `wait` is called before each change."""

    client: "DynamoDBClient"
    table: str
    keys: KmsPersonKeys
    wait: Callable[[], None] = lambda: None

    def __call__(self, progress: Callable[[Counter[str]], None] = lambda _done: None) -> Counter[str]:
        """Go through the register; how many were brought up, left alone, or changed at this moment and must wait for
        the next run. Raises UnknownSecret."""
        done: Counter[str] = Counter()
        for item in self._items():
            done[self._bring_up(item)] += 1
            progress(done)
        return done

    def _items(self) -> Iterator[Mapping[str, Any]]:
        pages = self.client.get_paginator("scan").paginate(
            TableName=self.table,
            ProjectionExpression="beneficiary_id, person_key, name_key, person_secret",
            ConsistentRead=True,
        )
        return (plain(item) for page in pages for item in page["Items"])

    def _bring_up(self, item: Mapping[str, Any]) -> str:
        secret = item.get("person_secret", FIRST_SECRET)
        if secret not in self.keys.secrets:
            raise UnknownSecret(f"somebody stands under the secret {secret}, which PersonSecrets does not name")
        if secret == self.keys.newest:
            return "left alone"
        person_key, name_key = self.keys.brought_up(item["person_key"], item["name_key"], secret)
        self.wait()
        try:
            self.client.update_item(
                TableName=self.table,
                Key=typed({"beneficiary_id": item["beneficiary_id"]}),
                UpdateExpression="SET person_key = :person, name_key = :name, person_secret = :secret",
                # Never twice, and nobody comes back who is gone.
                ConditionExpression="person_key = :old",
                ExpressionAttributeValues=typed(
                    {":person": person_key, ":name": name_key, ":secret": self.keys.newest, ":old": item["person_key"]}
                ),
            )
        except self.client.exceptions.ConditionalCheckFailedException:
            return "changed meanwhile"
        return "brought up"


def _show(done: Counter[str]) -> None:
    if sum(done.values()) % 100 == 0:
        print(f"\r{_summary(done)}", end="", file=sys.stderr, flush=True)


def _summary(done: Counter[str]) -> str:
    return f"{people(done.total())}: " + (", ".join(f"{count:,} {name}" for name, count in done.items()) or "none")


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 everybody stands under the newest, 1 run it once more, 2 something cannot be reached."""
    parser = argparse.ArgumentParser(
        prog="python -m ops.rotate_person_secret", description=(__doc__ or "").split("\n")[0]
    )
    add_arguments(parser)
    parser.add_argument("--per-second", type=float, default=50.0, help="changes a second, at most (%(default)s)")
    asked = parse(parser, arguments)
    if not asked.stack or asked.per_second <= 0:
        parser.error("name --stack, and a --per-second above 0")
    try:
        found = outputs(asked.stack, asked.endpoint_url)
        secrets = tuple(output(found, "PersonSecrets").split(","))
        keys = KmsPersonKeys(client("kms", asked.endpoint_url), output(found, "PersonKeyId"), secrets)
        rotation = PersonRotation(
            dynamodb(asked.endpoint_url), output(found, "BeneficiariesTable"), keys, at_most(asked.per_second)
        )
        done = rotation(_show)
    except UNREACHABLE as error:
        print(f"stopped: {why(error)}; what is done is done, start it again to go on", file=sys.stderr)
        return 2
    print(f"\r{_summary(done)}")
    return 1 if done["changed meanwhile"] else 0


if __name__ == "__main__":
    sys.exit(main())
