"""How a payer keeps the state of its benefits from LifeCert's events, or rebuilds it from a snapshot and change files.

    python clients/payer/rebuild.py FOLDER

FOLDER has the payer's own files as they are in the bucket: <number>.jsonl and <number>.manifest.json, and in
snapshots/<number>/ the parts and the manifest.json of a snapshot, if there is one. It is then not necessary to have
the files up to that number.

Needs nothing but Python. An event has `type` and `detail`; a line of a file has a `sequence` as well. Whether they come
as events, in files or in a snapshot, in order or not, once or often: they come to the same state, because it keeps

1. of one benefit, what the event with the greatest `seq` tells of how it stands, and what the one that says so tells of
   what it is (category, district, start);
2. what is to be paid or taken back once, by `event_id`;
3. when it was told since which day it is due: what had been paid until then was by the start before.
"""

import argparse
import gzip
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

# What an event tells of how a benefit stands from then on.
STANDING = ("status", "valid_until", "payment_held", "held_since", "unpaid_since", "payer_reference")
# What its first event tells besides, or one that amends it.
KNOWN = ("category", "district", "start")


class FeedError(Exception):
    """The files are not what their manifests say, or one is missing. Fetch again; if that does not help, ask."""


@dataclass(slots=True)
class Benefit:
    """One benefit of a person. Pay it while it is active, or lapsed and not held.

    `turns` are, by `seq`, when something was told and whether the benefit is paid from that day on. `arrears` and
    `reclaims` are, by event, the days to be paid, and those to be taken back: first and last. `known_seq` is the event
    that told what is `known` last. `starts` are, by `seq`, when something was told and since when the benefit is due.
    """

    seq: int = 0
    standing: dict[str, Any] = field(default_factory=dict)
    known: dict[str, Any] = field(default_factory=dict)
    turns: dict[int, tuple[str, bool]] = field(default_factory=dict)
    arrears: dict[str, tuple[str, str]] = field(default_factory=dict)
    reclaims: dict[str, tuple[str, str]] = field(default_factory=dict)
    known_seq: int = 0
    starts: dict[int, tuple[str, str]] = field(default_factory=dict)

    @property
    def is_paid(self) -> bool:
        """Whether it is to be paid, by what was told last."""
        return pays(self.standing)


@dataclass(slots=True)
class State:
    """The benefits of one payer, by person and number. Days begin in `zone`, the office's time zone."""

    benefits: dict[tuple[str, str], Benefit] = field(default_factory=dict)
    zone: str = "Asia/Shanghai"

    def apply(self, detail: Mapping[str, Any]) -> bool:
        """Take note of an event's detail; False when it was known."""
        detail = with_benefit(detail)
        key = (detail["beneficiary_id"], detail["benefit"])
        benefit = self.benefits.setdefault(key, Benefit())
        seq = detail["seq"]
        if seq in benefit.turns:
            return False
        benefit.turns[seq] = (detail["at"], pays(detail))
        if told := {name: detail[name] for name in KNOWN if name in detail}:
            # One that came late does not undo what was put right since.
            late = seq < benefit.known_seq
            benefit.known.update({name: one for name, one in told.items() if not late or name not in benefit.known})
            benefit.known_seq = max(seq, benefit.known_seq)
        if detail.get("start"):
            benefit.starts[seq] = (detail["at"], detail["start"])
        if seq > benefit.seq:
            benefit.seq = seq
            benefit.standing = {name: detail[name] for name in STANDING}
        for name, periods in (("arrears", benefit.arrears), ("reclaim", benefit.reclaims)):
            if first := detail.get(f"{name}_first_day"):
                periods[detail["event_id"]] = (first, detail[f"{name}_last_day"])
        return True

    def times_paid(self, person: str, benefit: str, until: date) -> Counter[date]:
        """How often each day of a benefit was paid, from its start until a day and with it: as it fell due or as
        arrears, less what was taken back. It is once for a day that is due, and never for one that is not."""
        known = self.benefits[person, benefit]
        turns = list(self._turns(known))
        times: Counter[date] = Counter()
        for place, (day, paid, begins) in enumerate(turns):
            last = min(turns[place + 1][0] - timedelta(days=1) if place + 1 < len(turns) else until, until)
            if paid:
                times.update(days(begins if place == 0 else max(day, begins), last))
        for first_day, last_day in known.arrears.values():
            times.update(days(date.fromisoformat(first_day), date.fromisoformat(last_day)))
        for first_day, last_day in known.reclaims.values():
            times.subtract(days(date.fromisoformat(first_day), date.fromisoformat(last_day)))
        return times

    def paid_days(self, person: str, benefit: str, until: date) -> int:
        """How many days of a benefit were paid, from its start until a day and with it."""
        return sum(self.times_paid(person, benefit, until).values())

    def _turns(self, known: Benefit) -> Iterator[tuple[date, bool, date]]:
        """From which day on it was known whether the benefit is paid, and since when it is due."""
        told = [start for _, (_, start) in sorted(known.starts.items())]
        paid, begins = False, date.fromisoformat(told[0]) if told else None
        for seq in sorted({*known.turns, *known.starts}):
            at, paid = known.turns.get(seq, (known.starts.get(seq, ("", ""))[0], paid))
            begins = date.fromisoformat(known.starts[seq][1]) if seq in known.starts else begins
            yield self.day_of(at), paid, begins or self.day_of(at)

    def day_of(self, at: str) -> date:
        """The day of a moment, where the office is."""
        return datetime.fromisoformat(at).astimezone(ZoneInfo(self.zone)).date()


def pays(standing: Mapping[str, Any]) -> bool:
    """Whether a benefit that stands so is paid: lapsed alone is no reason to stop."""
    return standing["status"] != "terminated" and not standing["payment_held"]


def days(first: date, last: date) -> Iterator[date]:
    """The days from first to last."""
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def with_benefit(detail: Mapping[str, Any]) -> Mapping[str, Any]:
    """A detail as it is today. One from before benefits were kept is about a person's only one; its arrears were the
    days without a proof of life, of which those since the hold had not been paid."""
    if "benefit" in detail:
        return detail
    held_since, ended_on = detail.get("held_since"), detail.get("ended_on")
    first, last = detail.get("arrears_first_day"), detail.get("arrears_last_day")
    if "payment_was_held" in detail:
        first = max(first, held_since) if first and held_since else None
        held_since = None
    due = bool(first and last and first <= last)
    return {
        **detail,
        "benefit": "1",
        "payer_reference": None,
        "payment_held": bool(detail.get("payment_held")),
        "held_since": held_since,
        "unpaid_since": ended_on or held_since,
        "arrears_first_day": first if due else None,
        "arrears_last_day": last if due else None,
    }


# --- files ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """After which file one stands: its number, the sequence number of its last line, its SHA-256, and whose it is."""

    number: int = 0
    sequence: int = 0
    sha256: str = ""
    payer: str | None = None


def rebuilt(folder: Path, zone: str = "Asia/Shanghai", *, from_snapshot: bool = True) -> State:
    """The state that the newest snapshot and the files after it tell. Raises FeedError."""
    state, place = State(zone=zone), Place()
    snapshots = sorted(folder.glob("snapshots/*/manifest.json")) if from_snapshot else []
    if snapshots:
        state.benefits, place = snapshot(snapshots[-1])
    elif not any(folder.glob("*.manifest.json")):
        raise FeedError(f"no change file in {folder}")
    for line in lines(folder, place):
        if not state.apply(line["detail"]):
            raise FeedError(f"line {line['sequence']} repeats event {line['detail']['event_id']}")
    return state


def snapshot(path: Path) -> tuple[dict[tuple[str, str], Benefit], Place]:
    """What a snapshot holds, and after which file it stands. Raises FeedError for a part that is missing or damaged."""
    manifest = json.loads(path.read_text(encoding="utf-8"))
    benefits = {}
    for part in manifest["parts"]:
        file = path.with_name(part["name"])
        content = file.read_bytes() if file.exists() else b""
        if len(content) != part["bytes"] or hashlib.sha256(content).hexdigest() != part["sha256"]:
            raise FeedError(f"{part['name']} of snapshot {manifest['number']} is not what its manifest says")
        for line in map(json.loads, gzip.decompress(content).splitlines()):
            benefits[line["beneficiary_id"], line["benefit"]] = Benefit(
                line["seq"],
                {name: line[name] for name in STANDING},
                {name: line[name] for name in KNOWN if name in line},
                {seq: (at, paid) for seq, at, paid in line["turns"]},
                {event_id: (first, last) for event_id, first, last in line["arrears"]},
                {event_id: (first, last) for event_id, first, last in line["reclaims"]},
                line.get("known_seq", 0),
                {seq: (at, start) for seq, at, start in starts_of(line)},
            )
    if len(benefits) != manifest["lines"]:
        raise FeedError(f"snapshot {manifest['number']} has {len(benefits)} benefits and not {manifest['lines']}")
    return benefits, Place(manifest["number"], manifest["sequence"], manifest["sha256"], manifest["payer"])


def starts_of(line: Mapping[str, Any]) -> list[list[Any]]:
    """When it was told since which day a benefit is due. A line from before a start could be put right has one."""
    if "starts" in line:
        return list(line["starts"])
    return [[*line["turns"][0][:2], line["start"]]] if line.get("start") else []


def lines(folder: Path, place: Place = Place()) -> Iterator[dict[str, Any]]:
    """Every line of every file after a place, in order, each file checked whole before its first line is given.

    Raises FeedError for a missing file, another payer's, a wrong size or digest, a chain that does not hold, and a gap
    in `sequence`.
    """
    for path in sorted(folder.glob("*.manifest.json")):
        manifest = json.loads(path.read_text(encoding="utf-8"))
        if manifest["number"] <= place.number:
            continue
        content = checked(path, manifest, place)
        sequence = place.sequence
        for line in map(json.loads, content.splitlines()):
            sequence += 1
            if line["sequence"] != sequence:
                raise FeedError(f"file {manifest['number']} has a gap: {line['sequence']} is not {sequence}")
            yield line
        if sequence != manifest["last_sequence"]:
            raise FeedError(f"file {manifest['number']} ends at {sequence} and not at {manifest['last_sequence']}")
        place = Place(manifest["number"], sequence, manifest["sha256"], manifest.get("payer"))


def checked(path: Path, manifest: Mapping[str, Any], before: Place) -> bytes:
    """The content of the file that comes after a place. Raises FeedError."""
    number = before.number + 1
    if manifest["number"] != number:
        raise FeedError(f"file {number} is missing: {path.name} comes next")
    # The oldest files name no payer: there was one.
    if before.payer and manifest.get("payer") != before.payer:
        raise FeedError(f"file {number} is another payer's")
    data = path.with_name(path.name.replace(".manifest.json", ".jsonl"))
    if not data.exists():
        raise FeedError(f"file {number} is missing: only its manifest is there")
    content = data.read_bytes()
    if len(content) != manifest["bytes"] or hashlib.sha256(content).hexdigest() != manifest["sha256"]:
        raise FeedError(f"file {number} is not what its manifest says")
    if manifest["previous_sha256"] != before.sha256 or manifest["first_sequence"] != before.sequence + 1:
        raise FeedError(f"file {number} does not follow file {number - 1}")
    return content


def main(arguments: list[str]) -> int:
    """Print how many stand how; 1 when the files cannot be trusted."""
    parser = argparse.ArgumentParser(description="Rebuild the state of all benefits of a payer from LifeCert's files.")
    parser.add_argument(
        "folder", type=Path, help="with the payer's change files, and snapshots/<number>/ if there is one"
    )
    parser.add_argument("--zone", default="Asia/Shanghai", help="the office's time zone, in which days begin")
    given = parser.parse_args(arguments)
    try:
        state = rebuilt(given.folder, given.zone)
    except FeedError as error:
        print(f"cannot rebuild: {error}", file=sys.stderr)
        return 1
    statuses = Counter(benefit.standing["status"] for benefit in state.benefits.values())
    for status, number in sorted(statuses.items()):
        print(f"{status}: {number}")
    print(f"payments held: {sum(benefit.standing['payment_held'] for benefit in state.benefits.values())}")
    print(f"arrears periods: {sum(len(benefit.arrears) for benefit in state.benefits.values())}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
