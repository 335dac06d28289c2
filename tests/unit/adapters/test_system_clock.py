"""The real clock: its day is the deployment's."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from lifecert.adapters import system_clock
from lifecert.adapters.system_clock import SystemClock
from tests.support.fakes.clock import FixedClock

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-02-28T15:59:59.999999", date(2026, 2, 28)),
        ("2026-02-28T16:00:00", date(2026, 3, 1)),
        ("2026-03-01T15:59:59.999999", date(2026, 3, 1)),
        ("2026-12-31T16:00:00", date(2027, 1, 1)),
    ],
)
def test_the_day_changes_at_midnight_in_shanghai(monkeypatch: pytest.MonkeyPatch, moment: str, day: date) -> None:
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC)

    class Frozen(datetime):
        @classmethod
        def now(cls, tz: object = None) -> "Frozen":
            assert tz is UTC
            return cls.fromtimestamp(at.timestamp(), UTC)

    monkeypatch.setattr(system_clock, "datetime", Frozen)
    assert SystemClock(SHANGHAI).today() == day
    assert SystemClock(SHANGHAI, shift_days=2).today() == day + timedelta(days=2)
    assert SystemClock(ZoneInfo("UTC")).today() == at.date()
    assert FixedClock(at).today() == day


def test_now_is_now_in_utc_and_moves_by_whole_days() -> None:
    before = datetime.now(UTC)
    now, shifted = SystemClock(SHANGHAI).now(), SystemClock(SHANGHAI, shift_days=400).now()
    assert before <= now <= datetime.now(UTC)
    assert now.utcoffset() == timedelta(0)
    assert now <= shifted - timedelta(days=400) <= datetime.now(UTC)
