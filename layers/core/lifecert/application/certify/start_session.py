"""Start a session: find the beneficiary, draw a challenge, give upload slots."""

from dataclasses import dataclass

from lifecert.application.certify.opening import SessionOpening, StartedSession, proven_or_not
from lifecert.application.shared.finding import by_number_and_name
from lifecert.application.shared.helping import naming_help_line
from lifecert.domain.actor import User
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.challenge import Ability
from lifecert.domain.consent import GUARDIAN_AGE
from lifecert.domain.device import DeviceProof
from lifecert.domain.errors import BeneficiaryNotFound, ConsentMissing
from lifecert.domain.person import IdNumber, age_on
from lifecert.domain.session import Channel, ImageType
from lifecert.ports.keys import PersonKeys
from lifecert.ports.register import Register


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
class StartSession:
    """The use case. Two round trips to the store, whether the person is known or not, and with a device's proof too."""

    register: Register
    person_keys: PersonKeys
    consent_version: str
    opening: SessionOpening

    def __call__(self, request: StartRequest, user: User, proof: DeviceProof | None = None) -> StartedSession:
        """Open a session, or return the one opened before with the same idempotency key; through the channel that a
        device's `proof` shows, and else through the web.

        Raises ConsentMissing, BeneficiaryNotFound (unknown person and wrong name alike), CameraUnavailable (for a user
        who has nothing to do with the person), EntitlementEnded, ConsentWithdrawn, ReferenceMissing, CameraPaused,
        LimitReached, IdempotencyKeyReused and SessionExpired (a repeat that came too late).
        """
        return proven_or_not(lambda holds: self._start(request, user, holds), proof)

    def _start(self, request: StartRequest, user: User, proof: DeviceProof | None) -> StartedSession:
        opening = self.opening
        # The general help line until the person is known to be registered: it must not tell who is.
        with naming_help_line(opening.help_lines.default):
            self._check_consent(request)
            beneficiary = self._find(request, user)
        with naming_help_line(opening.help_lines.find(beneficiary.category, beneficiary.district)):
            opening.refuse_if_not_open(beneficiary, user)
            self._check_guardian(request, beneficiary, user)
            drawn = opening.drawn(request, user, beneficiary, proof)
            return opening.open(drawn, beneficiary.certified_by, proof=proof)

    def _check_consent(self, request: StartRequest) -> None:
        born = request.id_number.birth_date
        minor = born is not None and age_on(born, self.opening.clock.today()) < GUARDIAN_AGE
        if request.consent_version != self.consent_version or (minor and not request.guardian_consent):
            raise ConsentMissing(self.consent_version)

    def _check_guardian(self, request: StartRequest, beneficiary: Beneficiary, user: User) -> None:
        """Of a child whose number does not say their age, the register knows it. Counted as a start, since it tells
        something of the person."""
        opening, asks = self.opening, request.id_number.birth_date is None and not request.guardian_consent
        if asks and beneficiary.under_age_on(opening.clock.today()):
            opening.limits.take(opening.start_limits.refused(user.user_id, opening.clock.now()))
            raise ConsentMissing(self.consent_version)

    def _find(self, request: StartRequest, user: User) -> Beneficiary:
        beneficiary = by_number_and_name(self.register, self.person_keys, request.id_number, request.name)
        if beneficiary is None:
            opening = self.opening
            opening.limits.take(opening.start_limits.unknown(user.user_id, opening.clock.now()))
            raise BeneficiaryNotFound
        return beneficiary
