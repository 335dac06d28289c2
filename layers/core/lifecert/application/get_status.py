"""Look: a session's state for its user; a beneficiary's standing for those it concerns."""

from dataclasses import dataclass

from lifecert.domain.actor import User
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.errors import BeneficiaryNotFound, SessionNotFound
from lifecert.domain.ledger import LedgerEntry
from lifecert.domain.session import Session
from lifecert.ports.stores import Ledger, Register, Sessions


@dataclass(frozen=True, slots=True)
class GetSession:
    """The use case."""

    sessions: Sessions

    def __call__(self, session_id: str, user: User) -> Session:
        """A session of this user. Raises SessionNotFound, for another user's session too."""
        session = self.sessions.get(session_id)
        if session is None or session.user_id != user.user_id:
            raise SessionNotFound
        return session


@dataclass(frozen=True, slots=True)
class BeneficiaryView:
    """A beneficiary and the ledger entries, first to last."""

    beneficiary: Beneficiary
    history: tuple[LedgerEntry, ...]


@dataclass(frozen=True, slots=True)
class GetBeneficiary:
    """The use case."""

    register: Register
    ledger: Ledger

    def __call__(self, beneficiary_id: str, user: User) -> BeneficiaryView:
        """A beneficiary, for staff and for users who certified them.

        Raises BeneficiaryNotFound, for everybody else too.
        """
        beneficiary = self.register.get(beneficiary_id)
        if beneficiary is None or not (user.is_staff or user.user_id in beneficiary.certified_by):
            raise BeneficiaryNotFound
        return BeneficiaryView(beneficiary, tuple(self.ledger.entries(beneficiary_id)))
