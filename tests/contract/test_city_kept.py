"""A city whose run was killed goes on from what was kept of it, on another engine."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import lab.city.keeping
from lab.city.city import City
from lab.city.keeping import AnotherPlan, keeping
from lab.city.run import Outcome, Plan, live
from local.dynamodb_local import run

PLAN = Plan(people=10, living=10, days=4, seed=2, faces=1)
KILLED_ON = PLAN.first + timedelta(days=3)


class Killed(BaseException):
    """The process is gone."""


def lived(folder: Path, plan: Plan = PLAN) -> Outcome:
    told: list[str] = []
    with keeping(folder) as kept, run(told.append, data=kept.tables) as engine:
        return live(engine, plan, told.append, keeping=kept)


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Any], Outcome, Path]:
    """The days of the first run, the outcome of the second, and the folder."""
    folder, days, day = tmp_path_factory.mktemp("kept"), list[Any](), City.day

    def until_killed(city: City, today: Any, offices: Any) -> None:
        if today == KILLED_ON:
            raise Killed
        days.append(today)
        day(city, today, offices)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lab.city.keeping, "KEEP_EVERY_SECONDS", 0.0)
        patch.setattr(City, "day", until_killed)
        with pytest.raises(Killed):
            lived(folder)
    # Killed while it was being written: it counts for nothing.
    (folder / "unfinished").mkdir()
    return days, lived(folder), folder


def test_it_goes_on_with_the_day_after(twice: tuple[list[Any], Outcome, Path]) -> None:
    days, outcome, _ = twice
    assert [day.day for day in days] == [2, 3]
    # Both runs' nights, and the one at the end.
    assert len(outcome.figures["life"]["nights"]) == PLAN.days + 1
    assert outcome.figures["import"]["registration"]["lines_a_second"] > 0


def test_its_payers_agree_to_the_day(twice: tuple[list[Any], Outcome, Path]) -> None:
    assert twice[1].stories == []
    assert sum(twice[1].figures["at_the_end"].values()) == PLAN.living


def test_another_city_does_not_go_on_with_it(twice: tuple[list[Any], Outcome, Path]) -> None:
    with pytest.raises(AnotherPlan, match="days=4"):
        lived(twice[2], replace(PLAN, days=5))
