"""Decide a review: a clerk's word on what the machine left open, or on what somebody reported."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from lifecert.application.office.involved import involved_in
from lifecert.application.shared.certifying import Proof, certified_already, certifying
from lifecert.application.shared.changing import change_newest
from lifecert.application.shared.issuing import Issuer
from lifecert.application.shared.reviewing import recorded, review_id_of
from lifecert.application.shared.scoping import case_within
from lifecert.domain.actor import Actor, Role, User
from lifecert.domain.audit import is_drawn
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.certificate import Revocation
from lifecert.domain.challenge import excused_from
from lifecert.domain.change import Change
from lifecert.domain.errors import (
    ActedInCase,
    ConsentWithdrawn,
    DoubtedElsewhere,
    EntitlementEnded,
    FaceNotCompared,
    FramesGone,
    GoodTryUnseen,
    GroundUnsuitable,
    ReviewDecidedBefore,
    ReviewNotFound,
    SessionNotFound,
)
from lifecert.domain.ledger import PROOFS, Detail, LedgerEvent
from lifecert.domain.reasons import Reason
from lifecert.domain.review import (
    GROUNDS,
    PROPOSALS,
    Ground,
    Review,
    ReviewDecision,
    ReviewKind,
    ReviewOutcome,
    is_judged_by_frames,
)
from lifecert.domain.session import Session
from lifecert.domain.status import Status
from lifecert.ports.clock import Clock
from lifecert.ports.photos import ReviewPhotos
from lifecert.ports.register import ChangingRegister, Ledger
from lifecert.ports.reviews import Reviews
from lifecert.ports.sessions import Sessions

# Of the tries that a clerk accepts though no machine would at any price, the share that another clerk looks at again.
AUDITED_OF_DOUBTED = 0.2
_AUDITED = frozenset(
    {
        Reason.RETRIES_USED_UP,
        Reason.LIVENESS_DOUBTED,
        Reason.UPLOADED_OUT_OF_TIME,
        Reason.CHALLENGE_NOT_POSSIBLE,
        Reason.NOT_ASSESSED,
    }
)


@dataclass(frozen=True, slots=True)
class DecideReview:
    """The use case. A face that is less like the person than `unlike_below` (-1 to 1), which no machine leaves to a
    human but after the last try, is accepted by one clerk and looked at again by another."""

    register: ChangingRegister
    reviews: Reviews
    sessions: Sessions
    ledger: Ledger
    photos: ReviewPhotos
    clock: Clock
    issuer: Issuer
    unlike_below: float
    audited_of_doubted: float = AUDITED_OF_DOUBTED

    def __call__(
        self, review_id: str, outcome: ReviewOutcome, ground: Ground, user: User, session_id: str | None = None
    ) -> Review:
        """Decide a review, once, and delete its frames. A repeat of the same decision returns it again.

        Accepting a verification certifies, with the method and on the day of `session_id`, which must be named: one of
        the case's tries. Nothing else that is decided here touches the entitlement. Where a try joined the case that
        the machine would have accepted by itself, whoever refuses names it, and so has seen it. Raises ReviewNotFound,
        GroundUnsuitable, ActedInCase (by this clerk themself), SessionNotFound (no try of this case), FaceNotCompared,
        GoodTryUnseen, DoubtedElsewhere (also where a benefit, or who draws it, would be confirmed while a death is
        told), FramesGone (who can be the same person that nobody can see), EntitlementEnded, ConsentWithdrawn (nobody
        looks at the face), TransitionRefused (its year is over) and ReviewDecidedBefore; nothing is changed then.
        """
        review = self.reviews.get(review_id)
        if review is None or review.kind in PROPOSALS:
            raise ReviewNotFound
        person = self.register.get(review.beneficiary_id)
        if not case_within(user.changes, review, person):
            raise ReviewNotFound
        _check_ground(review, outcome, ground)
        attempts = attempts_of(review, self.ledger)
        if review.decision is None:
            if person:
                self._check_not_involved(review, person, attempts.values(), user)
            certifies = review.kind is ReviewKind.VERIFICATION and outcome is ReviewOutcome.ACCEPT
            session = self._named(session_id, attempts) if certifies else None
            review, joined = self._decide(review, outcome, ground, user, session, session_id)
            attempts |= joined
        if review.decision is None or not _same(review.decision, outcome, ground, user, session_id):
            raise ReviewDecidedBefore
        # Last, and again at a repeat: whatever stops it, the decision stands, and lifecycle rules are the second net.
        certified = review.decision.session_id
        audited = certified and self.reviews.get(_audit_id(review, certified))
        for attempt in attempts:
            if attempt != certified or not audited:
                self.photos.delete_review_frames(review.beneficiary_id, attempt)
        return review

    def _audit(self, newest: Beneficiary, review: Review, session: Session, decision: ReviewDecision) -> Review | None:
        """That another clerk looks at the session again, whose frames stay for them: else a clerk alone could certify
        whomever by an account of their own. All whose face is unlike the person, and some of those that looked like no
        living one until the last try."""
        doubted = session.result is not None and session.result.decision.reason in _AUDITED
        drawn = doubted and is_drawn(session.session_id, newest.person_key, self.audited_of_doubted)
        if not (drawn or session.is_unlike(self.unlike_below)):
            return None
        return Review(
            review_id=_audit_id(review, session.session_id),
            beneficiary_id=newest.beneficiary_id,
            kind=ReviewKind.AUDIT,
            opened_at=decision.decided_at,
            opened_by=Actor(decision.decided_by, Role.CLERK),
            session_id=session.session_id,
            related_id=decision.certificate_id,
        )

    def _check_not_involved(self, review: Review, person: Beneficiary, actors: Iterable[str], user: User) -> None:
        if user.user_id in involved_in(review, person, actors, self.ledger, self.clock):
            raise ActedInCase

    def _check_seen(self, review: Review, session_id: str | None, attempts: Collection[str]) -> None:
        """Raises GoodTryUnseen: the newest try that only an open case kept from being accepted is another."""
        joined = [self.sessions.get(one) for one in attempts if one != review.session_id]
        good = [one.session_id for one in joined if one and one.waits_for_the_office]
        if good and session_id != good[-1]:
            raise GoodTryUnseen

    def _named(self, session_id: str | None, attempts: Collection[str | None]) -> Session:
        """The try by which somebody is to be certified. Raises SessionNotFound."""
        return self._session(session_id if session_id in attempts else None)

    def _decide(
        self,
        review: Review,
        outcome: ReviewOutcome,
        ground: Ground,
        user: User,
        session: Session | None,
        seen: str | None,
    ) -> tuple[Review, dict[str, str]]:
        """The review as it is then, and the tries that it is about."""
        decided, attempts = review, dict[str, str]()
        if outcome is ReviewOutcome.ACCEPT and is_judged_by_frames(review):
            self._check_frames(review, session or self._session(review.session_id))

        def make(newest: Beneficiary) -> Change:
            nonlocal decided, attempts
            # As it is now: a good try may have joined since the case was read, and who certifies, enrols or tries
            # at this moment is no third party either.
            attempts = attempts_of(review, self.ledger)
            self._check_not_involved(review, newest, attempts.values(), user)
            if review.kind is ReviewKind.VERIFICATION and session is None:
                self._check_seen(review, seen, attempts)
            decision = ReviewDecision(outcome, ground, user.user_id, self.clock.now())
            due = review.kind is ReviewKind.REGISTRATION and outcome is ReviewOutcome.ACCEPT
            if due and newest.death_told:
                raise DoubtedElsewhere  # nothing is confirmed to be due to whoever may have died
            if session:
                change = self._certified(newest, review, session, decision)
                certificate_id = str(change.entry.details["certificate_id"])
                decision = replace(decision, certificate_id=certificate_id, session_id=session.session_id)
                change = replace(change, also_opened=self._audit(newest, review, session, decision))
            elif review.kind is ReviewKind.OVERRIDE:
                change = self._other_face(newest, review, decision)
            elif review.kind is ReviewKind.AUDIT and outcome is ReviewOutcome.REFUSE:
                gone = self._not_theirs(newest, attempts)
                # Nor is it known any more what the person cannot do.
                left = replace(newest.without_helpers(gone), excused=None)
                change = recorded(left, review, decision, helpers=",".join(gone) or None)
            else:
                answered = review.kind is ReviewKind.AUDIT and outcome is ReviewOutcome.ACCEPT
                left = newest.seen_by(user.user_id) if answered else newest
                change = replace(recorded(left, review, decision), revocation=_counts_again(newest, review, outcome))
            decided = replace(review, decision=decision)
            return self.issuer.signed(replace(change, review=decided))

        try:
            change_newest(self.register, review.beneficiary_id, make)
        except ReviewDecidedBefore:
            return self.reviews.get(review.review_id) or review, attempts
        return decided, attempts

    def _not_theirs(self, newest: Beneficiary, attempts: Mapping[str, str]) -> tuple[str, ...]:
        """Who helps the person no more: whoever showed another face for them, or none that lives, and whoever a machine
        accepted for them since, maybe by that same face."""
        gone, since = set(attempts.values()), False
        for entry in self.ledger.entries(newest.beneficiary_id):
            since = since or entry.details.get("session_id") in attempts
            if since and entry.actor.role is Role.USER and entry.event in PROOFS:
                gone.add(entry.actor.actor_id)
        return tuple(one for one in newest.helpers_ever if one in gone)

    def _other_face(self, newest: Beneficiary, review: Review, decision: ReviewDecision) -> Change:
        """What becomes of a reference that was put in the place of others: without a second clerk's word it is
        worthless, and those count that counted before it."""
        counts = review.related_id in newest.reference_ids
        if decision.outcome is ReviewOutcome.ACCEPT and counts and newest.consent_withdrawn_on:
            raise ConsentWithdrawn  # Nobody vouches for a face that nobody may look at.
        if decision.outcome is ReviewOutcome.ACCEPT:
            # What was accepted too late, and is deleted itself, vouches for no face that comes next.
            changed = replace(newest, faces_were_deleted=newest.faces_were_deleted and not counts)
            return recorded(changed, review, decision, vouched=counts)
        if review.related_id is None or not counts:
            return recorded(newest, review, decision, worthless=review.related_id)
        before, taken = self._replaced_by(review.related_id, newest)
        # Where nothing is left to compare with, the next first face needs a second clerk as this one did. And what was
        # taken at the counter may have been like the worthless one.
        gone = newest.faces_were_deleted or not before
        changed = replace(
            newest, reference_ids=before, faces_were_deleted=gone, counter_photo_on=None, reference_on=taken
        )
        names, day = ",".join(before), taken.isoformat() if taken else None
        return recorded(changed, review, decision, worthless=review.related_id, references=names, reference_on=day)

    def _replaced_by(self, reference_id: str, newest: Beneficiary) -> tuple[tuple[str, ...], date | None]:
        """What counted before a reference, and the day of the newest of these photos, where the ledger says it."""
        replaced: dict[str, tuple[str, ...]] = {}
        taken: dict[str, str] = {}
        worthless = set()
        for entry in self.ledger.entries(newest.beneficiary_id):
            if entry.event is LedgerEvent.REFERENCE_ENROLLED:
                names = str(entry.details.get("replaced") or "").split(",")
                replaced[str(entry.details.get("reference_id"))] = tuple(filter(None, names))
                taken[str(entry.details.get("reference_id"))] = str(entry.details.get("reference_on") or "")
            worthless.add(entry.details.get("worthless"))
        before = replaced.get(reference_id, ())
        # What was enrolled after a worthless one was like it: what that one had taken the place of comes back.
        while before and before[0] in worthless:
            before = replaced.get(before[0], ())
        day = taken.get(before[-1]) if before else None
        return before, date.fromisoformat(day) if day else None

    def _session(self, session_id: str | None) -> Session:
        session = self.sessions.get(session_id) if session_id else None
        if session is None:
            raise SessionNotFound
        return session

    def _check_frames(self, review: Review, session: Session) -> None:
        if len(self.photos.review_frames(session.beneficiary_id, session.session_id)) < len(session.challenge):
            newest = self.reviews.get(review.review_id)
            if newest and newest.decision:
                raise ReviewDecidedBefore  # and that is why they are gone
            raise FramesGone

    def _certified(self, newest: Beneficiary, review: Review, session: Session, decision: ReviewDecision) -> Change:
        if newest.status is Status.TERMINATED:
            raise EntitlementEnded
        if newest.consent_withdrawn_on:
            raise ConsentWithdrawn
        result = session.result
        evidence = self._evidence(review, session)
        proof = Proof(
            method=session.method,
            on=self.clock.day_of(result.decided_at if result else session.opened_at),
            certified_by=session.user_id,
            evidence_digest=str(evidence.get("evidence_digest") or ""),
            policy_version=str(evidence.get("policy_version") or ""),
            model_version=str(evidence.get("model_version") or ""),
            calibration_version=str(evidence.get("calibration_version") or ""),
            mandate=newest.helped_as(session.user_id, self.clock.today(), on_behalf=session.on_behalf),
            proof_channel=session.proof_channel,
        )
        actor, now = Actor(decision.decided_by, Role.CLERK), decision.decided_at
        details: dict[str, Detail] = {
            "session_id": session.session_id,
            **session.came_by,
            "on_behalf": session.on_behalf,
            "consent_version": session.consent.version,
            "certified_by": session.user_id,
            "review_id": review.review_id,
            "ground": decision.ground,
        }
        changed: dict[str, Any] = {
            "camera": newest.camera.seen_by_a_clerk(),
            **newest.certified_as(session.user_id, on_behalf=session.on_behalf),
        }
        if session.cannot:
            # A human has looked: for some years the machine takes it as said.
            excused = excused_from(session.cannot, self.clock.today())
            changed["excused"] = excused
            details.update(cannot=",".join(excused.cannot), excused_until=excused.until.isoformat())
        if not session.was_compared_with(newest.reference_ids):
            raise FaceNotCompared
        closed = newest.without_case(review.review_id)
        self._check_doubts(closed, session, decision.decided_by)
        closed = closed.vouched_for().seen_by(decision.decided_by)
        if again := certified_already(closed, proof, actor, now, details, **changed):
            return again
        change, _ = certifying(closed, proof, actor, now, self.clock.today(), details, **changed)
        return change

    @staticmethod
    def _check_doubts(others: Beneficiary, session: Session, clerk: str) -> None:
        """What the machine would have accepted, and left to the office because of another case, a clerk may accept.
        Anything less, or against what was found true, takes two who see the person. Other tries of whomever say nothing
        of this one."""
        if clerk in others.dispelled_by or (others.doubts and clerk in others.enrolled_by):
            raise ActedInCase  # or else the face that was compared may be their own doing
        doubts = [one for one in others.doubts if one.kind is not ReviewKind.VERIFICATION]
        if doubts and (not session.waits_for_the_office or any(one.upheld for one in doubts)):
            raise DoubtedElsewhere

    def _evidence(self, review: Review, session: Session) -> dict[str, object]:
        """What the ledger kept of the session's evidence when it was decided."""
        for entry in self.ledger.entries(review.beneficiary_id):
            if entry.details.get("session_id") == session.session_id and "evidence_digest" in entry.details:
                return dict(entry.details)
        return {}


def attempts_of(review: Review, ledger: Ledger) -> dict[str, str]:
    """The sessions that a review is about, each with who acted in it, oldest first."""
    actors = {review.session_id: review.opened_by.actor_id} if review.session_id else {}
    for entry in ledger.entries(review.beneficiary_id):
        session_id, mine = entry.details.get("session_id"), entry.details.get("review_id") == review.review_id
        if isinstance(session_id, str) and entry.actor.role is Role.USER and (mine or session_id == review.session_id):
            actors[session_id] = entry.actor.actor_id
    return actors


def _counts_again(newest: Beneficiary, review: Review, outcome: ReviewOutcome) -> Revocation | None:
    """The certificate that the end of everything revoked counts again once what one clerk added is confirmed: it covers
    what is new, as far as it reaches."""
    confirmed = review.kind is ReviewKind.REGISTRATION and outcome is ReviewOutcome.ACCEPT
    waiting = [one.review_id for one in newest.open_cases if one.kind is ReviewKind.REGISTRATION]
    # Nor by an older word about something else, while what was added still waits.
    confirmed = confirmed and waiting == [review.review_id]
    if not confirmed or newest.status is Status.TERMINATED or not newest.certificate_id:
        return None
    return Revocation(newest.certificate_id, None)


def _audit_id(review: Review, session_id: str) -> str:
    """How the audit of a certificate by this session is called, if there is one."""
    return review_id_of(review.beneficiary_id, ReviewKind.AUDIT, session_id)


def _check_ground(review: Review, outcome: ReviewOutcome, ground: Ground) -> None:
    certifies = review.kind is ReviewKind.VERIFICATION and outcome is ReviewOutcome.ACCEPT
    if ground not in GROUNDS[outcome] or (certifies and ground is not Ground.SAME_PERSON):
        raise GroundUnsuitable


def _same(decision: ReviewDecision, outcome: ReviewOutcome, ground: Ground, user: User, session_id: str | None) -> bool:
    same_try = decision.session_id in (None, session_id)
    return same_try and (decision.outcome, decision.ground, decision.decided_by) == (outcome, ground, user.user_id)
