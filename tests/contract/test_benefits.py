"""Several benefits in one item: the index of planned ends, a night that ends what was planned, and eight offices."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from lifecert.adapters.dynamodb.transaction import DynamoChangingRegister
from lifecert.application.sweep.kinds import Look
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.benefit import MOST_BENEFITS, Benefit, BenefitEnd, Office
from lifecert.domain.hold import HoldProposal
from lifecert.domain.ledger import LedgerEvent, verify_chain
from lifecert.domain.notice import AFTER_THE_END, Notice
from lifecert.domain.status import EndCause, Status
from lifecert.domain.sweep import Among, Job, JobKind, Partition, shard_of
from lifecert.ports.register import Register
from tests.support.builders import NOW, VALID_UNTIL, a_benefit, a_change, an_id, registration
from tests.support.engines import SHARDS, DynamoTables, Stores, left_at_default
from tests.support.fakes.clock import FixedClock
from tests.support.sweeping import GRACE_DAYS, Night, finished_run

FIRST, LATER = date(2026, 4, 10), date(2026, 5, 20)


def several(*planned: date | None) -> tuple[Benefit, ...]:
    """As many benefits, with these planned ends."""
    return tuple(
        a_benefit(benefit_id=str(number), payer=f"payer{number}", planned_end=day)
        for number, day in enumerate(planned, start=1)
    )


def ending(register: Register, person: Beneficiary, day: date) -> bool:
    """Whether somebody stands under a day of the index."""
    partition = Partition(day, shard_of(person.beneficiary_id, SHARDS), Among.ENDING)
    found = person.beneficiary_id in register.due(partition)
    assert register.has_due(partition) is found
    return found


def test_every_field_of_a_benefit_comes_back(stores: Stores) -> None:
    full = Benefit(
        benefit_id="2",
        category=a_benefit().category,
        district="310101",
        payer="mine",
        payer_reference="P-0031/77",
        start=date(2024, 2, 29),
        planned_end=date(2031, 9, 1),
        injury_grade=4,
        held_since=date(2026, 8, 1),
        unpaid_since=date(2026, 8, 2),
        end=BenefitEnd(date(2026, 8, 3), EndCause.MOVED, an_id()),
        hold_proposal=HoldProposal(an_id(), VALID_UNTIL, NOW),
        grace_from=date(2026, 8, 4),
    )
    assert left_at_default(full) == set()
    change = registration(benefits=(a_benefit(), full))
    stores.register.commit(change)
    assert stores.register.get(change.after.beneficiary_id) == change.after
    (entry,) = stores.ledger.entries(change.after.beneficiary_id)
    assert (entry, verify_chain([entry])) == (change.entry, 1)


def test_an_entry_of_the_index_appears_moves_and_goes(stores: Stores) -> None:
    register = stores.register
    change = registration(benefits=several(None))
    register.commit(change)
    person = change.after
    assert not any(ending(register, person, day) for day in (FIRST, LATER))
    change = a_change(person, changed={"benefits": several(None, LATER)})
    register.commit(change)
    assert ending(register, person, LATER)
    change = a_change(change.after, changed={"benefits": several(None, LATER, FIRST)})
    register.commit(change)
    assert (ending(register, person, FIRST), ending(register, person, LATER)) == (True, False), "the first day counts"
    one, two, three = change.after.benefits
    ended = replace(three, end=BenefitEnd(FIRST, EndCause.PLANNED), unpaid_since=FIRST)
    change = a_change(change.after, changed={"benefits": (one, two, ended)})
    register.commit(change)
    assert (ending(register, person, FIRST), ending(register, person, LATER)) == (False, True)
    change = a_change(change.after, changed={"benefits": (one, replace(two, planned_end=None), ended)})
    register.commit(change)
    assert not any(ending(register, person, day) for day in (FIRST, LATER))


def test_the_index_has_the_keys_alone_and_only_of_whom_it_concerns(tables: DynamoTables) -> None:
    register = tables.stores().register
    concerned = registration(benefits=several(None, FIRST))
    for change in (concerned, registration()):
        register.commit(change)
    beneficiary_id = concerned.after.beneficiary_id
    bucket = f"{FIRST.isoformat()}#{shard_of(beneficiary_id, SHARDS)}"
    found = tables.index("Beneficiaries", "by_planned_end", ends_bucket=bucket)
    assert found == [{"beneficiary_id": beneficiary_id, "ends_bucket": bucket}]


def night_on(stores: Stores, day: date) -> Night:
    """The sweep of a day, the one before having gone well."""
    clock = FixedClock()
    clock.move(days=(day - clock.today()).days)
    finished_run(stores.sweep_runs, day - timedelta(days=1))
    return Night(stores.register, stores.sweep_runs, clock, SHARDS, batches=stores.hold_batches)


@pytest.mark.parametrize("status", [Status.ACTIVE, Status.LAPSED])
def test_the_sweep_ends_what_was_planned_and_leaves_the_others(stores: Stores, status: Status) -> None:
    change = registration(benefits=several(None, FIRST, LATER), lapsed=status is Status.LAPSED)
    only = registration(benefits=several(FIRST), lapsed=status is Status.LAPSED)
    for one in (change, only):
        stores.register.commit(one)
    night = night_on(stores, FIRST - timedelta(days=1))
    clock = night.clock
    assert isinstance(clock, FixedClock)
    assert night().totals.get(JobKind.END, 0) == 0
    clock.move(days=1)
    assert night().totals[JobKind.END] == 2
    found = stores.register.get(change.after.beneficiary_id)
    assert found
    assert [one.end for one in found.benefits] == [None, BenefitEnd(FIRST, EndCause.PLANNED), None]
    assert (found.status, found.benefits[1].unpaid_since) == (status, FIRST)
    assert ending(stores.register, found, LATER)
    *_, last = stores.ledger.entries(found.beneficiary_id)
    assert (last.event, last.details["cause"]) == (LedgerEvent.BENEFIT_ENDED, EndCause.PLANNED)
    other = stores.register.get(only.after.beneficiary_id)
    assert other
    assert (other.status, other.ended_on) == (Status.TERMINATED, FIRST)
    clock.move(days=1)
    assert night().totals.get(JobKind.END, 0) == 0, "once"


def test_missed_nights_end_it_on_its_own_day(stores: Stores) -> None:
    change = registration(benefits=several(None, FIRST))
    stores.register.commit(change)
    finished_run(stores.sweep_runs, FIRST - timedelta(days=2))
    clock = FixedClock()
    clock.move(days=(FIRST - clock.today()).days + 6)
    run = Night(stores.register, stores.sweep_runs, clock, SHARDS, batches=stores.hold_batches)()
    assert run.totals[JobKind.END] == 1
    found = stores.register.get(change.after.beneficiary_id)
    assert found
    assert found.benefits[1].end == BenefitEnd(FIRST, EndCause.PLANNED)


def test_eight_benefits_of_eight_offices_are_proposed_in_ten_items(tables: DynamoTables) -> None:
    stores = tables.stores()
    told_on = VALID_UNTIL + timedelta(days=1)
    notice = Notice(VALID_UNTIL, AFTER_THE_END, 1, sent=True, delivered_on=told_on)
    benefits = tuple(
        a_benefit(benefit_id=str(number), payer=f"payer{number}", payer_reference="R" * 64, start=date(2020, 1, 1))
        for number in range(1, MOST_BENEFITS + 1)
    )
    registered = registration(benefits=benefits, lapsed=True, notice=notice)
    stores.register.commit(registered)
    night = night_on(stores, told_on + timedelta(days=GRACE_DAYS + 1))
    look = night.kinds[JobKind.PROPOSE].begin(
        Look(Job(JobKind.PROPOSE, VALID_UNTIL, 0), night.clock.today(), night.clock.now())
    )
    change = night.kinds[JobKind.PROPOSE].change(registered.after, look)
    assert change
    assert len(change.hold_candidates) == MOST_BENEFITS
    written: list[int] = []
    client = tables.client

    class Counting:
        def transact_write_items(self, **asked: object) -> object:
            items = asked["TransactItems"]
            assert isinstance(items, list)
            written.append(len(items))
            return client.transact_write_items(TransactItems=items)

    register = stores.register
    assert isinstance(register, DynamoChangingRegister)
    replace(register, client=Counting()).commit(change)  # type: ignore[arg-type]
    assert written == [MOST_BENEFITS + 2] == [10]
    gathered = stores.hold_batches.gathered()
    assert set(gathered) == {Office(one.payer, one.district) for one in benefits}
    for office, batch_id in gathered.items():
        (candidate,) = stores.hold_batches.candidates(batch_id, 10).items
        (number,) = candidate.benefits
        assert office.payer == f"payer{number}"
