"""Which open cases a person's item remembers: those that keep a machine from accepting, and those that later tries or
reports belong to (design.md §3 rule 5)."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from lifecert.domain.reasons import Reason
from lifecert.domain.review import Review, ReviewKind, ReviewOutcome
from lifecert.domain.status import EndCause

# Cases of tries that are remembered of one person: strangers may open any number.
MOST_TRIES = 20
# Of how many people it is remembered that they reported one death.
MOST_REPORTERS = 20

# For so long the reports of somebody whose last one was unfounded stop no machine by themselves.
UNFOUNDED_COUNTS = timedelta(days=365)
# Of so many people that is remembered.
MOST_UNFOUNDED = 20
# For so long the word of a removed helper on a death counts, which is as long as any proof of life does.
FORMER_HEARD = timedelta(days=365)
# Of so many people that is remembered.
MOST_FORMER = 20
# So many proposals of an end for a death, and replaced faces, may wait for a second clerk at a time.
MOST_WAITING = 5

# A try that looked like somebody else, or like no living face: not one that only ran out of tries.
DOUBTING = frozenset(
    {Reason.LIVENESS_DOUBTED, Reason.UPLOADED_OUT_OF_TIME, Reason.MATCH_UNCERTAIN, Reason.STEPS_UNCERTAIN}
)
_ALWAYS = frozenset({ReviewKind.OVERRIDE, ReviewKind.DUPLICATE_FACE, ReviewKind.DATA_SIGNAL, ReviewKind.REGISTRATION})
# Whose face it is: a photo that matches settles nothing, since what it would match is what is doubted.
_OF_WHOSE_FACE = frozenset({ReviewKind.OVERRIDE, ReviewKind.DUPLICATE_FACE, ReviewKind.REGISTRATION})
# What a camera saw says nothing against what another register saw; nor does it that one clerk alone knows somebody: a
# register knows them too.
_OF_PHOTOS = frozenset(
    {
        ReviewKind.VERIFICATION,
        ReviewKind.OVERRIDE,
        ReviewKind.REGISTRATION,
        ReviewKind.AUDIT,
        ReviewKind.REVOCATION,
    }
)
# What was shown to a camera, or waits for a look at it.
_OF_TRIES = frozenset({ReviewKind.VERIFICATION, ReviewKind.OVERRIDE, ReviewKind.AUDIT})
# By which, found true, the face that is enrolled was found to be another's, or to be shown by nobody living.
FACE_FALSE = frozenset({ReviewKind.DUPLICATE_FACE, ReviewKind.AUDIT, ReviewKind.REVOCATION})
_OF_LIFE = frozenset({ReviewKind.DEATH_REPORT, ReviewKind.DATA_SIGNAL, ReviewKind.END})
# A death that somebody proposed, and nobody confirmed in time, may still be one.
_LEFT_OPEN = frozenset({*_OF_LIFE, ReviewKind.DUPLICATE_FACE, ReviewKind.REGISTRATION})
_REMEMBERED = frozenset({ReviewKind.VERIFICATION, ReviewKind.DEATH_REPORT})


@dataclass(frozen=True, slots=True)
class Unfounded:
    """That a clerk found a report of this user's unfounded. Up to and with a day what they report is a case for the
    office and stops no machine: else one report a day could keep somebody in cases for ever."""

    by: str
    until: date


@dataclass(frozen=True, slots=True)
class FormerHelper:
    """That this account or letter certified the person once, and was removed: by the person, somebody who had their
    account, or one clerk. Up to and with a day their word on a death counts as it did: else whoever draws the pension
    of the dead removes first those who would say so."""

    by: str
    until: date


@dataclass(frozen=True, slots=True)
class OpenCase:
    """One open case: of which kind, by whom, and whether a machine must accept nothing while it is open.

    `by` are the users whose tries or reports it is made of. `upheld` is one that a clerk decided, and did not dispel:
    it stays until the entitlement has ended, or two clerks have certified the person all the same. `benefit_id` is the
    benefit that a registration is about; None where it is about the person.
    """

    review_id: str
    kind: ReviewKind
    by: tuple[str, ...]
    doubts: bool
    upheld: bool = False
    benefit_id: str | None = None

    @property
    def of_a_benefit(self) -> bool:
        """Whether it asks whether one benefit is due, and not who the person is, or whether they live."""
        return self.kind is ReviewKind.REGISTRATION and self.benefit_id is not None

    @property
    def of_a_death(self) -> bool:
        """Whether it is about whether the person died."""
        return self.kind in _OF_LIFE

    @property
    def of_whose_face(self) -> bool:
        """Whether it doubts the faces that are enrolled."""
        return self.doubts and self.kind in _OF_WHOSE_FACE

    @property
    def ends_with_a_death(self) -> bool:
        """Whether nothing is left of it once two clerks have recorded a death."""
        return self.kind is ReviewKind.END or (self.upheld and self.kind in _OF_LIFE)

    @property
    def of_an_audit_unjudged(self) -> bool:
        """Whether it is of an audit that nobody could judge."""
        return self.kind is ReviewKind.AUDIT and not self.upheld

    @property
    def doubts_papers(self) -> bool:
        """Whether it keeps a paper, which others than the office signed, from being anything but another case: what was
        found true, and what is said of a death, of whether somebody exists, or of one face under two names. A try that
        looked wrong says nothing against a paper, nor does a photo that waits."""
        return self.doubts and (self.upheld or self.kind not in _OF_TRIES)

    @property
    def doubts_registers(self) -> bool:
        """Whether it keeps another register's word from renewing the year."""
        found_false = self.upheld and self.kind is ReviewKind.REGISTRATION  # that somebody exists, and draws this
        return self.doubts and (self.kind not in _OF_PHOTOS or found_false)


def remembered(cases: tuple[OpenCase, ...], review: Review, *, believed: bool) -> tuple[OpenCase, ...]:
    """The cases with a new one, if it is one to remember. Whether whoever opened it is `believed` matters to a death
    that is reported.

    Of too many tries the oldest that doubts nothing is forgotten; where all doubt, the new one belongs to one of them
    (`crowded`).
    """
    of = review.benefit_id if review.kind is ReviewKind.REGISTRATION else None
    by, doubts = (review.opened_by.actor_id,), _doubts(review, believed=believed)
    case = OpenCase(review.review_id, review.kind, by, doubts=doubts, benefit_id=of)
    if not case.doubts and case.kind not in _REMEMBERED:
        return cases
    tries = [one for one in cases if one.kind is ReviewKind.VERIFICATION]
    if case.kind is not ReviewKind.VERIFICATION or len(tries) < MOST_TRIES:
        return (*cases, case)
    oldest = next((one for one in tries if not one.doubts), None)
    return (*(one for one in cases if one is not oldest), case) if oldest else cases


def crowded(cases: tuple[OpenCase, ...]) -> OpenCase | None:
    """The case that anybody's next try belongs to, where so many that doubt are open that no other is remembered."""
    tries = [one for one in cases if one.kind is ReviewKind.VERIFICATION]
    return tries[-1] if len(tries) >= MOST_TRIES and all(one.doubts for one in tries) else None


def is_upheld(kind: ReviewKind, outcome: ReviewOutcome) -> bool:
    """Whether a decision finds true what a case says against somebody."""
    if kind in (ReviewKind.DEATH_REPORT, ReviewKind.DATA_SIGNAL):
        return outcome is ReviewOutcome.ACCEPT
    return kind in (ReviewKind.DUPLICATE_FACE, ReviewKind.REGISTRATION) and outcome is ReviewOutcome.REFUSE


def after_audit(cases: tuple[OpenCase, ...], review: Review, outcome: ReviewOutcome) -> tuple[OpenCase, ...]:
    """The cases once somebody has looked again at a certificate, which counts until two clerks revoke it.

    Refused, it is something found true. Left open, or over before anybody looked, the next face is a case: else it
    would be emptied by waiting, or by taking the photos away. Whose acceptance was audited decides nothing of either.
    Of several one is remembered.
    """
    if outcome is ReviewOutcome.ACCEPT:
        return cases
    refused = outcome is ReviewOutcome.REFUSE
    if any(one.kind is ReviewKind.AUDIT and one.upheld >= refused for one in cases):
        return cases
    by, others = (review.opened_by.actor_id,), tuple(one for one in cases if one.kind is not ReviewKind.AUDIT)
    return (*others, OpenCase(review.review_id, ReviewKind.AUDIT, by, doubts=True, upheld=refused))


def after_fraud(cases: tuple[OpenCase, ...], review_id: str) -> tuple[OpenCase, ...]:
    """The cases once two clerks found that a certificate was got by fraud: whoever got it is not to have the next one
    by a machine, or by one clerk. Of several one is remembered."""
    if any(one.kind is ReviewKind.REVOCATION for one in cases):
        return cases
    return (*cases, OpenCase(review_id, ReviewKind.REVOCATION, (), doubts=True, upheld=True))


def is_left_open(kind: ReviewKind, outcome: ReviewOutcome) -> bool:
    """Whether a decision says neither that a case is true nor that it is not: what it doubted stays doubted."""
    return kind in _LEFT_OPEN and outcome is ReviewOutcome.NEEDS_MORE


def decided(
    cases: tuple[OpenCase, ...], review_id: str, kind: ReviewKind, outcome: ReviewOutcome
) -> tuple[OpenCase, ...]:
    """The cases once one is decided: it is gone, unless it was found true, or left open what it doubted."""
    case = next((one for one in cases if one.review_id == review_id), None)
    if case is None:
        return cases
    if not (is_upheld(kind, outcome) or (case.doubts and is_left_open(kind, outcome))):
        return tuple(one for one in cases if one is not case)

    def kept(other: OpenCase) -> bool:
        # Of one kind one that was found true is enough to remember: the last that was, which a sight of before says
        # nothing of. Registrations are each of another benefit, or of the person.
        return not (other.upheld and other.kind is kind and kind is not ReviewKind.REGISTRATION)

    return tuple(
        replace(one, doubts=True, upheld=True) if one is case else one for one in cases if one is case or kept(one)
    )


def dispels_a_death(cases: tuple[OpenCase, ...], review_id: str, kind: ReviewKind, outcome: ReviewOutcome) -> bool:
    """Whether a decision puts away what was told of a death, in whatever words, and whoever told it: a child who never
    certified stops no machine, and may be right. Who decides so does not certify the person alone. A proposal that only
    ran out of time was put away by nobody."""
    away = outcome is ReviewOutcome.REFUSE or (outcome is ReviewOutcome.NEEDS_MORE and kind is not ReviewKind.END)
    return kind in _OF_LIFE and away and any(one.review_id == review_id for one in cases)


def joined(case: OpenCase, user_id: str, *, doubts: bool) -> OpenCase:
    """A case that somebody else's report or try belongs to as well. Of too many the last gives way, to one that
    counts."""
    if user_id in case.by or (len(case.by) >= MOST_REPORTERS and not doubts):
        return replace(case, doubts=case.doubts or doubts)
    return replace(case, by=(*case.by[: MOST_REPORTERS - 1], user_id), doubts=case.doubts or doubts)


def were_unfounded(
    known: tuple[Unfounded, ...], case: OpenCase, outcome: ReviewOutcome, believed: tuple[str, ...], on: date
) -> tuple[Unfounded, ...]:
    """Whose reports were unfounded, once one is decided that counted: also those who were believed and made it, and the
    clerk who took it up. Of too many strangers are forgotten first: theirs never counted."""
    if case.kind is not ReviewKind.DEATH_REPORT or outcome is not ReviewOutcome.REFUSE or not case.doubts:
        return known
    until = on + UNFOUNDED_COUNTS
    theirs = tuple(Unfounded(one, until) for one in case.by if one in believed)
    strangers = tuple(Unfounded(one, until) for one in case.by if one not in believed)
    others = tuple(one for one in known if one.until >= on and one.by not in case.by)
    return (*strangers, *others, *theirs)[-MOST_UNFOUNDED:]


def _doubts(review: Review, *, believed: bool) -> bool:
    match review.kind:
        case ReviewKind.DEATH_REPORT:
            return believed
        case ReviewKind.VERIFICATION:
            return review.reason in DOUBTING
        case ReviewKind.END:
            return review.cause is EndCause.DECEASED
    return review.kind in _ALWAYS
