"""In which districts a member of the staff works: by prefixes of the division code, or everywhere (adr/0045)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

# A province, a prefecture or a county. Shorter would be no district, and longer none that a benefit has.
_PREFIX = re.compile(r"[0-9]{2}(?:[0-9]{2}){0,2}")


def is_prefix(text: str) -> bool:
    """Whether a text can be the first digits of a division code, down to a province, a prefecture or a county."""
    return _PREFIX.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Scope:
    """Where somebody may find, see, decide and change: in `prefixes`, in order and none inside another; None is
    everywhere, and none of them nowhere."""

    prefixes: tuple[str, ...] | None = ()

    @staticmethod
    def of(prefixes: Iterable[str]) -> "Scope":
        """Out of prefixes in any order. Raises ValueError for what is none."""
        ordered = sorted(set(prefixes))
        if not all(map(is_prefix, ordered)):
            raise ValueError("not a prefix of a division code")
        return Scope(tuple(one for one in ordered if not any(one != wide and one.startswith(wide) for wide in ordered)))

    @property
    def is_everywhere(self) -> bool:
        """Whether nothing is outside."""
        return self.prefixes is None

    def covers(self, district: str) -> bool:
        """Whether a district lies within. What has no district lies within everywhere alone."""
        return self.prefixes is None or any(district.startswith(one) for one in self.prefixes)

    def covers_any(self, districts: Iterable[str]) -> bool:
        """Whether one of several lies within."""
        return self.prefixes is None or any(map(self.covers, districts))

    def covers_all_of(self, other: "Scope") -> bool:
        """Whether all that another covers lies within."""
        if self.prefixes is None or other.prefixes is None:
            return self.prefixes is None
        return all(map(self.covers, other.prefixes))

    def within(self, prefix: str | None) -> "Scope":
        """What of this lies in a district that is asked for; all of it where none is."""
        if prefix is None:
            return self
        if self.covers(prefix):
            return Scope((prefix,))
        return Scope(tuple(one for one in self.prefixes or () if one.startswith(prefix)))


EVERYWHERE = Scope(None)
NOWHERE = Scope(())
