"""The payer's feed: events and files tell the same, which is how the register stands; a damaged feed is refused."""

import json
import random
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from lifecert.adapters.s3.change_files import key_of
from lifecert.application.feed.publish import Publish
from lifecert.application.feed.write_change_files import WriteChangeFiles
from lifecert.domain.actor import Actor, Role
from lifecert.domain.beneficiary import Beneficiary, Change, record
from lifecert.domain.change_file import Manifest, events_of
from lifecert.domain.errors import ChangeFilesUnfinished, StoreUnavailable
from lifecert.domain.ledger import LedgerEntry, LedgerEvent
from lifecert.domain.status import (
    Certified,
    EndCause,
    EndCorrected,
    EntitlementEnded,
    Event,
    HoldApproved,
    Standing,
    Status,
    YearEnded,
    transition,
)
from lifecert.domain.year import is_over
from tests.support.builders import a_beneficiary, a_change
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.feed import MemoryBus, MemoryChangeFiles, MemoryChanges
from tests.support.fakes.store import MemoryStore
from tests.support.payer_example import payer_example


@pytest.fixture(scope="module")
def payer() -> ModuleType:
    return payer_example()


class Feed:
    """Publisher, bus and files over fakes; `lose` leaves out what a payer did not hear."""

    def __init__(self, lines: int = 7) -> None:
        self.bus, self.changes, self.files, self.clock = MemoryBus(), MemoryChanges(), MemoryChangeFiles(), FixedClock()
        self.publish = Publish(self.bus, self.changes)
        self.write = WriteChangeFiles(self.changes, self.files, self.clock, lines)

    def into(self, folder: Path) -> Path:
        for number, content in self.files.files.items():
            (folder / f"{key_of(number)[8:]}.jsonl").write_bytes(content)
        for number, manifest in self.files.manifests.items():
            (folder / f"{key_of(number)[8:]}.manifest.json").write_text(manifest_text(manifest))
        return folder


def manifest_text(manifest: Manifest) -> str:
    members = {name: getattr(manifest, name) for name in Manifest.__dataclass_fields__}
    return json.dumps({**members, "written_at": manifest.written_at.isoformat()})


class RandomHistory:
    """People who register, certify, lapse, are held, end and are corrected, by the product's own status table."""

    def __init__(self, seed: int) -> None:
        self.random, self.store, self.today = random.Random(seed), MemoryStore(), date(2026, 3, 1)
        self.clock = FixedClock()

    def changes(self, days: int) -> list[LedgerEntry]:
        """The entries of some days, as the stream gives them."""
        entries: list[LedgerEntry] = []
        for _ in range(days):
            self.today += timedelta(days=1)
            self.clock.move(days=1)
            entries += [self._register() for _ in range(self.random.randint(0, 3))]
            people = list(self.store.beneficiaries.values())
            entries += [entry for person in people if (entry := self._happens(person))]
        return entries

    def _register(self) -> LedgerEntry:
        valid_until = self.today + timedelta(days=self.random.randint(0, 40))
        person = a_beneficiary(valid_until=valid_until)
        details = {
            "category": "resident_pension",
            "district": "110101",
            "status": "active",
            "valid_until": valid_until.isoformat(),
        }
        change = a_change(person, LedgerEvent.REGISTERED, details=details, at=self.clock.now())
        self.store.register.commit(change)
        return change.entry

    def _happens(self, person: Beneficiary) -> LedgerEntry | None:
        standing = person.standing
        if standing.status is Status.ACTIVE and is_over(standing.valid_until, self.today):
            return self._moved(person, YearEnded(self.today), Role.SWEEP, LedgerEvent.LAPSED)
        if standing.status is Status.LAPSED and not standing.held_since and self.random.random() < 0.05:
            approved = HoldApproved(self.today, 0, self.today, "office")
            return self._moved(person, approved, Role.SWEEP, LedgerEvent.PAYMENT_HELD)
        if self.random.random() > 0.05:
            return None
        if standing.status is Status.TERMINATED:
            return self._moved(person, EndCorrected(self.today, "a", "b"), Role.CLERK, LedgerEvent.CORRECTED)
        if self.random.random() < 0.2:
            ended = EntitlementEnded(self.today, EndCause.MOVED, "a", "b")
            return self._moved(person, ended, Role.CLERK, LedgerEvent.TERMINATED)
        if self.random.random() < 0.2:
            return self._moved(person, None, Role.USER, LedgerEvent.VERIFICATION_FAILED)
        return self._moved(person, Certified(self.today, self.today), Role.USER, LedgerEvent.CERTIFIED)

    def _moved(self, person: Beneficiary, event: Event | None, role: Role, recorded: LedgerEvent) -> LedgerEntry:
        details: dict[str, Any] = {"attempt": 1}
        standing: Standing = person.standing
        if event:
            moved = transition(standing, event, role)
            standing = moved.standing
            details = {
                "certificate_id": None,
                "status_before": person.standing.status,
                "status": standing.status,
                "valid_until": standing.valid_until.isoformat(),
                "arrears_first_day": moved.arrears and moved.arrears.first_day.isoformat(),
                "arrears_last_day": moved.arrears and moved.arrears.last_day.isoformat(),
            }
            if standing.held_since:
                details |= {"payment_held": True, "held_since": standing.held_since.isoformat()}
        changed = replace(person, standing=standing)
        after, entry = record(changed, recorded, Actor("somebody", role), self.clock.now(), details)
        self.store.register.commit(Change(person.version, after, entry))
        return entry


@pytest.mark.parametrize("seed", range(12))
def test_events_and_files_tell_how_the_register_stands(seed: int, payer: ModuleType, tmp_path: Path) -> None:
    history, feed = RandomHistory(seed), Feed()
    chance = history.random
    for _ in range(10):
        entries = history.changes(days=6)
        for entry in entries:
            feed.publish(entry)
        for entry in chance.sample(entries, len(entries) // 3):
            feed.publish(entry)  # the stream repeats
        if chance.random() < 0.8:
            feed.write()  # else a day without a file: the next one catches up
    feed.write()
    told = payer.State()
    heard = [event.detail for event in feed.bus.events]
    chance.shuffle(heard)  # at least once, and in any order
    for detail in heard:
        told.apply(detail)
    filed = payer.rebuilt(feed.into(tmp_path))
    stands = {
        one.beneficiary_id: (
            one.standing.status,
            one.standing.valid_until.isoformat(),
            one.standing.held_since is not None,
        )
        for one in history.store.beneficiaries.values()
    }
    assert len(stands) > 20
    assert len({status for status, *_ in stands.values()}) == 3
    assert any(held for *_, held in stands.values())
    for state in (told, filed):
        rebuilt = {key: (one["status"], one["valid_until"], one["payment_held"]) for key, one in state.people.items()}
        assert rebuilt == stands
    assert filed.seen == told.seen
    assert filed.arrears == told.arrears
    assert filed.arrears


@pytest.mark.parametrize("lost", [0.1, 0.9])
def test_who_missed_events_is_put_right_by_the_files(lost: float, payer: ModuleType, tmp_path: Path) -> None:
    history, feed = RandomHistory(99), Feed()
    state, whole = payer.State(), payer.State()
    for entry in history.changes(days=60):
        feed.publish(entry)
    feed.write()
    for event in feed.bus.events:
        whole.apply(event.detail)
        if history.random.random() > lost:
            state.apply(event.detail)
    assert state.seen != whole.seen
    for line in payer.lines(feed.into(tmp_path)):
        state.apply(line["detail"])
    assert state == whole


# --- the writer ----------------------------------------------------------------------------------------------------


def filled(lines: int = 7, days: int = 20) -> Feed:
    feed = Feed(lines)
    for entry in RandomHistory(5).changes(days):
        feed.publish(entry)
    return feed


def sequences(feed: Feed) -> list[int]:
    return [
        json.loads(line)["sequence"]
        for number in sorted(feed.files.files)
        for line in feed.files.files[number].decode().splitlines()
    ]


def test_a_busy_day_has_several_files_and_a_quiet_one_an_empty_file() -> None:
    feed = filled(lines=5)
    written = feed.write()
    changes = len(feed.changes.events)
    assert changes > 15
    assert [manifest.number for manifest in written] == list(range(1, len(written) + 1))
    assert all(manifest.lines == 5 for manifest in written[:-1])
    assert sum(manifest.lines for manifest in written) == changes
    assert sequences(feed) == list(range(1, changes + 1))
    (quiet,) = feed.write()
    assert (quiet.lines, quiet.first_sequence, quiet.last_sequence) == (0, changes + 1, changes)
    assert quiet.previous_sha256 == written[-1].sha256


def test_a_full_last_file_is_not_followed_by_an_empty_one() -> None:
    feed = filled(lines=1)
    assert all(manifest.lines == 1 for manifest in feed.write())


def test_a_run_out_of_time_says_so_and_the_next_goes_on() -> None:
    feed = filled(lines=3)
    with pytest.raises(ChangeFilesUnfinished, match="file 1"):
        feed.write(lambda: True)
    feed.write()
    assert sequences(feed) == list(range(1, len(feed.changes.events) + 1))


@pytest.mark.parametrize("step", ["write_manifest", "settle", "advance"])
def test_a_run_that_dies_after_the_file_is_taken_up(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    feed = filled()
    owner: Any = feed.files if step == "write_manifest" else feed.changes

    def dies(*_: object) -> None:
        raise StoreUnavailable("killed")

    with monkeypatch.context() as patch:
        patch.setattr(type(owner), step, dies)
        with pytest.raises(StoreUnavailable):
            feed.write()
    first = feed.files.files[1]
    for entry in RandomHistory(6).changes(days=3):
        feed.publish(entry)
    feed.write()
    assert feed.files.files[1] == first
    assert sorted(feed.files.manifests) == sorted(feed.files.files)
    assert sequences(feed) == list(range(1, len(feed.changes.events) + 1))
    ids = [event.event_id for content in feed.files.files.values() for event in events_of(content)]
    assert sorted(ids) == sorted(feed.changes.events)


def test_of_two_writers_at_once_one_writes_and_the_other_takes_note(monkeypatch: pytest.MonkeyPatch) -> None:
    feed = filled()
    real = feed.files.write
    raced: list[int] = []

    def slower(number: int, content: bytes) -> bool:
        if not raced:
            raced.append(number)
            feed.write()  # the other one, from start to end
        return real(number, content)

    late = WriteChangeFiles(feed.changes, Slow(feed.files, slower), feed.clock, 7)
    late()
    assert raced == [1]
    assert sequences(feed) == list(range(1, len(feed.changes.events) + 1))


class Slow:
    def __init__(self, files: MemoryChangeFiles, write: Any) -> None:
        self.write, self.read, self.write_manifest = write, files.read, files.write_manifest


def test_an_event_that_comes_late_is_in_the_next_file_and_a_repeat_in_none() -> None:
    feed, history = Feed(), RandomHistory(7)
    entries = history.changes(days=10)
    for entry in entries[1:]:
        feed.publish(entry)
    feed.write()
    feed.publish(entries[0])
    feed.publish(entries[-1])
    (late,) = feed.write()
    assert late.lines == 1
    assert [event.event_id for event in events_of(feed.files.files[late.number])] == [
        f"{entries[0].beneficiary_id}:{entries[0].seq}"
    ]


# --- the consumer --------------------------------------------------------------------------------------------------


def damaged(folder: Path, how: str) -> None:
    first, second = folder / "000000001", folder / "000000002"
    data, manifest = second.with_suffix(".jsonl"), folder / "000000002.manifest.json"
    if how == "altered":
        data.write_bytes(data.read_bytes().replace(b"active", b"lapsed", 1))
    elif how == "cut":
        data.write_bytes(data.read_bytes()[:-20])
    elif how == "no file":
        data.unlink()
    elif how == "no pair":
        data.unlink()
        manifest.unlink()
    elif how == "another file with its own manifest":
        members = json.loads(manifest.read_text())
        manifest.write_text(json.dumps({**members, "previous_sha256": "0" * 64}))
    else:
        first.with_suffix(".jsonl").unlink()
        (folder / "000000001.manifest.json").unlink()


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("altered", "file 2 is not what its manifest says"),
        ("cut", "file 2 is not what its manifest says"),
        ("no file", "file 2 is missing"),
        ("no pair", "file 2 is missing"),
        ("another file with its own manifest", "file 2 does not follow file 1"),
        ("no first", "file 1 is missing"),
    ],
)
def test_a_damaged_feed_is_refused(
    how: str, said: str, payer: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    feed = filled(lines=5)
    feed.write()
    folder = feed.into(tmp_path)
    assert payer.main([str(folder)]) == 0
    assert "active: " in capsys.readouterr().out
    damaged(folder, how)
    assert payer.main([str(folder)]) == 1
    assert said in capsys.readouterr().err


def test_a_folder_without_any_file_tells_nothing(
    payer: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody active and nothing held would be an answer: a mistyped name must not give one."""
    for folder in (tmp_path, tmp_path / "mistyped"):
        assert payer.main([str(folder)]) == 1
        told = capsys.readouterr()
        assert (told.out, "no change file in" in told.err) == ("", True)
