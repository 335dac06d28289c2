"""References and begun enrolments in DynamoDB, to read; a reference is written with its change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from lifecert.adapters.aws_errors import translated
from lifecert.adapters.dynamodb.values import as_day, epoch, moment, plain, typed
from lifecert.domain.evidence import Template
from lifecert.domain.imprint import SESSIONS_REMEMBERED, KnownPhotos
from lifecert.domain.reference import Enrolment, Reference, ReferencePhoto, Replacement

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

    def faces(
        self, beneficiary_id: str, model_version: str, since: datetime
    ) -> tuple[Mapping[str, Template], KnownPhotos]:
        """The same with the imprints of all photos, whatever model their templates are of."""
        items = self._enrolled(beneficiary_id, (*TEMPLATE_ATTRIBUTES, *IMPRINT_ATTRIBUTES, "enrolled_at"))
        return _templates(items, model_version), known_photos_of(items, since)

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
            photos = [reference_photo_of(plain(item)) for page in pages for item in page["Items"]]
        return tuple(sorted(photos, key=lambda photo: photo.enrolled_at, reverse=True))

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


def frames_attribute(slot: int) -> str:
    """Where the imprints of one session's frames are, among a reference's attributes."""
    return f"frames_{slot}"


def frames_at_attribute(slot: int) -> str:
    """Where it is when they were kept."""
    return f"frames_{slot}_at"


# An unfinished enrolment outlives its deadline a little, so that one finished at the last second is still there.
ENROLMENT_KEPT = timedelta(days=1)
TEMPLATE_ATTRIBUTES = ("reference_id", "of_reference", "template", "model_version", "protection")
_SLOTS = range(SESSIONS_REMEMBERED)
IMPRINT_ATTRIBUTES = (
    "imprint",
    *(name(slot) for name in (frames_attribute, frames_at_attribute) for slot in _SLOTS),
)


def imprints_of(item: Mapping[str, Any]) -> list[bytes]:
    """All imprints in an item, as they are stored: the reference's, then those of frames, by slot."""
    own = [bytes(item["imprint"])] if "imprint" in item else []
    return own + [bytes(imprint) for slot in _SLOTS for imprint in item.get(frames_attribute(slot), [])]


def with_imprints(item: Mapping[str, Any], imprints: Sequence[bytes]) -> dict[str, Any]:
    """The attributes of an item in which the imprints that `imprints_of` gave are others."""
    rest, changed = list(imprints), dict[str, Any]()
    if "imprint" in item:
        changed["imprint"] = rest.pop(0)
    for name in filter(item.__contains__, map(frames_attribute, _SLOTS)):
        changed[name], rest = rest[: len(item[name])], rest[len(item[name]) :]
    return changed


def reference_item(reference: Reference) -> dict[str, Any]:
    """Item of the references table: an enrolled reference, which never expires."""
    return {
        "beneficiary_id": reference.beneficiary_id,
        "reference_id": reference.reference_id,
        "template": reference.template.vector,
        "model_version": reference.template.model_version,
        "protection": reference.template.protection or None,
        "imprint": reference.imprint or None,
        "photo_key": reference.photo_key,
        "source": reference.source,
        **_captured_on(reference.captured_on),
        "quality": str(reference.quality),
        "enrolled_at": moment(reference.enrolled_at),
    }


def _captured_on(day: date | None) -> dict[str, str]:
    return {"captured_on": day.isoformat()} if day else {}


def known_photos_of(items: Sequence[Mapping[str, Any]], since: datetime) -> KnownPhotos:
    """The imprints in items of one person's references, those kept at `since` or later apart."""
    own = [(item["imprint"], item.get("enrolled_at")) for item in items if "imprint" in item]
    of_frames = [
        (imprint, item.get(frames_at_attribute(slot)))
        for item in items
        for slot in _SLOTS
        for imprint in item.get(frames_attribute(slot), [])
    ]

    def is_recent(at: str | None) -> bool:
        # Frames kept before their moment was kept with them are old.
        return at is not None and datetime.fromisoformat(at) >= since

    return KnownPhotos(
        references=tuple(bytes(imprint) for imprint, at in own if not is_recent(at)),
        frames=tuple(bytes(imprint) for imprint, at in of_frames if not is_recent(at)),
        recent=tuple(bytes(imprint) for imprint, at in (*own, *of_frames) if is_recent(at)),
    )


def template_of(item: Mapping[str, Any]) -> Template:
    """The template of what `reference_item` wrote."""
    return Template(bytes(item["template"]), item["model_version"], item.get("protection", ""))


def reference_photo_of(item: Mapping[str, Any]) -> ReferencePhoto:
    """What a reviewer needs of what `reference_item` wrote."""
    return ReferencePhoto(
        reference_id=item["reference_id"],
        photo_key=item["photo_key"],
        source=item["source"],
        captured_on=as_day(item.get("captured_on")),
        enrolled_at=datetime.fromisoformat(item["enrolled_at"]),
    )


def enrolment_item(enrolment: Enrolment) -> dict[str, Any]:
    """Item of the references table: an enrolment begun, which the reference replaces or TTL removes."""
    return {
        "beneficiary_id": enrolment.beneficiary_id,
        "reference_id": enrolment.reference_id,
        "upload_key": enrolment.upload_key,
        "source": enrolment.source,
        **_captured_on(enrolment.captured_on),
        "replacement": enrolment.replacement and str(enrolment.replacement),
        "deadline": moment(enrolment.deadline),
        "expires_at": epoch(enrolment.deadline + ENROLMENT_KEPT),
    }


def enrolment_of(item: Mapping[str, Any]) -> Enrolment:
    """What `enrolment_item` wrote."""
    return Enrolment(
        beneficiary_id=item["beneficiary_id"],
        reference_id=item["reference_id"],
        upload_key=item["upload_key"],
        source=item["source"],
        captured_on=date.fromisoformat(item["captured_on"]) if "captured_on" in item else None,
        deadline=datetime.fromisoformat(item["deadline"]),
        replacement=Replacement(item["replacement"]) if "replacement" in item else None,
    )
