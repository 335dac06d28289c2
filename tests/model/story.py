"""A counterexample, day by day: who did what, and what the register and the payers say then."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.benefit import Benefit
from tests.model.actions import actions, day_number
from tests.model.checks import wrong
from tests.model.search import Found, begun, did
from tests.model.world import NAMES, World, years_of


def told(found: Found) -> Iterator[str]:
    """The story, line by line: it is played again."""
    scenario = found.scenario
    with years_of(scenario.calendar.year):
        world = begun(scenario, scenario.begin[found.steps[0]])
        fault = wrong(world, after_a_night=False)
        yield f"{scenario.words}; a year has {scenario.calendar.year} days, grace {scenario.calendar.grace}"
        yield f"day {day_number(world.today)}: {found.steps[0]}"
        yield from _state(world)
        for words in found.steps[1:]:
            moment = world.moment()
            world = World.of(moment, scenario.calendar)
            action = next(one for one in actions(world) if one.words == words)
            _, fault = did(action, world, moment)
            yield f"day {day_number(world.today)}: {words}"
            yield from _written(world, {one: len(entries) for one, entries in moment.entries.items()})
            yield from _state(world)
        yield f"WRONG: {found.fault}"
        if fault != found.fault:
            yield f"(played again it was: {fault})"


def _written(world: World, before: dict[str, int]) -> Iterator[str]:
    for number, (who, entries) in enumerate(world.store.entries.items()):
        for entry in entries[before.get(who, 0) :]:
            yield f"    ledger of {NAMES[number]}: {entry.seq} {entry.event}"


def _state(world: World) -> Iterator[str]:
    for number, person in enumerate(world.people):
        told_on = person.notice_delivered_on
        notice = f", told on day {day_number(told_on)}" if told_on else ""
        grace = f", grace from day {day_number(person.grace_from)}" if person.grace_from else ""
        yield f"    {NAMES[number]}: {person.status}, covered until day {day_number(person.valid_until)}{notice}{grace}"
        for one in person.benefits:
            account = world.accounts[one.payer, person.beneficiary_id, one.benefit_id]
            yield f"        {', '.join(_register_says(person, one))}; its payer: {', '.join(_payer_says(account))}"


def _register_says(person: Beneficiary, one: Benefit) -> Iterator[str]:
    yield f"benefit {one.benefit_id} of {one.payer}"
    if one.end:
        yield f"ended on day {day_number(one.end.on)} ({one.end.cause})"
    for name in ("held_since", "unpaid_since", "grace_from", "planned_end"):
        if day := getattr(one, name):
            yield f"{name.replace('_', ' ')} day {day_number(day)}"
    if person.open_proposal(one):
        yield "proposed to be held"


def _payer_says(account: Any) -> Iterator[str]:
    yield "pays" if account.is_paid else "does not pay"
    for kind, periods in (("arrears", account.arrears), ("reclaim", account.reclaims)):
        for first, last in periods.values():
            days = (day_number(date.fromisoformat(day)) for day in (first, last))
            yield f"{kind} days {' to '.join(map(str, days))}"
