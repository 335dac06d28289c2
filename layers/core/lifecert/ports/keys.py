"""Keyed hashes of personal data."""

from typing import Protocol


class PersonKeys(Protocol):
    """Hashes that can be compared but not reversed or guessed without the deployment's secret. Hex text."""

    def person_key(self, id_number: str) -> str:
        """The look-up key of a normalised ID number."""
        ...

    def name_key(self, name: str) -> str:
        """The comparison key of a normalised name."""
        ...
