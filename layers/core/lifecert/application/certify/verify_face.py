"""Verify: look at a session's frames, decide, and write the decision with everything that follows from it."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from lifecert.application.certify.helper_volume import HelperVolume
from lifecert.application.certify.owning import own_session, refuse_if_stopped, whose_face
from lifecert.application.certify.shadow import Shadow
from lifecert.application.certify.verification import Verification
from lifecert.application.shared.changing import change_newest
from lifecert.application.shared.helping import naming_help_line
from lifecert.application.shared.issuing import Issuer
from lifecert.domain.actor import Caller
from lifecert.domain.beneficiary import Beneficiary, Change
from lifecert.domain.errors import FrameSeenBefore, FramesMissing, SessionAlreadyDecided, SessionBusy
from lifecert.domain.evidence import Evidence, FrameEvidence, Measure, Verdict
from lifecert.domain.invitation import is_invited
from lifecert.domain.policy import Decision, Outcome, Policy, decide
from lifecert.domain.reasons import Reason
from lifecert.domain.session import Session, SessionState
from lifecert.ports.clock import Clock
from lifecert.ports.photos import Photos, Upload
from lifecert.ports.references import References
from lifecert.ports.register import ChangingRegister
from lifecert.ports.sessions import SeenFrames, Sessions
from lifecert.ports.vision import Analysis, FaceAnalyser, Frame

# Longer than the function may run, so that only a dead request's claim is ever taken over.
CLAIM_DURATION = timedelta(seconds=40)


@dataclass(frozen=True, slots=True)
class VerifyFace:
    """The use case. `many_failed` is told whose failures with a face are many, counted over a lifetime."""

    register: ChangingRegister
    sessions: Sessions
    references: References
    photos: Photos
    seen_frames: SeenFrames
    analyser: FaceAnalyser
    clock: Clock
    policy: Policy
    issuer: Issuer
    helper_volume: HelperVolume
    shadow: Shadow | None = None
    many_failed: Callable[[str], None] = lambda _beneficiary_id: None

    def __call__(self, session_id: str, caller: Caller, observations: str = "") -> Session:
        """Decide a session, once. A repeat returns the session with the same result. `observations`, what the phone
        tells of itself, are kept with it and weigh nothing.

        Raises SessionNotFound (unknown or another caller's), SessionExpired, SessionBusy, FramesMissing,
        InvitationUnknown, CameraPaused, EntitlementEnded and ConsentWithdrawn; nothing is changed then.
        """
        session = own_session(self.sessions, session_id, caller)
        with naming_help_line(session.help_line):
            return session if session.result else self._verify(session, caller, observations)

    def _verify(self, session: Session, caller: Caller, observations: str) -> Session:
        session_id = session.session_id
        beneficiary = whose_face(session, self.register, self.clock.now(), self.policy)
        uploads = self._uploads(session)
        frames = [Frame(step, upload.content) for step, upload in zip(session.challenge, uploads, strict=True)]
        now = self.clock.now()
        claimed = self.sessions.claim(session_id, now, now + CLAIM_DURATION)
        if claimed is None:
            return self._decided_elsewhere(session_id, caller)
        claimed = replace(claimed, observations=observations)
        digests = tuple(hashlib.sha256(frame.content).hexdigest() for frame in frames)
        if session.state is SessionState.DECIDING:
            # Whoever had claimed it died over these very frames: they are not looked at again, and it was a try.
            analysis, digests = _refused(claimed, "claim", Reason.FILE_DAMAGED), ()
        elif len(set(digests)) < len(digests) or self.seen_frames.any_seen(digests):
            analysis, digests = _refused(claimed, "frame_new", Reason.FRAME_SEEN_BEFORE), ()
        else:
            analysis = self._analyse(claimed, beneficiary, frames, uploads)
        try:
            try:
                decided = self._commit(claimed, frames, digests, analysis, beneficiary)
            except FrameSeenBefore:
                # Another session used the same bytes while this one was looking at them.
                return self._commit(claimed, frames, (), _refused(claimed, "frame_new", Reason.FRAME_SEEN_BEFORE))
        except SessionAlreadyDecided:
            return self._decided_elsewhere(session_id, caller)
        if self.shadow and digests:
            self.shadow.score(analysis.evidence, claimed.challenge, self.policy)
        return decided

    def _analyse(
        self, session: Session, beneficiary: Beneficiary, frames: Sequence[Frame], uploads: Sequence[Upload]
    ) -> Analysis:
        """What the frames show, beside the references that count: one that a clerk replaced is kept and matched with
        nothing, but a copy of it is a copy all the same."""
        model_version = self.policy.match.model_version
        since = self.clock.now() - self.policy.replay.recent
        templates, known = self.references.faces(beneficiary.beneficiary_id, model_version, since)
        counting = {name: template for name, template in templates.items() if name in beneficiary.reference_ids}
        analysis = self.analyser.analyse(frames, counting, known)
        times = _upload_times(session, uploads, self.policy.replay.clock_tolerance)
        evidence = replace(analysis.evidence, across=(*analysis.evidence.across, times))
        return replace(analysis, evidence=evidence)

    def _uploads(self, session: Session) -> list[Upload]:
        uploads = {
            number: self.photos.read_upload(session.frame_key(number), self.policy.image.max_bytes)
            for number in range(1, len(session.challenge) + 1)
        }
        if missing := tuple(number for number, upload in uploads.items() if upload is None):
            raise FramesMissing(missing)
        return [upload for upload in uploads.values() if upload]

    def _decided_elsewhere(self, session_id: str, caller: Caller) -> Session:
        session = own_session(self.sessions, session_id, caller)
        if session.result is None:
            raise SessionBusy
        return session

    def _commit(
        self,
        session: Session,
        frames: list[Frame],
        digests: tuple[str, ...],
        analysis: Analysis,
        known: Beneficiary | None = None,
    ) -> Session:
        decided, before = session, known

        def make(beneficiary: Beneficiary) -> Change:
            nonlocal decided, before
            before = beneficiary
            verification = self._decide(session, beneficiary, analysis, digests)
            change, decided = verification.change()
            # Every frame a human may have to look at, also of attempts after the one that opened the review.
            if verification.needs_a_human:
                for number, frame in enumerate(frames, start=1):
                    self.photos.keep_for_review(session.review_key(number), frame.content)
            return self.issuer.signed(change)

        change = change_newest(self.register, session.beneficiary_id, make, known)
        if before and change and change.after.camera.is_many(before.camera):
            self.many_failed(session.beneficiary_id)
        accepted = decided.result is not None and decided.result.decision.outcome is Outcome.ACCEPTED
        if before and accepted and not is_invited(session.user_id):  # a letter is one person's
            self.helper_volume(decided, new_person=session.user_id not in before.certified_by)
        return decided

    def _decide(
        self, session: Session, beneficiary: Beneficiary, analysis: Analysis, digests: tuple[str, ...]
    ) -> Verification:
        refuse_if_stopped(session, beneficiary)
        now, evidence = self.clock.now(), analysis.evidence
        attempt = beneficiary.camera.attempt_at(now, self.policy.attempts, session.user_id)
        decision = decide(evidence, self.policy, session.challenge, attempt)
        if decision.outcome is Outcome.ACCEPTED and beneficiary.doubts:
            decision = Decision(Outcome.REVIEW, Reason.OFFICE_DECIDES)
        elif decision.outcome is Outcome.ACCEPTED and not _is_excused(session, beneficiary, self.clock.today()):
            decision = Decision(Outcome.REVIEW, Reason.CHALLENGE_NOT_POSSIBLE)
        return Verification(
            session,
            beneficiary,
            evidence,
            decision,
            self.policy,
            now,
            self.clock.today(),
            digests,
            analysis.imprints,
        )


def _is_excused(session: Session, beneficiary: Beneficiary, today: date) -> bool:
    """Whether a human has accepted before what the person says they cannot do."""
    excused = beneficiary.excused
    return not session.cannot or (excused is not None and excused.covers(session.cannot, today))


def _upload_times(session: Session, uploads: Sequence[Upload], tolerance: timedelta) -> Measure:
    """How many seconds any frame came before its session or after its deadline; 0 and below is within. In which order
    they came says nothing: a phone sends them side by side, and a slow network as it can."""
    times = [upload.at for upload in uploads]
    outside = max(session.opened_at - min(times), max(times) - session.deadline)
    within = outside <= tolerance
    return Measure(
        "upload_times",
        Verdict.PASSED if within else Verdict.FAILED,
        outside.total_seconds(),
        "seconds",
        float(within),
        None if within else Reason.UPLOADED_OUT_OF_TIME,
    )


def _refused(session: Session, measure: str, reason: Reason) -> Analysis:
    """Frames that nobody looks at, and why."""
    failed = Measure(measure, Verdict.FAILED, reason=reason)
    return Analysis(Evidence(tuple(FrameEvidence(step, (failed,)) for step in session.challenge)))
