"""The register, the ledger and the one transaction."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from lifecert.domain.actor import Role
from lifecert.domain.beneficiary import Beneficiary, Change
from lifecert.domain.camera import Camera
from lifecert.domain.category import Category
from lifecert.domain.errors import (
    AlreadyRegistered,
    FrameSeenBefore,
    LifeCertError,
    SessionAlreadyDecided,
    VersionConflict,
)
from lifecert.domain.hold import HoldProposal
from lifecert.domain.ledger import GENESIS, LedgerEvent, verify_chain
from lifecert.domain.notice import Notice, NoticeChannel
from lifecert.domain.reasons import Reason
from lifecert.domain.status import Certified, Standing, Status, YearEnded, transition
from lifecert.domain.sweep import Partition, shard_of
from tests.builders import (
    NOW,
    VALID_UNTIL,
    a_beneficiary,
    a_certificate,
    a_change,
    a_review,
    a_session,
    an_id,
    decided,
    registration,
)
from tests.contract.engines import PAGE_SIZE, SHARDS, DynamoTables, Stores, left_at_default


def registered(stores: Stores, **fields: object) -> Beneficiary:
    change = registration(**fields)
    stores.register.commit(change)
    return change.after


def due(stores: Stores, beneficiary: Beneficiary, day: date | None = None) -> list[str]:
    shard = shard_of(beneficiary.beneficiary_id, SHARDS)
    return list(stores.register.due(Partition(day or beneficiary.standing.valid_until, shard)))


def lapse(before: Beneficiary) -> Change:
    moved = transition(before.standing, YearEnded(before.standing.valid_until + timedelta(days=1)), Role.SWEEP)
    return a_change(before, LedgerEvent.LAPSED, changed={"standing": moved.standing})


def certify(before: Beneficiary, on: date, **parts: object) -> Change:
    moved = transition(before.standing, Certified(on, on), Role.USER)
    return a_change(before, LedgerEvent.CERTIFIED, changed={"standing": moved.standing}, **parts)


def test_nobody_is_found_in_an_empty_register(stores: Stores) -> None:
    assert stores.register.get(an_id()) is None
    assert stores.register.find_by_person(["0" * 64]) is None
    assert list(stores.ledger.entries(an_id())) == []


@pytest.mark.parametrize("status", list(Status))
def test_every_field_comes_back(stores: Stores, status: Status) -> None:
    held = date(2026, 8, 1) if status is Status.LAPSED else None
    ended = date(2026, 8, 2) if status is Status.TERMINATED else None
    full = a_beneficiary(
        category=Category.INJURY_CARE,
        camera=Camera((NOW, NOW + timedelta(microseconds=1)), NOW + timedelta(minutes=30)),
        certified_by=("helper-1", "helper-2"),
        reference_ids=(an_id(), an_id()),
        certificate_id=an_id(),
        open_review_id=an_id(),
        masked_name="阿*** 买*提",
        person_secret="2",
        consent_withdrawn_on=date(2026, 8, 3),
        notice=Notice(VALID_UNTIL, 30, 7, sent=True, delivered_on=date(2026, 6, 2)),
        contact_channel=NoticeChannel.SMS,
        grace_from=date(2026, 7, 2),
        hold_proposal=HoldProposal(an_id(), VALID_UNTIL, NOW),
    )
    change = a_change(replace(full, standing=Standing(status, VALID_UNTIL, held, ended)), LedgerEvent.REGISTERED)
    assert left_at_default(change.after) == set()
    assert left_at_default(change.after.camera) == set()
    assert change.after.notice
    assert left_at_default(change.after.notice) == set()
    stores.register.commit(change)
    assert stores.register.get(full.beneficiary_id) == change.after
    assert stores.register.find_by_person([full.person_key]) == change.after


def test_absent_fields_come_back_absent(stores: Stores) -> None:
    change = registration(has_reference=False)
    stores.register.commit(change)
    assert stores.register.get(change.after.beneficiary_id) == change.after
    assert change.after.certificate_id is None


@pytest.mark.parametrize(
    "at", [datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 1, 1, 2, 3, 4, tzinfo=UTC)], ids=["whole", "micro"]
)
def test_a_ledger_entry_comes_back_with_the_hash_it_was_sealed_with(stores: Stores, at: datetime) -> None:
    details = {"n": -3, "big": 2**60, "yes": True, "no": False, "none": None, "text": "二月", "status": Status.ACTIVE}
    change = a_change(a_beneficiary(), LedgerEvent.REGISTERED, details=details, at=at)
    stores.register.commit(change)
    (entry,) = stores.ledger.entries(change.after.beneficiary_id)
    assert left_at_default(entry) == {"prev_hash", "correlation_id"}
    assert entry == change.entry
    assert entry.computed_hash() == change.entry.hash
    assert {name: type(value) for name, value in entry.details.items()}["yes"] is bool


def test_an_entry_knows_the_request_it_came_from_and_its_hash_does_not(tables: DynamoTables) -> None:
    stores = tables.stores()
    register = replace(stores.register, correlation=lambda: "request-1")  # type: ignore[type-var]
    register.commit(change := registration())
    (entry,) = stores.ledger.entries(change.after.beneficiary_id)
    assert entry.correlation_id == "request-1"
    assert entry.computed_hash() == entry.hash == change.entry.hash


def test_a_certificate_comes_back_as_it_was_issued(stores: Stores) -> None:
    before = registered(stores)
    certificate = a_certificate(before, statement="header.payload.signature", revoked_at=NOW)
    assert stores.certificates.get(certificate.certificate_id) is None
    stores.register.commit(a_change(before, certificate=certificate))
    assert left_at_default(certificate) == set()
    assert stores.certificates.get(certificate.certificate_id) == certificate


def test_the_ledger_is_read_in_order_and_its_chain_holds(stores: Stores) -> None:
    newest = registered(stores)
    entries = 3 * PAGE_SIZE + 2
    for _ in range(entries - 1):
        change = a_change(newest)
        stores.register.commit(change)
        newest = change.after
    found = list(stores.ledger.entries(newest.beneficiary_id))
    assert [entry.seq for entry in found] == list(range(1, entries + 1))
    assert found[0].prev_hash == GENESIS
    assert verify_chain(found) == newest.version == entries
    assert found[-1].hash == newest.ledger_head


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
        "certified_on": "2026-03-01",
        "valid_until": "2027-03-01",
        "issued_at": "2026-03-01T01:00:00.000000+00:00",
        "policy_version": "test-1",
        "calibration_version": "test-calibration",
        "model_version": "model/1",
        "evidence_digest": "e" * 64,
        "statement": "header.claims.signature",
    }


def test_open_reviews_are_found_oldest_first(tables: DynamoTables) -> None:
    stores = tables.stores()
    newest = registered(stores)
    reviews = [
        a_review(newest, opened_at=NOW + timedelta(seconds=2)),
        a_review(newest, opened_at=NOW, reason=None),
        a_review(newest, opened_at=NOW + timedelta(microseconds=1)),
    ]
    for review in reviews:
        change = a_change(newest, review=review)
        stores.register.commit(change)
        newest = change.after
    found = tables.index("Reviews", "by_state", state="open")
    assert [item["review_id"] for item in found] == [reviews[n].review_id for n in (1, 2, 0)]
    assert "reason" not in found[0]
    assert found[1]["reason"] == Reason.MATCH_UNCERTAIN


def test_seen_frames_are_forgotten_after_400_days(tables: DynamoTables) -> None:
    stores = tables.stores()
    stores.register.commit(a_change(registered(stores), frame_digests=("a" * 64,)))
    item = tables.item("SeenFrames", digest="a" * 64)
    assert item == {"digest": "a" * 64, "expires_at": int((NOW + timedelta(days=400)).timestamp())}


def test_the_due_partition_gives_all_pages_in_order(stores: Stores) -> None:
    ids: list[str] = []
    while len(ids) < 3 * PAGE_SIZE + 1:
        beneficiary_id = an_id()
        if shard_of(beneficiary_id, SHARDS) == 0:
            ids.append(registered(stores, beneficiary_id=beneficiary_id).beneficiary_id)
    other_day = registered(stores, valid_until=VALID_UNTIL + timedelta(days=1))
    assert list(stores.register.due(Partition(VALID_UNTIL, 0))) == sorted(ids)
    assert list(stores.register.due(Partition(VALID_UNTIL, 1))) == []
    assert due(stores, other_day) == [other_day.beneficiary_id]


def test_those_read_may_be_changed_while_the_others_are_still_to_come(stores: Stores) -> None:
    ids = [registered(stores).beneficiary_id for _ in range(5 * PAGE_SIZE)]
    found = []
    for shard in range(SHARDS):
        for beneficiary_id in stores.register.due(Partition(VALID_UNTIL, shard)):
            before = stores.register.get(beneficiary_id)
            assert before is not None
            stores.register.commit(lapse(before))
            found.append(beneficiary_id)
    assert sorted(found) == sorted(ids)
    assert not any(list(stores.register.due(Partition(VALID_UNTIL, shard))) for shard in range(SHARDS))


def test_a_due_partition_can_be_read_from_where_one_stopped(stores: Stores) -> None:
    everybody = [registered(stores).beneficiary_id for _ in range(3 * PAGE_SIZE)]
    ids = sorted(one for one in everybody if shard_of(one, SHARDS) == 0)
    partition = Partition(VALID_UNTIL, 0)
    assert [list(stores.register.due(partition, after)) for after in ids] == [
        ids[place + 1 :] for place in range(len(ids))
    ]
    assert stores.register.has_due(Partition(VALID_UNTIL, 0)) == bool(ids)
    assert not stores.register.has_due(Partition(VALID_UNTIL + timedelta(days=1), 0))


def test_the_active_and_the_lapsed_stand_apart_in_the_due_index(stores: Stores) -> None:
    active = registered(stores)
    assert due(stores, active) == [active.beneficiary_id]
    lapsed = lapse(active)
    stores.register.commit(lapsed)
    assert due(stores, active) == []
    shard = shard_of(active.beneficiary_id, SHARDS)
    among_lapsed = Partition(VALID_UNTIL, shard, Status.LAPSED)
    assert list(stores.register.due(among_lapsed)) == [active.beneficiary_id]
    certified = certify(lapsed.after, date(2026, 8, 1))
    stores.register.commit(certified)
    assert due(stores, active) == []
    assert due(stores, certified.after) == [active.beneficiary_id]
    assert not stores.register.has_due(among_lapsed)
    assert certified.after.standing.valid_until == date(2027, 8, 1)


@pytest.mark.parametrize(
    "standing",
    [
        Standing(Status.LAPSED, VALID_UNTIL, held_since=date(2026, 8, 1)),
        Standing(Status.TERMINATED, VALID_UNTIL, ended_on=date(2026, 8, 1)),
    ],
    ids=["held", "terminated"],
)
def test_for_whom_the_sweep_has_nothing_left_to_do_there_is_no_due_bucket(
    tables: DynamoTables, standing: Standing
) -> None:
    one = a_change(a_beneficiary(), LedgerEvent.REGISTERED, changed={"standing": standing})
    tables.stores().register.commit(one)
    item = tables.item("Beneficiaries", beneficiary_id=one.after.beneficiary_id)
    assert item["status"] == standing.status
    assert "due_bucket" not in item


def test_a_time_that_is_not_utc_is_a_fault(tables: DynamoTables) -> None:
    local_time = datetime.fromisoformat("2026-03-01T09:00:00+08:00")
    with pytest.raises(ValueError, match="UTC"):
        tables.stores().register.commit(a_change(a_beneficiary(), at=local_time))
