"""Holds (design.md §3 rule 4): nobody without grace days over, a notice delivered and the office's approval."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from lifecert.application.office.set_contact import NewContact, SetContact
from lifecert.application.sweep.holds import UndecidedHolds
from lifecert.application.sweep.kinds import Look
from lifecert.domain.change import Change
from lifecert.domain.errors import StoreUnavailable
from lifecert.domain.hold import HoldChoice, HoldOutcome, HoldProposal, HoldState
from lifecert.domain.ledger import LedgerEvent, facts_of, verify_chain
from lifecert.domain.notice import AFTER_THE_END, NoticeChannel
from lifecert.domain.published import published_events
from lifecert.domain.status import Standing, Status
from lifecert.domain.sweep import Job, JobKind, RunState
from tests.support.builders import CLERK, a_change, proposal_of
from tests.support.fakes.notices import FakeSeal
from tests.support.fakes.register import MemoryRegister
from tests.support.holding import GRACE, HoldWorld
from tests.support.sweeping import report_of


def test_from_lapse_to_hold_to_restore() -> None:
    world = HoldWorld()
    batch = world.proposed("slow")
    assert (batch.run_id, batch.candidates) == (f"{world.clock.today().isoformat()}.1", 1)
    assert world.standing("slow").held_since is None
    assert world.nights(3).totals["hold"] == 0  # an open batch holds nobody, however long it waits
    decided = world.decide(HoldChoice.ALL)
    assert world.standing("slow").held_since is None
    run = world.nights()
    held_on = world.clock.today()
    assert world.standing("slow") == Standing(Status.LAPSED, date(2026, 3, 1), held_on, unpaid_since=held_on)
    assert (run.state, run.totals["hold"]) == (RunState.FINISHED, 1)
    assert report_of(world.night).tallies[JobKind.HOLD].changed == {"resident_pension/110101": 1}
    entry = world.entry("slow", LedgerEvent.PAYMENT_HELD)
    assert entry.actor.actor_id == "expiry_sweep"
    assert (entry.details["batch_id"], entry.details["decided_by"]) == (batch.batch_id, "clerk-7")
    assert entry.details["notice_delivered_on"] == "2026-03-03"
    settled = world.store.hold_batches.get(decided)
    assert settled
    assert (settled.state, settled.outcomes) == (HoldState.APPLIED, {HoldOutcome.HELD: 1})
    world.nights(5)
    world.certify("slow")
    (certified,) = facts_of(world.entry("slow", LedgerEvent.CERTIFIED))
    assert world.standing("slow").held_since is None
    assert (certified["payment_was_held"], certified["payment_held"], certified["held_since"]) == (True, False, None)
    yesterday = (world.clock.today() - timedelta(days=1)).isoformat()
    assert (certified["arrears_first_day"], certified["arrears_last_day"]) == (held_on.isoformat(), yesterday)
    assert verify_chain(world.store.ledger.entries("slow")) == len(world.store.entries["slow"])


def test_how_long_the_office_lets_the_oldest_batch_wait_and_no_decided_one() -> None:
    world = HoldWorld()
    waits = UndecidedHolds(world.store.hold_batches, world.clock)
    assert waits() == 0
    first = world.proposed("slow").batch_id
    world.clock.move(hours=47)
    assert waits() == 1
    world.clock.move(hours=1)
    world.lapsed("later")
    world.nights(GRACE + 1)
    assert len(world.batches(HoldState.OPEN)) == 2
    assert waits() == 2 + 2 + GRACE + 1
    world.decide(HoldChoice.NONE, batch_id=first)
    assert waits() == 0, "the second was opened tonight"


def test_what_the_payer_hears_of_a_hold() -> None:
    world = HoldWorld()
    world.proposed("slow")
    world.decide(HoldChoice.ALL)
    world.nights()
    told = [event for entry in world.store.entries["slow"] for event in published_events(entry)]
    assert [event.type for event in told] == [
        "BeneficiaryRegistered",
        "BeneficiaryLapsed",
        "ReminderDue",
        "PaymentHeld",
    ]
    detail = told[-1].detail
    assert (detail["status"], detail["payment_held"]) == ("lapsed", True)
    assert detail["held_since"] == world.clock.today().isoformat()
    assert "decided_by" not in detail


def test_nobody_is_proposed_before_the_grace_days_are_over_and_everybody_the_night_after() -> None:
    world = HoldWorld()
    world.lapsed("slow")
    world.nights(GRACE)
    assert proposal_of(world.person("slow")) is None
    world.nights()
    assert proposal_of(world.person("slow"))
    # Told on the third of March; ninety days later is the first of June.
    assert world.clock.today() == date(2026, 3, 3) + timedelta(days=GRACE + 1)


def test_somebody_whom_an_index_that_lags_shows_too_early_is_left_alone() -> None:
    world = HoldWorld()
    world.lapsed("slow")
    world.clock.move(days=GRACE)
    today, job = world.clock.today(), Job(JobKind.PROPOSE, date(2026, 3, 1), 0)
    propose = world.night.kinds[JobKind.PROPOSE]
    assert propose.change(world.person("slow"), Look(job, today, world.clock.now())) is None
    assert propose.change(world.person("slow"), Look(job, today + timedelta(days=1), world.clock.now()))


def test_a_reminder_that_arrived_before_the_end_counts_and_then_the_grace_days_begin_with_the_last_covered_day() -> (
    None
):
    world = HoldWorld()
    world.add("slow", days_left=7)
    world.night()
    assert world.deliver("slow")
    world.nights(7 + GRACE)
    assert proposal_of(world.person("slow")) is None
    world.nights()
    assert world.the_batch().candidates == 1
    assert world.clock.today() == world.standing("slow").valid_until + timedelta(days=GRACE + 1)


def test_whom_no_notice_reached_is_never_proposed_until_one_does_and_then_has_all_the_grace_days() -> None:
    world = HoldWorld()
    world.lapsed("unreached", told=False)
    world.nights(2 * GRACE)
    assert world.batches(HoldState.OPEN) == ()
    assert world.deliver("unreached")
    world.nights(GRACE)
    assert world.batches(HoldState.OPEN) == ()
    world.nights()
    assert world.the_batch().candidates == 1


def test_a_contact_given_to_somebody_whom_no_notice_reached_makes_the_next_sweep_tell_them() -> None:
    world = HoldWorld()
    world.lapsed("unreached", told=False)
    world.nights(2 * GRACE)
    contact = NewContact(NoticeChannel.SMS, "+8613800000000")
    SetContact(world.store.register, FakeSeal(), world.clock)("unreached", contact, CLERK)
    world.nights(3)
    told = world.entry("unreached", LedgerEvent.REMINDER_DUE)
    assert (told.details["days_before"], told.details["channel"]) == (0, "sms")
    assert world.events("unreached").count(LedgerEvent.REMINDER_DUE) == 2
    assert world.deliver("unreached")
    world.nights(GRACE + 1)
    assert world.the_batch().candidates == 1
    # Whom one did reach is not told again.
    SetContact(world.store.register, FakeSeal(), world.clock)("unreached", contact, CLERK)
    world.nights(3)
    assert world.events("unreached").count(LedgerEvent.REMINDER_DUE) == 2


def test_a_batch_with_somebody_left_undone_is_not_applied_and_the_next_sweep_goes_on_with_it() -> None:
    world = HoldWorld()
    batch = world.proposed("bad", "good")
    world.decide(HoldChoice.ALL)

    class Failing(MemoryRegister):
        def commit(self, change: Change) -> None:
            if change.after.beneficiary_id == "bad":
                raise StoreUnavailable
            MemoryRegister.commit(self, change)

    world.clock.move(days=1)
    night = world.night
    night.register = Failing(world.store)
    assert night().state is RunState.LEFT_UNDONE
    assert world.standing("good").held_since
    assert [one.batch_id for one in world.batches(HoldState.DECIDED)] == [batch.batch_id]
    world.nights()
    assert world.standing("bad").held_since == world.clock.today()
    assert world.batches(HoldState.APPLIED)[0].outcomes == {HoldOutcome.HELD: 2}


def test_everybody_lapsed_is_told_so_once() -> None:
    world = HoldWorld()
    world.add("slow", contact_channel=NoticeChannel.SMS)
    world.nights(40)
    told = [entry for entry in world.store.entries["slow"] if entry.event is LedgerEvent.REMINDER_DUE]
    assert [(entry.details["days_before"], entry.details["channel"]) for entry in told] == [(0, "sms")]


@pytest.mark.parametrize("missed", [1, 5, 30])
def test_after_missed_nights_who_lapsed_late_is_told_and_loses_none_of_the_grace_days(missed: int) -> None:
    world = HoldWorld()
    world.night()
    world.add("slow")
    world.clock.move(days=missed)
    world.nights(2)
    lapsed_on = date(2026, 3, 1) + timedelta(days=missed + 1)
    assert world.events("slow")[-1] is LedgerEvent.REMINDER_DUE
    assert world.deliver("slow")
    world.nights(GRACE)
    assert world.batches(HoldState.OPEN) == ()
    world.nights()
    assert world.clock.today() == lapsed_on + timedelta(days=1 + GRACE + 1)
    assert world.the_batch().candidates == 1


@pytest.mark.parametrize("missed", [1, 5, 30])
def test_nights_missed_as_the_grace_days_end_are_made_good(missed: int) -> None:
    world = HoldWorld()
    world.lapsed("slow")
    world.nights(GRACE)
    world.clock.move(days=missed)
    world.nights()
    assert world.the_batch().candidates == 1


def test_who_stands_in_a_batch_is_in_no_other() -> None:
    world = HoldWorld()
    world.proposed("slow")
    world.nights(GRACE + 10)
    assert world.the_batch().candidates == 1
    assert world.events("slow").count(LedgerEvent.HOLD_PROPOSED) == 1


def test_a_second_sweep_of_a_day_has_a_batch_of_its_own_only_if_somebody_is_new() -> None:
    world = HoldWorld()
    first = world.proposed("slow")
    assert world.night().run_id.endswith(".2")
    assert world.the_batch() == first


def test_a_rejected_candidate_has_all_the_grace_days_again_and_is_proposed_again_after_them() -> None:
    world = HoldWorld()
    first = world.proposed("slow")
    world.decide(HoldChoice.NONE)
    run = world.nights()
    assert run.totals["hold"] == 0
    assert world.outcomes(first.batch_id) == {"slow": HoldOutcome.REJECTED}
    dropped = world.entry("slow", LedgerEvent.HOLD_DROPPED)
    assert (dropped.details["reason"], dropped.details["decided_by"]) == ("rejected", "clerk-7")
    assert published_events(dropped) == ()
    world.nights(GRACE)
    assert world.batches(HoldState.OPEN) == ()
    world.nights()
    assert world.the_batch().batch_id != first.batch_id
    assert world.standing("slow").held_since is None


@pytest.mark.parametrize(
    ("choice", "named", "held"),
    [
        (HoldChoice.ALL, (), {"a", "b", "c"}),
        (HoldChoice.ALL_BUT, ("b",), {"a", "c"}),
        (HoldChoice.ONLY, ("b",), {"b"}),
        (HoldChoice.NONE, (), set()),
    ],
)
def test_a_batch_is_approved_whole_or_in_part(choice: HoldChoice, named: tuple[str, ...], held: set[str]) -> None:
    world = HoldWorld()
    batch = world.proposed("a", "b", "c")
    world.decide(choice, *named)
    world.nights()
    assert {name for name in "abc" if world.standing(name).held_since} == held
    assert {name for name, outcome in world.outcomes(batch.batch_id).items() if outcome is HoldOutcome.HELD} == held
    settled = world.store.hold_batches.get(batch.batch_id)
    assert settled
    assert sum(settled.outcomes.values()) == 3


def test_who_certifies_between_approval_and_application_is_left_alone_and_the_batch_says_why() -> None:
    world = HoldWorld()
    batch = world.proposed("quick", "gone", "slow")
    world.decide(HoldChoice.ALL)
    world.certify("quick")
    world.terminate("gone")
    versions = {name: world.person(name).version for name in ("quick", "gone")}
    world.nights()
    assert world.outcomes(batch.batch_id) == {
        "quick": HoldOutcome.CERTIFIED,
        "gone": HoldOutcome.TERMINATED,
        "slow": HoldOutcome.HELD,
    }
    assert {name: world.person(name).version for name in versions} == versions
    assert world.standing("quick").status is Status.ACTIVE


def test_whose_end_turns_out_a_mistake_after_the_batch_is_done_is_not_left_in_it_for_good() -> None:
    world = HoldWorld()
    batch = world.proposed("back")
    world.decide(HoldChoice.ALL)
    world.terminate("back")
    world.nights()
    assert world.outcomes(batch.batch_id) == {"back": HoldOutcome.TERMINATED}
    world.correct("back")
    assert proposal_of(world.person("back")) is None
    world.nights(GRACE + 1)
    assert world.the_batch().candidates == 1


def test_an_old_batch_approves_nothing_of_a_later_year() -> None:
    """Nobody decided it for a year: she certified, lapsed again, and stands in another batch."""
    world = HoldWorld()
    old = world.proposed("again")
    world.certify("again")
    world.nights((world.standing("again").valid_until - world.clock.today()).days + 2)
    assert world.deliver("again")
    world.nights(GRACE + 1)
    new = proposal_of(world.person("again"))
    assert new
    assert new.batch_id != old.batch_id
    world.decide(HoldChoice.ALL, batch_id=old.batch_id)
    world.nights()
    assert world.outcomes(old.batch_id) == {"again": HoldOutcome.SUPERSEDED}
    assert world.standing("again").held_since is None
    assert proposal_of(world.person("again")) == new


def test_who_is_held_already_or_lapsed_anew_is_left_alone() -> None:
    world = HoldWorld()
    batch = world.proposed("held", "again")
    world.decide(HoldChoice.ALL)
    held = replace(world.standing("held"), held_since=world.clock.today(), unpaid_since=world.clock.today())
    anew = Standing(Status.LAPSED, world.standing("again").valid_until + timedelta(days=20))
    for name, standing in (("held", held), ("again", anew)):
        world.store.register.commit(a_change(world.person(name), LedgerEvent.CORRECTED, changed={"standing": standing}))
    world.nights()
    outcomes = {"held": HoldOutcome.HELD_BEFORE, "again": HoldOutcome.SUPERSEDED}
    assert world.outcomes(batch.batch_id) == outcomes
    assert world.standing("held") == held
    assert world.standing("again") == anew


def test_whose_notice_does_not_count_any_more_is_not_held_and_is_looked_at_again_once_told() -> None:
    world = HoldWorld()
    batch = world.proposed("slow")
    world.decide(HoldChoice.ALL)
    notice = world.person("slow").notice
    assert notice
    undone = {"notice": replace(notice, delivered_on=None)}
    world.store.register.commit(a_change(world.person("slow"), LedgerEvent.CONTACT_CHANGED, changed=undone))
    world.nights()
    assert world.outcomes(batch.batch_id) == {"slow": HoldOutcome.NOT_TOLD}
    assert world.standing("slow").held_since is None
    assert world.deliver("slow")
    world.nights(GRACE + 1)
    assert world.the_batch().candidates == 1


def test_grace_days_made_longer_meanwhile_count() -> None:
    world = HoldWorld()
    batch = world.proposed("slow")
    world.decide(HoldChoice.ALL)
    world.grace_days = GRACE + 30
    world.nights()
    assert world.outcomes(batch.batch_id) == {"slow": HoldOutcome.GRACE_RUNS}
    assert world.standing("slow").held_since is None
    world.nights(30 - 1)
    assert world.the_batch().candidates == 1


def test_a_candidate_whom_the_office_never_saw_is_not_held_by_its_decision_but_proposed_again() -> None:
    """One who came in after the batch was opened: a second run of the day was still at work."""
    world = HoldWorld()
    batch = world.proposed("seen", "late")
    late = HoldProposal(batch.batch_id, world.standing("late").valid_until, batch.opened_at + timedelta(seconds=1))
    proposed = tuple(replace(one, hold_proposal=late) for one in world.person("late").benefits)
    change = a_change(world.person("late"), LedgerEvent.HOLD_PROPOSED, changed={"benefits": proposed})
    world.store.register.commit(change)
    world.decide(HoldChoice.ALL)
    world.nights()
    assert world.outcomes(batch.batch_id) == {"seen": HoldOutcome.HELD, "late": HoldOutcome.NOT_SHOWN}
    assert world.standing("late").held_since is None
    world.nights()
    assert list(world.outcomes(world.the_batch().batch_id)) == ["late"]


def test_a_revoked_certificate_gives_the_grace_days_and_a_notice_however_long_the_year_has_been_over() -> None:
    world = HoldWorld()
    world.add("cheat")
    world.certify("cheat")
    world.nights(200)
    world.revoke("cheat")
    assert world.standing("cheat") == Standing(Status.LAPSED, date(2026, 3, 1))
    # The revocation itself is what they are told; nobody tells them once more.
    told = world.person("cheat").current_notice
    assert told
    assert (told.days_before, told.reminder_seq) == (AFTER_THE_END, world.person("cheat").version)
    world.nights()
    assert world.events("cheat")[-1] is LedgerEvent.CERTIFICATE_REVOKED
    world.deliver("cheat")
    world.nights(GRACE + 1)
    assert world.the_batch().candidates == 1


def test_a_dry_run_tells_and_writes_nothing() -> None:
    world = HoldWorld()
    world.lapsed("slow")
    world.nights(GRACE)
    world.clock.move(days=1)
    version = world.person("slow").version
    assert world.night.dry_run().totals["propose"] == 1
    assert world.person("slow").version == version
    world.night()
    world.decide(HoldChoice.ALL)
    world.certify("slow")
    world.clock.move(days=1)
    assert world.night.dry_run().totals["hold"] == 0
    (batch,) = world.batches(HoldState.DECIDED)
    assert list(world.outcomes(batch.batch_id).values()) == [None]


def test_a_run_without_candidates_opens_no_batch() -> None:
    world = HoldWorld()
    world.nights(3)
    assert world.store.hold_batches.batches == {}


def test_arrears_of_a_held_payment_reach_to_the_day_on_which_life_became_known() -> None:
    """A hospital saw her before the year ended, and says so months later: the payment stood still until now."""
    world = HoldWorld()
    world.proposed("seen early")
    world.decide(HoldChoice.ALL)
    world.nights(10)
    held_since = world.standing("seen early").held_since
    assert held_since
    world.certify("seen early", on=date(2026, 2, 20))
    (facts,) = facts_of(world.entry("seen early", LedgerEvent.CERTIFIED))
    yesterday = (world.clock.today() - timedelta(days=1)).isoformat()
    assert (facts["arrears_first_day"], facts["arrears_last_day"]) == (held_since.isoformat(), yesterday)
