"""Hold batches: candidates and their outcomes with a change of the person, a decision once, everybody found again."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest

from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.benefit import Office
from lifecert.domain.change import Change
from lifecert.domain.errors import VersionConflict
from lifecert.domain.hold import (
    CandidateOutcome,
    HoldBatch,
    HoldCandidate,
    HoldChoice,
    HoldDecision,
    HoldGround,
    HoldOutcome,
    HoldProposal,
    HoldState,
)
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.office_notice import NoticeWay
from lifecert.domain.status import Status
from tests.support.builders import NOW, OFFICE, a_beneficiary, a_change, a_hold_candidate, an_id, proposal_of
from tests.support.engines import SHARDS, DynamoTables, Stores, left_at_default

RUN = "2026-06-01.1"
BATCH = an_id()
TOLD_ON = date(2026, 3, 3)
DECISION = HoldDecision(HoldChoice.ONLY, HoldGround.CANNOT_COME, "clerk-1", NOW, ("a", "b"))


def candidate(person: Beneficiary, batch_id: str = BATCH) -> HoldCandidate:
    by_whom = {"notice_way": NoticeWay.VISIT, "notice_recorded_by": "clerk-5"}
    return a_hold_candidate(person, batch_id, notice_delivered_on=TOLD_ON, **by_whom)


def proposing(stores: Stores, batch_id: str = BATCH) -> tuple[Beneficiary, Change]:
    """Somebody lapsed, and the change that proposes them."""
    registered = a_change(a_beneficiary(status=Status.LAPSED), LedgerEvent.REGISTERED)
    stores.register.commit(registered)
    person = registered.after
    proposal = HoldProposal(batch_id, person.valid_until, NOW)
    change = a_change(
        person,
        LedgerEvent.HOLD_PROPOSED,
        changed={"hold_proposal": proposal, "grace_from": TOLD_ON},
        hold_candidates=(candidate(person, batch_id),),
    )
    return person, change


def proposed(stores: Stores, number: int = 1, batch_id: str = BATCH) -> list[Beneficiary]:
    people = []
    for _ in range(number):
        _, change = proposing(stores, batch_id)
        stores.register.commit(change)
        people.append(change.after)
    return people


def settling(person: Beneficiary, outcome: HoldOutcome = HoldOutcome.REJECTED) -> Change:
    done = CandidateOutcome(BATCH, person.beneficiary_id, outcome)
    return a_change(person, LedgerEvent.HOLD_DROPPED, changed={"hold_proposal": None}, hold_outcome=done)


def opened(stores: Stores, batch_id: str = BATCH, minutes: int = 0) -> HoldBatch:
    assert stores.hold_batches.gathering(OFFICE, batch_id) == batch_id
    batch = HoldBatch(batch_id, "fund", "110101", RUN, NOW + timedelta(minutes=minutes), 7)
    stores.hold_batches.open(batch)
    return batch


def all_pages(stores: Stores, limit: int = 2) -> list[HoldCandidate]:
    found: list[HoldCandidate] = []
    after = None
    while True:
        page = stores.hold_batches.candidates(BATCH, limit, after)
        found += page.items
        after = page.after
        if after is None:
            return found


def test_nothing_is_there(stores: Stores) -> None:
    assert stores.hold_batches.get(BATCH) is None
    assert stores.hold_batches.listed(HoldState.OPEN, 10).items == ()
    assert stores.hold_batches.candidates(BATCH, 10).items == ()
    assert (stores.hold_batches.count(BATCH), stores.hold_batches.any_waiting(BATCH)) == (0, False)
    assert not stores.hold_batches.decide(BATCH, DECISION)


def test_a_proposal_is_stored_with_the_person_and_the_candidate_comes_back_whole(stores: Stores) -> None:
    (person,) = proposed(stores)
    assert stores.register.get(person.beneficiary_id) == person
    assert proposal_of(person)
    assert all_pages(stores) == [candidate(person)]
    assert left_at_default(replace(candidate(person), outcome=HoldOutcome.HELD)) == set()
    assert left_at_default(person.main_benefit) & {"hold_proposal"} == set()


def test_who_is_proposed_has_left_the_index(tables: DynamoTables) -> None:
    stores = tables.stores()
    person, change = proposing(stores)
    assert "due_bucket" in tables.item("Beneficiaries", beneficiary_id=person.beneficiary_id)
    stores.register.commit(change)
    assert "due_bucket" not in tables.item("Beneficiaries", beneficiary_id=person.beneficiary_id)


def test_a_proposal_of_an_old_state_is_refused_and_nobody_becomes_a_candidate(stores: Stores) -> None:
    person, change = proposing(stores)
    stores.register.commit(a_change(person))
    with pytest.raises(VersionConflict):
        stores.register.commit(change)
    assert stores.hold_batches.count(BATCH) == 0


def test_candidates_are_paged_each_once(stores: Stores) -> None:
    ids = {person.beneficiary_id for person in proposed(stores, 7)}
    proposed(stores, 2, an_id())
    assert stores.hold_batches.count(BATCH) == 7
    for limit in (1, 3, 7, 50):
        found = [one.beneficiary_id for one in all_pages(stores, limit)]
        assert len(found) == 7
        assert set(found) == ids


def test_those_who_wait_are_found_by_shard_and_after_an_id(stores: Stores) -> None:
    people = proposed(stores, 8)
    assert stores.hold_batches.any_waiting(BATCH)
    by_shard = [list(stores.hold_batches.waiting(BATCH, shard)) for shard in range(SHARDS)]
    assert sorted(one for ids in by_shard for one in ids) == sorted(person.beneficiary_id for person in people)
    for shard, ids in enumerate(by_shard):
        assert ids == sorted(ids)
        for place, one in enumerate(ids):
            assert list(stores.hold_batches.waiting(BATCH, shard, one)) == ids[place + 1 :]
    for person in people[:5]:
        stores.register.commit(settling(person))
    waiting = [one for shard in range(SHARDS) for one in stores.hold_batches.waiting(BATCH, shard)]
    assert sorted(waiting) == sorted(person.beneficiary_id for person in people[5:])
    for person in people[5:]:
        stores.hold_batches.leave(BATCH, person.beneficiary_id, HoldOutcome.CERTIFIED, NOW)
    assert not stores.hold_batches.any_waiting(BATCH)
    assert stores.hold_batches.outcomes(BATCH) == {HoldOutcome.REJECTED: 5, HoldOutcome.CERTIFIED: 3}


def test_an_outcome_comes_once(stores: Stores) -> None:
    (person,) = proposed(stores)
    stores.register.commit(settling(person, HoldOutcome.HELD))
    stores.hold_batches.leave(BATCH, person.beneficiary_id, HoldOutcome.HELD_BEFORE, NOW)
    newest = stores.register.get(person.beneficiary_id)
    assert newest
    with pytest.raises(VersionConflict):
        stores.register.commit(settling(newest))
    assert [one.outcome for one in all_pages(stores)] == [HoldOutcome.HELD]


def test_an_outcome_of_nobody_makes_no_candidate(stores: Stores) -> None:
    stores.hold_batches.leave(BATCH, an_id(), HoldOutcome.CERTIFIED, NOW)
    assert stores.hold_batches.count(BATCH) == 0


def test_who_is_no_candidate_is_told(stores: Stores) -> None:
    people = proposed(stores, 3)
    strangers = [an_id() for _ in range(120)]
    ids = [*strangers, *(person.beneficiary_id for person in people)]
    assert stores.hold_batches.unknown(BATCH, ids) == tuple(strangers)
    assert stores.hold_batches.unknown(BATCH, []) == ()


def test_one_batch_takes_candidates_until_it_is_opened(stores: Stores) -> None:
    assert stores.hold_batches.gathered() == {}
    assert stores.hold_batches.gathering(OFFICE, BATCH) == BATCH
    assert stores.hold_batches.gathering(OFFICE, an_id()) == BATCH
    assert stores.hold_batches.gathered() == {OFFICE: BATCH}
    stores.hold_batches.open(HoldBatch(BATCH, "fund", "110101", RUN, NOW, 1))
    assert stores.hold_batches.gathered() == {}
    other = an_id()
    assert stores.hold_batches.gathering(OFFICE, other) == other
    stores.hold_batches.open(HoldBatch(BATCH, "fund", "110101", "2026-06-02.1", NOW, 2))
    found = stores.hold_batches.get(BATCH)
    assert found
    assert (found.candidates, stores.hold_batches.gathered()) == (1, {OFFICE: other})


def test_many_workers_at_once_find_one_batch(racing: Stores) -> None:
    with ThreadPoolExecutor(6) as pool:
        found = set(pool.map(lambda new: racing.hold_batches.gathering(OFFICE, new), [an_id() for _ in range(6)]))
    assert found == set(racing.hold_batches.gathered().values())


def test_each_office_has_a_batch_of_its_own(stores: Stores) -> None:
    offices = [OFFICE, Office("fund", "330106"), Office("injury", "110101")]
    ids = {office: an_id() for office in offices}
    for office in offices:
        assert stores.hold_batches.gathering(office, ids[office]) == ids[office]
    assert stores.hold_batches.gathered() == ids
    stores.hold_batches.open(HoldBatch(ids[offices[1]], "fund", "330106", RUN, NOW, 1))
    assert stores.hold_batches.gathered() == {office: ids[office] for office in (offices[0], offices[2])}


def test_a_batch_is_opened_once_decided_once_and_settled_once(stores: Stores) -> None:
    batch = opened(stores)
    stores.hold_batches.open(replace(batch, candidates=99))
    assert stores.hold_batches.get(BATCH) == batch
    stores.hold_batches.settle(BATCH, {HoldOutcome.HELD: 1}, NOW)
    assert stores.hold_batches.get(BATCH) == batch
    assert stores.hold_batches.decide(BATCH, DECISION)
    assert not stores.hold_batches.decide(BATCH, replace(DECISION, decided_by="clerk-2"))
    decided = replace(batch, decision=DECISION)
    assert left_at_default(DECISION) == set()
    assert stores.hold_batches.get(BATCH) == decided
    outcomes = {HoldOutcome.HELD: 5, HoldOutcome.CERTIFIED: 2}
    stores.hold_batches.settle(BATCH, outcomes, NOW)
    stores.hold_batches.settle(BATCH, {}, NOW + timedelta(days=1))
    settled = replace(decided, outcomes=outcomes, applied_at=NOW)
    assert left_at_default(settled) == set()
    assert stores.hold_batches.get(BATCH) == settled


def test_many_who_decide_at_once_are_one(racing: Stores) -> None:
    opened(racing)
    decisions = [replace(DECISION, decided_by=f"clerk-{number}") for number in range(6)]
    with ThreadPoolExecutor(6) as pool:
        won = list(pool.map(lambda decision: racing.hold_batches.decide(BATCH, decision), decisions))
    assert won.count(True) == 1
    found = racing.hold_batches.get(BATCH)
    assert found
    assert found.decision == decisions[won.index(True)]


def test_batches_are_listed_by_state_oldest_first_page_by_page(stores: Stores) -> None:
    batches = [opened(stores, an_id(), minutes) for minutes in (3, 1, 2, 5, 4)]
    batches.sort(key=lambda one: one.opened_at)
    first = stores.hold_batches.listed(HoldState.OPEN, 2)
    assert first.items == tuple(batches[:2])
    assert first.after == batches[1].position
    rest = stores.hold_batches.listed(HoldState.OPEN, 10, first.after)
    assert (rest.items, rest.after) == (tuple(batches[2:]), None)
    for batch in batches[:4]:
        assert stores.hold_batches.decide(batch.batch_id, DECISION)
    stores.hold_batches.settle(batches[0].batch_id, {}, NOW)
    assert [one.batch_id for one in stores.hold_batches.decided()] == [one.batch_id for one in batches[1:4]]
    assert stores.hold_batches.listed(HoldState.OPEN, 10).items == (batches[4],)
    assert [one.state for one in stores.hold_batches.listed(HoldState.APPLIED, 10).items] == [HoldState.APPLIED]


def test_no_item_grows_with_the_candidates_and_only_what_is_done_expires(moto_tables: DynamoTables) -> None:
    stores = moto_tables.stores()
    opened(stores)
    people = proposed(stores, 12)
    stores.register.commit(settling(people[0]))
    items = moto_tables.client.scan(TableName=moto_tables.name("HoldBatches"))["Items"]
    assert len(items) == 12 + 1
    assert max(len(str(item)) for item in items) < 700
    (done,) = [item for item in items if "expires_at" in item]
    assert people[0].beneficiary_id in done["item"]["S"]
    assert {item["item"]["S"] for item in items if "state" in item} == {"head"}
