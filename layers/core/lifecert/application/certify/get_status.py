"""Look: a session's state for its user; a beneficiary's standing for those it concerns."""

from dataclasses import dataclass
from datetime import date

from lifecert.application.certify.owning import own_session
from lifecert.application.shared.accessing import NoteAccess
from lifecert.application.shared.finding import by_number
from lifecert.domain.access import AccessAction
from lifecert.domain.actor import Caller, User
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.errors import BeneficiaryNotFound
from lifecert.domain.ledger import LedgerEntry
from lifecert.domain.mandate import MandateRight
from lifecert.domain.person import IdNumber
from lifecert.domain.review import ReviewDecision
from lifecert.domain.session import Session
from lifecert.ports.clock import Clock
from lifecert.ports.keys import PersonKeys
from lifecert.ports.register import Ledger, Register
from lifecert.ports.reviews import Reviews
from lifecert.ports.sessions import Sessions


@dataclass(frozen=True, slots=True)
class SessionFound:
    """A session, and what a clerk said of the case that it opened or belongs to, once they did."""

    session: Session
    reviewed: ReviewDecision | None


def with_review(session: Session, reviews: Reviews) -> SessionFound:
    """A session, and how its review ended, if there is one and it did."""
    review_id = session.result.review_id if session.result else None
    review = reviews.get(review_id) if review_id else None
    return SessionFound(session, review.decision if review else None)


@dataclass(frozen=True, slots=True)
class GetSession:
    """The use case."""

    sessions: Sessions
    reviews: Reviews

    def __call__(self, session_id: str, caller: Caller) -> SessionFound:
        """A session of this caller, and how the review of it ended. Raises SessionNotFound, for another's session
        too."""
        return with_review(own_session(self.sessions, session_id, caller), self.reviews)


@dataclass(frozen=True, slots=True)
class BeneficiaryView:
    """A beneficiary and the ledger entries, first to last. `for_staff`: whoever looks is of the staff, and the person
    lies within what they may read."""

    beneficiary: Beneficiary
    history: tuple[LedgerEntry, ...]
    for_staff: bool = False


@dataclass(frozen=True, slots=True)
class GetBeneficiary:
    """The use case."""

    register: Register
    ledger: Ledger
    noting: NoteAccess
    clock: Clock

    def __call__(self, beneficiary_id: str, user: User) -> BeneficiaryView:
        """A beneficiary, for staff of their districts, which is noted before, and for users who certified them, or have
        a mandate to hear how they stand.

        Raises BeneficiaryNotFound, for everybody else too.
        """
        beneficiary = self.register.get(beneficiary_id)
        within = beneficiary is not None and user.reads.covers_any(beneficiary.districts)
        if beneficiary is None or not (within or _may_hear(beneficiary, user, self.clock.today())):
            raise BeneficiaryNotFound
        if within:
            self.noting(beneficiary_id, user, AccessAction.READ)
        return BeneficiaryView(beneficiary, tuple(self.ledger.entries(beneficiary_id)), for_staff=within)


def _may_hear(beneficiary: Beneficiary, user: User, today: date) -> bool:
    mandated = beneficiary.mandate_of(user.user_id, MandateRight.STANDING, today)
    return user.user_id in beneficiary.certified_by or mandated is not None


@dataclass(frozen=True, slots=True)
class GetOwnStanding:
    """The use case: how whoever calls stands themself, by the number that their issuer vouches for and by no other.
    It reads, and makes the account no more to the person than it was (adr/0059)."""

    register: Register
    ledger: Ledger
    person_keys: PersonKeys

    def __call__(self, number: IdNumber | None) -> BeneficiaryView:
        """Raises BeneficiaryNotFound: nobody is registered by it, or nobody vouches for a number."""
        found = by_number(self.register, self.person_keys, number) if number else None
        if found is None:
            raise BeneficiaryNotFound
        return BeneficiaryView(found, tuple(self.ledger.entries(found.beneficiary_id)))
