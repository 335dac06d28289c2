"""Auditors read somebody's chain of the ledger as it is stored, and compute it again themselves."""

from dataclasses import dataclass

from lifecert.application.shared.accessing import NoteAccess
from lifecert.domain.access import AccessAction
from lifecert.domain.actor import User
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.errors import BeneficiaryNotFound
from lifecert.domain.ledger import LedgerEntry
from lifecert.ports.register import Ledger, Register

# How often a chain is read anew that somebody writes to meanwhile.
LOOKS = 3


@dataclass(frozen=True, slots=True)
class ChainView:
    """A beneficiary, and the ledger entries as they are stored, first to last, with their hashes."""

    beneficiary: Beneficiary
    entries: tuple[LedgerEntry, ...]


@dataclass(frozen=True, slots=True)
class GetLedger:
    """The use case. It judges nothing: a broken chain is told as it is stored."""

    register: Register
    ledger: Ledger
    noting: NoteAccess

    def __call__(self, beneficiary_id: str, user: User) -> ChainView:
        """The chain of somebody within what the user reads, which is noted before. Raises BeneficiaryNotFound."""
        beneficiary = self.register.get(beneficiary_id)
        if beneficiary is None or not user.reads.covers_any(beneficiary.districts):
            raise BeneficiaryNotFound
        self.noting(beneficiary_id, user, AccessAction.READ)
        entries = tuple(self.ledger.entries(beneficiary_id))
        for _ in range(LOOKS - 1):
            # Changed between the two reads, or broken; another look tells which.
            if len(entries) == beneficiary.version:
                break
            beneficiary = self.register.get(beneficiary_id) or beneficiary
            entries = tuple(self.ledger.entries(beneficiary_id))
        return ChainView(beneficiary, entries)
