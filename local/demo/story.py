"""Printing the demo as a story: chapters, what happened, what it proves."""

import sys
import time
from datetime import date

_COLOURS = {"bold": "1", "green": "32", "dim": "2"}


def _styled(text: str, style: str) -> str:
    return f"\033[{_COLOURS[style]}m{text}\033[0m" if sys.stdout.isatty() else text


class Story:
    """Tells on standard output, with the seconds since the beginning beside each chapter."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._chapter = 0

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return time.monotonic() - self._began

    def chapter(self, title: str) -> None:
        """The next chapter."""
        self._chapter += 1
        print(_styled(f"\n{self._chapter}. {title}", "bold") + _styled(f"   [{self.seconds:.0f} s]", "dim"), flush=True)

    def tell(self, text: str) -> None:
        """A line of what happens."""
        print(f"   {text}", flush=True)

    def check(self, true: bool, text: str) -> None:
        """A line that must be true: the demo proves what it says, or fails."""
        if not true:
            raise AssertionError(f"The story went wrong. This should be true: {text}")
        print(_styled("   ✓ ", "green") + text, flush=True)


def day(text: str) -> str:
    """An ISO date as people read it."""
    return f"{date.fromisoformat(text):%-d %B %Y}"
