"""Who waits for a human is spared: neither lapsed nor held for thirty days, once in a year (adr/0024)."""

import pytest

from lifecert.application.office.certify_in_person import CertifyInPerson
from lifecert.application.shared.reviewing import OpenReview
from lifecert.domain.actor import Actor, Role
from lifecert.domain.hold import HoldChoice, HoldOutcome, HoldState
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.review import Review, ReviewKind
from lifecert.domain.status import Status
from tests.support.builders import (
    CLERK,
    PROOFS,
    an_id,
    an_issuer,
    at_the_counter,
)
from tests.support.holding import HoldWorld


def waits(world: HoldWorld, name: str) -> None:
    """A clerk saw them while a case is open against them."""
    store, clock = world.store, world.clock
    OpenReview(store.register, clock)(name, ReviewKind.DATA_SIGNAL, Actor("register", Role.SYSTEM))
    see = CertifyInPerson(
        *(store.register, store.certificates_port, store.reviews_port, store.ledger, clock, an_issuer(), PROOFS)
    )
    assert isinstance(see(name, at_the_counter(clock.today()), CLERK, an_id()), Review)


def test_who_waits_does_not_lapse_for_thirty_days_and_once_a_year_only() -> None:
    world = HoldWorld()
    world.add("a", days_left=2)
    waits(world, "a")
    world.nights(20)
    waits(world, "a")
    world.nights(10)
    assert world.person("a").status is Status.ACTIVE
    world.nights()
    assert world.person("a").status is Status.LAPSED, "and the sweep finds whom it passed over"


@pytest.mark.parametrize(("days_left", "spared"), [(31, False), (30, False), (29, True), (0, True)])
def test_a_wait_that_is_over_before_the_year_spends_nothing(days_left: int, spared: bool) -> None:
    """Half a year ahead of its end the 30 days of the year were given, and used up when they would have helped."""
    world = HoldWorld()
    world.add("a", days_left=days_left)
    waits(world, "a")
    assert (world.person("a").spared_until is not None) is spared


def test_who_waits_hears_every_reminder_all_the_same() -> None:
    """Who was spared stood under another day in the sweep's index, where nobody looked for reminders."""
    world = HoldWorld()
    world.add("a", days_left=10)
    world.add("b", days_left=10)
    waits(world, "a")
    world.nights(12)
    told = {
        name: [one.details["days_before"] for one in world.store.entries[name] if one.event is LedgerEvent.REMINDER_DUE]
        for name in ("a", "b")
    }
    assert told["a"] == [30, 7, 1], "the first of these the night after"
    assert told["b"][:3] == [30, 7, 1]
    assert (world.person("a").status, world.person("b").status) == (Status.ACTIVE, Status.LAPSED)
    world.nights(30)
    assert world.person("a").status is Status.LAPSED


def test_missed_nights_lapse_who_was_spared_all_the_same() -> None:
    world = HoldWorld()
    world.add("a", days_left=1)
    world.clock.move(days=40)
    waits(world, "a")
    world.nights(3)
    assert world.person("a").status is Status.LAPSED


def test_who_waits_is_not_proposed_for_a_hold_for_thirty_days() -> None:
    world = HoldWorld()
    world.lapsed("a")
    world.nights(world.grace_days)
    waits(world, "a")
    world.nights(30)
    assert world.batches(HoldState.OPEN) == ()
    assert world.store.sweep_runs.newest().totals.get("propose", 0) == 0  # type: ignore[union-attr]
    world.nights()
    assert world.outcomes(world.the_batch().batch_id) == {"a": None}


def test_who_waits_is_not_held_by_what_was_approved_and_is_proposed_again_after_it() -> None:
    world = HoldWorld()
    world.proposed("a")
    waits(world, "a")
    batch_id = world.decide(HoldChoice.ALL)
    world.nights(30)
    assert world.standing("a").held_since is None
    assert world.outcomes(batch_id) == {"a": HoldOutcome.GRACE_RUNS}
    world.nights()
    assert world.outcomes(world.the_batch().batch_id) == {"a": None}
