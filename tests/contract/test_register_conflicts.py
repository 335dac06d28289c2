"""One transaction, on the version that was read: of several changes at once one is written, and whole."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest

from lifecert.domain.change import Change
from lifecert.domain.errors import (
    AlreadyRegistered,
    FrameSeenBefore,
    LifeCertError,
    SessionAlreadyDecided,
    VersionConflict,
)
from lifecert.domain.ledger import verify_chain
from tests.support.builders import (
    a_certificate,
    a_change,
    a_review,
    a_session,
    an_id,
    decided,
    registration,
)
from tests.support.engines import DynamoTables, Stores
from tests.support.registering import certify, registered


def test_a_stale_version_is_refused_and_changes_nothing(stores: Stores) -> None:
    before = registered(stores)
    first, second = a_change(before), a_change(before, changed={"district": "310000"})
    stores.register.commit(first)
    with pytest.raises(VersionConflict):
        stores.register.commit(second)
    assert stores.register.get(before.beneficiary_id) == first.after
    assert len(list(stores.ledger.entries(before.beneficiary_id))) == 2


@pytest.mark.parametrize("read", [1, 3])
def test_the_version_that_was_read_counts_whatever_the_entry_says(stores: Stores, read: int) -> None:
    before = registered(stores)
    stores.register.commit(second := a_change(before))
    with pytest.raises(VersionConflict):
        stores.register.commit(replace(a_change(second.after), before_version=read))
    assert stores.register.get(before.beneficiary_id) == second.after


def test_no_entry_of_the_ledger_is_ever_replaced(stores: Stores) -> None:
    before = registered(stores)
    stores.register.commit(second := a_change(before))
    with pytest.raises(VersionConflict):
        stores.register.commit(replace(a_change(before), before_version=second.after.version))
    assert list(stores.ledger.entries(before.beneficiary_id))[1] == second.entry


def test_a_change_of_nobody_is_a_version_conflict(stores: Stores) -> None:
    nobody = registration().after
    with pytest.raises(VersionConflict):
        stores.register.commit(a_change(nobody))
    assert stores.register.get(nobody.beneficiary_id) is None


def test_nobody_is_registered_twice(stores: Stores) -> None:
    first = registered(stores)
    with pytest.raises(AlreadyRegistered):
        stores.register.commit(registration(beneficiary_id=first.beneficiary_id, district="310000"))
    assert stores.register.get(first.beneficiary_id) == first


def race(stores: Stores, changes: list[Change]) -> list[type[LifeCertError] | None]:
    def one(change: Change) -> type[LifeCertError] | None:
        try:
            stores.register.commit(change)
        except LifeCertError as error:
            return type(error)
        return None

    with ThreadPoolExecutor(len(changes)) as pool:
        return list(pool.map(one, changes))


def test_of_many_changes_at_once_one_is_written(racing: Stores) -> None:
    before = registered(racing)
    changes = [a_change(before, changed={"district": f"31{n:04}"}) for n in range(8)]
    outcomes = race(racing, changes)
    assert sorted(map(str, outcomes)) == sorted([str(VersionConflict)] * 7 + ["None"])
    assert racing.register.get(before.beneficiary_id) == changes[outcomes.index(None)].after
    assert verify_chain(racing.ledger.entries(before.beneficiary_id)) == 2


def test_of_many_registrations_at_once_one_is_written(racing: Stores) -> None:
    beneficiary_id = an_id()
    outcomes = race(racing, [registration(beneficiary_id=beneficiary_id) for _ in range(6)])
    assert outcomes.count(None) == 1
    assert set(outcomes) <= {None, AlreadyRegistered, VersionConflict}
    assert len(list(racing.ledger.entries(beneficiary_id))) == 1


def test_a_session_is_decided_once(stores: Stores) -> None:
    before = registered(stores)
    session = stores.sessions.open(a_session(beneficiary_id=before.beneficiary_id))
    accepted = decided(session)
    first = certify(before, date(2026, 3, 1), session=accepted)
    stores.register.commit(first)
    with pytest.raises(SessionAlreadyDecided):
        stores.register.commit(a_change(first.after, session=decided(session)))
    assert stores.sessions.get(session.session_id) == accepted
    assert stores.register.get(before.beneficiary_id) == first.after


def test_two_decisions_of_one_session_at_once_give_one(racing: Stores) -> None:
    before = registered(racing)
    session = racing.sessions.open(a_session(beneficiary_id=before.beneficiary_id))
    changes = [certify(before, date(2026, 3, 1), session=decided(session)) for _ in range(4)]
    outcomes = race(racing, changes)
    assert outcomes.count(None) == 1
    assert set(outcomes) <= {None, SessionAlreadyDecided, VersionConflict}
    winner = changes[outcomes.index(None)]
    assert racing.sessions.get(session.session_id) == winner.session
    assert racing.register.get(before.beneficiary_id) == winner.after


def test_a_certificate_is_issued_once(stores: Stores) -> None:
    before = registered(stores)
    certificate = a_certificate(before)
    stores.register.commit(change := a_change(before, certificate=certificate))
    with pytest.raises(VersionConflict):
        stores.register.commit(a_change(change.after, certificate=replace(certificate, statement="another")))
    assert stores.certificates.get(certificate.certificate_id) == certificate
    assert stores.register.get(before.beneficiary_id) == change.after


def test_a_session_that_does_not_exist_is_not_decided(stores: Stores) -> None:
    before = registered(stores)
    session = a_session(beneficiary_id=before.beneficiary_id)
    with pytest.raises(SessionAlreadyDecided):
        stores.register.commit(a_change(before, session=decided(session)))
    assert stores.sessions.get(session.session_id) is None


def test_a_frame_is_used_once(stores: Stores) -> None:
    before = registered(stores)
    first = a_change(before, frame_digests=("a" * 64, "b" * 64))
    stores.register.commit(first)
    with pytest.raises(FrameSeenBefore):
        stores.register.commit(a_change(first.after, frame_digests=("c" * 64, "b" * 64)))
    assert stores.register.get(before.beneficiary_id) == first.after
    assert stores.seen_frames.any_seen(["x" * 64, "a" * 64])
    assert stores.seen_frames.any_seen(["a" * 64, "a" * 64])
    assert not stores.seen_frames.any_seen(["c" * 64])
    assert not stores.seen_frames.any_seen([])


def test_the_error_tells_the_most_of_several(stores: Stores) -> None:
    before = registered(stores)
    session = stores.sessions.open(a_session(beneficiary_id=before.beneficiary_id))
    first = a_change(before, session=decided(session), frame_digests=("d" * 64,))
    stores.register.commit(first)
    with pytest.raises(SessionAlreadyDecided):
        stores.register.commit(a_change(before, session=decided(session), frame_digests=("d" * 64,)))
    with pytest.raises(FrameSeenBefore):
        stores.register.commit(a_change(before, frame_digests=("d" * 64,)))


@pytest.mark.parametrize("fault", ["version", "session", "frame"])
def test_nothing_is_written_when_one_condition_fails(tables: DynamoTables, fault: str) -> None:
    stores = tables.stores()
    before = registered(stores)
    session = stores.sessions.open(a_session(beneficiary_id=before.beneficiary_id))
    used = stores.sessions.open(a_session(beneficiary_id=before.beneficiary_id))
    stores.register.commit(first := a_change(before, session=decided(used), frame_digests=("f" * 64,)))
    content = tables.count()
    change = certify(
        before if fault == "version" else first.after,
        date(2026, 3, 1),
        certificate=a_certificate(before),
        review=a_review(before),
        session=decided(used if fault == "session" else session),
        frame_digests=("g" * 64, ("f" if fault == "frame" else "h") * 64),
    )
    with pytest.raises(LifeCertError):
        stores.register.commit(change)
    assert tables.count() == content
    assert stores.register.get(before.beneficiary_id) == first.after
    assert stores.sessions.get(session.session_id) == session


def test_the_largest_change_is_ten_items_and_all_are_there(tables: DynamoTables) -> None:
    stores = tables.stores()
    before = registered(stores)
    session = stores.sessions.open(a_session(beneficiary_id=before.beneficiary_id))
    certificate = a_certificate(before)
    digests = tuple(f"{n:064}" for n in range(6))
    change = certify(before, date(2026, 3, 1), certificate=certificate, session=decided(session), frame_digests=digests)
    stores.register.commit(change)
    written = {table: count for table, count in tables.count().items() if count}
    assert written == {"Beneficiaries": 1, "Sessions": 1, "SeenFrames": 6, "Certificates": 1, "Ledger": 2}
    (found,) = tables.index("Certificates", "by_beneficiary", beneficiary_id=before.beneficiary_id)
    assert found == {
        "certificate_id": certificate.certificate_id,
        "beneficiary_id": before.beneficiary_id,
        "masked_name": "王*明",
        "category": "resident_pension",
        "district": "110101",
        "method": "face_self",
        "actor_id": "helper-1",
        "user_id": "helper-1",  # a camera was used
        "certified_on": "2026-03-01",
        "valid_until": "2027-03-01",
        "issued_at": "2026-03-01T01:00:00.000000+00:00",
        "policy_version": "test-1",
        "calibration_version": "test-calibration",
        "model_version": "model/1",
        "evidence_digest": "e" * 64,
        "statement": "header.claims.signature",
    }
