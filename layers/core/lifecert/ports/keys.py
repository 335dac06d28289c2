"""Keyed hashes of personal data."""

from typing import Protocol


class PersonKeys(Protocol):
    """Hashes that can be compared but not reversed or guessed without the deployment's secrets. Hex text.

    A secret has a version. Each newer one hashes what the one before it made, so that stored hashes can be brought up
    to date without the number and the name, which are stored nowhere.
    """

    @property
    def newest(self) -> str:
        """Version of the secret under which people are registered."""
        ...

    @property
    def looked_up(self) -> tuple[str, ...]:
        """Versions under which somebody may stand, newest first: two while stored hashes are brought up to date."""
        ...

    def person_key(self, id_number: str, secret: str | None = None) -> str:
        """The look-up key of a normalised ID number, under the newest secret or another."""
        ...

    def looked_up_keys(self, id_number: str) -> tuple[str, ...]:
        """The look-up keys of a normalised ID number under all versions of `looked_up`, newest first."""
        ...

    def name_key(self, name: str, secret: str | None = None) -> str:
        """The comparison key of a normalised name, under the newest secret or another."""
        ...

    def reference_key(self, payer: str, reference: str) -> str:
        """The look-up key of a payer's own reference of a benefit. The same under every version of the secret."""
        ...

    def beneficiary_id(self, id_number: str) -> str:
        """The one id that this person can have, whatever the secret: a UUID that no secret's holder can work out."""
        ...
