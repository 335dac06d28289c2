"""The office's side of holds: a decision once, by a clerk, about people of the batch; and the figures."""

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from lifecert.application.office.decide_holds import DecideHolds, HoldWish, applied_on
from lifecert.application.office.get_statistics import GetStatistics
from lifecert.domain.actor import Group, User
from lifecert.domain.errors import (
    GroundUnsuitable,
    HoldBatchDecided,
    HoldBatchNotFound,
    HoldCandidatesUnknown,
    NotAllowed,
)
from lifecert.domain.hold import HOLD_GROUNDS, HoldBatch, HoldChoice, HoldGround, HoldOutcome, HoldState
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.status import Status
from lifecert.domain.sweep import JobKind, RunState
from lifecert.domain.sweep_report import RunFigures, document
from tests.support.builders import CLERK, NOW, OFFICE, a_review
from tests.support.fakes.holds import MemoryHoldBatches
from tests.support.fakes.store import MemoryStore
from tests.support.holding import GRACE, HoldWorld
from tests.support.sweeping import report_of
from tests.support.wiring.functions import run
from tests.support.wiring.people import MUTE, SILENT, world_id
from tests.support.wiring.world import World

ALL = HoldWish(HoldChoice.ALL, HoldGround.NOT_HEARD_OF)
OTHER_CLERK = replace(CLERK, user_id="clerk-2")


def deciding(world: HoldWorld) -> DecideHolds:
    return DecideHolds(world.store.hold_batches, world.clock)


def test_a_decision_holds_nobody_before_the_next_sweep_and_says_when() -> None:
    world = HoldWorld()
    batch = world.proposed("slow")
    decided = deciding(world)(batch.batch_id, ALL, CLERK)
    today = world.clock.today()
    assert (decided.state, applied_on(decided, today)) == (HoldState.DECIDED, today + timedelta(days=1))
    assert decided.decision
    assert (decided.decision.decided_by, decided.decision.decided_at) == ("clerk-1", world.clock.now())
    assert world.standing("slow").held_since is None
    world.nights()
    assert world.standing("slow").held_since == today + timedelta(days=1)
    applied = world.store.hold_batches.get(batch.batch_id)
    assert applied
    assert applied_on(applied, world.clock.today()) is None


def test_the_same_decision_again_is_the_same_answer_and_any_other_is_refused() -> None:
    world = HoldWorld()
    batch_id = world.proposed("a", "b").batch_id
    decide, part = deciding(world), HoldWish(HoldChoice.ONLY, HoldGround.OTHER, ("b", "a", "b"))
    decided = decide(batch_id, part, CLERK)
    assert decided.decision
    assert decided.decision.ids == ("a", "b")
    world.clock.move(minutes=5)
    assert decide(batch_id, replace(part, ids=("a", "b")), CLERK) == decided
    for wish, user in (
        (part, OTHER_CLERK),
        (replace(part, ids=("a",)), CLERK),
        (replace(part, choice=HoldChoice.ALL_BUT), CLERK),
        (replace(part, ground=HoldGround.KNOWN_ALIVE), CLERK),
    ):
        with pytest.raises(HoldBatchDecided):
            decide(batch_id, wish, user)
    world.nights()
    # Also once it is applied.
    assert decide(batch_id, part, CLERK).state is HoldState.APPLIED
    with pytest.raises(HoldBatchDecided):
        decide(batch_id, ALL, OTHER_CLERK)


def test_who_loses_a_race_is_told_so() -> None:
    world = HoldWorld()
    batch_id = world.proposed("slow").batch_id

    class Quicker(MemoryHoldBatches):
        """Another clerk decides while this one's names are looked up."""

        def unknown(self, batch_id: str, ids: Any) -> tuple[str, ...]:
            DecideHolds(world.store.hold_batches, world.clock)(batch_id, ALL, OTHER_CLERK)
            return ()

        def get(self, batch_id: str) -> HoldBatch | None:
            return world.store.hold_batches.get(batch_id)

        def decide(self, batch_id: str, decision: Any) -> bool:
            return world.store.hold_batches.decide(batch_id, decision)

    with pytest.raises(HoldBatchDecided):
        DecideHolds(Quicker(), world.clock)(batch_id, ALL, CLERK)
    found = world.store.hold_batches.get(batch_id)
    assert found
    assert found.decision
    assert found.decision.decided_by == "clerk-2"


@pytest.mark.parametrize("user", [User("somebody"), User("auditor", frozenset({Group.AUDITOR}))])
def test_only_a_clerk_decides(user: User) -> None:
    world = HoldWorld()
    batch = world.proposed("slow")
    with pytest.raises(NotAllowed):
        deciding(world)(batch.batch_id, ALL, user)
    assert world.the_batch() == batch


def test_somebody_who_is_not_in_the_batch_stops_the_whole_decision() -> None:
    world = HoldWorld()
    batch = world.proposed("a", "b")
    world.add("stranger")
    with pytest.raises(HoldCandidatesUnknown) as refused:
        deciding(world)(batch.batch_id, HoldWish(HoldChoice.ONLY, HoldGround.OTHER, ("a", "stranger", "x")), CLERK)
    assert refused.value.ids == ("stranger", "x")
    assert world.the_batch() == batch
    world.nights()
    assert not any(world.standing(name).held_since for name in ("a", "b", "stranger"))


def test_an_unknown_batch_and_one_that_still_gathers_cannot_be_decided() -> None:
    world = HoldWorld()
    gathering = world.store.hold_batches.gathering(OFFICE, world_id(1))
    for batch_id in (gathering, world_id(2)):
        with pytest.raises(HoldBatchNotFound):
            deciding(world)(batch_id, ALL, CLERK)


@pytest.mark.parametrize("choice", list(HoldChoice))
@pytest.mark.parametrize("ground", list(HoldGround))
def test_the_ground_belongs_to_the_choice(choice: HoldChoice, ground: HoldGround) -> None:
    world = HoldWorld()
    batch_id = world.proposed("a").batch_id
    ids = ("a",) if choice in (HoldChoice.ALL_BUT, HoldChoice.ONLY) else ()
    fits = (choice is HoldChoice.ALL) is (ground is HoldGround.NOT_HEARD_OF)
    assert (ground in HOLD_GROUNDS[choice]) is fits
    if fits:
        deciding(world)(batch_id, HoldWish(choice, ground, ids), CLERK)
    else:
        with pytest.raises(GroundUnsuitable):
            deciding(world)(batch_id, HoldWish(choice, ground, ids), CLERK)


def test_a_batch_of_any_size_is_decided_without_a_look_at_its_candidates() -> None:
    class Large(MemoryHoldBatches):
        def _of(self, batch_id: str) -> Any:
            raise AssertionError("the candidates were read")

    world, batches = HoldWorld(), Large()
    batches.gathering(OFFICE, world_id(1))
    batches.open(HoldBatch(world_id(1), "fund", "110101", "2026-03-01.1", NOW, 100_000))
    assert DecideHolds(batches, world.clock)(world_id(1), ALL, CLERK).state is HoldState.DECIDED


def test_a_person_reads_that_and_since_when_the_payment_is_held(world: World) -> None:
    run("decide_holds/approved_in_part")
    told = json.loads(run("get_status/beneficiary_lapsed")["body"])
    assert (told["payment_held"], told["held_since"]) == (True, "2026-02-20")
    assert "补发" in told["what_to_do"]


def test_a_decision_over_http_spares_whom_it_names(world: World) -> None:
    answer = json.loads(run("decide_holds/approved_in_part")["body"])
    assert (answer["state"], answer["applied_on"]) == ("decided", "2026-03-02")
    assert answer["decision"]["ids"] == [SILENT.id]
    assert answer["decision"]["decided_by"] not in (SILENT.id, MUTE.id)


def test_candidates_are_told_by_masked_name_page_by_page(world: World) -> None:
    first = json.loads(run("decide_holds/batch_first_page")["body"])
    (one,) = first["candidates"]
    assert one["masked_name"] in ("冯*英", "褚*强")
    assert first["batch"]["candidates"] == 2
    query = {"limit": "1", "after": first["after"]}
    second = json.loads(run("decide_holds/batch_next_page", queryStringParameters=query)["body"])
    assert {candidate["beneficiary_id"] for candidate in (one, *second["candidates"])} == {SILENT.id, MUTE.id}
    assert second["after"] is None
    text = json.dumps([first, second])
    for person in (SILENT, MUTE):
        assert person.name not in text
        assert person.id_number not in text
    assert SILENT.name not in world.log.getvalue()
    assert "冯" not in world.log.getvalue()


def figures(world: HoldWorld) -> GetStatistics:
    store: MemoryStore = world.store
    return GetStatistics(store.sweep_runs, world.reports, store.reviews_port, store.hold_batches, store.face_counts)


def test_figures_are_of_the_last_runs_that_ended_and_of_what_is_open_now() -> None:
    world = HoldWorld()
    world.proposed("a", "b")
    world.decide(HoldChoice.ONLY, "a")
    world.lapsed("c")
    world.nights(GRACE + 1)
    review = a_review(world.person("a"))
    world.store.reviews[review.review_id] = review
    told = figures(world)(3, CLERK)
    assert [one.run_date for one in told.runs] == [world.clock.today() - timedelta(days=days) for days in range(3)]
    # The one who was spared a night before the one who lapsed later was told.
    assert [one.tallies[JobKind.PROPOSE].changed for one in told.runs] == [{"resident_pension/110101": 1}] * 2 + [{}]
    assert (told.reviews_open, told.more_reviews) == (1, False)
    assert (told.hold_batches_open, told.hold_candidates_open) == (2, 2)
    (held,) = [one for one in figures(world)(31 * 6, CLERK).runs if one.tallies[JobKind.HOLD].total]
    assert held.tallies[JobKind.HOLD].changed == {"resident_pension/110101": 1}


def test_a_run_that_has_not_ended_and_one_whose_report_is_gone_are_left_out() -> None:
    world = HoldWorld()
    world.nights(3)
    world.reports.written = [one for one in world.reports.written if one.run.run_id != "2026-03-03.1"]
    world.add("due")
    world.clock.move(days=1)
    world.night.plan()
    assert [one.run_id for one in figures(world)(9, CLERK).runs] == ["2026-03-04.1", "2026-03-02.1"]


def test_the_figures_of_a_report_are_those_that_it_was_made_of() -> None:
    world = HoldWorld()
    world.add("a")
    world.nights()
    report = report_of(world.night)
    read = RunFigures.of(json.loads(json.dumps(document(report))))
    assert read.tallies == report.tallies
    assert (read.run_date, read.state, read.failed) == (date(2026, 3, 2), RunState.FINISHED, 0)
    # A report from before there were holds.
    old = document(report)
    del old["kinds"]["hold"]
    old["kinds"]["something_else"] = old["kinds"]["lapse"]
    assert set(RunFigures.of(old).tallies) == set(JobKind) - {JobKind.HOLD}


def test_who_is_registered_with_a_year_that_was_over_and_whose_end_was_a_mistake_have_all_the_grace_days() -> None:
    world = HoldWorld()
    world.add("back", days_left=5)
    world.night()
    world.deliver("back")
    world.terminate("back")
    world.nights(200)
    world.correct("back")
    person = world.person("back")
    assert (person.status, person.grace_begins_on(person.main_benefit)) == (Status.LAPSED, world.clock.today())
    world.nights(GRACE)
    assert world.batches(HoldState.OPEN) == ()
    world.nights()
    assert world.the_batch().candidates == 1
    assert world.events("back").count(LedgerEvent.REMINDER_DUE) == 2


def test_a_shorter_grace_leaps_over_days_which_a_sweep_by_hand_makes_good() -> None:
    world = HoldWorld()
    world.lapsed("between")
    world.nights(GRACE - 10)
    world.grace_days = GRACE - 30
    world.nights()
    assert world.batches(HoldState.OPEN) == ()
    world.night(since=world.clock.today() - timedelta(days=31))
    assert world.the_batch().candidates == 1


def test_an_outcome_of_every_kind_has_its_word_in_the_answer(world: World) -> None:
    batches = world.store.hold_batches
    batches.settle(world_id(602), dict.fromkeys(HoldOutcome, 1), NOW)
    answer = run("decide_holds/listed_decided", queryStringParameters={"state": "applied"})
    (batch,) = json.loads(answer["body"])["batches"]
    assert batch["outcomes"] == dict.fromkeys(map(str, HoldOutcome), 1)
    assert batch["applied_at"]
