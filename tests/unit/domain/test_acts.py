"""How many entries one clerk adds to one record in a day."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from lifecert.domain.actor import Actor, Role
from lifecert.domain.acts import MOST_ACTS_DAY, ActsOfDay, one_more, refuse_full
from lifecert.domain.errors import LimitReached
from lifecert.domain.ledger import LedgerEntry, LedgerEvent
from tests.support.builders import NOW

CLERK, OTHER = Actor("clerk-1", Role.CLERK), Actor("clerk-2", Role.CLERK)


def entry(actor: Actor, at: datetime, **details: str) -> LedgerEntry:
    return LedgerEntry("person", 1, LedgerEvent.CONTACT_CHANGED, at, actor, details, "")


def after(number: int, actor: Actor = CLERK) -> ActsOfDay | None:
    acts = None
    for _ in range(number):
        acts = one_more(acts, entry(actor, NOW))
    return acts


def test_a_clerk_adds_so_many_and_is_told_when_they_go_on() -> None:
    full = after(MOST_ACTS_DAY)
    assert full == ActsOfDay(NOW.date(), (("clerk-1", MOST_ACTS_DAY),))
    with pytest.raises(LimitReached) as refused:
        one_more(full, entry(CLERK, NOW))
    assert refused.value.until == datetime(2026, 3, 2, tzinfo=UTC)


def test_a_colleague_goes_on_and_so_does_the_next_day() -> None:
    full = after(MOST_ACTS_DAY)
    assert one_more(full, entry(OTHER, NOW)) == ActsOfDay(NOW.date(), (("clerk-1", MOST_ACTS_DAY), ("clerk-2", 1)))
    tomorrow = NOW + timedelta(days=1)
    assert one_more(full, entry(CLERK, tomorrow)) == ActsOfDay(tomorrow.date(), (("clerk-1", 1),))


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.CLERK}))
def test_of_nobody_else_anything_is_counted(role: Role) -> None:
    assert after(3 * MOST_ACTS_DAY, Actor("clerk-1", role)) is None
    full = after(MOST_ACTS_DAY)
    assert one_more(full, entry(Actor("clerk-1", role), NOW)) == full


def test_the_day_is_that_of_the_entry_in_utc() -> None:
    early = datetime(2026, 3, 1, 7, 30, tzinfo=timezone(timedelta(hours=8)))
    acts = one_more(None, entry(CLERK, early))
    assert acts
    assert acts.on == date(2026, 2, 28)


@pytest.mark.parametrize("details", [{"import_id": "list-1"}, {"kind": "unusual_volume"}])
def test_what_two_clerks_did_and_what_is_said_of_one_is_no_act_of_theirs(details: dict[str, str]) -> None:
    assert one_more(None, entry(CLERK, NOW, **details)) is None


def test_who_can_add_nothing_more_is_told_before_anything_is_done() -> None:
    refuse_full(after(MOST_ACTS_DAY - 1), "clerk-1", NOW)
    full = after(MOST_ACTS_DAY)
    with pytest.raises(LimitReached):
        refuse_full(full, "clerk-1", NOW)
    refuse_full(full, "clerk-2", NOW)
    refuse_full(full, "clerk-1", NOW + timedelta(days=1))
