"""The payers' feeds: events, files and snapshots tell the same, which is how the register stands, to the day; a damaged
feed is refused."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from lifecert.adapters.s3.change_files import name_of
from lifecert.application.feed.publish import Publish
from lifecert.application.feed.write_change_files import WriteChangeFiles
from lifecert.domain.actor import Actor, Role
from lifecert.domain.change_file import Manifest, events_of
from lifecert.domain.errors import ChangeFilesUnfinished, StoreUnavailable
from lifecert.domain.ledger import LedgerEntry, LedgerEvent
from lifecert.domain.published import published_events
from tests.support.builders import an_id
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.feed import MemoryBus, MemoryChangeFiles, MemoryChanges
from tests.support.payer_example import payer_example

# The first holds and the second never does; the third has nothing to do with anybody.
PAYERS = ("fund", "mine", "idle")


@pytest.fixture(scope="module")
def payer() -> ModuleType:
    return payer_example()


class Feed:
    """Publisher, bus and files over fakes."""

    def __init__(self, lines: int = 7, clock: FixedClock | None = None) -> None:
        self.bus, self.changes, self.files = MemoryBus(), MemoryChanges(), MemoryChangeFiles()
        self.clock = clock or FixedClock()
        self.publish = Publish(self.bus, self.changes)
        self.write = WriteChangeFiles(self.changes, self.files, self.clock, PAYERS, lines)

    def of(self, payer: str) -> dict[int, bytes]:
        return {number: content for (whose, number), content in sorted(self.files.files.items()) if whose == payer}

    def into(self, folder: Path, payer: str = "fund") -> Path:
        """What a payer fetched: its own files."""
        for number, content in self.of(payer).items():
            (folder / f"{name_of(number)}.jsonl").write_bytes(content)
            manifest = self.files.manifests[payer, number]
            (folder / f"{name_of(number)}.manifest.json").write_text(manifest_text(manifest))
        return folder


def manifest_text(manifest: Manifest) -> str:
    members = {name: getattr(manifest, name) for name in Manifest.__dataclass_fields__}
    return json.dumps({**members, "written_at": manifest.written_at.isoformat()})


@dataclass
class Drawn:
    """A benefit as the register should know it: every day before `unpaid_since` is settled, and none from it on."""

    number: str
    payer: str
    start: date
    status: str = "active"
    held_since: date | None = None
    unpaid_since: date | None = None
    # What was in force before the last certification, which a revocation brings back.
    before: tuple[str, date, date | None] | None = None

    @property
    def is_held(self) -> bool:
        return self.held_since is not None and self.status == "lapsed"

    def settled(self, day: date, today: date) -> bool:
        return self.start <= day <= today and (self.unpaid_since is None or day < self.unpaid_since)


@dataclass
class Somebody:
    valid_until: date
    benefits: list[Drawn]
    beneficiary_id: str = field(default_factory=an_id)
    seq: int = 0


def span(told: str, first: date | None, last: date) -> dict[str, str]:
    return {f"{told}_first_day": f"{first}", f"{told}_last_day": f"{last}"} if first and first <= last else {}


class Years:
    """People with one or two benefits, who lapse, are held, certify, end, are corrected and revoked, at random. It is
    told as entries of the ledger, made here and not by the product: what must come of them is known beforehand."""

    def __init__(self, seed: int) -> None:
        self.random, self.clock, self.people = random.Random(seed), FixedClock(), list[Somebody]()

    @property
    def today(self) -> date:
        return self.clock.today()

    def changes(self, days: int) -> list[LedgerEntry]:
        """The entries of some days, as the stream gives them."""
        entries: list[LedgerEntry] = []
        for _ in range(days):
            self.clock.move(days=1)
            if self.random.random() < 0.3:
                entries.append(self._registered())
            for person in self.people:
                entries += self._happens(person)
        return entries

    def _registered(self) -> LedgerEntry:
        start = self.today - timedelta(days=self.random.randint(0, 400))
        person = Somebody(start + timedelta(days=365), [Drawn("1", "fund", start)])
        if self.random.random() < 0.5:
            person.benefits.append(Drawn("2", "mine", start + timedelta(days=self.random.randint(0, 30))))
        for one in person.benefits:
            one.status = "active" if self.today <= person.valid_until else "lapsed"
        self.people.append(person)
        new = [
            {"category": "resident_pension", "district": "110101", "start": f"{one.start}"} for one in person.benefits
        ]
        return self._entry(person, LedgerEvent.REGISTERED, new)

    def _happens(self, person: Somebody) -> Iterator[LedgerEntry]:
        chance, lives = self.random.random(), [one for one in person.benefits if one.status != "terminated"]
        yesterday = self.today - timedelta(days=1)
        if lives and lives[0].status == "active" and self.today > person.valid_until:
            yield self._moved(person, LedgerEvent.LAPSED, lives, lambda one: self._turned(one, "lapsed"))
        elif lives and chance < 0.01:
            was, person.valid_until = person.valid_until, self.today + timedelta(days=self.random.randint(20, 200))
            for one in lives:
                one.before = (one.status, was, one.held_since)
            yield self._moved(person, LedgerEvent.CERTIFIED, lives, lambda one: self._turned(one, "active"))
        elif lives and chance < 0.012:
            on = self.today - timedelta(days=self.random.randint(0, 30))
            ended = lives if self.random.random() < 0.5 else lives[-1:]
            event = LedgerEvent.TERMINATED if ended == lives else LedgerEvent.BENEFIT_ENDED
            yield self._moved(person, event, ended, lambda one: self._ended(one, max(on, one.start)))
        elif len(lives) < len(person.benefits) and chance < 0.03:
            wrong = [one for one in person.benefits if one.status == "terminated"]
            yield self._moved(
                person, LedgerEvent.CORRECTED, wrong, lambda one: self._corrected(one, person.valid_until)
            )
        elif lives and lives[0].before and chance < 0.02:
            person.valid_until = lives[0].before[1]
            yield self._moved(person, LedgerEvent.CERTIFICATE_REVOKED, lives, self._revoked)
        held = [one for one in lives if one.payer == "fund" and one.status == "lapsed" and not one.held_since]
        if held and self.today > person.valid_until + timedelta(days=14) and self.random.random() < 0.05:
            yield self._moved(person, LedgerEvent.PAYMENT_HELD, held, lambda one: self._held(one, yesterday))

    def _moved(self, person: Somebody, event: LedgerEvent, those: list[Drawn], how: Any) -> LedgerEntry:
        return self._entry(person, event, [{"status_before": one.status, **how(one)} for one in those], those)

    def _entry(
        self, person: Somebody, event: LedgerEvent, facts: list[dict[str, Any]], those: list[Drawn] | None = None
    ) -> LedgerEntry:
        person.seq += self.random.randint(1, 3)
        benefits = [
            {
                "benefit": one.number,
                "payer": one.payer,
                "payer_reference": f"{one.payer}-{person.beneficiary_id[:8]}",
                "status": one.status,
                "payment_held": one.is_held,
                "held_since": f"{one.held_since}" if one.is_held else None,
                "unpaid_since": one.unpaid_since and f"{one.unpaid_since}",
                **told,
            }
            for one, told in zip(those or person.benefits, facts, strict=True)
        ]
        details = {"valid_until": f"{person.valid_until}", "certificate_id": None, "benefits": benefits}
        return LedgerEntry(person.beneficiary_id, person.seq, event, self.clock.now(), Actor("a", Role.CLERK), details)

    def _turned(self, one: Drawn, status: str) -> dict[str, Any]:
        """Lapsed, and paid as before; or active, and paid what was not."""
        one.status = status
        if status == "lapsed":
            return {}
        told = span("arrears", one.unpaid_since, self.today - timedelta(days=1))
        was_held, one.held_since, one.unpaid_since = one.held_since is not None, None, None
        return {**told, "payment_was_held": was_held}

    def _held(self, one: Drawn, yesterday: date) -> dict[str, Any]:
        one.held_since = one.unpaid_since = yesterday + timedelta(days=1)
        return {}

    def _ended(self, one: Drawn, on: date) -> dict[str, Any]:
        settled = one.unpaid_since or self.today
        one.status, one.unpaid_since, one.before = "terminated", on, None
        day = timedelta(days=1)
        return {"ended_on": f"{on}", **span("arrears", settled, on - day), **span("reclaim", on, settled - day)}

    def _corrected(self, one: Drawn, valid_until: date) -> dict[str, Any]:
        if self.today <= valid_until or not one.held_since:
            return self._turned(one, "active" if self.today <= valid_until else "lapsed") | self._paid_again(one)
        settled, one.status = one.unpaid_since, "lapsed"
        assert settled
        one.unpaid_since = max(one.held_since, settled)
        return span("arrears", settled, one.held_since - timedelta(days=1))

    def _paid_again(self, one: Drawn) -> dict[str, Any]:
        told = span("arrears", one.unpaid_since, self.today - timedelta(days=1))
        one.held_since = one.unpaid_since = None
        return told

    def _revoked(self, one: Drawn) -> dict[str, Any]:
        if one.before is None:
            one.status = "active" if one.status == "active" and one.is_held else "lapsed"
            return {}
        status, valid_until, held_since = one.before
        one.before = None
        one.status = "lapsed" if self.today > valid_until else status
        if held_since is None or one.status != "lapsed":
            return self._paid_again(one)
        settled = one.unpaid_since or self.today
        one.held_since = held_since
        one.unpaid_since = min(settled, held_since)
        return span("reclaim", held_since, settled - timedelta(days=1))


def how_it_stands(years: Years, payer: str) -> dict[tuple[str, str], tuple[Any, ...]]:
    return {
        (person.beneficiary_id, one.number): (
            one.status,
            # The payer of a benefit that has ended does not hear of the person's other years.
            None if one.status == "terminated" else f"{person.valid_until}",
            one.is_held,
            f"{one.unpaid_since}" if one.unpaid_since else None,
            f"{one.payer}-{person.beneficiary_id[:8]}",
        )
        for person in years.people
        for one in person.benefits
        if one.payer == payer
    }


def as_told(state: Any) -> dict[tuple[str, str], tuple[Any, ...]]:
    wanted = ("payment_held", "unpaid_since", "payer_reference")
    return {
        key: (
            one.standing["status"],
            None if one.standing["status"] == "terminated" else one.standing["valid_until"],
            *(one.standing[name] for name in wanted),
        )
        for key, one in state.benefits.items()
    }


def days_paid(state: Any, until: date) -> dict[tuple[str, str], dict[date, int]]:
    return {
        key: {day: times for day, times in state.times_paid(*key, until).items() if times} for key in state.benefits
    }


def days_due(years: Years, payer: str) -> dict[tuple[str, str], dict[date, int]]:
    """Every settled day once, and no other."""
    today = years.today
    return {
        (person.beneficiary_id, one.number): {
            day: 1
            for day in (one.start + timedelta(days=number) for number in range((today - one.start).days + 1))
            if one.settled(day, today)
        }
        for person in years.people
        for one in person.benefits
        if one.payer == payer
    }


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
        self.write, self.read, self.write_manifest = write, files.read, files.write_manifest


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
