"""Faces that must go: found by the index, deleted and counted in one transaction, on every engine."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest

from lifecert.adapters.dynamodb.values import typed
from lifecert.application.faces.purge_faces import PurgeFaces
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.errors import VersionConflict
from lifecert.domain.faces import FaceCount
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.notice import NoticeChannel
from lifecert.domain.status import Standing, Status
from lifecert.ports.references import FacesDueIndex
from tests.support.builders import MODEL, VALID_UNTIL, a_change, a_reference, an_enrolment, an_id, registration
from tests.support.engines import SHARDS, DynamoTables, Stores
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.photos import MemoryPhotos

ENDED = Standing(Status.TERMINATED, VALID_UNTIL, ended_on=date(2026, 3, 1))
DUE = date(2026, 5, 30)


def enrolled(stores: Stores, references: int = 1) -> Beneficiary:
    """Somebody with so many references, enrolled and counted as the use case does it."""
    change = registration(has_reference=False, person_key=an_id())
    stores.register.commit(change)
    for number in range(references):
        enrolment = an_enrolment(change.after)
        stores.references.begin(enrolment)
        counted = FaceCount(people=0 if number else 1, faces=1)
        changed = {"has_reference": True}
        reference = a_reference(enrolment)
        event = LedgerEvent.REFERENCE_ENROLLED
        change = a_change(change.after, event, reference=reference, faces=counted, changed=changed)
        stores.register.commit(change)
    return change.after


def changed(stores: Stores, person: Beneficiary, **fields: Any) -> Beneficiary:
    change = a_change(person, changed=fields)
    stores.register.commit(change)
    return change.after


def due(stores: Stores, today: date) -> set[str]:
    index: FacesDueIndex = stores.register  # type: ignore[assignment]
    return {one for shard in range(SHARDS) for one in index.faces_due(shard, today)}


def test_the_index_holds_those_whose_faces_must_go_and_nobody_else(stores: Stores) -> None:
    ended = [changed(stores, enrolled(stores), standing=ENDED).beneficiary_id for _ in range(5)]
    withdrawn = changed(stores, enrolled(stores), consent_withdrawn_on=date(2026, 4, 1)).beneficiary_id
    enrolled(stores)
    changed(stores, enrolled(stores, references=0), standing=ENDED)
    assert due(stores, DUE - timedelta(days=1)) == {withdrawn}
    assert due(stores, DUE) == {withdrawn, *ended}
    assert due(stores, DUE + timedelta(days=400)) == {withdrawn, *ended}


def test_the_index_holds_whose_contact_must_go_too(stores: Stores) -> None:
    told = changed(stores, enrolled(stores, references=0), contact_channel=NoticeChannel.SMS)
    assert due(stores, DUE) == set()
    ended = changed(stores, told, standing=ENDED)
    assert (due(stores, DUE - timedelta(days=1)), due(stores, DUE)) == (set(), {told.beneficiary_id})
    changed(stores, ended, contact_channel=None)
    assert due(stores, DUE) == set()


def test_who_is_purged_or_corrected_leaves_the_index(stores: Stores) -> None:
    purged = changed(stores, enrolled(stores), standing=ENDED)
    corrected = changed(stores, enrolled(stores), standing=ENDED)
    changed(stores, purged, has_reference=False)
    changed(stores, corrected, standing=Standing(Status.ACTIVE, VALID_UNTIL))
    assert due(stores, DUE) == set()


def test_references_go_with_their_count_in_one_transaction(stores: Stores) -> None:
    other = enrolled(stores, references=2)
    person = enrolled(stores, references=7)
    ids = tuple(stores.references.enrolled(person.beneficiary_id))
    assert stores.face_counts.total() == FaceCount(people=2, faces=9)
    gone = FaceCount(people=-1, faces=-7)
    stores.register.commit(
        a_change(
            person,
            LedgerEvent.FACES_DELETED,
            deleted_references=ids,
            faces=gone,
            changed={"has_reference": False},
        )
    )
    assert not stores.references.enrolled(person.beneficiary_id)
    assert stores.references.templates(person.beneficiary_id, MODEL) == {}
    assert stores.face_counts.total() == FaceCount(people=1, faces=2)
    assert len(stores.references.enrolled(other.beneficiary_id)) == 2


def test_a_reference_that_is_gone_already_stops_the_whole_change(stores: Stores) -> None:
    person = enrolled(stores, references=1)
    (one,) = stores.references.enrolled(person.beneficiary_id)
    change = a_change(
        person, LedgerEvent.FACES_DELETED, deleted_references=(one, an_id()), faces=FaceCount(people=-1, faces=-2)
    )
    with pytest.raises(VersionConflict):
        stores.register.commit(change)
    assert list(stores.references.enrolled(person.beneficiary_id)) == [one]
    assert stores.face_counts.total() == FaceCount(people=1, faces=1)


def test_an_enrolment_that_was_only_begun_is_no_face(stores: Stores) -> None:
    person = enrolled(stores, references=0)
    stores.references.begin(an_enrolment(person))
    assert not stores.references.enrolled(person.beneficiary_id)
    assert stores.face_counts.total() == FaceCount()


def test_a_stored_face_is_counted_once_however_many_enrol_at_once(racing: Stores) -> None:
    def one(_: int) -> None:
        for _attempt in range(20):
            try:
                enrolled(racing)
                return
            except VersionConflict:  # met another on the same counter: the use case tries again, too
                continue

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(one, range(12)))
    people = racing.face_counts.total().people
    assert people == 12 == racing.face_counts.total().faces


def test_nothing_about_faces_is_stored_before_it_is_true(tables: DynamoTables) -> None:
    stores = tables.stores()
    person = enrolled(stores)
    key = {"beneficiary_id": person.beneficiary_id}
    assert not {"faces_due", "faces_shard", "consent_withdrawn_on"} & tables.item("Beneficiaries", **key).keys()
    person = changed(stores, person, consent_withdrawn_on=date(2026, 4, 1))
    assert tables.item("Beneficiaries", **key)["faces_due"] == "2026-04-01"
    assert stores.register.get(person.beneficiary_id) == person


def test_a_photo_embedded_under_two_models_is_one_face_and_both_templates_go(tables: DynamoTables) -> None:
    stores = tables.stores()
    person = changed(stores, enrolled(stores), standing=ENDED)
    (one,) = stores.references.enrolled(person.beneficiary_id)
    item = tables.item("References", beneficiary_id=person.beneficiary_id, reference_id=one)
    again = typed({**item, "reference_id": an_id(), "of_reference": one, "model_version": "model/2"})
    tables.client.put_item(TableName=tables.name("References"), Item=again)
    index: FacesDueIndex = stores.register  # type: ignore[assignment]
    clock, photos = FixedClock(), MemoryPhotos()
    clock.move(days=90)
    purge = PurgeFaces(stores.register, index, stores.references, photos, stores.face_counts, clock, SHARDS)
    report = purge()
    assert (report.people, report.faces, report.stored) == (1, 1, FaceCount())
    assert tables.count()["References"] == 0
    *_, entry = stores.ledger.entries(person.beneficiary_id)
    assert (entry.event, entry.details["references"], entry.details["all"]) == (LedgerEvent.FACES_DELETED, 1, True)
