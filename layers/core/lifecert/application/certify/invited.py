"""By invitation: whose it is, and a session for that person, without an account."""

from dataclasses import dataclass, replace

from lifecert.application.certify.opening import SessionOpening, StartedSession, proven_or_not, refuse_without_camera
from lifecert.application.shared.finding import ByCode
from lifecert.application.shared.helping import naming_help_line
from lifecert.domain.actor import SessionSecret, User
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.challenge import Ability
from lifecert.domain.device import DeviceProof
from lifecert.domain.errors import ConsentMissing, IdempotencyKeyReused
from lifecert.domain.invitation import Invitation, InvitationCode
from lifecert.domain.limits import invitation_day
from lifecert.domain.session import Channel, ImageType
from lifecert.ports.invitations import HelperSeal


@dataclass(frozen=True, slots=True)
class InvitedRequest:
    """What a phone asks for. `cannot` is what the person said they cannot do; `helper_name` is what whoever helps them
    says they are called."""

    code: InvitationCode
    on_behalf: bool
    helper_name: str | None
    consent_version: str
    guardian_consent: bool
    cannot: frozenset[Ability]
    image_type: ImageType
    idempotency_key: str | None
    channel: Channel = Channel.WEB


@dataclass(frozen=True, slots=True)
class InvitedPerson:
    """Whose invitation it is, and what a start will ask for."""

    invitation: Invitation
    beneficiary: Beneficiary
    consent_version: str
    guardian: bool
    help_line: str


@dataclass(frozen=True, slots=True)
class InvitedSession:
    """A session, and the secret by which whoever started it shows that it is theirs."""

    started: StartedSession
    secret: SessionSecret


@dataclass(frozen=True, slots=True)
class Invited:
    """Finds the person by the code of an invitation.

    `uses` are the sessions that one invitation starts in a day. Never for good: whoever finds the letter must not be
    able to use it up.
    """

    by_code: ByCode
    opening: SessionOpening
    consent_version: str
    uses: int

    def find(self, code: InvitationCode) -> tuple[Invitation, Beneficiary]:
        """Raises InvitationUnknown."""
        return self.by_code(code, self.opening.clock.today())

    def needs_guardian(self, invitation: Invitation, beneficiary: Beneficiary) -> bool:
        """Whether a guardian must consent: as the clerk said who issued the letter, or as the birthday says."""
        return invitation.guardian or beneficiary.under_age_on(self.opening.clock.today())


@dataclass(frozen=True, slots=True)
class ShowInvited:
    """The use case. Changes nothing and counts nothing: 'this is not me' harms nobody."""

    invited: Invited

    def __call__(self, code: InvitationCode) -> InvitedPerson:
        """Whom a code invites. Raises InvitationUnknown, EntitlementEnded, ConsentWithdrawn, CameraPaused and
        LimitReached (no more uses today)."""
        opening = self.invited.opening
        with naming_help_line(opening.help_lines.default):
            invitation, beneficiary = self.invited.find(code)
        help_line = opening.help_lines.find(beneficiary.category, beneficiary.district)
        with naming_help_line(help_line):
            refuse_without_camera(beneficiary, opening.clock.now(), opening.policy, invitation.user_id)
            local = opening.clock.local()
            opening.limits.take((invitation_day(invitation.invitation_id, local, self.invited.uses, adds=False),))
        guardian = self.invited.needs_guardian(invitation, beneficiary)
        return InvitedPerson(invitation, beneficiary, self.invited.consent_version, guardian, help_line)


@dataclass(frozen=True, slots=True)
class StartInvited:
    """The use case. The invitation is the user: limits, reviews and the ledger name it."""

    invited: Invited
    seal: HelperSeal

    def __call__(self, request: InvitedRequest, proof: DeviceProof | None = None) -> InvitedSession:
        """Open a session, or return the one opened before with the same idempotency key, and its same secret; through
        the channel that a device's `proof` shows, and else through the web.

        Raises ConsentMissing, InvitationUnknown, EntitlementEnded, ConsentWithdrawn, ReferenceMissing, CameraPaused,
        LimitReached, IdempotencyKeyReused and SessionExpired (a repeat that came too late).
        """
        return proven_or_not(lambda holds: self._checked(request, holds), proof)

    def _checked(self, request: InvitedRequest, proof: DeviceProof | None) -> InvitedSession:
        invited, opening = self.invited, self.invited.opening
        with naming_help_line(opening.help_lines.default):
            if request.consent_version != invited.consent_version:
                raise ConsentMissing(invited.consent_version)
            invitation, beneficiary = invited.find(request.code)
        with naming_help_line(opening.help_lines.find(beneficiary.category, beneficiary.district)):
            if invited.needs_guardian(invitation, beneficiary) and not request.guardian_consent:
                raise ConsentMissing(invited.consent_version)
            return self._start(request, invitation, beneficiary, proof)

    def _start(
        self, request: InvitedRequest, invitation: Invitation, beneficiary: Beneficiary, proof: DeviceProof | None
    ) -> InvitedSession:
        opening, user = self.invited.opening, User(invitation.user_id)
        opening.refuse_if_not_open(beneficiary, user, invited=True)
        drawn = opening.drawn(request, user, beneficiary, proof)
        secret = SessionSecret(self.invited.by_code.keys.session_secret(drawn.session_id))
        helper = self.seal.seal(drawn.session_id, request.helper_name) if request.helper_name else None
        drawn = replace(drawn, secret_digest=secret.digest, helper_name=helper)
        uses = invitation_day(invitation.invitation_id, opening.clock.local(), self.invited.uses)
        started = opening.open(drawn, beneficiary.certified_by, (uses,), proof)
        if started.session.secret_digest != secret.digest:
            # The secret that makes session secrets is another since: this session cannot be gone on with.
            raise IdempotencyKeyReused
        return InvitedSession(started, secret)
