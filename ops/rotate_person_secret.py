"""Bring stored hashes up to the newest secret, of ID numbers, names and codes: `make rotate-person-secret STACK=name`.

The numbers are stored nowhere; the newest secret hashes what is stored. Who is brought up already is left alone, so a
run that was stopped is simply started again.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, Any, Protocol

from lifecert.adapters.dynamodb.values import plain, typed
from lifecert.adapters.kms.invitation_keys import KmsInvitationKeys
from lifecert.adapters.kms.person_keys import KmsPersonKeys
from lifecert.domain.errors import LifeCertError
from lifecert.domain.person import FIRST_SECRET
from ops.deployment import UNREACHABLE, add_arguments, add_pace, at_most, client, dynamodb, output, outputs, parse, why
from ops.words import show, summary

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class UnknownSecret(LifeCertError):
    """Somebody stands under a secret that the deployment does not name."""


@dataclass(frozen=True, slots=True)
class Hashes:
    """Where hashes stand: two attributes of an item, the first of which an index finds it by, and the version of their
    secret, which is `FIRST_SECRET` where none is named. `gone` is an attribute of before that is taken away, and
    `former` a list of what stood in the second before."""

    first: str
    second: str
    version: str
    gone: str = "masked_id_number"
    former: str = "former_name_keys"


# Digits of numbers were kept beside the hashes once.
PERSONS = Hashes("person_key", "name_key", "person_secret")
INVITATIONS = Hashes("digits_key", "text_key", "code_secret")


class Keys(Protocol):
    """The chain of secrets by which they are hashed."""

    secrets: tuple[str, ...]

    @property
    def newest(self) -> str:
        """The last version."""
        ...

    def brought_up(self, first: str, second: str, secret: str, /) -> tuple[str, str]:
        """Stored hashes under an older secret as they are under the newest."""
        ...


@dataclass(frozen=True, slots=True)
class PersonRotation:
    """Brings a table of items by `beneficiary_id` up to the newest of `keys`. `wait` is called before each change."""

    client: "DynamoDBClient"
    table: str
    keys: Keys
    wait: Callable[[], None] = lambda: None
    hashes: Hashes = PERSONS

    def __call__(self, progress: Callable[[Counter[str]], None] = lambda _done: None) -> Counter[str]:
        """Go through the table; how many were brought up, left alone, or changed at this moment and must wait for
        the next run. Raises UnknownSecret."""
        done: Counter[str] = Counter()
        for item in self._items():
            done[self._bring_up(item)] += 1
            progress(done)
        return done

    def _items(self) -> Iterator[Mapping[str, Any]]:
        names = ("beneficiary_id", *astuple(self.hashes))
        pages = self.client.get_paginator("scan").paginate(
            TableName=self.table, ProjectionExpression=", ".join(names), ConsistentRead=True
        )
        return (plain(item) for page in pages for item in page["Items"])

    def _bring_up(self, item: Mapping[str, Any]) -> str:
        first, second, version = self.hashes.first, self.hashes.second, self.hashes.version
        secret = item.get(version, FIRST_SECRET)
        if secret not in self.keys.secrets:
            raise UnknownSecret(f"somebody stands under the secret {secret}, which PersonSecrets does not name")
        # A withdrawn invitation has no hashes.
        if first not in item or (secret == self.keys.newest and self.hashes.gone not in item):
            return "left alone"
        # Before it, as a version by KMS asks KMS.
        self.wait()
        new_first, new_second = self.keys.brought_up(item[first], item[second], secret)
        former = [self.keys.brought_up(item[first], one, secret)[1] for one in item.get(self.hashes.former, ())]
        try:
            self.client.update_item(
                TableName=self.table,
                Key=typed({"beneficiary_id": item["beneficiary_id"]}),
                UpdateExpression=f"SET {first} = :first, {second} = :second, {version} = :secret"
                f"{f', {self.hashes.former} = :former' if former else ''} REMOVE {self.hashes.gone}",
                # Never twice, and nobody comes back who is gone.
                ConditionExpression=f"{first} = :old",
                ExpressionAttributeValues=typed(
                    {
                        ":first": new_first,
                        ":second": new_second,
                        ":secret": self.keys.newest,
                        ":old": item[first],
                        **({":former": former} if former else {}),
                    }
                ),
            )
        except self.client.exceptions.ConditionalCheckFailedException:
            return "changed meanwhile"
        return "brought up"


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 everybody stands under the newest, 1 run it once more, 2 something cannot be reached."""
    parser = argparse.ArgumentParser(
        prog="python -m ops.rotate_person_secret", description=(__doc__ or "").split("\n")[0]
    )
    add_arguments(parser)
    add_pace(parser, 50.0, "changes")
    asked = parse(parser, arguments)
    try:
        found = outputs(asked.stack, asked.endpoint_url)
        secrets = tuple(output(found, "PersonSecrets").split(","))
        kms, tables, wait = client("kms", asked.endpoint_url), dynamodb(asked.endpoint_url), at_most(asked.per_second)
        keys = KmsPersonKeys(kms, output(found, "PersonKeyId"), secrets)
        done = PersonRotation(tables, output(found, "BeneficiariesTable"), keys, wait)(show)
        codes = KmsInvitationKeys(kms, output(found, "InvitationKeyId"), secrets)
        invited = PersonRotation(tables, output(found, "InvitationsTable"), codes, wait, INVITATIONS)()
    except UNREACHABLE as error:
        print(f"stopped: {why(error)}; what is done is done, start it again to go on", file=sys.stderr)
        return 2
    print(f"\r{summary(done)}")
    print(f"invitations: {', '.join(f'{count:,} {name}' for name, count in invited.items()) or 'none'}")
    return 1 if done["changed meanwhile"] or invited["changed meanwhile"] else 0


if __name__ == "__main__":
    sys.exit(main())
