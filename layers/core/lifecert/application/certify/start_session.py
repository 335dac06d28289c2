"""Start a session: find the beneficiary, draw a challenge, give upload slots."""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import timedelta

from lifecert.application.faces.consent import refuse_without_consent
from lifecert.application.shared.finding import by_number_and_name
from lifecert.application.shared.helping import naming_help_line
from lifecert.domain.actor import User
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.challenge import Ability, Chooser, draw
from lifecert.domain.errors import (
    BeneficiaryNotFound,
    CameraPaused,
    ConsentMissing,
    EntitlementEnded,
    IdempotencyKeyReused,
    LifeCertError,
    ReferenceMissing,
    SessionExpired,
)
from lifecert.domain.help_lines import HelpLines
from lifecert.domain.limits import StartLimits
from lifecert.domain.person import IdNumber
from lifecert.domain.policy import Policy
from lifecert.domain.session import Channel, Consent, ImageType, Session
from lifecert.domain.status import Status
from lifecert.ports.clock import Clock
from lifecert.ports.keys import PersonKeys
from lifecert.ports.photos import Photos, UploadSlot
from lifecert.ports.register import Register
from lifecert.ports.sessions import Limits, Sessions

SESSION_DURATION = timedelta(minutes=10)
GUARDIAN_AGE = 14


@dataclass(frozen=True, slots=True)
class StartRequest:
    """What a phone asks for. `cannot` is what the person said they cannot do."""

    name: str
    id_number: IdNumber
    on_behalf: bool
    channel: Channel
    consent_version: str
    guardian_consent: bool
    cannot: frozenset[Ability]
    image_type: ImageType
    idempotency_key: str | None


@dataclass(frozen=True, slots=True)
class StartedSession:
    """A session and one upload slot per step of its challenge."""

    session: Session
    slots: tuple[UploadSlot, ...]


@dataclass(frozen=True, slots=True)
class StartSession:
    """The use case. Two round trips to the store, whether the person is known or not."""

    register: Register
    sessions: Sessions
    photos: Photos
    person_keys: PersonKeys
    clock: Clock
    chooser: Chooser
    policy: Policy
    consent_version: str
    help_lines: HelpLines
    limits: Limits
    start_limits: StartLimits

    def __call__(self, request: StartRequest, user: User) -> StartedSession:
        """Open a session, or return the one opened before with the same idempotency key.

        Raises ConsentMissing, BeneficiaryNotFound (unknown person and wrong name alike), EntitlementEnded,
        ConsentWithdrawn, ReferenceMissing, CameraPaused, LimitReached, IdempotencyKeyReused and SessionExpired (a
        repeat that came too late).
        """
        # The general help line until the person is known to be registered: it must not tell who is.
        with naming_help_line(self.help_lines.default):
            self._check_consent(request)
            beneficiary = self._find(request, user)
        help_line = self.help_lines.find(beneficiary.category, beneficiary.district)
        with naming_help_line(help_line):
            return self._start(request, user, beneficiary, help_line)

    def _start(self, request: StartRequest, user: User, beneficiary: Beneficiary, help_line: str) -> StartedSession:
        self._check_open(beneficiary, user)
        drawn = self._draw(request, user, beneficiary, help_line)
        # Who is over a limit hears the same, and the same help line, for known and for unknown people.
        with naming_help_line(self.help_lines.default):
            counts = self.start_limits.started(user.user_id, beneficiary.beneficiary_id, self.clock.now())
            session = self.sessions.open(drawn, counts)
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

    def _check_consent(self, request: StartRequest) -> None:
        minor = request.id_number.age_on(self.clock.today()) < GUARDIAN_AGE
        if request.consent_version != self.consent_version or (minor and not request.guardian_consent):
            raise ConsentMissing(self.consent_version)

    def _find(self, request: StartRequest, user: User) -> Beneficiary:
        beneficiary = by_number_and_name(self.register, self.person_keys, request.id_number, request.name)
        if beneficiary is None:
            self.limits.take(self.start_limits.unknown(user.user_id, self.clock.now()))
            raise BeneficiaryNotFound
        return beneficiary

    def _check_open(self, beneficiary: Beneficiary, user: User) -> None:
        try:
            self._refuse_if_not_open(beneficiary)
        except LifeCertError:
            with naming_help_line(self.help_lines.default):
                self.limits.take(self.start_limits.refused(user.user_id, self.clock.now()))
            raise

    def _refuse_if_not_open(self, beneficiary: Beneficiary) -> None:
        if beneficiary.status is Status.TERMINATED:
            raise EntitlementEnded
        refuse_without_consent(beneficiary)
        if not beneficiary.has_reference:
            raise ReferenceMissing
        if until := beneficiary.camera.pause_at(self.clock.now()):
            raise CameraPaused(until)

    def _draw(self, request: StartRequest, user: User, beneficiary: Beneficiary, help_line: str) -> Session:
        now = self.clock.now()
        return Session(
            session_id=_session_id(user, request.idempotency_key),
            user_id=user.user_id,
            beneficiary_id=beneficiary.beneficiary_id,
            on_behalf=request.on_behalf,
            channel=request.channel,
            consent=Consent(request.consent_version, now, request.guardian_consent),
            challenge=draw(request.cannot, self.policy.challenge.steps, self.chooser),
            image_type=request.image_type,
            attempt=beneficiary.camera.attempt_at(now, self.policy.attempts),
            opened_at=now,
            deadline=now + SESSION_DURATION,
            request_digest=_request_digest(request, beneficiary),
            help_line=help_line,
        )


def _session_id(user: User, idempotency_key: str | None) -> str:
    # The same user's same key always gives the same id: a repeated request meets its own session.
    if idempotency_key is None:
        return str(uuid.uuid4())
    digest = hashlib.sha256(f"{user.user_id}\n{idempotency_key}".encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))


def _request_digest(request: StartRequest, beneficiary: Beneficiary) -> str:
    parts = (
        beneficiary.beneficiary_id,
        str(request.on_behalf),
        request.channel,
        request.consent_version,
        str(request.guardian_consent),
        ",".join(sorted(request.cannot)),
        request.image_type,
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
