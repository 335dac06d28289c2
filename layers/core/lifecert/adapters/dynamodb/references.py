"""References and begun enrolments in DynamoDB, to read; a reference is written with its change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lifecert.adapters.aws_errors import translated
from lifecert.adapters.dynamodb.items import (
    IMPRINT_ATTRIBUTES,
    TEMPLATE_ATTRIBUTES,
    enrolment_item,
    enrolment_of,
    known_photos_of,
    reference_photo_of,
    template_of,
)
from lifecert.adapters.dynamodb.values import plain, typed
from lifecert.domain.evidence import Template
from lifecert.domain.imprint import KnownPhotos
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
        items = self._enrolled(beneficiary_id, TEMPLATE_ATTRIBUTES)
        return _templates(items, model_version)

    def faces(self, beneficiary_id: str, model_version: str) -> tuple[Mapping[str, Template], KnownPhotos]:
        """The same with the imprints of all photos, whatever model their templates are of."""
        items = self._enrolled(beneficiary_id, (*TEMPLATE_ATTRIBUTES, *IMPRINT_ATTRIBUTES))
        return _templates(items, model_version), known_photos_of(items)

    def _enrolled(self, beneficiary_id: str, attributes: Sequence[str]) -> list[dict[str, Any]]:
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression="beneficiary_id = :beneficiary_id",
            FilterExpression="attribute_exists(template)",
            ExpressionAttributeValues=typed({":beneficiary_id": beneficiary_id}),
            ProjectionExpression=", ".join(attributes),
            ConsistentRead=True,
        )
        with translated():
            return [plain(item) for page in pages for item in page["Items"]]

    def enrolled(self, beneficiary_id: str) -> Sequence[str]:
        """Ids of the enrolled references, without reading a template."""
        return [item["reference_id"] for item in self._enrolled(beneficiary_id, ("reference_id",))]

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


def _templates(items: Sequence[Mapping[str, Any]], model_version: str) -> Mapping[str, Template]:
    return {
        item.get("of_reference", item["reference_id"]): template_of(item)
        for item in items
        if item["model_version"] == model_version
    }
