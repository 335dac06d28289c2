"""Records of the ledger's stream, taken in order for each beneficiary."""

from collections.abc import Callable, Mapping, Set
from typing import Any

from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import (
    DynamoDBRecord,
    DynamoDBRecordEventName,
    DynamoDBStreamEvent,
)

from lifecert.entry.log import LogCode, logger


def inserted(event: Mapping[str, Any], wanted: Set[str]) -> dict[str, Mapping[str, Any]]:
    """New images of the entries of a batch whose event is one of `wanted`, by sequence number."""
    images: dict[str, Mapping[str, Any]] = {}
    for record in DynamoDBStreamEvent(dict(event)).records:
        image = record.dynamodb.new_image if record.dynamodb else None
        if record.event_name is DynamoDBRecordEventName.INSERT and image and image.get("event") in wanted:
            images[str(record.dynamodb.sequence_number)] = image  # type: ignore[union-attr]
    return images


class OutOfOrder(Exception):
    """An earlier record of the same beneficiary has not been taken yet."""


class InOrder:
    """Publishes the entries of one batch. After one of a beneficiary's failed, that beneficiary's later ones fail too:
    the stream hands all of them over again, the oldest first."""

    def __init__(self, publish: Callable[[Mapping[str, Any]], int]) -> None:
        """`publish` announces one new image, and says as how many events; none when it is nobody's business."""
        self._publish = publish
        self._failed: set[str] = set()
        self.published = 0
        self.altered = 0

    def __call__(self, record: DynamoDBRecord) -> None:
        """Publish one record. Raises what went wrong."""
        image = record.dynamodb.new_image if record.dynamodb else None
        if record.event_name is not DynamoDBRecordEventName.INSERT or not image:
            self._note_altered(record)
            return
        beneficiary_id = str(image.get("beneficiary_id"))
        try:
            if beneficiary_id in self._failed:
                raise OutOfOrder
            self.published += self._publish(image)
        except Exception as error:
            self._failed.add(beneficiary_id)
            ids = {
                "beneficiary_id": beneficiary_id,
                "seq": str(image.get("seq")),
                "cause": str(image.get("correlation_id", "")),
            }
            logger.error(LogCode.EVENT_NOT_PUBLISHED, extra={"error": type(error).__name__, **ids})
            raise

    def _note_altered(self, record: DynamoDBRecord) -> None:
        """Entries are only ever added, and no permission can say so: who may add one could put it over another. Nothing
        of ours does, so whatever changes or removes one must be seen."""
        self.altered += 1
        keys = (record.dynamodb.keys if record.dynamodb else None) or {}
        ids = {"beneficiary_id": str(keys.get("beneficiary_id")), "seq": str(keys.get("seq"))}
        logger.error(LogCode.LEDGER_ALTERED, extra={"change": str(record.raw_event.get("eventName")), **ids})


class PeopleInOrder:
    """Takes the changes of people of one batch, each with the record before it. After one of a person's failed, that
    person's later ones fail too: one that was taken before it would make it look old."""

    def __init__(self, take: Callable[[Mapping[str, Any] | None, Mapping[str, Any]], bool]) -> None:
        """`take` takes in one change, as the images before and after it, and says whether it made a difference."""
        self._take = take
        self._failed: set[str] = set()
        self.moved = 0

    def __call__(self, record: DynamoDBRecord) -> None:
        """Take one record. Raises what went wrong."""
        images = record.dynamodb
        # Nobody is ever removed, save by an operator: the lists never show whom the register does not know.
        if images is None or not images.new_image:
            return
        beneficiary_id = str(images.new_image.get("beneficiary_id"))
        try:
            if beneficiary_id in self._failed:
                raise OutOfOrder
            self.moved += self._take(images.old_image or None, images.new_image)
        except Exception as error:
            self._failed.add(beneficiary_id)
            ids = {"beneficiary_id": beneficiary_id, "version": str(images.new_image.get("version"))}
            logger.error(LogCode.LISTS_NOT_KEPT, extra={"error": type(error).__name__, **ids})
            raise
