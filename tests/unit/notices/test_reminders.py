"""Reminders: each once in a certification year, late rather than never, and never four at once."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from lifecert.domain.ledger import LedgerEvent, verify_chain
from lifecert.domain.notice import Notice, NoticeChannel, QuietHours, due_reminder
from lifecert.domain.published import published_events
from lifecert.domain.status import Standing, Status
from tests.support.builders import NOW, a_beneficiary, a_change, registration
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.store import MemoryStore
from tests.support.sweeping import REMINDERS, Night

TODAY = date(2026, 3, 1)


@dataclass
class World:
    """Nights, one after the other."""

    store: MemoryStore = field(default_factory=MemoryStore)
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))

    @property
    def night(self) -> Night:
        return Night(self.store.register, self.store.sweep_runs, self.clock, self.store.shards)

    def add(self, name: str, days_left: int, **fields: object) -> None:
        valid_until = self.clock.today() + timedelta(days=days_left)
        self.store.register.commit(registration(beneficiary_id=name, valid_until=valid_until, **fields))

    def nights(self, number: int) -> None:
        for _ in range(number):
            self.clock.move(days=1)
            self.night()

    def reminded(self, name: str) -> list[tuple[int, int]]:
        """Which reminders, and how many days were left then."""
        found = [entry for entry in self.store.entries[name] if entry.event is LedgerEvent.REMINDER_DUE]
        zone = ZoneInfo("Asia/Shanghai")
        return [
            (
                int(str(entry.details["days_before"])),
                (date.fromisoformat(str(entry.details["valid_until"])) - entry.at.astimezone(zone).date()).days,
            )
            for entry in found
        ]


def test_four_reminders_in_a_year_on_their_days_and_a_last_notice_after_the_lapse() -> None:
    world = World()
    world.night()
    world.add("slow", 65)
    world.nights(70)
    # Two days after the last covered one: lapsed in the first night, told so in the second.
    assert world.reminded("slow") == [(60, 60), (30, 30), (7, 7), (1, 1), (0, -2)]
    assert [entry.event for entry in world.store.entries["slow"]][-2] is LedgerEvent.LAPSED
    assert verify_chain(world.store.ledger.entries("slow")) == 1 + 4 + 1 + 1


def test_running_again_reminds_nobody_again() -> None:
    world = World()
    world.add("slow", 30)
    for _ in range(3):
        world.night()
    assert world.reminded("slow") == [(30, 30)]


@pytest.mark.parametrize(
    ("days_left", "missed", "expected"),
    [
        (63, 4, [(60, 59), (30, 30), (7, 7), (1, 1)]),  # late
        (63, 30, [(60, 33), (30, 30), (7, 7), (1, 1)]),  # a month late
        (63, 57, [(7, 6), (1, 1)]),  # 60, 30 and 7 missed: the newest alone, not three at once
        (63, 63, [(1, 0)]),  # on the very last day
        (63, 64, []),  # too late: they lapse
    ],
)
def test_after_missed_nights_the_newest_due_one_is_given_late(
    days_left: int, missed: int, expected: list[tuple[int, int]]
) -> None:
    world = World()
    world.night()
    world.add("slow", days_left)
    world.clock.move(days=missed)
    world.night()
    world.nights(max(0, days_left - missed + 1))
    assert world.reminded("slow") == expected


def test_a_certification_begins_a_new_year_of_reminders() -> None:
    world = World()
    world.add("quick", 30)
    world.night()
    before = world.store.beneficiaries["quick"]
    assert before.current_notice
    renewed = Standing(Status.ACTIVE, date(2027, 3, 1))
    world.store.register.commit(a_change(before, LedgerEvent.CERTIFIED, changed={"standing": renewed}))
    assert world.store.beneficiaries["quick"].current_notice is None
    world.clock.move(days=305)
    world.night()
    world.nights(1)
    assert world.reminded("quick") == [(30, 30), (60, 60)]


def test_the_event_tells_the_channel_and_never_the_address() -> None:
    world = World()
    world.add("told", 7, contact_channel=NoticeChannel.SMS)
    world.add("unknown", 7)
    world.night()
    events = [event for name in ("told", "unknown") for event in published_events(world.store.entries[name][-1])]
    assert [event.detail["channel"] for event in events] == ["sms", None]


def test_only_a_delivered_notice_of_this_year_counts() -> None:
    one = a_beneficiary()
    notice = Notice(one.valid_until, 30, 2, sent=True)
    assert replace(one, notice=notice).notice_delivered_on is None
    delivered = replace(notice, delivered_on=TODAY)
    assert replace(one, notice=delivered).notice_delivered_on == TODAY
    last_year = replace(delivered, valid_until=one.valid_until - timedelta(days=365))
    assert replace(one, notice=last_year).notice_delivered_on is None


def test_a_later_reminder_does_not_forget_that_an_earlier_one_arrived() -> None:
    world = World()
    world.add("told", 7)
    before = world.store.beneficiaries["told"]
    notice = Notice(before.valid_until, 30, 2, sent=True, delivered_on=TODAY)
    world.store.register.commit(a_change(before, LedgerEvent.REMINDER_DUE, changed={"notice": notice}))
    world.night()
    after = world.store.beneficiaries["told"]
    assert after.notice == Notice(before.valid_until, 7, 3, sent=False, delivered_on=TODAY)
    assert after.notice_delivered_on == TODAY


@pytest.mark.parametrize(
    ("left", "expected"),
    [(61, None), (60, 60), (31, 60), (30, 30), (8, 30), (7, 7), (2, 7), (1, 1), (0, 1), (-1, None)],
)
def test_which_reminder_is_due(left: int, expected: int | None) -> None:
    assert due_reminder(TODAY + timedelta(days=left), TODAY, REMINDERS) == expected


@pytest.mark.parametrize(
    ("hours", "at", "expected"),
    [
        ((21, 8), "20:59", None),
        ((21, 8), "21:00", timedelta(hours=11)),
        ((21, 8), "00:30", timedelta(hours=7, minutes=30)),
        ((21, 8), "08:00", None),
        ((12, 14), "13:30", timedelta(minutes=30)),
        ((12, 14), "14:00", None),
        ((0, 0), "00:00", None),
    ],
)
def test_quiet_hours(hours: tuple[int, int], at: str, expected: timedelta | None) -> None:
    local = datetime.fromisoformat(f"2026-03-01T{at}:00+08:00")
    assert QuietHours(*hours).wait(local) == expected
