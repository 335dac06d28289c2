"""Make the work lists anew of the register: `make rebuild-lists STACK=name`.

For who was registered before there were lists, and after changes were given up (`ListFailures`). Everybody is held
against their own record, while the office works: what the stream writes meanwhile is newer and stays. A run that was
stopped goes on after the last id that it names, or is started again. The months' figures are left alone.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lifecert.adapters.dynamodb.register import person_of
from lifecert.adapters.dynamodb.values import plain, typed
from lifecert.adapters.dynamodb.work_lists import DynamoWorkLists
from lifecert.application.office.keep_lists import RebuildLists
from lifecert.domain.errors import LifeCertError
from ops.deployment import UNREACHABLE, add_arguments, add_pace, at_most, dynamodb, output, outputs, parse, why
from ops.words import show, summary

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(slots=True)
class Rebuild:
    """Goes through the register. `wait` is called before each person; `last` is whoever was done last."""

    client: "DynamoDBClient"
    register: str
    lists: str
    wait: Callable[[], None] = lambda: None
    last: str = ""

    def __call__(self, after: str = "", progress: Callable[[Counter[str]], None] = lambda _done: None) -> Counter[str]:
        """How many were put right, how many stood right, and who could not be read. `after` is an id to go on after,
        in the order of the table, which is no order of ids."""
        done: Counter[str] = Counter()
        rebuild = RebuildLists(DynamoWorkLists(self.client, self.lists))
        for item in self._items(after):
            self.wait()
            done[self._one(rebuild, item)] += 1
            self.last = item["beneficiary_id"]
            progress(done)
        return done

    def _items(self, after: str) -> Iterator[Mapping[str, Any]]:
        begin: dict[str, Any] = {"ExclusiveStartKey": typed({"beneficiary_id": after})} if after else {}
        # Consistently: an older reading would do no harm, and leave somebody wrong.
        pages = self.client.get_paginator("scan").paginate(TableName=self.register, ConsistentRead=True, **begin)
        return (plain(item) for page in pages for item in page["Items"])

    def _one(self, rebuild: RebuildLists, item: Mapping[str, Any]) -> str:
        try:
            person = person_of(item)
        except LifeCertError:
            return "unreadable"
        if person is None:
            return "places of ID numbers"
        return "put right" if rebuild(person) else "right"


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 everybody stands where they belong, 1 somebody cannot be read, 2 it was stopped."""
    parser = argparse.ArgumentParser(prog="python -m ops.rebuild_lists", description=(__doc__ or "").split("\n")[0])
    add_arguments(parser)
    add_pace(parser, 100.0, "people")
    parser.add_argument("--after", metavar="ID", default="", help="go on after this id, which a stopped run named")
    asked = parse(parser, arguments)
    rebuild = None
    try:
        found = outputs(asked.stack, asked.endpoint_url)
        rebuild = Rebuild(
            dynamodb(asked.endpoint_url),
            output(found, "BeneficiariesTable"),
            output(found, "WorkListsTable"),
            at_most(asked.per_second),
            asked.after,
        )
        done = rebuild(asked.after, show)
    except UNREACHABLE as error:
        where = f"; go on with --after {rebuild.last}" if rebuild and rebuild.last else ""
        print(f"stopped: {why(error)}{where}", file=sys.stderr)
        return 2
    print(f"\r{summary(done)}")
    return 1 if done["unreadable"] else 0


if __name__ == "__main__":
    sys.exit(main())
