"""The template's tables in an engine that knows no CloudFormation."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import yaml

from local.stack import ROOT

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_MADE_WITH = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")


class _Template(yaml.SafeLoader):
    """Reads a template; what stands behind a tag such as `!If` is of no interest here."""


_Template.add_multi_constructor("!", lambda loader, suffix, node: None)


@cache
def definitions() -> Mapping[str, dict[str, Any]]:
    """Properties of each table of infra/data.yaml."""
    # The loader is a safe one.
    template = yaml.load((ROOT / "infra/data.yaml").read_text(encoding="utf-8"), _Template)  # noqa: S506
    return {
        name: resource["Properties"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::DynamoDB::Table"
    }


def create(client: "DynamoDBClient", prefix: str, tables: Sequence[str]) -> None:
    """Make tables as infra/data.yaml has them: keys and indexes. Their names get the prefix.

    Without TTL: DynamoDB Local deletes what has expired by the machine's clock, and most clocks here stand still.
    """
    for table in tables:
        properties = definitions()[table]
        wanted = {key: _known(properties[key]) for key in _MADE_WITH if key in properties}
        client.create_table(TableName=prefix + table, **wanted)


def _known(value: Any) -> Any:
    """Without what stands behind a tag: of an index, for how much it is ready at once."""
    if isinstance(value, list):
        return [_known(one) for one in value]
    return {key: one for key, one in value.items() if one is not None} if isinstance(value, dict) else value


def drop(client: "DynamoDBClient", prefix: str, tables: Sequence[str]) -> None:
    """Remove them."""
    for table in tables:
        client.delete_table(TableName=prefix + table)
