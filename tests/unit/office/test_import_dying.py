"""An import is the same wherever its file is cut, whoever dies, and however often and late its messages come."""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from lifecert.application.office import import_register
from lifecert.application.office.prepare_import import (
    ReleaseImport,
)
from lifecert.domain.errors import (
    StoreUnavailable,
)
from lifecert.domain.intake import (
    ImportState,
    Phase,
    RegisterImport,
)
from tests.support.builders import CLERK
from tests.support.intake_world import CHEN, GOOD, HEADER, LI, SECOND, WANG, ZHAO, Intake, line
from tests.support.mortal import Life, killed_once


@pytest.fixture
def intake() -> Intake:
    return Intake()


def a_city(people: int, rng: random.Random) -> bytes:
    """Lines of a made-up city: some with several benefits, some wrong."""
    lines = [HEADER]
    for number in range(people):
        body = f"110101{1930 + number % 30}0101{number % 1000:03}"
        total = sum(
            int(digit) * weight
            for digit, weight in zip(body, (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), strict=True)
        )
        id_number = body + "10X98765432"[total % 11]
        lines += [line("王淑芬", id_number, on=rng.choice(["", "2025-09-10"]), by="village")] * rng.choice(
            [1, 1, 1, 2, 3]
        )
    return ("\n".join(lines) + "\n").encode()


def totals(of: RegisterImport) -> tuple[Any, ...]:
    assert of.registered
    return of.registered.people, of.registered.benefits, of.registered.lines, of.registered.refused


@pytest.mark.parametrize("part_bytes", [150, 1000, 7777])
def test_the_parts_into_which_a_file_is_cut_change_nothing(part_bytes: int) -> None:
    content = a_city(60, random.Random(1))
    whole, cut = Intake(), Intake(part_bytes)
    one, other = whole.release(whole.check(content)), cut.release(cut.check(content))
    assert totals(one) == totals(other)
    assert whole.told(one) == cut.told(other)
    assert set(whole.store.beneficiaries) == set(cut.store.beneficiaries)
    lines = [{k: e.details["line_key"] for k, (e,) in each.store.entries.items()} for each in (whole, cut)]
    assert lines[0] == lines[1]
    assert whole.queue.dead == cut.queue.dead == []


def _mortal(intake: Intake, life: Life) -> Callable[[Any], Any]:
    ports = {"register": intake.store.register, "runs": intake.runs, "files": intake.files, "queue": intake.queue}
    return killed_once(intake.work_with, life, **ports)


@pytest.mark.parametrize("took_effect", [False, True])
def test_a_worker_that_is_killed_at_any_write_is_made_good_by_the_next(
    took_effect: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_register, "AT_ONCE", 1)
    content = a_city(12, random.Random(2)) + b"rubbish\n"

    def run(life: Life) -> tuple[Intake, RegisterImport]:
        intake = Intake(part_bytes=400)
        import_id = intake.prepare(content)
        intake.dry_run(import_id, CLERK)
        work = _mortal(intake, life)
        intake.queue.drain(work)
        checked = intake.runs.runs[import_id]
        assert checked.state is ImportState.CHECKED
        ReleaseImport(intake.runs, intake.files, intake.clock, intake.queue)(import_id, checked.digest, SECOND)
        intake.queue.drain(work)
        return intake, intake.runs.runs[import_id]

    life = Life()
    undisturbed, wanted = run(life)
    assert wanted.state is ImportState.FINISHED
    assert life.writes > 40
    for ends_at in range(1, life.writes + 1):
        intake, done = run(Life(ends_at, took_effect))
        assert done == replace(wanted, ended_at=done.ended_at)
        assert intake.store.entries.keys() == undisturbed.store.entries.keys()
        assert all(len(entries) == 1 for entries in intake.store.entries.values())
        assert intake.told(done, Phase.REGISTER) == undisturbed.told(wanted, Phase.REGISTER)
        assert not intake.queue.dead


def test_every_message_twice_and_late_changes_nothing(intake: Intake) -> None:
    twice = Intake(part_bytes=300)
    content = a_city(10, random.Random(3))
    import_id = twice.prepare(content)
    twice.dry_run(import_id, CLERK)
    seen: list[Any] = []

    def again(task: Any) -> None:
        seen.append(task)
        twice.work(task)
        twice.work(task)

    twice.queue.drain(again)
    checked = twice.runs.runs[import_id]
    twice.release(checked)
    for task in seen:
        twice.work(task)
    twice.queue.drain(twice.work)
    assert twice.runs.runs[import_id].state is ImportState.FINISHED
    assert all(len(entries) == 1 for entries in twice.store.entries.values())
    whole = intake.release(intake.check(content))
    assert totals(whole) == totals(twice.runs.runs[import_id])


def test_a_store_that_refuses_refuses_no_line(intake: Intake) -> None:
    checked = intake.check("\n".join([HEADER, *(line("王淑芬", one) for one in (WANG, LI, ZHAO, CHEN)), ""]))
    register, calls = intake.store.register, [0]

    class Refusing:
        def __getattr__(self, name: str) -> Any:
            return getattr(register, name)

        def commit(self, change: Any) -> None:
            calls[0] += 1
            if calls[0] == 3:
                raise StoreUnavailable("throttled")
            register.commit(change)

    ReleaseImport(intake.runs, intake.files, intake.clock, intake.queue)(checked.import_id, checked.digest, SECOND)
    intake.queue.drain(intake.work_with(register=Refusing()))
    done = intake.runs.runs[checked.import_id]
    assert done.registered
    assert (done.registered.people, done.registered.known, done.registered.refused) == (4, {}, {})


def test_a_worker_out_of_time_leaves_the_part_to_the_next(intake: Intake) -> None:
    checked = intake.check(f"{HEADER}\n{GOOD}\n")
    ReleaseImport(intake.runs, intake.files, intake.clock, intake.queue)(checked.import_id, checked.digest, SECOND)
    late = iter([False, True])

    def work(task: Any) -> None:
        intake.work(task, out_of_time=lambda: next(late, False))

    intake.queue.drain(work)
    assert intake.runs.runs[checked.import_id].state is ImportState.FINISHED
    assert len(intake.store.beneficiaries) == 1


def test_who_asks_again_wakes_an_import_whose_messages_were_lost(intake: Intake) -> None:
    import_id = intake.prepare(f"{HEADER}\n{GOOD}\n")
    dry_run = intake.dry_run
    for _ in range(4):
        dry_run(import_id, CLERK)
        if intake.queue.waiting:
            intake.work(intake.queue.waiting.pop()[0])
            intake.queue.waiting.clear()
    for _ in range(4):
        dry_run(import_id, CLERK)
        intake.queue.drain(intake.work)
    checked = intake.runs.runs[import_id]
    release = ReleaseImport(intake.runs, intake.files, intake.clock, intake.queue)
    release(import_id, checked.digest, SECOND)
    intake.queue.waiting.clear()
    release(import_id, checked.digest, SECOND)
    intake.queue.drain(intake.work)
    assert release(import_id, checked.digest, SECOND).state is ImportState.FINISHED
