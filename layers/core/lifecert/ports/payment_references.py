"""Who draws a benefit under a payer's own reference."""

from collections.abc import Sequence
from typing import Protocol


class PaymentReferences(Protocol):
    """Ids by keyed hashes of a payer's code and reference. What stands here is a hint: the register says whether it is
    so."""

    def note(self, reference_keys: Sequence[str], beneficiary_id: str) -> None:
        """Keep that this person may be found by these. Noted twice, it stands once."""
        ...

    def find(self, reference_key: str, limit: int) -> tuple[str, ...]:
        """Ids by this key, at most so many, in their order."""
        ...
