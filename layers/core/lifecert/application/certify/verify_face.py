"""Verify: look at a session's frames, and have decided what follows from what is seen."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from lifecert.application.certify.decide_session import refused
from lifecert.application.certify.owning import own_session, whose_face
from lifecert.application.certify.shadow import Shadow
from lifecert.application.shared.helping import naming_help_line
from lifecert.domain.actor import Caller
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.errors import FramesMissing, SessionAlreadyDecided, SessionBusy
from lifecert.domain.evidence import Measure, Verdict
from lifecert.domain.policy import Policy
from lifecert.domain.reasons import Reason
from lifecert.domain.session import Session, SessionState
from lifecert.ports.clock import Clock
from lifecert.ports.deciding import Deciding, Looked
from lifecert.ports.photos import Photos, Upload
from lifecert.ports.protection import TemplateProtection
from lifecert.ports.references import References
from lifecert.ports.register import Register
from lifecert.ports.sessions import SeenFrames, Sessions
from lifecert.ports.vision import Analysis, FaceAnalyser, Frame

# Longer than the function may run, so that only a dead request's claim is ever taken over.
CLAIM_DURATION = timedelta(seconds=40)


@dataclass(frozen=True, slots=True)
class VerifyFace:
    """The use case."""

    register: Register
    sessions: Sessions
    references: References
    photos: Photos
    seen_frames: SeenFrames
    analyser: FaceAnalyser
    clock: Clock
    policy: Policy
    decide: Deciding
    protection: TemplateProtection
    shadow: Shadow | None = None

    def __call__(self, session_id: str, caller: Caller, observations: str = "") -> Session:
        """Decide a session, once. A repeat returns the session with the same result. `observations`, what the phone
        tells of itself, are kept with it and weigh nothing.

        Raises SessionNotFound (unknown or another caller's), SessionExpired, SessionBusy, FramesMissing,
        InvitationUnknown, CameraPaused, EntitlementEnded, ConsentWithdrawn and VersionConflict; nothing is changed
        then.
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
        until = now + CLAIM_DURATION
        claimed = self.sessions.claim(session_id, now, until)
        if claimed is None:
            return self._decided_elsewhere(session_id, caller)
        digests = tuple(hashlib.sha256(frame.content).hexdigest() for frame in frames)
        if session.state is SessionState.DECIDING:
            # Whoever had claimed it died over these very frames: they are not looked at again, and it was a try.
            analysis, digests = _unseen(claimed, "claim", Reason.FILE_DAMAGED), ()
        elif len(set(digests)) < len(digests) or self.seen_frames.any_seen(digests):
            analysis, digests = _unseen(claimed, "frame_new", Reason.FRAME_SEEN_BEFORE), ()
        else:
            analysis = self._analyse(claimed, beneficiary, frames, uploads)
        looked = Looked(
            session_id=session_id,
            beneficiary_id=claimed.beneficiary_id,
            claimed_until=until,
            evidence=analysis.evidence,
            etags=tuple(upload.etag for upload in uploads),
            digests=digests,
            imprints=analysis.imprints,
            observations=observations,
        )
        try:
            decided = self.decide(looked)
        except SessionAlreadyDecided:
            return self._decided_elsewhere(session_id, caller)
        if self.shadow and digests:
            self.shadow.score(analysis.evidence, claimed.challenge, self.policy, claimed.proof_channel)
        return replace(
            claimed,
            state=SessionState.DECIDED,
            claimed_until=None,
            result=decided.result,
            evidence=decided.evidence,
            observations=observations,
        )

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
        # What is remembered of them is never stored as it is: an imprint turns back into the face.
        sealed = self.protection.seal(beneficiary.beneficiary_id, analysis.imprints)
        return replace(analysis, evidence=evidence, imprints=sealed)

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


def _unseen(session: Session, measure: str, reason: Reason) -> Analysis:
    return Analysis(refused(session.challenge, measure, reason))
