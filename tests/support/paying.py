"""The payers' feeds over fakes, and people made up for decades, of whom is known beforehand what must be paid for which
day. It restates the rules on purpose: the product's own are not used to say what they should come to."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from lifecert.adapters.s3.change_files import name_of
from lifecert.application.feed.publish import Publish
from lifecert.application.feed.write_change_files import WriteChangeFiles
from lifecert.domain.actor import Actor, Role
from lifecert.domain.change_file import Manifest
from lifecert.domain.ledger import LedgerEntry, LedgerEvent
from tests.support.builders import an_id
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.feed import MemoryBus, MemoryChangeFiles, MemoryChanges, MemoryHeads

# The first holds and the second never does; the third has nothing to do with anybody.
PAYERS = ("fund", "mine", "idle")


class Feed:
    """Publisher, bus and files over fakes."""

    def __init__(self, lines: int = 7, clock: FixedClock | None = None) -> None:
        self.bus, self.changes, self.files = MemoryBus(), MemoryChanges(), MemoryChangeFiles()
        self.clock = clock or FixedClock()
        self.publish = Publish(self.bus, self.changes, MemoryHeads(), self.clock)
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
            later = start + timedelta(days=self.random.randint(0, 30))
            person.benefits.append(Drawn("2", "mine", min(later, self.today)))
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
        elif chance > 0.995:
            one = self.random.choice(person.benefits)
            start = one.start + timedelta(days=self.random.randint(-60, 60))
            if one.status != "terminated" or (one.unpaid_since and one.start < one.unpaid_since >= start):
                yield self._moved(person, LedgerEvent.START_CORRECTED, [one], lambda it: self._begun(it, start))
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
        one.held_since = yesterday + timedelta(days=1)
        one.unpaid_since = max(one.held_since, one.start)
        return {}

    def _begun(self, one: Drawn, start: date) -> dict[str, Any]:
        """Due since another day: what was settled since the old one, and what is since the new one, and the days that
        are in one of both only."""
        was, held = one.start, one.held_since if one.status == "lapsed" else None
        settled = one.unpaid_since or max(self.today, was)
        if held:
            one.unpaid_since = max(held, start) if settled == was else max(settled, start)
        one.start, now = start, one.unpaid_since or max(self.today, start)
        day = timedelta(days=1)
        due = span("arrears", start, min(was, now) - day)
        return {"start": f"{start}", "start_before": f"{was}", **due, **span("reclaim", was, min(start, settled) - day)}

    def _ended(self, one: Drawn, on: date) -> dict[str, Any]:
        settled = one.unpaid_since or max(self.today, one.start)
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
        settled = one.unpaid_since or max(self.today, one.start)
        one.held_since = held_since
        one.unpaid_since = min(settled, max(held_since, one.start))
        return span("reclaim", one.unpaid_since, settled - timedelta(days=1))


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
