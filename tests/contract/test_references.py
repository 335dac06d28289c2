"""References: begun, enrolled with a change, read as templates."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from lifecert.domain.errors import ReferenceNotFound, VersionConflict
from lifecert.domain.imprint import FrameImprints, KnownPhotos
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.reference import Replacement
from tests.support.builders import MODEL, NOW, a_change, a_reference, a_template, an_enrolment, an_id, registration
from tests.support.engines import DynamoTables, Stores


def test_nothing_begun_and_nothing_enrolled(stores: Stores) -> None:
    assert stores.references.begun(an_id(), an_id()) is None
    assert stores.references.templates(an_id(), MODEL) == {}


def test_a_begun_enrolment_comes_back_and_is_no_template(stores: Stores) -> None:
    beneficiary = registration().after
    enrolment = an_enrolment(beneficiary)
    stores.references.begin(enrolment)
    assert stores.references.begun(beneficiary.beneficiary_id, enrolment.reference_id) == enrolment
    assert stores.references.begun(an_id(), enrolment.reference_id) is None
    assert stores.references.templates(beneficiary.beneficiary_id, MODEL) == {}


def test_enrolling_ends_what_was_begun(stores: Stores) -> None:
    stores.register.commit(change := registration())
    enrolment, other = an_enrolment(change.after), an_enrolment(change.after)
    stores.references.begin(enrolment)
    stores.references.begin(other)
    reference = a_reference(enrolment)
    stores.register.commit(change := a_change(change.after, LedgerEvent.REFERENCE_ENROLLED, reference=reference))
    beneficiary_id = change.after.beneficiary_id
    assert stores.references.begun(beneficiary_id, enrolment.reference_id) is None
    assert stores.references.templates(beneficiary_id, MODEL) == {enrolment.reference_id: reference.template}
    second = a_reference(other, template=replace(a_template(), protection="7"))
    stores.register.commit(a_change(change.after, LedgerEvent.REFERENCE_ENROLLED, reference=second))
    templates = stores.references.templates(beneficiary_id, MODEL)
    assert templates == {enrolment.reference_id: reference.template, other.reference_id: second.template}
    assert all(type(found.vector) is bytes for found in templates.values())


def test_templates_of_another_model_version_are_never_mixed_in(stores: Stores) -> None:
    stores.register.commit(change := registration())
    enrolment = an_enrolment(change.after, replacement=Replacement.AGED)
    stores.references.begin(enrolment)
    assert stores.references.begun(change.after.beneficiary_id, enrolment.reference_id) == enrolment
    reference = a_reference(enrolment, template=a_template("model/2"))
    stores.register.commit(a_change(change.after, LedgerEvent.REFERENCE_ENROLLED, reference=reference))
    beneficiary_id = change.after.beneficiary_id
    assert stores.references.templates(beneficiary_id, MODEL) == {}
    assert stores.references.templates(beneficiary_id, "model/2") == {enrolment.reference_id: reference.template}


def test_an_enrolment_is_finished_once(stores: Stores) -> None:
    stores.register.commit(change := registration())
    enrolment = an_enrolment(change.after)
    stores.references.begin(enrolment)
    reference = a_reference(enrolment)
    stores.register.commit(change := a_change(change.after, LedgerEvent.REFERENCE_ENROLLED, reference=reference))
    again = a_reference(enrolment, template=a_template("model/2"))
    with pytest.raises(ReferenceNotFound):
        stores.register.commit(a_change(change.after, LedgerEvent.REFERENCE_ENROLLED, reference=again))
    found = stores.references.templates(change.after.beneficiary_id, MODEL)
    assert found == {enrolment.reference_id: reference.template}
    assert len(list(stores.ledger.entries(change.after.beneficiary_id))) == 2


def test_a_photo_that_came_another_way_is_enrolled_once_and_takes_no_place(stores: Stores) -> None:
    stores.register.commit(change := registration())
    begun = an_enrolment(change.after)
    reference = a_reference(begun)

    def enrolling(after: Any) -> Any:
        return replace(a_change(after, LedgerEvent.REFERENCE_ENROLLED, reference=reference), reference_is_new=True)

    stores.register.commit(change := enrolling(change.after))
    with pytest.raises(ReferenceNotFound):
        stores.register.commit(enrolling(change.after))
    waiting = an_enrolment(change.after)
    stores.references.begin(waiting)
    taken = replace(enrolling(change.after), reference=a_reference(waiting))
    with pytest.raises(ReferenceNotFound):
        stores.register.commit(taken)
    assert stores.references.begun(change.after.beneficiary_id, waiting.reference_id) == waiting
    found = stores.references.templates(change.after.beneficiary_id, MODEL)
    assert found == {reference.reference_id: reference.template}


def test_only_what_was_begun_is_enrolled(stores: Stores) -> None:
    stores.register.commit(change := registration())
    reference = a_reference(an_enrolment(change.after))
    with pytest.raises(ReferenceNotFound):
        stores.register.commit(a_change(change.after, LedgerEvent.REFERENCE_ENROLLED, reference=reference))
    assert stores.references.templates(change.after.beneficiary_id, MODEL) == {}


def test_imprints_are_read_with_the_templates_and_go_with_their_reference(stores: Stores) -> None:
    stores.register.commit(change := registration())
    person = change.after.beneficiary_id
    old, new = an_enrolment(change.after), an_enrolment(change.after)
    references = a_reference(old, template=a_template("model/2"), imprint=b"old"), a_reference(new, imprint=b"new")
    for reference in references:
        stores.references.begin(old if reference.imprint == b"old" else new)
        stores.register.commit(change := a_change(change.after, LedgerEvent.REFERENCE_ENROLLED, reference=reference))
    for slot, imprints in ((0, (b"1", b"2")), (3, (b"3",)), (0, (b"4", b"5"))):
        kept = FrameImprints(new.reference_id, slot, imprints, NOW)
        stores.register.commit(change := a_change(change.after, frame_imprints=kept))
    later = NOW + timedelta(seconds=1)
    templates, known = stores.references.faces(person, MODEL, later)
    assert templates == stores.references.templates(person, MODEL) == {new.reference_id: references[1].template}
    assert sorted(known.references) == [b"new", b"old"]
    assert sorted(known.frames) == [b"3", b"4", b"5"]
    assert all(type(one) is bytes for one in (*known.references, *known.frames))
    _, all_recent = stores.references.faces(person, MODEL, NOW)
    assert (all_recent.references, all_recent.frames) == ((), ())
    assert sorted(all_recent.recent) == sorted((*known.references, *known.frames))
    stores.register.commit(change := a_change(change.after, deleted_references=(new.reference_id,)))
    assert stores.references.faces(person, MODEL, later) == ({}, KnownPhotos((b"old",), ()))
    gone = FrameImprints(new.reference_id, 1, (b"6",), NOW)
    with pytest.raises(VersionConflict):
        stores.register.commit(a_change(change.after, frame_imprints=gone))
    assert stores.references.faces(person, MODEL, later) == ({}, KnownPhotos((b"old",), ()))


def test_what_was_kept_apart_in_time_is_recent_or_not(stores: Stores) -> None:
    stores.register.commit(change := registration())
    enrolment = an_enrolment(change.after)
    stores.references.begin(enrolment)
    reference = a_reference(enrolment, imprint=b"reference", enrolled_at=NOW - timedelta(days=300))
    stores.register.commit(change := a_change(change.after, LedgerEvent.REFERENCE_ENROLLED, reference=reference))
    for slot, hours in ((1, 30), (2, 1)):
        kept = FrameImprints(enrolment.reference_id, slot, (str(hours).encode(),), NOW - timedelta(hours=hours))
        stores.register.commit(change := a_change(change.after, frame_imprints=kept))
    _, known = stores.references.faces(change.after.beneficiary_id, MODEL, NOW - timedelta(hours=24))
    assert known == KnownPhotos(references=(b"reference",), frames=(b"30",), recent=(b"1",))


def test_only_an_unfinished_enrolment_expires(tables: DynamoTables) -> None:
    stores = tables.stores()
    stores.register.commit(change := registration())
    enrolment = an_enrolment(change.after)
    key = {"beneficiary_id": enrolment.beneficiary_id, "reference_id": enrolment.reference_id}
    stores.references.begin(enrolment)
    begun = tables.item("References", **key)
    assert begun["expires_at"] == int((enrolment.deadline + timedelta(days=1)).timestamp())
    reference = a_reference(enrolment)
    stores.register.commit(a_change(change.after, LedgerEvent.REFERENCE_ENROLLED, reference=reference))
    enrolled = tables.item("References", **key)
    assert "expires_at" not in enrolled
    assert (enrolled["captured_on"], float(enrolled["quality"])) == ("2019-05-01", 0.75)
    assert enrolled["photo_key"] == reference.photo_key
    assert enrolled["source"] == "office"
