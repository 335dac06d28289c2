"""The composition root's part for what follows a change by itself, or comes at its hour: feed, duplicates, purge."""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from lifecert.bootstrap import parts
from lifecert.entry import settings

if TYPE_CHECKING:
    from lifecert.application.faces.find_duplicates import FindDuplicates
    from lifecert.application.faces.purge_faces import PurgeFaces
    from lifecert.application.feed.publish import Publish
    from lifecert.application.feed.write_change_files import WriteChangeFiles
    from lifecert.domain.ledger import LedgerEntry


@cache
def find_duplicates() -> "FindDuplicates":
    """After each enrolment."""
    from functools import partial

    from lifecert.adapters.s3.gallery import gallery_files, gallery_secret
    from lifecert.application.faces.find_duplicates import FindDuplicates
    from lifecert.application.shared.reviewing import OpenReview
    from lifecert_vision.gallery import PackedGallery

    names = settings.FindDuplicatesSettings.load()
    register = parts.changing_register(names, reviews=names.reviews_table)
    version = names.template_secret_version
    return FindDuplicates(
        register=register,
        references=parts.references(names),
        gallery=PackedGallery(
            gallery_files(parts.s3(), names.references_bucket, parts.policy().match.model_version, version),
            partial(gallery_secret, parts.client("kms"), names.template_key_id, version),
        ),
        open_review=OpenReview(register, parts.clock(names)),
        policy=parts.policy(),
    )


@cache
def purge_faces() -> "PurgeFaces":
    """The nightly deletion of faces that must go."""
    from lifecert.adapters.dynamodb.face_counts import DynamoFaceCounts
    from lifecert.adapters.dynamodb.references import DynamoReferences
    from lifecert.adapters.s3.photos import S3Photos
    from lifecert.application.faces.purge_faces import PurgeFaces

    names = settings.PurgeFacesSettings.load()
    register = parts.changing_register(names, references=names.references_table, counters=names.counters_table)
    return PurgeFaces(
        register=register,
        index=register,
        references=DynamoReferences(parts.dynamodb(), names.references_table),
        photos=S3Photos(parts.s3(), "", names.references_bucket),
        face_counts=DynamoFaceCounts(parts.dynamodb(), names.counters_table),
        clock=parts.clock(names),
        shards=names.due_shards,
    )


@cache
def publish() -> "Publish":
    """One ledger entry to the event bus, and to the payer's next file."""
    from lifecert.adapters.dynamodb.changes import DynamoChanges
    from lifecert.adapters.messages.bus import EventBridgeBus
    from lifecert.application.feed.publish import Publish

    names = settings.PublishEventsSettings.load()
    return Publish(
        EventBridgeBus(parts.client("events"), names.event_bus_name),
        DynamoChanges(parts.dynamodb(), names.changes_table),
    )


@cache
def write_change_files() -> "WriteChangeFiles":
    """The payer's daily file."""
    from lifecert.adapters.dynamodb.changes import DynamoChanges
    from lifecert.adapters.s3.change_files import S3ChangeFiles
    from lifecert.application.feed.write_change_files import WriteChangeFiles

    names = settings.WriteChangeFileSettings.load()
    files = S3ChangeFiles(parts.s3(), names.change_files_bucket)
    return WriteChangeFiles(DynamoChanges(parts.dynamodb(), names.changes_table), files, parts.clock(names))


def ledger_entry(image: Mapping[str, Any]) -> "LedgerEntry":
    """A ledger entry as the table's stream shows it, once its values are plain."""
    from lifecert.adapters.dynamodb.items import ledger_entry_of

    return ledger_entry_of(image)
