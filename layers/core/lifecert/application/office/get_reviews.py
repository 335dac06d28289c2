"""Look at reviews: the queue, and one case with everything that a reviewer needs to judge it."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from lifecert.application.office.decide_review import attempts_of
from lifecert.application.office.noted_deaths import noted_deaths
from lifecert.application.office.papers import PaperBefore, papers_before
from lifecert.application.shared.accessing import NoteAccess
from lifecert.application.shared.reviewing import DeathTold, reports_joined
from lifecert.application.shared.scoping import asked_for, case_within
from lifecert.domain.access import AccessAction
from lifecert.domain.actor import User
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.errors import ReviewNotFound
from lifecert.domain.evidence import Verdict
from lifecert.domain.open_case import OpenCase
from lifecert.domain.page import Page, Position
from lifecert.domain.review import Review, ReviewFilter, ReviewKind
from lifecert.domain.session import Session
from lifecert.ports.invitations import HelperSeal
from lifecert.ports.photos import ReviewPhotos
from lifecert.ports.references import References
from lifecert.ports.register import Ledger, Register
from lifecert.ports.reviews import Reviews
from lifecert.ports.sessions import Sessions

# Long enough to look, too short to pass on.
LINKS_LAST = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class ListReviews:
    """The queue."""

    reviews: Reviews

    def __call__(
        self, wanted: ReviewFilter, limit: int, after: Position | None, user: User, district: str | None = None
    ) -> Page[Review, Position]:
        """At most `limit` reviews, oldest first, after a position; of a user's districts, or the part of them that is
        asked for, by district. Raises DistrictOutside when they have none of it."""
        return self.reviews.listed(wanted, limit, after, asked_for(user.reads, district))


@dataclass(frozen=True, slots=True)
class Finding:
    """A measure without its value and score: its name, what it means and which step's frame it was made on."""

    step: str | None
    name: str
    verdict: Verdict
    reason: str | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """A session of the case: what was found, and links to its frames in the order of its challenge; and, where an
    invitation started it and somebody helped, what they said they are called."""

    session: Session
    findings: tuple[Finding, ...]
    frames: tuple[str, ...]
    helper_name: str | None


@dataclass(frozen=True, slots=True)
class ReferenceShown:
    """A link to an enrolled photo, and what is known of it."""

    reference_id: str
    beneficiary_id: str
    source: str
    captured_on: str | None
    link: str


@dataclass(frozen=True, slots=True)
class ReviewView:
    """A case, and which others about the same person are open that it may depend on; of a reported death, what others
    told who reported it too; of a correction, what registers told of one since the end; of a paper, which earlier ones
    lie beside it. Links last `LINKS_LAST`."""

    review: Review
    attempts: tuple[Attempt, ...]
    references: tuple[ReferenceShown, ...]
    other_cases: tuple[OpenCase, ...]
    reports: tuple[DeathTold, ...] = ()
    papers: tuple[PaperBefore, ...] = ()


@dataclass(frozen=True, slots=True)
class GetReview:
    """One case."""

    register: Register
    reviews: Reviews
    sessions: Sessions
    references: References
    ledger: Ledger
    photos: ReviewPhotos
    helper_names: HelperSeal
    noting: NoteAccess

    def __call__(self, review_id: str, user: User) -> ReviewView:
        """A case with links to its photos. Whose it is, both of two whose faces are one, is noted before; who may see
        one of these sees the other's photos, without which nobody could judge. Raises ReviewNotFound, of one outside
        the user's districts too, and NotAllowed."""
        review = self.reviews.get(review_id)
        if review is None:
            raise ReviewNotFound
        person = self.register.get(review.beneficiary_id)
        if not case_within(user.reads, review, person):
            raise ReviewNotFound
        whose = [review.beneficiary_id]
        if review.kind is ReviewKind.DUPLICATE_FACE and review.related_id:
            whose.append(review.related_id)
        for one in whose:
            self.noting(one, user, AccessAction.CASE)
        sessions = (self.sessions.get(session_id) for session_id in attempts_of(review, self.ledger))
        attempts = tuple(self._attempt(session, person) for session in sessions if session)
        # Photos are shown while there is something to decide by them.
        shown = () if review.decision else tuple(one for person in whose for one in self._references(person))
        others = person.without_case(review_id).open_cases if person else ()
        entries = tuple(self.ledger.entries(review.beneficiary_id))
        joined = tuple(reports_joined(person, entries, review)) if person else ()
        if review.kind is ReviewKind.CORRECTION and not review.decision:
            joined = noted_deaths(entries)  # which the correction would make a case
        return ReviewView(review, attempts, shown, others, joined, papers_before(review, entries))

    def _attempt(self, session: Session, person: Beneficiary | None) -> Attempt:
        may = _may_be_seen(person)
        keys = self.photos.review_frames(session.beneficiary_id, session.session_id) if may else ()
        links = tuple(self.photos.frame_link(key, _seconds()) for key in keys)
        helper = session.helper_name and self.helper_names.open(session.session_id, session.helper_name)
        return Attempt(session, tuple(_findings(json.loads(session.evidence or "{}"))), links, helper or None)

    def _references(self, beneficiary_id: str) -> list[ReferenceShown]:
        if not _may_be_seen(self.register.get(beneficiary_id)):
            return []
        return [
            ReferenceShown(
                reference_id=photo.reference_id,
                beneficiary_id=beneficiary_id,
                source=photo.source,
                captured_on=photo.captured_on.isoformat() if photo.captured_on else None,
                link=self.photos.reference_link(photo.photo_key, _seconds()),
            )
            for photo in self.references.photos(beneficiary_id)
        ]


def _may_be_seen(person: Beneficiary | None) -> bool:
    """Nobody looks at a face whose consent is withdrawn, also while it is still stored."""
    return person is None or person.consent_withdrawn_on is None


def _findings(evidence: dict[str, Any]) -> list[Finding]:
    measured = [(frame["step"], one) for frame in evidence.get("frames", []) for one in frame["measures"]]
    measured += [(None, one) for one in evidence.get("across", [])]
    return [Finding(step, one["name"], Verdict(one["verdict"]), one.get("reason")) for step, one in measured]


def _seconds() -> int:
    return int(LINKS_LAST.total_seconds())
