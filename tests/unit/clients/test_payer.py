"""The payers' feeds: events, files and snapshots tell the same, which is how the register stands, to the day; a damaged
feed is refused."""

import json
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from lifecert.application.feed.write_change_files import WriteChangeFiles
from lifecert.domain.change_file import events_of
from lifecert.domain.errors import ChangeFilesUnfinished, StoreUnavailable
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.published import published_events
from tests.support.fakes.feed import MemoryChangeFiles
from tests.support.payer_example import payer_example
from tests.support.paying import PAYERS, Feed, Years, as_told, days_due, days_paid, how_it_stands


@pytest.fixture(scope="module")
def payer() -> ModuleType:
    return payer_example()


@pytest.mark.parametrize("seed", range(5))
def test_events_and_files_tell_how_the_register_stands_and_what_was_paid_to_the_day(
    seed: int, payer: ModuleType, tmp_path: Path
) -> None:
    years = Years(seed)
    feed, chance = Feed(100, years.clock), years.random
    for _ in range(40):
        entries = years.changes(days=30)
        for entry in entries:
            feed.publish(entry)
        for entry in chance.sample(entries, len(entries) // 3):
            feed.publish(entry)  # the stream repeats
        if chance.random() < 0.8:
            feed.write()  # else a month without a file: the next one catches up
    feed.write()
    stands = how_it_stands(years, "fund")
    assert len(stands) > 100
    assert {status for status, *_ in stands.values()} == {"active", "lapsed", "terminated"}
    assert any(held for _, _, held, *_ in stands.values())
    for whose in PAYERS:
        told = payer.State()
        heard = [event.detail for event in feed.bus.events if event.payer == whose]
        chance.shuffle(heard)  # at least once, and in any order
        for detail in heard:
            told.apply(detail)
        (tmp_path / whose).mkdir()
        filed = payer.rebuilt(feed.into(tmp_path / whose, whose))
        assert filed == told
        assert as_told(filed) == how_it_stands(years, whose)
        assert days_paid(filed, years.today) == days_due(years, whose)
    assert not filed.benefits, "the payer of nobody has empty files"


def test_the_histories_have_every_event_and_days_of_every_kind(payer: ModuleType) -> None:
    """Else the test above would prove less than it says."""
    years, state = Years(1), payer.State()
    entries = years.changes(days=1200)
    for entry in entries:
        for event in published_events(entry):
            if event.payer == "fund":
                state.apply(event.detail)
    assert {entry.event for entry in entries} == {
        LedgerEvent.REGISTERED,
        LedgerEvent.CERTIFIED,
        LedgerEvent.LAPSED,
        LedgerEvent.PAYMENT_HELD,
        LedgerEvent.TERMINATED,
        LedgerEvent.BENEFIT_ENDED,
        LedgerEvent.CORRECTED,
        LedgerEvent.CERTIFICATE_REVOKED,
        LedgerEvent.START_CORRECTED,
    }
    revoked = [entry for entry in entries if entry.event is LedgerEvent.CERTIFICATE_REVOKED]
    assert any(benefit.get("reclaim_first_day") for entry in revoked for benefit in entry.details["benefits"])  # type: ignore[union-attr]
    assert sum(bool(one.arrears) for one in state.benefits.values()) > 20
    assert sum(bool(one.reclaims) for one in state.benefits.values()) > 20


@pytest.mark.parametrize("lost", [0.1, 0.9])
def test_who_missed_events_is_put_right_by_the_files(lost: float, payer: ModuleType, tmp_path: Path) -> None:
    years = Years(99)
    feed = Feed(clock=years.clock)
    state, whole = payer.State(), payer.State()
    for entry in years.changes(days=400):
        feed.publish(entry)
    feed.write()
    for event in feed.bus.events:
        if event.payer != "fund":
            continue
        whole.apply(event.detail)
        if years.random.random() > lost:
            state.apply(event.detail)
    assert state != whole
    for line in payer.lines(feed.into(tmp_path)):
        state.apply(line["detail"])
    assert state == whole


def an_event(seq: int, on: str, **facts: Any) -> dict[str, Any]:
    return {
        "event_id": f"b:{seq}:1",
        "beneficiary_id": "b",
        "benefit": "1",
        "payer": "fund",
        "payer_reference": None,
        "seq": seq,
        "at": f"{on}T02:00:00+00:00",
        "status": "lapsed",
        "valid_until": "2026-01-31",
        "payment_held": False,
        "held_since": None,
        "unpaid_since": None,
        **facts,
    }


def test_the_account_of_a_benefit_by_hand(payer: ModuleType) -> None:
    """Paid from 1 March; held from 11 to 20 March, certified on the 21st; revoked on the 26th: what was paid since the
    hold is taken back, and nothing is paid any more."""
    state = payer.State()
    held = {"payment_held": True, "held_since": "2026-03-11", "unpaid_since": "2026-03-11"}
    state.apply(an_event(1, "2026-03-05", start="2026-03-01"))
    state.apply(an_event(2, "2026-03-11", **held))
    assert state.paid_days("b", "1", date(2026, 3, 15)) == 10
    assert not state.benefits["b", "1"].is_paid
    state.apply(
        an_event(3, "2026-03-21", status="active", arrears_first_day="2026-03-11", arrears_last_day="2026-03-20")
    )
    assert state.paid_days("b", "1", date(2026, 3, 25)) == 25
    assert state.benefits["b", "1"].is_paid
    state.apply(an_event(4, "2026-03-26", **held, reclaim_first_day="2026-03-11", reclaim_last_day="2026-03-25"))
    assert state.paid_days("b", "1", date(2026, 4, 30)) == 10
    assert not state.apply(an_event(4, "2026-03-26"))
    assert state.paid_days("b", "1", date(2026, 4, 30)) == 10


def test_a_day_begins_where_the_office_is(payer: ModuleType) -> None:
    state = payer.State()
    late = {**an_event(1, "2026-03-01", start="2026-02-01"), "at": "2026-02-28T17:00:00+00:00"}
    state.apply(late)
    stop = {"payment_held": True, "held_since": "2026-03-02", "unpaid_since": "2026-03-02"}
    state.apply({**an_event(2, "2026-03-02", **stop), "at": "2026-03-01T16:30:00+00:00"})
    assert state.paid_days("b", "1", date(2026, 3, 31)) == 29, "until 1 March, Beijing time"


def test_lines_from_before_benefits_were_kept_are_a_persons_only_benefit(payer: ModuleType) -> None:
    """Their arrears were the days without a proof of life, of which those before the hold had been paid."""
    state = payer.State()
    common = {"beneficiary_id": "b", "valid_until": "2026-01-31"}
    registered = {"event_id": "b:1", "seq": 1, "at": "2025-02-01T02:00:00+00:00", "status": "active"}
    lapsed = {"event_id": "b:2", "seq": 2, "at": "2026-02-01T02:00:00+00:00", "status": "lapsed"}
    held = {
        "event_id": "b:3",
        "seq": 3,
        "at": "2026-06-01T02:00:00+00:00",
        "status": "lapsed",
        "payment_held": True,
        "held_since": "2026-06-01",
    }
    certified = {
        "event_id": "b:4",
        "seq": 4,
        "at": "2026-06-11T02:00:00+00:00",
        "status": "active",
        "payment_was_held": True,
        "held_since": "2026-06-01",
        "arrears_first_day": "2026-02-01",
        "arrears_last_day": "2026-06-10",
    }
    for detail in (registered, lapsed, held, certified):
        assert state.apply({**common, **detail})
    assert state.benefits["b", "1"].arrears == {"b:4": ("2026-06-01", "2026-06-10")}
    times = state.times_paid("b", "1", date(2026, 6, 30))
    assert set(times.values()) == {1}
    assert len(times) == (date(2026, 6, 30) - date(2025, 2, 1)).days + 1


# --- the writer ----------------------------------------------------------------------------------------------------


def filled(lines: int = 7, days: int = 150) -> Feed:
    feed = Feed(lines)
    for entry in Years(5).changes(days):
        feed.publish(entry)
    return feed


def fund_only(feed: Feed) -> list[str]:
    """Ids of the events that belong into its files."""
    return sorted(event_id for event_id, event in feed.changes.events.items() if event.payer == "fund")


def sequences(feed: Feed) -> list[int]:
    return [
        json.loads(line)["sequence"] for content in feed.of("fund").values() for line in content.decode().splitlines()
    ]


def test_a_busy_day_has_several_files_and_a_quiet_one_an_empty_file() -> None:
    feed = filled(lines=5)
    written = [manifest for manifest in feed.write() if manifest.payer == "fund"]
    changes = len(fund_only(feed))
    assert changes > 15
    assert [manifest.number for manifest in written] == list(range(1, len(written) + 1))
    assert all(manifest.lines == 5 for manifest in written[:-1])
    assert sum(manifest.lines for manifest in written) == changes
    assert sequences(feed) == list(range(1, changes + 1))
    quiet, *others = feed.write()
    assert [manifest.payer for manifest in (quiet, *others)] == list(PAYERS)
    assert (quiet.lines, quiet.first_sequence, quiet.last_sequence) == (0, changes + 1, changes)
    assert quiet.previous_sha256 == written[-1].sha256


def test_a_full_last_file_is_not_followed_by_an_empty_one() -> None:
    feed = filled(lines=1)
    assert all(manifest.lines == 1 for manifest in feed.write() if manifest.payer != "idle")


def test_a_run_out_of_time_says_so_and_the_next_goes_on() -> None:
    feed = filled(lines=3)
    with pytest.raises(ChangeFilesUnfinished, match="file 1 of fund"):
        feed.write(lambda: True)
    feed.write()
    assert sequences(feed) == list(range(1, len(fund_only(feed)) + 1))


def test_a_run_out_of_time_between_two_payers_says_so_too() -> None:
    feed = filled(lines=1000)
    with pytest.raises(ChangeFilesUnfinished, match="before the files of mine"):
        feed.write(lambda: True)
    assert feed.of("fund")
    assert not feed.of("mine")
    feed.write()
    assert feed.of("mine")
    assert not list(feed.changes.waiting("mine"))


def test_a_payer_sees_its_own_changes_only_under_its_own_numbers() -> None:
    feed = filled()
    feed.write()
    seen = {payer: [event for content in feed.of(payer).values() for event in events_of(content)] for payer in PAYERS}
    assert seen["fund"]
    assert seen["mine"]
    assert seen["idle"] == []
    assert {payer: {event.payer for event in events} for payer, events in seen.items() if events} == {
        "fund": {"fund"},
        "mine": {"mine"},
    }
    assert {payer: min(feed.of(payer)) for payer in PAYERS} == dict.fromkeys(PAYERS, 1)
    assert b"fund" not in b"".join(feed.of("mine").values())
    heads = {payer: feed.changes.head(payer) for payer in PAYERS}
    assert heads["mine"].sequence == len(seen["mine"])
    assert heads["mine"].sha256 != heads["fund"].sha256


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
    first = feed.files.files["fund", 1]
    for entry in Years(6).changes(days=30):
        feed.publish(entry)
    feed.write()
    assert feed.files.files["fund", 1] == first
    assert sorted(feed.files.manifests) == sorted(feed.files.files)
    assert sequences(feed) == list(range(1, len(fund_only(feed)) + 1))
    ids = [event.event_id for content in feed.files.files.values() for event in events_of(content)]
    assert sorted(ids) == sorted(feed.changes.events)


def test_of_two_writers_at_once_one_writes_and_the_other_takes_note(monkeypatch: pytest.MonkeyPatch) -> None:
    feed = filled()
    real = feed.files.write
    raced: list[int] = []

    def slower(payer: str, number: int, content: bytes) -> bool:
        if not raced:
            raced.append(number)
            feed.write()  # the other one, from start to end
        return real(payer, number, content)

    late = WriteChangeFiles(feed.changes, Slow(feed.files, slower), feed.clock, PAYERS, 7)
    late()
    assert raced == [1]
    assert sequences(feed) == list(range(1, len(fund_only(feed)) + 1))


class Slow:
    def __init__(self, files: MemoryChangeFiles, write: Any) -> None:
        self.write, self.read = write, files.read
        self.write_manifest, self.manifest = files.write_manifest, files.manifest


def test_an_event_that_comes_late_is_in_the_next_file_and_a_repeat_in_none() -> None:
    feed, entries = Feed(), Years(7).changes(days=60)
    for entry in entries[1:]:
        feed.publish(entry)
    feed.write()
    feed.publish(entries[0])
    feed.publish(entries[-1])
    late, *_ = feed.write()
    assert late.lines == 1
    assert [event.event_id for event in events_of(feed.files.files["fund", late.number])] == [
        f"{entries[0].beneficiary_id}:{entries[0].seq}:1"
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
    elif how == "another payer's":
        members = json.loads(manifest.read_text())
        manifest.write_text(json.dumps({**members, "payer": "mine"}))
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
        ("another payer's", "file 2 is another payer's"),
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
