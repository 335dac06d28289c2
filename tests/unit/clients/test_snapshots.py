"""Snapshots of a payer's feed: whoever starts from one comes to the same; a run that dies anywhere is gone on with."""

import gzip
import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from lifecert.adapters.s3.change_files import name_of
from lifecert.application.feed.write_snapshots import Progress, WriteSnapshots
from lifecert.domain.errors import ChangeFileMissing, SnapshotUnfinished, StoreUnavailable
from lifecert.domain.snapshot import PARTS, SnapshotManifest, part_content, part_of
from tests.support.fakes.feed import MemorySnapshots
from tests.support.payer_example import payer_example
from tests.support.paying import PAYERS, Feed, Years, as_told, days_due, days_paid, how_it_stands


@pytest.fixture(scope="module")
def payer() -> ModuleType:
    return payer_example()


class Office:
    """A feed with snapshots, and people for it."""

    def __init__(self, seed: int = 3, lines_at_once: int = 100_000) -> None:
        self.years = Years(seed)
        self.feed = Feed(lines=100, clock=self.years.clock)
        self.snapshots = MemorySnapshots()
        self.write = WriteSnapshots(
            self.feed.changes, self.feed.files, self.snapshots, self.years.clock, PAYERS, lines_at_once
        )

    def days(self, days: int) -> None:
        """Some days, and the change files that end them."""
        for entry in self.years.changes(days):
            self.feed.publish(entry)
        self.feed.write()

    def into(self, folder: Path, payer: str = "fund", since: int = 0) -> Path:
        """What a payer has that fetched its newest snapshot, and the files that have not expired."""
        self.feed.into(folder, payer)
        for number in range(1, since + 1):
            for name in (f"{name_of(number)}.jsonl", f"{name_of(number)}.manifest.json"):
                (folder / name).unlink()
        for (whose, number), manifest in self.snapshots.whole.items():
            if whose == payer:
                within = folder / "snapshots" / name_of(number)
                within.mkdir(parents=True)
                (within / "manifest.json").write_text(manifest_text(manifest))
                for part in range(PARTS):
                    (within / manifest.parts[part].name).write_bytes(self.snapshots.parts[payer, number, part])
        return folder


def manifest_text(manifest: SnapshotManifest) -> str:
    return json.dumps({**asdict(manifest), "written_at": manifest.written_at.isoformat()})


def lines_of(office: Office, payer: str, number: int) -> list[dict[str, Any]]:
    parts = (office.snapshots.parts[payer, number, part] for part in range(PARTS))
    return [json.loads(line) for content in parts for line in gzip.decompress(content).splitlines()]


@pytest.mark.parametrize("seed", range(3))
def test_years_later_a_new_payer_starts_from_the_snapshot_and_the_files_after_it(
    seed: int, payer: ModuleType, tmp_path: Path
) -> None:
    """What was paid, too: the account of every day goes on. The files up to the snapshot have expired."""
    office = Office(seed)
    for _ in range(40):
        office.days(30)
        office.write()
    office.days(15)
    for whose in ("fund", "mine"):
        newest = max(number for of, number in office.snapshots.whole if of == whose)
        (tmp_path / whose).mkdir()
        folder = office.into(tmp_path / whose, whose, since=newest)
        state = payer.rebuilt(folder)
        assert len(state.benefits) > 50
        assert as_told(state) == how_it_stands(office.years, whose)
        assert days_paid(state, office.years.today) == days_due(office.years, whose)
        assert payer.main([str(folder)]) == 0


def test_a_snapshot_says_the_same_as_all_files_before_it(payer: ModuleType, tmp_path: Path) -> None:
    office = Office()
    for _ in range(12):
        office.days(30)
        office.write()
    folder = office.into(tmp_path)
    started, whole = payer.rebuilt(folder), payer.rebuilt(folder, from_snapshot=False)
    assert as_told(started) == as_told(whole)
    assert {key: one.known for key, one in started.benefits.items()} == {
        key: one.known for key, one in whole.benefits.items()
    }
    assert {key: (one.arrears, one.reclaims) for key, one in started.benefits.items()} == {
        key: (one.arrears, one.reclaims) for key, one in whole.benefits.items()
    }
    for event in office.feed.bus.events:  # the queue, once more and from the beginning
        if event.payer == "fund":
            started.apply(event.detail)
    assert days_paid(started, office.years.today) == days_due(office.years, "fund")


def test_a_payer_without_its_first_files_and_without_a_snapshot_is_told_so(
    payer: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office = Office()
    office.days(60)
    office.days(60)
    folder = office.into(tmp_path, since=1)
    assert payer.main([str(folder)]) == 1
    assert "file 1 is missing" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("a part is gone", "part-07.jsonl.gz of snapshot"),
        ("a part is another", "part-07.jsonl.gz of snapshot"),
        ("the next file is gone", "is missing"),
        ("another payer's", "another payer's"),
    ],
)
def test_a_damaged_snapshot_is_refused(
    how: str, said: str, payer: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office = Office()
    office.days(200)
    office.write()
    office.days(30)
    office.days(30)
    (newest,) = (number for of, number in office.snapshots.whole if of == "fund")
    folder = office.into(tmp_path, since=newest)
    assert payer.main([str(folder)]) == 0
    within = folder / "snapshots" / name_of(newest)
    if how == "a part is gone":
        (within / "part-07.jsonl.gz").unlink()
    elif how == "a part is another":
        (within / "part-07.jsonl.gz").write_bytes(gzip.compress(b"{}\n"))
    elif how == "the next file is gone":
        (folder / f"{name_of(newest + 1)}.manifest.json").unlink()
    else:
        manifest = within / "manifest.json"
        manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "payer": "mine"}))
    capsys.readouterr()
    assert payer.main([str(folder)]) == 1
    assert said in capsys.readouterr().err


# --- the writer ----------------------------------------------------------------------------------------------------


def test_there_is_one_a_month_and_none_without_a_file() -> None:
    office = Office()
    assert office.write() == []
    office.days(40)
    first = office.write()
    assert [manifest.payer for manifest in first] == list(PAYERS)
    assert office.write() == []
    office.feed.write()
    assert office.write() == [], "of this month"
    (anew, *_) = office.write(anew=True)
    assert anew.number == office.feed.changes.head("fund").number
    assert office.write(anew=True) == [], "the feed has not gone on"
    office.years.clock.move(days=31)
    assert office.write() == [], "nothing is new, so the one of last month will do"
    office.feed.write()
    assert len(office.write()) == len(PAYERS)


def test_it_is_made_from_the_snapshot_before_and_the_files_since() -> None:
    """Neither the register nor an old file is read: they may be gone."""
    office = Office()
    office.days(100)
    office.write()
    before = office.feed.changes.head("fund").number
    office.days(35)
    for number in range(1, before + 1):
        del office.feed.files.files["fund", number]
    fund, *_ = office.write()
    assert office.snapshots.begun["fund", fund.number].previous == before
    told = {(line["beneficiary_id"], line["benefit"]) for line in lines_of(office, "fund", fund.number)}
    assert told == set(how_it_stands(office.years, "fund"))
    assert fund.lines == len(told)


def test_a_payers_snapshot_has_its_own_benefits_only() -> None:
    office = Office()
    office.days(200)
    fund, mine, idle = office.write()
    assert {line["benefit"] for line in lines_of(office, "fund", fund.number)} == {"1"}
    assert {line["benefit"] for line in lines_of(office, "mine", mine.number)} == {"2"}
    assert idle.lines == 0
    assert b"fund" not in b"".join(
        gzip.decompress(content) for (of, *_), content in office.snapshots.parts.items() if of == "mine"
    )


class Killed(Exception):
    """The machine is gone."""


@pytest.mark.parametrize("step", ["begin", "write_part", "write_manifest"])
@pytest.mark.parametrize("told", [False, True], ids=["before it is written", "after it is written"])
@pytest.mark.parametrize("after", [0, 1, 40, PARTS + 5])
def test_a_run_that_dies_anywhere_is_gone_on_with_to_the_same_bytes(
    step: str, after: int, told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next run finishes that very snapshot, although the feed has gone on since."""
    killed, other = Office(7), Office(7)
    for days in (90, 35):
        entries = killed.years.changes(days)
        other.years.clock.time = killed.years.clock.time
        for office in (killed, other):
            for entry in entries:
                office.feed.publish(entry)
            office.feed.write()
            if days == 90:
                office.write()
    other.write()
    real, calls = getattr(MemorySnapshots, step), 0

    def dies(*given: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls <= after:
            return real(*given)
        if told:
            real(*given)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(MemorySnapshots, step, dies)
        if calls_of(step) > after:
            with pytest.raises(Killed):
                killed.write()
        else:
            killed.write()
    killed.write()
    assert killed.snapshots == other.snapshots


def test_what_was_begun_is_finished_even_if_the_feed_has_gone_on(monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office()
    office.days(60)

    def dies(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(MemorySnapshots, "write_manifest", dies)
        with pytest.raises(Killed):
            office.write()
    office.feed.write()
    fund, mine, _ = office.write()
    assert (fund.number, mine.number) == (1, 2), "the second was not begun"
    assert office.snapshots.numbers("fund") == [1]


def test_a_part_that_another_run_wrote_meanwhile_is_told_of_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same lines, but not the same bytes: another version of the library that compresses."""
    office = Office()
    office.days(60)
    real = MemorySnapshots.write_part

    def raced(self: MemorySnapshots, payer: str, number: int, part: int, content: bytes) -> bool:
        real(self, payer, number, part, gzip.compress(gzip.decompress(content), compresslevel=1))
        return real(self, payer, number, part, content)

    monkeypatch.setattr(MemorySnapshots, "write_part", raced)
    fund, *_ = office.write()
    for part, told in enumerate(fund.parts):
        assert told.sha256 == hashlib.sha256(office.snapshots.parts["fund", fund.number, part]).hexdigest()


def calls_of(step: str) -> int:
    """How often a run over all payers takes a step."""
    return len(PAYERS) * (PARTS if step == "write_part" else 1)


def test_out_of_time_it_says_so_and_goes_on_where_it_was() -> None:
    office = Office()
    office.days(100)
    told: list[Progress] = []
    with pytest.raises(SnapshotUnfinished, match=f"5 of {PARTS} parts"):
        office.write(lambda: len(told) == 5, told.append)
    assert [one.parts for one in told] == [1, 2, 3, 4, 5]
    office.write(tell=told.append)
    assert [one.parts for one in told if one.payer == "fund"] == list(range(1, PARTS + 1))


@pytest.mark.parametrize("lines_at_once", [1, 50, 100_000])
def test_it_comes_to_the_same_however_little_memory_there_is(lines_at_once: int) -> None:
    one, other = Office(5), Office(5, lines_at_once)
    entries = one.years.changes(200)
    for office in (one, other):
        for entry in entries:
            office.feed.publish(entry)
        office.feed.write()
        office.write(anew=True)
    assert one.snapshots.parts == other.snapshots.parts
    assert one.snapshots.parts


def test_of_two_runs_at_once_what_was_written_first_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office()
    office.days(100)
    real, raced = MemorySnapshots.begin, list[Any]()

    def slower(self: MemorySnapshots, beginning: Any) -> bool:
        if not raced:
            raced.append(beginning)
            office.write()  # the other one, from start to end
        return real(self, beginning)

    monkeypatch.setattr(MemorySnapshots, "begin", slower)
    first, *_ = office.write()
    assert first == office.snapshots.whole["fund", first.number]


def test_a_file_that_is_gone_or_not_the_one_that_it_was_is_an_error() -> None:
    office = Office()
    office.days(60)
    office.days(30)
    content = office.feed.files.files["fund", 1]
    office.feed.files.files["fund", 1] = content[: content.rindex(b"\n", 0, -1) + 1]
    with pytest.raises(ChangeFileMissing, match="of fund up to 2 end at"):
        office.write()
    del office.feed.files.files["fund", 1]
    with pytest.raises(ChangeFileMissing, match="file 1 of fund"):
        office.write()


def test_a_store_that_fails_leaves_nothing_half_done(monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office()
    office.days(60)

    def fails(*_: object) -> None:
        raise StoreUnavailable("InternalError")

    with monkeypatch.context() as patch:
        patch.setattr(MemorySnapshots, "write_manifest", fails)
        with pytest.raises(StoreUnavailable):
            office.write()
    assert not office.snapshots.whole
    assert len(office.write()) == len(PAYERS)


def test_a_line_from_before_a_start_could_be_put_right_has_the_one_that_was_known() -> None:
    standing = {"payer_reference": None, "status": "active", "valid_until": "2027-01-01", "payment_held": False}
    of = {"beneficiary_id": "b", "benefit": "1", "held_since": None, "unpaid_since": None, **standing}
    known = {"category": "resident_pension", "district": "110101", "start": "2026-01-01"}
    before: dict[str, Any] = {**of, "seq": 4, "at": "2026-03-01T00:00:00+00:00", **known, "known_seq": 1}
    before |= {"turns": [[1, "2026-02-01T00:00:00+00:00", True]], "arrears": [], "reclaims": []}
    detail = {"event_id": "b:7:1", "seq": 7, "at": "2026-04-01T00:00:00+00:00", **of, "start": "2026-01-03"}
    detail |= {"reclaim_first_day": "2026-01-01", "reclaim_last_day": "2026-01-02"}
    raw = json.dumps({"sequence": 9, "detail": detail}, separators=(",", ":")).encode()
    part = gzip.compress(json.dumps(before, separators=(",", ":")).encode() + b"\n")
    (after,) = gzip.decompress(part_content(part, [raw])).splitlines()
    line = json.loads(after)
    assert line["starts"] == [[1, "2026-02-01T00:00:00+00:00", "2026-01-01"], [7, detail["at"], "2026-01-03"]]
    assert line["start"] == "2026-01-03"
    assert payer_example().starts_of(before) == line["starts"][:1]


def test_lines_from_before_benefits_were_kept_become_the_first_payers() -> None:
    line = {
        "sequence": 1,
        "type": "PaymentHeld",
        "detail": {
            "event_id": "b:3",
            "beneficiary_id": "b",
            "seq": 3,
            "at": "2026-02-01T00:00:00+00:00",
            "status": "lapsed",
            "valid_until": "2025-11-01",
            "payment_held": True,
            "held_since": "2026-02-01",
        },
    }
    raw = json.dumps(line, separators=(",", ":")).encode()
    assert 0 <= part_of(raw) < PARTS
    (benefit,) = gzip.decompress(part_content(None, [raw])).splitlines()
    assert json.loads(benefit) == {
        "beneficiary_id": "b",
        "benefit": "1",
        "seq": 3,
        "at": "2026-02-01T00:00:00+00:00",
        "payer_reference": None,
        "status": "lapsed",
        "valid_until": "2025-11-01",
        "payment_held": True,
        "held_since": "2026-02-01",
        "unpaid_since": "2026-02-01",
        "category": None,
        "district": None,
        "start": None,
        "known_seq": 0,
        "turns": [[3, "2026-02-01T00:00:00+00:00", False]],
        "starts": [],
        "arrears": [],
        "reclaims": [],
    }
    with pytest.raises(ValueError, match="without a beneficiary"):
        part_of(b"{}")
    with pytest.raises(ValueError, match="not a line of a snapshot"):
        part_content(gzip.compress(b"{}\n"), [])
