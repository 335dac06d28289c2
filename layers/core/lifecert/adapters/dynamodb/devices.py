"""Devices in DynamoDB, by the number of their key and district; and that one is in force, as part of a transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from lifecert.adapters.aws_errors import code_of, translated
from lifecert.adapters.dynamodb.queues import queries, queue_keys
from lifecert.adapters.dynamodb.values import as_moment, moment, optional_moment, plain, typed
from lifecert.domain.device import Device, DeviceProof, DeviceState
from lifecert.domain.errors import StoreUnavailable
from lifecert.domain.page import Page, Position
from lifecert.domain.proof_channel import ProofChannel
from lifecert.domain.scope import Scope

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef


@dataclass(frozen=True, slots=True)
class DynamoDevices:
    """The devices table."""

    client: "DynamoDBClient"
    table: str

    def register(self, device: Device) -> Device:
        """Keep a new device; the one that is there, if one with this key is."""
        return self._put(device, "attribute_not_exists(device_id)")

    def get(self, device_id: str) -> Device | None:
        """One of them, as it was written last."""
        with translated():
            answer = self.client.get_item(
                TableName=self.table, Key=typed({"device_id": device_id}), ConsistentRead=True
            )
        return device_of(plain(answer["Item"])) if "Item" in answer else None

    def listed(self, state: DeviceState, limit: int, after: Position | None, scope: Scope) -> Page[Device, Position]:
        """Those of one state, the first registered first; of some districts one after another."""
        devices: list[Device] = []
        for query in queries(str(state), scope, after, {"device_id": after.id} if after else {}):
            place = dict(query)
            while len(devices) <= limit:
                with translated():
                    page = self.client.query(TableName=self.table, Limit=limit + 1 - len(devices), **place)
                devices += [device_of(plain(item)) for item in page["Items"]]
                if "LastEvaluatedKey" not in page:
                    break
                place["ExclusiveStartKey"] = page["LastEvaluatedKey"]
        more = len(devices) > limit
        return Page(tuple(devices[:limit]), devices[limit - 1].position if more else None)

    def revoke(self, device: Device) -> Device:
        """Keep that it is revoked; as it was revoked before, if it was."""
        return self._put(device, "attribute_exists(device_id) AND attribute_not_exists(revoked_at)")

    def _put(self, device: Device, condition: str) -> Device:
        try:
            with translated():
                self.client.put_item(
                    TableName=self.table, Item=typed(device_item(device)), ConditionExpression=condition
                )
        except ClientError as error:
            if code_of(error) != "ConditionalCheckFailedException":
                raise
            known = self.get(device.device_id)
            if known is None:
                raise StoreUnavailable("the device vanished while it was written") from error
            return known
        return device


def in_force(table: str, proof: DeviceProof) -> "TransactWriteItemTypeDef":
    """The part of a transaction that fails unless a device of this key and channel is registered, and in force."""
    return {
        "ConditionCheck": {
            "TableName": table,
            "Key": typed({"device_id": proof.device_id}),
            "ConditionExpression": "channel = :channel AND ends_on >= :today AND attribute_not_exists(revoked_at)",
            "ExpressionAttributeValues": typed({":channel": str(proof.channel), ":today": proof.on.isoformat()}),
        }
    }


def device_item(device: Device) -> dict[str, Any]:
    """Item of the devices table. `state` and `opened_at`, when it was registered, are the keys of the index by state,
    `queue` and `queue_place` those of the one by district."""
    return {
        "device_id": device.device_id,
        "channel": str(device.channel),
        "name": device.name,
        "district": device.district,
        "ends_on": device.ends_on.isoformat(),
        "registered_by": device.registered_by,
        "opened_at": moment(device.registered_at),
        "revoked_by": device.revoked_by or None,
        "revoked_at": optional_moment(device.revoked_at),
        "state": str(device.state),
        **queue_keys(str(device.state), device.district, device.position),
    }


def device_of(item: Mapping[str, Any]) -> Device:
    """What `device_item` wrote."""
    return Device(
        device_id=item["device_id"],
        channel=ProofChannel(item["channel"]),
        name=item["name"],
        district=item["district"],
        ends_on=date.fromisoformat(item["ends_on"]),
        registered_by=item["registered_by"],
        registered_at=datetime.fromisoformat(item["opened_at"]),
        revoked_by=item.get("revoked_by", ""),
        revoked_at=as_moment(item.get("revoked_at")),
    )
