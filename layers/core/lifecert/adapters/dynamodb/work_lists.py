"""Work lists in DynamoDB: one table of rows, of what each person has there, and of the months' figures.

| `list_key` | `place` | what |
|---|---|---|
| `<district>#<list>#<shard>` | `<day>#<beneficiary id>` | a row, which is its key and nothing else |
| `person#<beneficiary id>` | `rows` | the rows of a person, and of which version they are |
| `<district>#figures#<month>` | `<shard>` | numbers by `<figure>/<by>` |

Rows of a list are in a few shards, so that a city of ten million has no list that all writes meet in; a number is in
more, since each that is added is a write of the same item.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING, Any

from lifecert.adapters.aws_errors import translated
from lifecert.adapters.dynamodb.values import plain, typed
from lifecert.domain.errors import VersionConflict
from lifecert.domain.page import Page, Position
from lifecert.domain.review import AtLeast
from lifecert.domain.sweep import shard_of
from lifecert.domain.work_list import Count, Figure, Listed, MonthFigures, Row, WorkList, place_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

ROW_SHARDS = 4
FIGURE_SHARDS = 16
# Behind every id and every day: where a list ends with a day.
_BEHIND = "~"
# A list longer than this is long, whatever its length.
COUNTED = 1000
# With the person's own item, and figures, ten at most in a transaction.
_ROWS_AT_ONCE = 7


@dataclass(frozen=True, slots=True)
class DynamoWorkLists:
    """The table of them."""

    client: "DynamoDBClient"
    table: str

    def listed(
        self, district: str, wanted: WorkList, last_day: date | None, limit: int, after: Position | None = None
    ) -> Page[tuple[Row, str], Position]:
        """At most so many rows, in the order of days and ids: as many are read of each shard, and merged."""
        shards = (self._rows(district, wanted, shard, last_day, limit + 1, after) for shard in range(ROW_SHARDS))
        found = list(islice(merge(*shards), limit + 1))
        rows = tuple((Row(district, wanted, date.fromisoformat(day)), whose) for day, whose in found[:limit])
        return Page(rows, place_of(rows[-1][0].day, rows[-1][1]) if len(found) > limit else None)

    def count(self, district: str, wanted: WorkList, last_day: date | None) -> AtLeast:
        """Of each shard the first COUNTED are counted."""
        number, more = 0, False
        for shard in range(ROW_SHARDS):
            with translated():
                page = self.client.query(
                    **self._query(district, wanted, shard, last_day, None), Select="COUNT", Limit=COUNTED // ROW_SHARDS
                )
            number, more = number + page["Count"], more or "LastEvaluatedKey" in page
        return AtLeast(number, more=more)

    def figures(self, district: str, month: str) -> MonthFigures:
        """The sums over all shards."""
        with translated():
            page = self.client.query(
                TableName=self.table,
                KeyConditionExpression="list_key = :list_key",
                ExpressionAttributeValues=typed({":list_key": _figures_key(district, month)}),
            )
        numbers: dict[Figure, dict[str, int]] = {}
        for item in map(plain, page["Items"]):
            for name, number in item.items():
                figure, slash, by = name.partition("/")
                if slash:
                    of_it = numbers.setdefault(Figure(figure), {})
                    of_it[by] = of_it.get(by, 0) + int(number)
        return MonthFigures(district, month, numbers)

    def known(self, beneficiary_id: str) -> Listed:
        """What the lists have of a person, as it was written last."""
        with translated():
            answer = self.client.get_item(
                TableName=self.table, Key=typed(place_of_person(beneficiary_id)), ConsistentRead=True
            )
        item = plain(answer.get("Item", {}))
        if not item:
            return Listed(beneficiary_id)
        rows = frozenset(map(_row_of, item["rows"]))
        return Listed(beneficiary_id, int(item["version"]), int(item["counted"]), rows)

    def move(self, before: Listed, after: Listed, counts: Sequence[Count] = ()) -> None:
        """One transaction, or two for somebody who moves house with more rows than go into one: then those that are no
        more go first, of the version that was."""
        gone, new = before.rows - after.rows, after.rows - before.rows
        if len(gone) + len(new) > _ROWS_AT_ONCE:
            between = Listed(before.beneficiary_id, before.version, before.counted, before.rows - gone)
            self._write(before, between, ())
            before = between
        self._write(before, after, counts)

    def _write(self, before: Listed, after: Listed, counts: Sequence[Count]) -> None:
        whose, table = after.beneficiary_id, self.table
        parts: list[TransactWriteItemTypeDef] = [self._person_put(before, after)]
        parts += [{"Delete": {"TableName": table, "Key": typed(_key(row, whose))}} for row in before.rows - after.rows]
        parts += [{"Put": {"TableName": table, "Item": typed(_key(row, whose))}} for row in after.rows - before.rows]
        parts += [self._add(key, names, whose) for key, names in _by_month(counts).items()]
        with translated([VersionConflict]):
            self.client.transact_write_items(TransactItems=parts)

    def _person_put(self, before: Listed, after: Listed) -> "TransactWriteItemTypeDef":
        """On the condition that what was read still stands."""
        item = typed({**place_of_person(after.beneficiary_id), **_kept(after)})
        if before == Listed(before.beneficiary_id):
            unread = "attribute_not_exists(version)"
            return {"Put": {"TableName": self.table, "Item": item, "ConditionExpression": unread}}
        return {
            "Put": {
                "TableName": self.table,
                "Item": item,
                "ConditionExpression": "version = :version AND counted = :counted AND #rows = :rows",
                "ExpressionAttributeNames": {"#rows": "rows"},
                "ExpressionAttributeValues": typed({f":{name}": value for name, value in _kept(before).items()}),
            }
        }

    def _add(self, list_key: str, names: Sequence[str], whose: str) -> "TransactWriteItemTypeDef":
        added = ", ".join(f"#n{number} :one" for number in range(len(names)))
        place = f"{shard_of(whose, FIGURE_SHARDS):02d}"
        return {
            "Update": {
                "TableName": self.table,
                "Key": typed({"list_key": list_key, "place": place}),
                "UpdateExpression": f"ADD {added}",
                "ExpressionAttributeNames": {f"#n{number}": name for number, name in enumerate(names)},
                "ExpressionAttributeValues": typed({":one": 1}),
            }
        }

    def _query(
        self, district: str, wanted: WorkList, shard: int, last_day: date | None, after: Position | None
    ) -> dict[str, Any]:
        list_key = _list_key(district, wanted, shard)
        values = {":list_key": list_key, ":first": _first(after), ":last": _last(last_day)}
        return {
            "TableName": self.table,
            "KeyConditionExpression": "list_key = :list_key AND place BETWEEN :first AND :last",
            "ExpressionAttributeValues": typed(values),
        }

    def _rows(
        self, district: str, wanted: WorkList, shard: int, last_day: date | None, most: int, after: Position | None
    ) -> Iterator[tuple[str, str]]:
        if after and _first(after) > _last(last_day):
            return  # A place of another day's list: DynamoDB takes no range that ends before it begins.
        with translated():
            page = self.client.query(**self._query(district, wanted, shard, last_day, after), Limit=most)
        for item in map(plain, page["Items"]):
            day, _, whose = item["place"].partition("#")
            yield day, whose


def _first(after: Position | None) -> str:
    return f"{after.opened_at.date().isoformat()}#{after.id}{_BEHIND}" if after else "0"


def _last(last_day: date | None) -> str:
    return f"{last_day.isoformat()}#{_BEHIND}" if last_day else _BEHIND


def _by_month(counts: Sequence[Count]) -> Mapping[str, list[str]]:
    """The items to add to, and the names of the numbers in each."""
    found: dict[str, list[str]] = {}
    for one in counts:
        found.setdefault(_figures_key(one.district, one.month), []).append(f"{one.figure}/{one.by}")
    return found


def _list_key(district: str, wanted: WorkList, shard: int) -> str:
    return f"{district}#{wanted}#{shard}"


def _figures_key(district: str, month: str) -> str:
    return f"{district}#figures#{month}"


def place_of_person(beneficiary_id: str) -> dict[str, str]:
    """The key of what the lists have of a person."""
    return {"list_key": f"person#{beneficiary_id}", "place": "rows"}


def _key(row: Row, whose: str) -> dict[str, str]:
    list_key = _list_key(row.district, row.wanted, shard_of(whose, ROW_SHARDS))
    return {"list_key": list_key, "place": f"{row.day.isoformat()}#{whose}"}


def _kept(listed: Listed) -> dict[str, Any]:
    return {"version": listed.version, "counted": listed.counted, "rows": sorted(map(_text_of, listed.rows))}


def _text_of(row: Row) -> str:
    return f"{row.district}#{row.wanted}#{row.day.isoformat()}"


def _row_of(text: str) -> Row:
    district, wanted, day = text.split("#")
    return Row(district, WorkList(wanted), date.fromisoformat(day))
