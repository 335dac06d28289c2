"""One face under two beneficiaries: a human looks, and nobody else hears of it."""

import uuid
from dataclasses import replace
from typing import Any

import pytest

from lifecert.application.faces.find_duplicates import FindDuplicates, Searched
from lifecert.application.shared.reviewing import OpenReview
from lifecert.domain.evidence import Template
from lifecert.domain.ledger import LedgerEntry, LedgerEvent
from lifecert.domain.published import published_events
from lifecert.domain.review import ReviewKind
from tests.support.builders import NOW, a_change, a_policy, a_reference, an_enrolment, face, registration
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.faces import MemoryGallery
from tests.support.fakes.store import MemoryStore


class Office:
    def __init__(self) -> None:
        self.store, self.gallery = MemoryStore(), MemoryGallery()
        register = self.store.register
        self.find = FindDuplicates(
            register, self.store.references, self.gallery, OpenReview(register, FixedClock(NOW)), a_policy()
        )

    def enrol(self, template: Template) -> LedgerEntry:
        """A new person with this face."""
        self.store.register.commit(change := registration())
        enrolment = an_enrolment(change.after)
        self.store.references.begin(enrolment)
        change = a_change(
            change.after,
            LedgerEvent.REFERENCE_ENROLLED,
            reference=a_reference(enrolment, template=template),
            details={"reference_id": enrolment.reference_id},
            changed={"reference_ids": (enrolment.reference_id,)},
        )
        self.store.register.commit(change)
        return change.entry

    def search(self, *entries: LedgerEntry) -> Searched:
        return self.find(entries, str(uuid.uuid4()))


def test_a_face_that_is_known_under_another_name_opens_a_review_of_both() -> None:
    """Of the later one alone, whoever enrolled a false face first was not doubted."""
    office = Office()
    first = office.enrol(face(0))
    assert office.search(first) == Searched(added=1)
    second = office.enrol(face(1, like=0, similarity=0.75))
    assert office.search(second) == Searched(added=1, reviews=2)
    names = first.beneficiary_id, second.beneficiary_id
    assert {one.kind for one in office.store.reviews.values()} == {ReviewKind.DUPLICATE_FACE}
    assert {(one.beneficiary_id, one.related_id) for one in office.store.reviews.values()} == {names, names[::-1]}
    for name in names:
        opened = office.store.entries[name][-1]
        assert opened.event is LedgerEvent.REVIEW_OPENED
        assert published_events(opened) == (), "nobody outside hears of it"
        person = office.store.beneficiaries[name]
        assert (bool(person.doubts), bool(person.reference_ids)) == (True, True), "and the enrolment stands"


def test_a_face_below_the_limit_is_nobodys_business() -> None:
    office = Office()
    office.search(office.enrol(face(0)))
    assert office.search(office.enrol(face(1, like=0, similarity=0.69))).reviews == 0
    assert office.store.reviews == {}


def test_two_who_come_at_the_same_moment_find_each_other() -> None:
    office = Office()
    both = office.enrol(face(0)), office.enrol(face(0))
    assert office.search(*both).reviews == 2
    assert {review.beneficiary_id for review in office.store.reviews.values()} == {one.beneficiary_id for one in both}


def test_the_stream_may_hand_an_entry_over_again() -> None:
    office = Office()
    office.search(office.enrol(face(0)))
    again = office.enrol(face(0))
    office.find([again], "segment")
    entries = len(office.store.entries[again.beneficiary_id])
    office.find([again], "segment")
    assert len(office.store.reviews) == 2
    assert len(office.store.entries[again.beneficiary_id]) == entries


def test_a_reference_that_was_replaced_or_deleted_opens_nothing() -> None:
    office = Office()
    first = office.enrol(face(0))
    office.search(first)
    newest = office.store.beneficiaries[first.beneficiary_id]
    office.store.beneficiaries[first.beneficiary_id] = replace(newest, reference_ids=("another",))
    assert office.search(office.enrol(face(0))).reviews == 0
    gone = office.enrol(face(0))
    office.store.references_by_id.clear()
    assert office.search(gone) == Searched()


def test_a_face_that_was_replaced_is_compared_when_it_counts_again() -> None:
    """Junk in its place hid it while it was enrolled under another name."""
    office = Office()
    first = office.enrol(face(0))
    office.search(first)
    person, before = first.beneficiary_id, office.store.beneficiaries[first.beneficiary_id].reference_ids
    changed(office, person, LedgerEvent.REFERENCE_ENROLLED, reference_ids=("junk",))
    assert office.search(office.enrol(face(0))).reviews == 0
    back = a_change(
        office.store.beneficiaries[person],
        LedgerEvent.REVIEW_DECIDED,
        changed={"reference_ids": before},
        details={"references": ",".join(before)},
    )
    office.store.register.commit(back)
    assert office.search(back.entry).reviews == 2
    other = a_change(office.store.beneficiaries[person], LedgerEvent.REVIEW_DECIDED, details={"kind": "audit"})
    assert office.search(other.entry) == Searched()


def test_deleted_faces_leave_the_gallery() -> None:
    office = Office()
    first = office.enrol(face(0))
    office.search(first)
    person = office.store.beneficiaries[first.beneficiary_id]
    deleted = a_change(person, LedgerEvent.FACES_DELETED, details={}).entry
    assert office.search(deleted) == Searched(forgotten=1)
    assert office.search(office.enrol(face(0))).reviews == 0


def changed(office: Office, person: str, event: LedgerEvent, **fields: Any) -> LedgerEntry:
    change = a_change(office.store.beneficiaries[person], event, changed=fields)
    office.store.register.commit(change)
    return change.entry


@pytest.mark.parametrize("withdrawn", [0, 1])
def test_while_a_consent_is_withdrawn_its_face_tells_nothing_and_is_compared_once_it_may_be_used(
    withdrawn: int,
) -> None:
    """Else somebody with two names would withdraw, be enrolled anew, and undo it."""
    office = Office()
    entries = [office.enrol(face(0)), office.enrol(face(0))]
    office.search(entries[0])
    person = entries[withdrawn].beneficiary_id
    office.search(changed(office, person, LedgerEvent.CONSENT_WITHDRAWN, consent_withdrawn_on=NOW.date()))
    assert office.search(entries[1]).reviews == 0
    assert office.store.reviews == {}
    undone = changed(office, person, LedgerEvent.WITHDRAWAL_UNDONE, consent_withdrawn_on=None)
    assert office.search(undone) == Searched(reviews=2)
    for review in office.store.reviews.values():
        assert {review.beneficiary_id, review.related_id} == {one.beneficiary_id for one in entries}
