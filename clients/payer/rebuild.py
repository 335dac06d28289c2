"""How a payer keeps the state of its beneficiaries from LifeCert's events, or rebuilds it from the change files.

    python clients/payer/rebuild.py FOLDER      # a folder with <number>.jsonl and <number>.manifest.json

Needs nothing but Python. An event has `type` and `detail`; a line of a file has a `sequence` as well. Both come to the
same state, because only two rules count:

1. What was seen is known by `event_id`, and changes nothing the second time.
2. Of one person, the event with the greatest `seq` tells how they stand, whatever came first.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


class FeedError(Exception):
    """The files are not what their manifests say, or one is missing. Fetch again; if that does not help, ask."""


@dataclass(slots=True)
class State:
    """Status, last day covered and whether the payment is held of each beneficiary, and the periods for which arrears
    are due.

    Pay whoever is active, or lapsed and not held. Of an arrears period pay what was not paid: the days since the hold.
    """

    people: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    arrears: dict[str, tuple[str, str]] = field(default_factory=dict)  # by event: nothing is paid twice
    seen: set[str] = field(default_factory=set)

    def apply(self, detail: Mapping[str, Any]) -> bool:
        """Take note of an event's detail; False when it was known."""
        if detail["event_id"] in self.seen:
            return False
        self.seen.add(detail["event_id"])
        if detail.get("arrears_first_day"):
            self.arrears[detail["event_id"]] = (detail["arrears_first_day"], detail["arrears_last_day"])
        known = self.people.get(detail["beneficiary_id"])
        if "status" in detail and (known is None or known["seq"] < detail["seq"]):
            standing = {"seq": detail["seq"], "status": detail["status"], "valid_until": detail["valid_until"]}
            # Said where it is so; every other event of a standing ends a hold.
            standing["payment_held"] = detail.get("payment_held", False)
            self.people[detail["beneficiary_id"]] = standing
        return True


def lines(folder: Path) -> Iterator[dict[str, Any]]:
    """Every line of every file, in order, each file checked whole before its first line is given.

    Raises FeedError for a folder without any, a missing file, a wrong size or digest, a chain that does not hold, and
    a gap in `sequence`.
    """
    sequence, previous = 0, ""
    manifests = sorted(folder.glob("*.manifest.json"))
    if not manifests:
        raise FeedError(f"no change file in {folder}")
    for number, path in enumerate(manifests, start=1):
        manifest = json.loads(path.read_text(encoding="utf-8"))
        if manifest["number"] != number:
            raise FeedError(f"file {number} is missing: {path.name} comes next")
        data = path.with_name(path.name.replace(".manifest.json", ".jsonl"))
        if not data.exists():
            raise FeedError(f"file {number} is missing: only its manifest is there")
        content = data.read_bytes()
        if len(content) != manifest["bytes"] or hashlib.sha256(content).hexdigest() != manifest["sha256"]:
            raise FeedError(f"file {number} is not what its manifest says")
        if manifest["previous_sha256"] != previous or manifest["first_sequence"] != sequence + 1:
            raise FeedError(f"file {number} does not follow file {number - 1}")
        for line in map(json.loads, content.decode("utf-8").splitlines()):
            sequence += 1
            if line["sequence"] != sequence:
                raise FeedError(f"file {number} has a gap: {line['sequence']} stands where {sequence} should")
            yield line
        if sequence != manifest["last_sequence"]:
            raise FeedError(f"file {number} ends at {sequence} and not at {manifest['last_sequence']}")
        previous = manifest["sha256"]


def rebuilt(folder: Path) -> State:
    """The state that the files tell. Raises FeedError."""
    state = State()
    for line in lines(folder):
        if not state.apply(line["detail"]):
            raise FeedError(f"line {line['sequence']} repeats event {line['detail']['event_id']}")
    return state


def main(arguments: list[str]) -> int:
    """Print how many stand how; 1 when the files cannot be trusted."""
    parser = argparse.ArgumentParser(description="Rebuild the state of all beneficiaries from LifeCert's change files.")
    parser.add_argument("folder", type=Path, help="with <number>.jsonl and <number>.manifest.json")
    folder = parser.parse_args(arguments).folder
    try:
        state = rebuilt(folder)
    except FeedError as error:
        print(f"cannot rebuild: {error}", file=sys.stderr)
        return 1
    for status in sorted({standing["status"] for standing in state.people.values()}):
        print(f"{status}: {sum(standing['status'] == status for standing in state.people.values())}")
    print(f"payments held: {sum(standing['payment_held'] for standing in state.people.values())}")
    print(f"arrears periods: {len(state.arrears)}; events: {len(state.seen)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
