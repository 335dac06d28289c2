"""What belongs to a user: their last sessions, and the people whom they certified."""

from dataclasses import dataclass

from lifecert.application.certify.get_status import SessionFound, with_review
from lifecert.domain.actor import User
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.page import Page, Position
from lifecert.ports.register import Certificates, Register
from lifecert.ports.reviews import Reviews
from lifecert.ports.sessions import Sessions


@dataclass(frozen=True, slots=True)
class GetMySessions:
    """The use case."""

    sessions: Sessions
    reviews: Reviews

    def __call__(self, user: User, limit: int) -> tuple[SessionFound, ...]:
        """At most `limit` sessions of this user, newest first, each as `GetSession` shows it."""
        return tuple(with_review(session, self.reviews) for session in self.sessions.by_user(user.user_id, limit))


@dataclass(frozen=True, slots=True)
class GetMyPeople:
    """The use case. Certificates say whom a user certified: sessions, which are deleted after 400 days, would forget
    those who lapsed, and each beneficiary names users but can be found by none of them."""

    certificates: Certificates
    register: Register

    def __call__(self, user: User, limit: int, after: Position | None) -> Page[Beneficiary, Position]:
        """Out of `limit` certifications by this user after a position, newest first, the people whose standing they may
        see: those who still remember the user among their helpers."""
        page = self.certificates.by_user(user.user_id, limit, after)
        people = self.register.get_several(tuple(dict.fromkeys(page.items)))
        return Page(tuple(one for one in people if user.user_id in one.certified_by), page.after)
