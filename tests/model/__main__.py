"""Search everything that may happen: `python -m tests.model --help`."""

import argparse
import sys

from tests.model.scenarios import SCENARIOS
from tests.model.search import Search, search
from tests.model.story import told


def main() -> int:
    """Search, tell the stories that end badly, and print how much was looked at; 1 when there are any."""
    parser = argparse.ArgumentParser(prog="python -m tests.model", description=__doc__)
    parser.add_argument("--scenario", choices=SCENARIOS, action="append", help="which (default: all)")
    parser.add_argument("--limit", type=int, default=1_000_000, help="states of each scenario (default: a million)")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="of each scenario (default: no end)")
    parser.add_argument("--stories", type=int, default=1, help="stop after so many different faults (default: 1)")
    asked = parser.parse_args()
    wrong = 0
    for name in asked.scenario or SCENARIOS:
        scenario = SCENARIOS[name]
        print(f"{name}: {scenario.words}", flush=True)
        result = search(scenario, limit=asked.limit, seconds=asked.seconds, stories=asked.stories, progress=_Progress())
        for found in result.found:
            print("\n".join(("", *told(found), "")))
        print(f"  {result.figures}", flush=True)
        wrong += len(result.found)
    return 1 if wrong else 0


class _Progress:
    """Says every few seconds how far it is."""

    def __init__(self) -> None:
        self.said = 0.0

    def __call__(self, result: Search) -> None:
        if result.seconds - self.said >= 10:
            self.said = result.seconds
            print(f"  {result.figures}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
