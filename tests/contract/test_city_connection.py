"""What the city asks by held connections is answered as what the product asks by botocore's own."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from lab.city.connection import HeldConnections
from local.dynamodb_local import Engine
from local.tables import create, drop

PREFIX = "held-"
TABLE = f"{PREFIX}SweepRuns"


@pytest.fixture
def clients(dynamodb_local: Engine) -> Iterator[tuple[Any, Any]]:
    """The product's, and one by held connections, of one table."""
    usual, held = dynamodb_local.client(), dynamodb_local.client()
    create(usual, PREFIX, ["SweepRuns"])
    with HeldConnections(dynamodb_local) as connections:
        connections.serve(held)
        yield usual, held
    drop(usual, PREFIX, ["SweepRuns"])


def told(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def test_both_write_and_read_the_same(clients: tuple[Any, Any]) -> None:
    usual, held = clients
    # Half a megabyte is an answer in many chunks.
    for number in range(10):
        item = {
            "run_id": {"S": "a"},
            "item": {"S": str(number)},
            "text": {"S": "證明\r\n" * 5_000},
            "of": {"B": b"\0\xff"},
        }
        held.put_item(TableName=TABLE, Item=item)
    asked = {
        "TableName": TABLE,
        "KeyConditionExpression": "run_id = :run",
        "ExpressionAttributeValues": {":run": {"S": "a"}},
    }
    assert len(usual.query(**asked)["Items"]) == 10
    assert told(held.query(**asked)) == told(usual.query(**asked))
    assert told(held.get_item(TableName=TABLE, Key={"run_id": {"S": "b"}, "item": {"S": "1"}})) == {}


def test_a_refusal_is_raised_as_the_usual_one(clients: tuple[Any, Any]) -> None:
    for client in clients:
        with pytest.raises(client.exceptions.ConditionalCheckFailedException):
            client.put_item(
                TableName=TABLE,
                Item={"run_id": {"S": "a"}, "item": {"S": "1"}},
                ConditionExpression="attribute_exists(run_id)",
            )
        with pytest.raises(client.exceptions.ResourceNotFoundException):
            client.scan(TableName=f"{PREFIX}Nothing")


def test_each_thread_hears_its_own_answers(clients: tuple[Any, Any]) -> None:
    _, held = clients
    names = [str(number) for number in range(200)]

    def written(name: str) -> str:
        held.put_item(TableName=TABLE, Item={"run_id": {"S": name}, "item": {"S": name}})
        found = held.get_item(TableName=TABLE, Key={"run_id": {"S": name}, "item": {"S": name}}, ConsistentRead=True)
        return str(found["Item"]["run_id"]["S"])

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(written, names)) == names
