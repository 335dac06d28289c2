"""Opening a session for a beneficiary who is found: what all ways to start one have in common."""

import hashlib
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from lifecert.application.certify.owning import refuse_if_no_face_may_be_used, refuse_while_paused
from lifecert.application.shared.helping import naming_help_line
from lifecert.domain.actor import User
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.challenge import Ability, Chooser, draw, in_order, seed_of
from lifecert.domain.device import DeviceProof
from lifecert.domain.errors import (
    CameraUnavailable,
    ConsentWithdrawn,
    DeviceNotProven,
    EntitlementEnded,
    IdempotencyKeyReused,
    LifeCertError,
    ReferenceMissing,
    SessionExpired,
)
from lifecert.domain.help_lines import HelpLines
from lifecert.domain.limits import Count, StartLimits
from lifecert.domain.policy import Policy
from lifecert.domain.proof_channel import ProofChannel
from lifecert.domain.session import Channel, Consent, ImageType, Session
from lifecert.ports.clock import Clock
from lifecert.ports.photos import Photos, UploadSlot
from lifecert.ports.sessions import Limits, Sessions

# What these say of a person is for the person, and for whoever has to do with them.
STANDING_TOLD = (EntitlementEnded, ConsentWithdrawn, ReferenceMissing)
SESSION_DURATION = timedelta(minutes=10)
_Started = TypeVar("_Started")


class Wanted(Protocol):
    """What every phone asks for. `cannot` is what the person said they cannot do."""

    @property
    def on_behalf(self) -> bool:
        """Whether somebody acts for the person."""
        ...

    @property
    def channel(self) -> Channel:
        """Where it is asked."""
        ...

    @property
    def consent_version(self) -> str:
        """The consent text that was agreed to."""
        ...

    @property
    def guardian_consent(self) -> bool:
        """Whether a guardian agreed."""
        ...

    @property
    def cannot(self) -> frozenset[Ability]:
        """What the person cannot do."""
        ...

    @property
    def image_type(self) -> ImageType:
        """What will be uploaded."""
        ...

    @property
    def idempotency_key(self) -> str | None:
        """What a repeat has in common with the first."""
        ...


@dataclass(frozen=True, slots=True)
class StartedSession:
    """A session and one upload slot per step of its challenge."""

    session: Session
    slots: tuple[UploadSlot, ...]


@dataclass(frozen=True, slots=True)
class SessionOpening:
    """One round trip to the store. `chooser` draws by a seed, the same whenever the seed is."""

    sessions: Sessions
    photos: Photos
    clock: Clock
    chooser: Callable[[bytes], Chooser]
    policy: Policy
    help_lines: HelpLines
    limits: Limits
    start_limits: StartLimits

    def refuse_if_not_open(self, beneficiary: Beneficiary, user: User, *, invited: bool = False) -> None:
        """Count a start that comes to nothing.

        Raises EntitlementEnded, ConsentWithdrawn, ReferenceMissing, CameraPaused and LimitReached; for whoever has no
        letter of the person's and nothing to do with them CameraUnavailable in place of the first three.
        """
        try:
            refuse_without_camera(beneficiary, self.clock.now(), self.policy, user.user_id)
            if not beneficiary.has_reference:
                raise ReferenceMissing
        except LifeCertError as error:
            with naming_help_line(self.help_lines.default):
                self.limits.take(self.start_limits.refused(user.user_id, self.clock.now()))
            if isinstance(error, STANDING_TOLD) and not (
                invited or beneficiary.concerns(user.user_id, self.clock.today())
            ):
                raise CameraUnavailable(type(error).__name__) from None
            raise

    def drawn(self, wanted: Wanted, user: User, beneficiary: Beneficiary, proof: DeviceProof | None = None) -> Session:
        """A session with its challenge, not stored yet; of the channel that is proven, if `proof` holds."""
        now, camera = self.clock.now(), beneficiary.camera
        channel = proof.channel if proof else ProofChannel.WEB
        chooser = self.chooser(seed_of(beneficiary.person_key, self.clock.today(), camera.faces_ever))
        return Session(
            session_id=_session_id(user, wanted.idempotency_key),
            user_id=user.user_id,
            beneficiary_id=beneficiary.beneficiary_id,
            on_behalf=wanted.on_behalf,
            channel=wanted.channel,
            consent=Consent(wanted.consent_version, now, wanted.guardian_consent),
            challenge=draw(wanted.cannot, self.policy.of(channel).challenge.steps, chooser),
            image_type=wanted.image_type,
            attempt=camera.attempt_at(now, self.policy.attempts, user.user_id),
            opened_at=now,
            deadline=now + SESSION_DURATION,
            request_digest=_request_digest(wanted, beneficiary),
            help_line=self.help_lines.find(beneficiary.category, beneficiary.district),
            cannot=in_order(wanted.cannot),
            proof_channel=channel,
            device_id=proof.device_id if proof else "",
        )

    def open(
        self,
        drawn: Session,
        certified_by: Sequence[str],
        counts: Sequence[Count] = (),
        proof: DeviceProof | None = None,
    ) -> StartedSession:
        """Store it, counted as a start and in `counts`, or take the one opened before with the same idempotency key.
        `certified_by` are those who certified the person before, whom others' starts do not stop.

        Raises LimitReached, DeviceNotProven, IdempotencyKeyReused and SessionExpired (a repeat that came too late).
        """
        # Who is over a limit hears the same, and the same help line, for known and for unknown people.
        with naming_help_line(self.help_lines.default):
            certified = drawn.user_id in certified_by
            started = self.start_limits.started(drawn.user_id, drawn.beneficiary_id, certified, self.clock.now())
            session = self.sessions.open(drawn, (*started, *counts), proof)
        if session.request_digest != drawn.request_digest:
            raise IdempotencyKeyReused
        seconds = int((session.deadline - self.clock.now()).total_seconds())
        if seconds <= 0:
            raise SessionExpired
        slots = tuple(
            self.photos.upload_slot(session.frame_key(number), session.image_type, self.policy.image.max_bytes, seconds)
            for number in range(1, len(session.challenge) + 1)
        )
        return StartedSession(session, slots)


def proven_or_not(start: Callable[[DeviceProof | None], _Started], proof: DeviceProof | None) -> _Started:
    """Start by a device's proof; where that does not hold, as anybody does: nobody is sent away because a tablet's
    registration ended, and what is proven falsely brings nothing. The price is that the person is looked up again."""
    if proof is None:
        return start(None)
    try:
        return start(proof)
    except DeviceNotProven:
        return start(None)


def refuse_without_camera(beneficiary: Beneficiary, now: datetime, policy: Policy, user_id: str) -> None:
    """Raises EntitlementEnded, ConsentWithdrawn and CameraPaused (for this user)."""
    refuse_if_no_face_may_be_used(beneficiary)
    refuse_while_paused(beneficiary, now, policy, user_id)


def _session_id(user: User, idempotency_key: str | None) -> str:
    # The same user's same key always gives the same id: a repeated request meets its own session.
    if idempotency_key is None:
        return str(uuid.uuid4())
    digest = hashlib.sha256(f"{user.user_id}\n{idempotency_key}".encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))


def _request_digest(wanted: Wanted, beneficiary: Beneficiary) -> str:
    parts = (
        beneficiary.beneficiary_id,
        str(wanted.on_behalf),
        wanted.channel,
        wanted.consent_version,
        str(wanted.guardian_consent),
        ",".join(sorted(wanted.cannot)),
        wanted.image_type,
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
