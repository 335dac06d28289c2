"""References and begun enrolments in DynamoDB, to read; a reference is written with its change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lifecert.adapters.aws_errors import translated
from lifecert.adapters.dynamodb_items import enrolment_item, enrolment_of, reference_photo_of, template_of
from lifecert.adapters.dynamodb_values import plain, typed
from lifecert.domain.evidence import Template
from lifecert.domain.reference import Enrolment, ReferencePhoto

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True)
class DynamoReferences:
    """The references table. An item is a begun enrolment while it has an `upload_key`, and a reference afterwards."""

    client: "DynamoDBClient"
    table: str

    def templates(self, beneficiary_id: str, model_version: str) -> Mapping[str, Template]:
        """Templates of one model version by reference id, those enrolled a moment ago among them.

        A reference that was embedded anew by another model is an item of its own beside the first.
        """
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression="beneficiary_id = :beneficiary_id",
            FilterExpression="attribute_exists(template) AND model_version = :model_version",
            ExpressionAttributeValues=typed({":beneficiary_id": beneficiary_id, ":model_version": model_version}),
            ProjectionExpression="reference_id, of_reference, template, model_version, protection",
            ConsistentRead=True,
        )
        with translated():
            items = [plain(item) for page in pages for item in page["Items"]]
        return {item.get("of_reference", item["reference_id"]): template_of(item) for item in items}

    def enrolled(self, beneficiary_id: str) -> Sequence[str]:
        """Ids of the enrolled references, without reading a template."""
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression="beneficiary_id = :beneficiary_id",
            FilterExpression="attribute_exists(template)",
            ExpressionAttributeValues=typed({":beneficiary_id": beneficiary_id}),
            ProjectionExpression="reference_id",
            ConsistentRead=True,
        )
        with translated():
            return [plain(item)["reference_id"] for page in pages for item in page["Items"]]

    def photos(self, beneficiary_id: str) -> tuple[ReferencePhoto, ...]:
        """The enrolled photos, newest first."""
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression="beneficiary_id = :beneficiary_id",
            # Not those embedded anew: they are of the same photos.
            FilterExpression="attribute_exists(template) AND attribute_not_exists(of_reference)",
            ExpressionAttributeValues=typed({":beneficiary_id": beneficiary_id}),
            ProjectionExpression="reference_id, photo_key, #source, captured_on, enrolled_at",
            ExpressionAttributeNames={"#source": "source"},
            ConsistentRead=True,
        )
        with translated():
            found = [reference_photo_of(plain(item)) for page in pages for item in page["Items"]]
        return tuple(sorted(found, key=lambda photo: photo.enrolled_at, reverse=True))

    def begin(self, enrolment: Enrolment) -> None:
        """Remember an enrolment."""
        with translated():
            self.client.put_item(TableName=self.table, Item=typed(enrolment_item(enrolment)))

    def begun(self, beneficiary_id: str, reference_id: str) -> Enrolment | None:
        """An enrolment that waits for its photo."""
        with translated():
            answer = self.client.get_item(
                TableName=self.table,
                Key=typed({"beneficiary_id": beneficiary_id, "reference_id": reference_id}),
                ConsistentRead=True,
            )
        item = plain(answer.get("Item", {}))
        return enrolment_of(item) if "upload_key" in item else None
