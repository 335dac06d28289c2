"""By which payers' references, and by which line of an imported register, somebody can be found."""

from collections.abc import Iterable
from dataclasses import dataclass

from lifecert.domain.benefit import Benefit
from lifecert.ports.keys import PersonKeys
from lifecert.ports.payment_references import PaymentReferences

# No payer's code has such a character, and so no payer's reference is ever a register's line.
_REGISTER = "register#"


@dataclass(frozen=True, slots=True)
class ReferencesOfPayers:
    """Keeps and asks them by keyed hash.

    They are noted before the person's own transaction, and not in it, where eight benefits and a contact would not fit
    (adr/0040). Whoever dies between the two leaves a hint to nobody; nobody is in the register without theirs. One
    whose reference was amended since is found by the new one alone: what is found is looked at again.
    """

    keys: PersonKeys
    stored: PaymentReferences

    def note(self, beneficiary_id: str, benefits: Iterable[Benefit]) -> None:
        """Let a person be found by the references of these benefits."""
        told = [self.keys.reference_key(one.payer, one.payer_reference) for one in benefits if one.payer_reference]
        if told:
            self.stored.note(told, beneficiary_id)

    def note_line(self, beneficiary_id: str, source: str, line_key: str) -> None:
        """Let a person be found by the line of the register that brings them."""
        self.stored.note([self._line(source, line_key)], beneficiary_id)

    def find_line(self, source: str, line_key: str, limit: int) -> tuple[str, ...]:
        """Ids of people whom such a line may have brought, at most so many. Their ledger says whether it is so."""
        return self.stored.find(self._line(source, line_key), limit)

    def _line(self, source: str, line_key: str) -> str:
        return self.keys.reference_key(f"{_REGISTER}{source}", line_key)

    def find(self, payer: str, reference: str, limit: int) -> tuple[str, ...]:
        """Ids of people who may draw a benefit under this reference, at most so many."""
        return self.stored.find(self.keys.reference_key(payer, reference), limit)
