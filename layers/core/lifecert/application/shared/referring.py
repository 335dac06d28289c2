"""By which payers' references somebody can be found."""

from collections.abc import Iterable
from dataclasses import dataclass

from lifecert.domain.benefit import Benefit
from lifecert.ports.keys import PersonKeys
from lifecert.ports.payment_references import PaymentReferences


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

    def find(self, payer: str, reference: str, limit: int) -> tuple[str, ...]:
        """Ids of people who may draw a benefit under this reference, at most so many."""
        return self.stored.find(self.keys.reference_key(payer, reference), limit)
