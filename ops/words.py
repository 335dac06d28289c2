"""How operators' tools say numbers, and how far they are."""

import sys
from collections import Counter


def counted(count: int, one: str, several: str) -> str:
    """A number with the noun that goes with it: `1 person`, `2 people`, `1,000 people`."""
    return f"{count:,} {one if count == 1 else several}"


def people(count: int) -> str:
    """So many people."""
    return counted(count, "person", "people")


def summary(done: Counter[str], one: str = "person", several: str = "people") -> str:
    """How many, and what became of them."""
    outcomes = ", ".join(f"{count:,} {name}" for name, count in done.items())
    return f"{counted(done.total(), one, several)}: {outcomes or 'none'}"


def show(done: Counter[str], one: str = "person", several: str = "people") -> None:
    """Say it over what was said before, at each hundredth."""
    if done.total() % 100 == 0:
        print(f"\r{summary(done, one, several)}", end="", file=sys.stderr, flush=True)
