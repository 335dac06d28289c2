"""What follows a change by itself, or comes at its hour: the payer's feed, duplicates, the purge of faces."""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from lifecert.bootstrap import parts, stores
from lifecert.entry import settings
from lifecert.entry.setting_values import Name, Payers, SecretVersion

if TYPE_CHECKING:
    from lifecert.application.faces.find_duplicates import FindDuplicates
    from lifecert.application.faces.purge_faces import PurgeFaces
    from lifecert.application.feed.anchor_ledger import AnchorLedger
    from lifecert.application.feed.get_feed import GetFeed
    from lifecert.application.feed.publish import Publish
    from lifecert.application.feed.write_change_files import WriteChangeFiles
    from lifecert.application.feed.write_snapshots import WriteSnapshots
    from lifecert.application.office.end_cases import EndCases
    from lifecert.application.office.keep_lists import KeepLists
    from lifecert.domain.ledger import LedgerEntry


def ledger_entry(image: Mapping[str, Any]) -> "LedgerEntry":
    """A ledger entry as the table's stream shows it, once its values are plain."""
    from lifecert.adapters.dynamodb.ledger import ledger_entry_of

    return ledger_entry_of(image)


class FindDuplicatesSettings(settings.WithChanges, settings.WithTemplates, settings.WithReviews, settings.Common):
    """find_duplicates. `gallery_index_arn` is that of an index of S3 Vectors; empty for files in the bucket."""

    gallery_bucket: Name
    gallery_index_arn: str = ""
    template_secret_version: SecretVersion


@cache
def find_duplicates() -> "FindDuplicates":
    """After each enrolment."""
    from lifecert.application.faces.find_duplicates import FindDuplicates
    from lifecert.application.shared.reviewing import OpenReview

    names = FindDuplicatesSettings.load()
    register, version = stores.changing_register(names, reviews=names.reviews_table), names.template_secret_version
    return FindDuplicates(
        register=register,
        references=stores.plain_references(names),
        gallery=stores.vector_gallery(names, names.gallery_index_arn, names.template_key_id, version)
        if names.gallery_index_arn
        else parts.gallery(names.gallery_bucket, names.template_key_id, version),
        open_review=OpenReview(register, parts.clock(names)),
        policy=parts.policy(),
    )


class PurgeFacesSettings(
    settings.WithChanges,
    settings.WithReferences,
    settings.WithCounters,
    settings.WithReviews,
    settings.WithFrames,
    settings.Common,
):
    """purge_faces."""

    references_bucket: Name
    contacts_table: Name


@cache
def purge_faces() -> "PurgeFaces":
    """The nightly deletion of faces that must go."""
    from lifecert.application.faces.purge_faces import PurgeFaces

    names = PurgeFacesSettings.load()
    register = stores.changing_register(
        names, references=names.references_table, counters=names.counters_table, contacts=names.contacts_table
    )
    return PurgeFaces(
        register=register,
        index=register,
        references=stores.references(names),
        photos=parts.photos(names.frames_bucket, names.references_bucket),
        face_counts=stores.face_counts(names),
        clock=parts.clock(names),
        shards=names.due_shards,
    )


@cache
def end_cases() -> "EndCases":
    """The nightly end of cases that nobody can judge any more."""
    from lifecert.application.office.end_cases import EndCases

    names = PurgeFacesSettings.load()
    reviews = stores.reviews(names)
    return EndCases(
        register=stores.changing_register(names, reviews=names.reviews_table),
        reviews=reviews,
        open_reviews=reviews,
        ledger=stores.ledger(names),
        photos=parts.review_photos(names.frames_bucket, names.references_bucket),
        clock=parts.clock(names),
    )


class PublishEventsSettings(settings.Common):
    """publish_events."""

    changes_table: Name
    heads_table: Name
    event_bus_name: Name


@cache
def publish() -> "Publish":
    """One ledger entry to the event bus, to the payer's next file, and to the night's anchor."""
    from lifecert.application.feed.publish import Publish

    names = PublishEventsSettings.load()
    return Publish(
        bus=parts.event_bus(names.event_bus_name),
        changes=stores.changes(names.changes_table),
        heads=stores.heads(names.heads_table),
        clock=parts.clock(names),
    )


class WriteWorkListsSettings(settings.WithLedger, settings.WithReviews, settings.Common):
    """write_work_lists."""

    work_lists_table: Name


@cache
def keep_lists() -> "KeepLists":
    """After each change of a person."""
    from lifecert.application.office.keep_lists import KeepLists

    names = WriteWorkListsSettings.load()
    lists = stores.work_lists(names.work_lists_table)
    return KeepLists(lists, stores.ledger(names), stores.reviews(names), parts.clock(names))


def keep_images(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> bool:
    """Take in one change of the register as its table's stream shows it; whether it made a difference. A place of an
    ID number is nobody's change."""
    from lifecert.adapters.dynamodb.register import person_of

    changed = person_of(after)
    return changed is not None and keep_lists()(person_of(before) if before else None, changed)


class AnchorLedgerSettings(settings.Common):
    """anchor_ledger."""

    heads_table: Name
    anchors_bucket: Name
    anchor_key_id: Name


@cache
def anchor_ledger() -> "AnchorLedger":
    """Every night, where the chains of the ledger stood."""
    from lifecert.application.feed.anchor_ledger import AnchorLedger

    names = AnchorLedgerSettings.load()
    return AnchorLedger(
        heads=stores.heads(names.heads_table),
        anchors=parts.anchors(names.anchors_bucket),
        signer=parts.anchor_signer(names.anchor_key_id),
        clock=parts.clock(names),
    )


class WriteChangeFileSettings(settings.Common):
    """write_change_file."""

    changes_table: Name
    change_files_bucket: Name
    payers: Payers


@cache
def write_change_files() -> "WriteChangeFiles":
    """The payers' daily files."""
    from lifecert.application.feed.write_change_files import WriteChangeFiles

    names = WriteChangeFileSettings.load()
    files = parts.change_files(names.change_files_bucket)
    return WriteChangeFiles(stores.changes(names.changes_table), files, parts.clock(names), names.payers)


class GetFeedSettings(settings.Common):
    """get_feed."""

    changes_table: Name
    change_files_bucket: Name
    payers: Payers


@cache
def get_feed() -> "GetFeed":
    """GET /feed."""
    from lifecert.application.feed.get_feed import GetFeed

    names = GetFeedSettings.load()
    changes, bucket = stores.changes(names.changes_table), names.change_files_bucket
    return GetFeed(changes, parts.change_files(bucket), parts.snapshots(bucket), names.payers)


class WriteSnapshotSettings(settings.Common):
    """write_snapshot."""

    changes_table: Name
    change_files_bucket: Name
    payers: Payers


@cache
def write_snapshots() -> "WriteSnapshots":
    """The payers' monthly snapshots."""
    from lifecert.application.feed.write_snapshots import WriteSnapshots

    names = WriteSnapshotSettings.load()
    bucket = names.change_files_bucket
    files, snapshots = parts.change_files(bucket), parts.snapshots(bucket)
    return WriteSnapshots(stores.changes(names.changes_table), files, snapshots, parts.clock(names), names.payers)
