"""A snapshot of a payer's feed: how each of its benefits stands after one of its change files, and the account of it.

It is in parts, by a hash of the person's id, so that each can be made by itself. A part is JSON Lines, gzip, and has a
benefit a line, in the order of their ids. The manifest says after which file it stands, and that file's digest, to
which the next file's manifest links: whoever has no older files goes on from there.
"""

import gzip
import hashlib
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lifecert.domain.published import as_today
from lifecert.domain.sweep import shard_of

# With a million benefits a part is about 16,000 lines; a change of this number needs every part made anew from file 1.
PARTS = 64
# What the newest event tells of how a benefit stands; and what its first event tells besides, or one that amends it.
_STANDING = ("seq", "at", "payer_reference", "status", "valid_until", "payment_held", "held_since", "unpaid_since")
_KNOWN = ("category", "district", "start")
_PERIODS = (("arrears", "arrears"), ("reclaims", "reclaim"))
_KEY = re.compile(rb'\{"beneficiary_id":"([^"]+)","benefit":"([^"]+)"')
_PERSON = re.compile(rb'"beneficiary_id":"([^"]+)"')

Key = tuple[bytes, bytes]
State = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a snapshot is made of: all change files of a payer up to `number`, from the snapshot at `previous` on (0:
    from file 1 on). `sequence` and `sha256` are those of file `number`, `previous_sequence` that of file `previous`."""

    payer: str
    number: int
    sequence: int
    sha256: str
    previous: int = 0
    previous_sequence: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """A part that is written: `lines` benefits, and the size and SHA-256 of the gzip file."""

    name: str
    lines: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class SnapshotManifest:
    """That a snapshot is whole, and what a payer holds it against."""

    payer: str
    number: int
    sequence: int
    sha256: str
    written_at: datetime
    lines: int
    parts: tuple[Part, ...]


def name_of_part(part: int) -> str:
    """What a part is called, 0 to PARTS - 1."""
    return f"part-{part:02d}.jsonl.gz"


def part_of(line: bytes) -> int:
    """The part into which a line of a change file belongs. Raises ValueError when it is no such line."""
    person = _PERSON.search(line)
    if person is None:
        raise ValueError("a line without a beneficiary")
    return shard_of(person[1].decode(), PARTS)


def part_content(previous: bytes | None, lines: Iterable[bytes]) -> bytes:
    """A part: that of the snapshot before, and what lines of change files tell since. The same bytes every time."""
    told: dict[Key, list[Mapping[str, Any]]] = {}
    for line in lines:
        detail = as_today(json.loads(line)["detail"])
        key = (str(detail["beneficiary_id"]).encode(), str(detail["benefit"]).encode())
        told.setdefault(key, []).append(detail)
    content = io.BytesIO()
    with gzip.GzipFile(fileobj=content, mode="wb", mtime=0) as file:
        file.writelines(_merged(_lines_of(previous), told))
    return content.getvalue()


def part_written(part: int, content: bytes) -> Part:
    """What the manifest says of a part."""
    digest = hashlib.sha256(content).hexdigest()
    return Part(name_of_part(part), sum(1 for _ in _lines_of(content)), len(content), digest)


def _lines_of(content: bytes | None) -> Iterator[bytes]:
    if content:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            yield from file


def _merged(before: Iterator[bytes], told: Mapping[Key, list[Mapping[str, Any]]]) -> Iterator[bytes]:
    """Both in order. A line of which nothing is told stays as it is, unread: those are most."""
    new = iter(sorted(told))
    key = next(new, None)
    for line in before:
        found = _KEY.match(line)
        if found is None:
            raise ValueError("not a line of a snapshot")
        here = (found[1], found[2])
        while key and key < here:
            yield _line(_folded(None, told[key]))
            key = next(new, None)
        if key == here:
            yield _line(_folded(json.loads(line), told[here]))
            key = next(new, None)
        else:
            yield line
    while key:
        yield _line(_folded(None, told[key]))
        key = next(new, None)


def _line(state: State) -> bytes:
    return json.dumps(state, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _folded(before: State | None, details: Iterable[Mapping[str, Any]]) -> State:
    """A benefit as it was, and what events tell of it since, in whatever order.

    `turns` say when it came to be paid, or not to be paid any more, and `starts` when it was told since which day it is
    due; the account of every day follows from them and from what is to be paid or taken back once, by event.
    """
    state: State = dict(before or {})
    turns = {seq: (at, paid) for seq, at, paid in state.get("turns", ())}
    starts = {seq: (at, start) for seq, at, start in _starts(state)}
    periods = {name: {period[0]: period for period in state.get(name, ())} for name, _ in _PERIODS}
    for detail in details:
        state.setdefault("beneficiary_id", detail["beneficiary_id"])
        state.setdefault("benefit", detail["benefit"])
        turns[detail["seq"]] = (detail["at"], detail["status"] != "terminated" and not detail["payment_held"])
        if detail.get("start"):
            starts[detail["seq"]] = (detail["at"], detail["start"])
        # An event that came late does not undo what was put right since.
        if told := {name: detail[name] for name in _KNOWN if name in detail}:
            known_seq = state.get("known_seq", 0)
            late = detail["seq"] < known_seq
            state.update({name: one for name, one in told.items() if not late or state.get(name) is None})
            state["known_seq"] = max(detail["seq"], known_seq)
        if detail["seq"] > state.get("seq", 0):
            state.update({name: detail[name] for name in _STANDING})
        for name, days in _PERIODS:
            if first := detail.get(f"{days}_first_day"):
                event_id = detail["event_id"]
                periods[name][event_id] = [event_id, first, detail[f"{days}_last_day"]]
    return {
        # In front, and in this order: by them a part is merged without reading the rest.
        "beneficiary_id": state["beneficiary_id"],
        "benefit": state["benefit"],
        **{name: state.get(name) for name in (*_STANDING, *_KNOWN)},
        "known_seq": state.get("known_seq", 0),
        "turns": _turns(turns),
        "starts": [[seq, *told] for seq, told in sorted(starts.items())],
        **{name: [periods[name][event_id] for event_id in sorted(periods[name])] for name, _ in _PERIODS},
    }


def _starts(state: State) -> list[list[Any]]:
    """Those that a line has. One from before a start could be put right has the only one there was."""
    if "starts" in state or not state.get("start"):
        return list(state.get("starts", ()))
    return [[*state["turns"][0][:2], state["start"]]]


def _turns(turns: Mapping[int, tuple[str, bool]]) -> list[list[Any]]:
    """Those that changed something, by the number of their event."""
    kept: list[list[Any]] = []
    for seq, (at, paid) in sorted(turns.items()):
        if not kept or kept[-1][2] != paid:
            kept.append([seq, at, paid])
    return kept
