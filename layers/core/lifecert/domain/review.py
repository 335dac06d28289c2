"""Review: a case that a human must decide."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from lifecert.domain.actor import Actor
from lifecert.domain.amendment import AmendGround
from lifecert.domain.certificate import RevocationCause
from lifecert.domain.page import Position
from lifecert.domain.reasons import Reason
from lifecert.domain.status import EndCause


class ReviewKind(StrEnum):
    """What a review is about."""

    VERIFICATION = "verification"  # the machine could not decide a session
    AUDIT = "audit"  # an accepted session, drawn for a second look
    DEATH_REPORT = "death_report"  # a family reports a death
    DATA_SIGNAL = "data_signal"  # another register says that an entitlement may have ended
    SIGN_OF_LIFE = "sign_of_life"  # another register saw somebody alive after the end, or while a case was open
    DUPLICATE_FACE = "duplicate_face"  # one face under two beneficiaries
    UNUSUAL_VOLUME = "unusual_volume"  # a helper certifies, or a clerk sees or writes to, unusually many
    OVERRIDE = "override"  # a clerk replaced what the machine had refused
    END = "end"  # a clerk proposes that an entitlement has ended
    CORRECTION = "correction"  # a clerk proposes that an end was a mistake
    REVOCATION = "revocation"  # a clerk proposes that a certificate was got by fraud, or issued by mistake
    PRESENCE = "presence"  # a clerk saw the person while a case was open that speaks against it
    ID_NUMBER = "id_number"  # a clerk proposes the right number of somebody
    REGISTRATION = "registration"  # a clerk registered somebody by hand: does the person exist, and draw this?


# What one clerk proposes and another confirms or rejects.
PROPOSALS = frozenset(
    {ReviewKind.END, ReviewKind.CORRECTION, ReviewKind.REVOCATION, ReviewKind.PRESENCE, ReviewKind.ID_NUMBER}
)


class ReviewState(StrEnum):
    """Where a review stands."""

    OPEN = "open"
    DECIDED = "decided"


class ReviewOutcome(StrEnum):
    """What a clerk says of a case: it is as claimed, it is not, or what is there does not tell."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    NEEDS_MORE = "needs_more"


class Ground(StrEnum):
    """Why a clerk decided so."""

    SAME_PERSON = "same_person"
    CONFIRMED = "confirmed"
    OTHER_PERSON = "other_person"
    NOT_LIVE = "not_live"
    UNFOUNDED = "unfounded"
    NOT_RECOGNISABLE = "not_recognisable"
    ASKED_BACK = "asked_back"
    NOT_IN_TIME = "not_in_time"  # nobody decided while it could be judged; no clerk's to give


# Which grounds a clerk may give an outcome. Nobody is certified by a review for any ground but the first.
GROUNDS: dict[ReviewOutcome, frozenset[Ground]] = {
    ReviewOutcome.ACCEPT: frozenset({Ground.SAME_PERSON, Ground.CONFIRMED}),
    ReviewOutcome.REFUSE: frozenset({Ground.OTHER_PERSON, Ground.NOT_LIVE, Ground.UNFOUNDED}),
    ReviewOutcome.NEEDS_MORE: frozenset({Ground.NOT_RECOGNISABLE, Ground.ASKED_BACK}),
}


# Why an entitlement is said to have ended, a certificate not to count, or a number to be another.
Cause = EndCause | RevocationCause | AmendGround


@dataclass(frozen=True, slots=True)
class ReviewDecision:
    """What was decided, why, by which clerk and when. `certificate_id` when it certified, and by which session."""

    outcome: ReviewOutcome
    ground: Ground
    decided_by: str
    decided_at: datetime
    certificate_id: str | None = None
    session_id: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """That a clerk works on a case, until a moment. It is a word to colleagues, and keeps nobody from deciding."""

    by: str
    until: datetime


# So long is a case somebody's who took it from the queue, unless they decide it or give it back.
CLAIM_LASTS = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Review:
    """One case. `opened_by` is whose doing opened it and who therefore must not decide it.

    `session_id` is the session whose frames and evidence the reviewer looks at, `reason` why the machine did not
    decide it. `related_id` is what else to look at: another beneficiary (duplicate_face), a certificate (revocation),
    a reference, a user, the source of a signal, the document that was checked (presence), the id that is made of a
    number (id_number), the benefit that was added (registration). `day` is when, and `cause` why, an entitlement is
    said to have ended, or when somebody was seen; of a revocation `cause` is why the certificate does not count, and
    of a number why it is another. `benefit_id` is which benefit ended, where it is not all, and of a registration
    which was added, where it is not the person. A proposal can be confirmed until `expires_at`. `district` is whose
    queue it stands in: that of its benefit, or of the person's main one, when it was opened. `claim` is the last one.
    `stated` is by which method, and by what, a clerk or a paper says that somebody was alive (presence, sign_of_life).
    """

    review_id: str
    beneficiary_id: str
    kind: ReviewKind
    opened_at: datetime
    opened_by: Actor
    session_id: str | None = None
    reason: Reason | None = None
    related_id: str | None = None
    day: date | None = None
    cause: Cause | None = None
    benefit_id: str | None = None
    expires_at: datetime | None = None
    decision: ReviewDecision | None = None
    district: str = ""
    stated: Mapping[str, str] = field(default_factory=dict)
    claim: Claim | None = None

    def claimed(self, now: datetime) -> Claim | None:
        """Who works on it now, and until when; nobody once it is decided."""
        running = self.claim is not None and self.claim.until > now and self.decision is None
        return self.claim if running else None

    @property
    def state(self) -> ReviewState:
        """Open until it is decided, once."""
        return ReviewState.DECIDED if self.decision else ReviewState.OPEN

    @property
    def position(self) -> Position:
        """Its place in the list of the reviews of one state."""
        return Position(self.opened_at, self.review_id, self.district)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a clerk proposes: an end with its day and cause, the correction of one, or a revocation with its cause.

    An end is of one benefit, or of all with `benefit_id` None; a correction of one, or of those that the last end took.
    """

    kind: ReviewKind
    day: date | None = None
    cause: Cause | None = None
    certificate_id: str | None = None
    benefit_id: str | None = None


# What is judged by the frames of its session, if it is about one, and by nothing else.
_JUDGED_BY_FRAMES = frozenset({ReviewKind.VERIFICATION, ReviewKind.AUDIT})
# For so long are they kept (infra/storage.yaml).
FRAMES_LAST = timedelta(days=30)
# For so long can a proposal be confirmed.
PROPOSAL_LASTS = timedelta(days=14)


def is_judged_by_frames(review: Review) -> bool:
    """Whether frames are what there is to judge by: an audit of a certificate that a clerk gave in person has none."""
    return review.kind in _JUDGED_BY_FRAMES and review.session_id is not None


def too_late(review: Review, now: datetime) -> bool:
    """Whether an open case can no longer be judged: its frames are gone, or the time to confirm it is over."""
    if is_judged_by_frames(review):
        return now - review.opened_at >= FRAMES_LAST
    return review.expires_at is not None and now > review.expires_at


@dataclass(frozen=True, slots=True)
class ReviewFilter:
    """Which reviews to list."""

    state: ReviewState = ReviewState.OPEN
    kind: ReviewKind | None = None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class AtLeast:
    """A number of things, or the least that it is when there are `more`."""

    number: int
    more: bool = False
