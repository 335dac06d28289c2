"""Decide: make of what was seen on a claimed session's frames a decision, with everything that follows from it.

Apart from looking, and with other rights: what reads pictures that anybody may send neither signs nor writes into the
ledger. It can misstate what it saw, of a session that was opened and claimed and whose frames are there, once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from lifecert.application.certify.helper_volume import HelperVolume
from lifecert.application.certify.owning import refuse_if_stopped
from lifecert.application.certify.verification import Verification
from lifecert.application.shared.changing import change_newest
from lifecert.application.shared.issuing import Issuer
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.challenge import Step
from lifecert.domain.change import Change
from lifecert.domain.errors import (
    FrameSeenBefore,
    FramesMissing,
    SessionAlreadyDecided,
    SessionBusy,
    SessionNotFound,
)
from lifecert.domain.evidence import Evidence, FrameEvidence, Measure, Verdict
from lifecert.domain.invitation import is_invited
from lifecert.domain.mandate import MandateKind, MandateRight
from lifecert.domain.policy import Decision, Outcome, Policy, decide
from lifecert.domain.reasons import Reason
from lifecert.domain.session import Session, SessionState
from lifecert.ports.clock import Clock
from lifecert.ports.deciding import Claims, Decided, Looked
from lifecert.ports.photos import Photos
from lifecert.ports.register import ChangingRegister


class NotOfThisSession(ValueError):
    """What is said to have been seen cannot be of this session: a fault of ours, or somebody else's doing."""


@dataclass(frozen=True, slots=True)
class DecideSession:
    """The use case. `many_failed` is told whose failures with a face are many, counted over a lifetime."""

    claims: Claims
    register: ChangingRegister
    photos: Photos
    clock: Clock
    policy: Policy
    issuer: Issuer
    helper_volume: HelperVolume
    many_failed: Callable[[str], None] = lambda _beneficiary_id: None

    def __call__(self, looked: Looked) -> Decided:
        """Decide a claimed session, once.

        Raises SessionNotFound, SessionBusy (claimed by somebody else, or not at all), SessionAlreadyDecided,
        FramesMissing, NotOfThisSession, InvitationUnknown, EntitlementEnded, ConsentWithdrawn, VersionConflict and
        StoreUnavailable; nothing is changed then.
        """
        session, beneficiary = self.claims.read(looked.session_id, looked.beneficiary_id)
        if session is None:
            raise SessionNotFound
        if session.result:
            raise SessionAlreadyDecided
        if session.state is not SessionState.DECIDING or session.claimed_until != looked.claimed_until:
            raise SessionBusy
        _refuse_what_cannot_be(session, looked)
        numbers = range(1, len(session.challenge) + 1)
        there = self.photos.are_there([session.frame_key(number) for number in numbers])
        if missing := tuple(number for number in numbers if session.frame_key(number) not in there):
            raise FramesMissing(missing)
        session = replace(session, observations=looked.observations)
        try:
            return self._commit(session, beneficiary, looked)
        except FrameSeenBefore:
            # Another session used the same bytes while this one was looking at them.
            again = refused(session.challenge, "frame_new", Reason.FRAME_SEEN_BEFORE)
            return self._commit(session, None, replace(looked, evidence=again, digests=(), imprints=()))

    def _commit(self, session: Session, known: Beneficiary | None, looked: Looked) -> Decided:
        decided, before = session, known

        def make(beneficiary: Beneficiary) -> Change:
            nonlocal decided, before
            before = beneficiary
            verification = self._decide(session, beneficiary, looked)
            # Every frame a human may have to look at, also of attempts after the one that opened the review.
            if verification.needs_a_human and not self._kept(session, looked):
                # Sent again while it was looked at. Were that no try, a phone could choose which of its tries a human
                # gets to see, and is counted by.
                sent_again = Decision(Outcome.REVIEW, Reason.UPLOADED_OUT_OF_TIME)
                verification = replace(verification, decision=sent_again)
            change, decided = verification.change()
            return self.issuer.signed(change)

        change = change_newest(self.register, session.beneficiary_id, make, known)
        if decided.result is None:
            raise SessionBusy
        if before and change and change.after.camera.is_many(before.camera):
            self.many_failed(session.beneficiary_id)
        accepted = decided.result.decision.outcome is Outcome.ACCEPTED
        if before and accepted and not is_invited(session.user_id):  # a letter is one person's
            mandate = before.mandate_of(session.user_id, MandateRight.CERTIFY, self.clock.today())
            self.helper_volume(
                decided,
                new_person=session.user_id not in before.certified_by,
                mandated=mandate is not None and mandate.by_office and mandate.kind is MandateKind.INSTITUTION,
            )
        return Decided(decided.result, decided.evidence)

    def _kept(self, session: Session, looked: Looked) -> bool:
        """Keep the frames for a human: whether all are still those that were looked at."""
        keep = self.photos.keep_for_review
        kept = [
            keep(session.frame_key(number), etag, session.review_key(number))
            for number, etag in enumerate(looked.etags, start=1)
        ]
        return all(kept)

    def _decide(self, session: Session, beneficiary: Beneficiary, looked: Looked) -> Verification:
        refuse_if_stopped(session, beneficiary)
        now = self.clock.now()
        policy = self.policy.of(session.proof_channel)
        attempt = beneficiary.camera.attempt_at(now, policy.attempts, session.user_id)
        decision = decide(looked.evidence, policy, session.challenge, attempt)
        if decision.outcome is Outcome.ACCEPTED and beneficiary.doubts:
            decision = Decision(Outcome.REVIEW, Reason.OFFICE_DECIDES)
        elif decision.outcome is Outcome.ACCEPTED and not _is_whole(looked, beneficiary):
            decision = Decision(Outcome.REVIEW, Reason.NOT_ASSESSED)
        elif decision.outcome is Outcome.ACCEPTED and not _is_excused(session, beneficiary, self.clock.today()):
            decision = Decision(Outcome.REVIEW, Reason.CHALLENGE_NOT_POSSIBLE)
        return Verification(
            session,
            beneficiary,
            looked.evidence,
            decision,
            policy,
            now,
            self.clock.today(),
            looked.digests,
            looked.imprints,
        )


def _is_whole(looked: Looked, beneficiary: Beneficiary) -> bool:
    """Whether an acceptance rests on frames whose bytes are remembered, each with something measured, and on a photo of
    the person that counts."""
    measured = all(frame.measures for frame in looked.evidence.frames)
    compared = {match.reference_id for match in looked.evidence.matches}
    return measured and len(looked.digests) == len(looked.etags) and compared <= {*beneficiary.reference_ids}


def _is_excused(session: Session, beneficiary: Beneficiary, today: date) -> bool:
    """Whether a human has accepted before what the person says they cannot do."""
    excused = beneficiary.excused
    return not session.cannot or (excused is not None and excused.covers(session.cannot, today))


def refused(challenge: Sequence[Step], measure: str, reason: Reason) -> Evidence:
    """Of frames that nobody looks at, and why."""
    failed = Measure(measure, Verdict.FAILED, reason=reason)
    return Evidence(tuple(FrameEvidence(step, (failed,)) for step in challenge))


def _refuse_what_cannot_be(session: Session, looked: Looked) -> None:
    frames = len(session.challenge)
    if looked.beneficiary_id != session.beneficiary_id:
        raise NotOfThisSession("another beneficiary")
    if tuple(frame.step for frame in looked.evidence.frames) != session.challenge or len(looked.etags) != frames:
        raise NotOfThisSession("other steps")
    if len(set(looked.digests)) not in (0, frames):
        raise NotOfThisSession("other frames")
