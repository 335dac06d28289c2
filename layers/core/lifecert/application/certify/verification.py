"""What a decided verification changes: the session's result, the beneficiary, a certificate or a review."""

import json
import uuid
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from lifecert.application.shared.certifying import Proof, certified_already, certifying
from lifecert.domain.actor import Actor, Role
from lifecert.domain.audit import is_drawn
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.change import Change, record
from lifecert.domain.evidence import Evidence
from lifecert.domain.imprint import FrameImprints, slot_of_accepted, slot_of_another
from lifecert.domain.invitation import is_invited
from lifecert.domain.ledger import Detail, LedgerEvent
from lifecert.domain.open_case import DOUBTING
from lifecert.domain.policy import Decision, Outcome, Policy
from lifecert.domain.reasons import Reason
from lifecert.domain.review import Review, ReviewKind
from lifecert.domain.session import Result, Session, SessionState
from lifecert.domain.year import valid_until_after

# The share of accepted sessions that is audited where the clerk who enrolled the face also prepared the import that
# brought the person, and no other has seen them.
AUDITED_OF_ONE_CLERK = 0.05

# Frames of a session that a human may yet accept.
_UNDECIDED = frozenset(
    {
        Reason.LIVENESS_DOUBTED,
        Reason.UPLOADED_OUT_OF_TIME,
        Reason.MATCH_UNCERTAIN,
        Reason.STEPS_UNCERTAIN,
        Reason.CHALLENGE_NOT_POSSIBLE,
        Reason.OFFICE_DECIDES,
    }
)


@dataclass(frozen=True, slots=True)
class Verification:
    """A session, the state it meets, and what was decided over its evidence by `policy`, that of its channel."""

    session: Session
    beneficiary: Beneficiary
    evidence: Evidence
    decision: Decision
    policy: Policy
    now: datetime
    today: date
    frame_digests: tuple[str, ...]
    imprints: tuple[bytes, ...] = ()

    @property
    def needs_a_human(self) -> bool:
        """Whether somebody will have to look at the frames: to decide, or to audit."""
        return self.decision.outcome is Outcome.REVIEW or self._audited

    @property
    def _audited(self) -> bool:
        accepted, audit = self.decision.outcome is Outcome.ACCEPTED, self.policy.audit
        closer = is_invited(self.session.user_id) or self.beneficiary.face_is_unproven
        rate = audit.by_invitation if closer else audit.rate
        # Whom nobody but one clerk may ever have seen: the face is the doing of whoever wrote their name into a file.
        if self.beneficiary.prepared_by in self.beneficiary.enrolled_by:
            rate = max(rate, AUDITED_OF_ONE_CLERK)
        return accepted and is_drawn(self.session.session_id, self.beneficiary.person_key, rate)

    def change(self) -> tuple[Change, Session]:
        """The one transaction that makes the decision true, and the session as it is after it."""
        return self._accepted() if self.decision.outcome is Outcome.ACCEPTED else self._failed()

    def _accepted(self) -> tuple[Change, Session]:
        session, before = self.session, self.beneficiary
        proof = Proof(
            method=session.method,
            on=self.today,
            certified_by=session.user_id,
            evidence_digest=self.evidence.digest(),
            policy_version=self.policy.version,
            calibration_version=self.policy.match.calibration_version,
            model_version=self.evidence.model_version,
            mandate=before.helped_as(session.user_id, self.today, on_behalf=session.on_behalf),
            proof_channel=session.proof_channel,
        )
        details = self._details()
        changed: dict[str, Any] = {
            "camera": before.camera.succeeded(session.user_id),
            **before.certified_as(session.user_id, on_behalf=session.on_behalf),
        }
        if again := certified_already(before, proof, self._actor, self.now, details, **changed):
            # By another session of the same day: both have the same certificate.
            change, certificate_id = again, before.certificate_id
        else:
            if self._keeps_imprints:
                # One ring of those that gave a certificate: nothing that anybody else sends moves it.
                changed["sessions_kept"] = details["sessions_kept"] = before.sessions_kept + 1
            change, certificate = certifying(before, proof, self._actor, self.now, self.today, details, **changed)
            certificate_id = certificate.certificate_id
        decided = self._decided(certificate_id=certificate_id, valid_until=valid_until_after(proof.on))
        # Beside the acceptance and never in its way: no open review of the beneficiary, nothing told to the phone.
        audit = self._review(str(uuid.uuid4()), ReviewKind.AUDIT) if self._audited else None
        return self._with_frames(replace(change, session=decided, review=audit)), decided

    def _failed(self) -> tuple[Change, Session]:
        before, review_id, review = self.beneficiary, None, None
        joined = before
        if self.decision.outcome is Outcome.REVIEW:
            # One open case for each who tries: further attempts of theirs belong to it, and nobody else's. Only of more
            # than are remembered do several belong to one.
            known = before.case_of_try(self.session.user_id)
            review_id = known.review_id if known else str(uuid.uuid4())
            review = None if known else self._review(review_id, ReviewKind.VERIFICATION)
            if known:
                doubts = self.decision.reason in DOUBTING
                joined = before.with_joined(known, self.session.user_id, doubts=doubts)
        after, more = joined if self._waits else self._after_a_failure(joined), {}
        if self._waits:
            # The person did all that they could: what is open is others' to decide.
            after = after.waiting(self.today)
            more["spared_until"] = after.spared_until.isoformat() if after.spared_until else None
        after, entry = record(
            after.with_case(review) if review else after,
            LedgerEvent.VERIFICATION_FAILED,
            self._actor,
            self.now,
            self._details(outcome=self.decision.outcome, reason=self.decision.reason, review_id=review_id, **more),
        )
        decided = self._decided(review_id=review_id)
        return self._with_frames(Change(before.version, after, entry, session=decided, review=review)), decided

    @property
    def _waits(self) -> bool:
        return self.decision.reason in (Reason.OFFICE_DECIDES, Reason.CHALLENGE_NOT_POSSIBLE)

    def _after_a_failure(self, before: Beneficiary) -> Beneficiary:
        face = bool(self.evidence.matches)
        failed = before.camera.failed(self.now, self.policy.attempts, self.session.user_id, face=face)
        return replace(before, camera=failed)

    @property
    def _keeps_imprints(self) -> bool:
        return bool(self.imprints and self.beneficiary.reference_ids)

    def _with_frames(self, change: Change) -> Change:
        """The change with what is remembered of the frames: of all their bytes, and of those that served, or may yet,
        their imprints. Those of a certificate are in a ring of their own."""
        before, kept = self.beneficiary, None
        served = self.decision.outcome is Outcome.ACCEPTED or self.decision.reason in _UNDECIDED
        if served and self._keeps_imprints:
            certified = change.after.sessions_kept > before.sessions_kept
            slot = slot_of_accepted(before.sessions_kept) if certified else slot_of_another(before.version)
            kept = FrameImprints(before.reference_ids[0], slot, self.imprints, self.now)
        return replace(change, frame_digests=self.frame_digests, frame_imprints=kept)

    @property
    def _actor(self) -> Actor:
        return Actor(self.session.user_id, Role.USER)

    def _review(self, review_id: str, kind: ReviewKind) -> Review:
        return Review(
            review_id=review_id,
            beneficiary_id=self.beneficiary.beneficiary_id,
            kind=kind,
            opened_at=self.now,
            opened_by=self._actor,
            session_id=self.session.session_id,
            reason=self.decision.reason,
        )

    def _decided(
        self, certificate_id: str | None = None, review_id: str | None = None, valid_until: date | None = None
    ) -> Session:
        return replace(
            self.session,
            state=SessionState.DECIDED,
            claimed_until=None,
            result=Result(self.decision, self.now, certificate_id, review_id, valid_until),
            evidence=json.dumps(asdict(self.evidence), sort_keys=True, separators=(",", ":")),
        )

    def _details(self, **details: Detail) -> dict[str, Detail]:
        return {
            "session_id": self.session.session_id,
            **self.session.came_by,
            "on_behalf": self.session.on_behalf,
            **({"cannot": ",".join(self.session.cannot)} if self.session.cannot else {}),
            "consent_version": self.session.consent.version,
            "consent_given_at": self.session.consent.given_at.isoformat(),
            "guardian_consent": self.session.consent.guardian,
            "policy_version": self.policy.version,
            "calibration_version": self.policy.match.calibration_version,
            "model_version": self.evidence.model_version,
            "evidence_digest": self.evidence.digest(),
            **details,
        }
