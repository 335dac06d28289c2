"""The phone's calls: start, verify, look at what came of it, check a certificate; and whose token it is."""

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from lifecert.bootstrap import parts, stores
from lifecert.entry import settings
from lifecert.entry.setting_values import Address, Name, Positive, SecretVersion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lifecert.application.certify.decide_session import DecideSession
    from lifecert.application.certify.get_certificate import GetCertificate
    from lifecert.application.certify.get_mine import GetMyPeople, GetMySessions
    from lifecert.application.certify.get_status import GetBeneficiary, GetOwnStanding, GetSession
    from lifecert.application.certify.invited import Invited, ShowInvited, StartInvited
    from lifecert.application.certify.look import LookAtFrame
    from lifecert.application.certify.opening import SessionOpening
    from lifecert.application.certify.start_session import StartSession
    from lifecert.application.certify.verify_face import VerifyFace
    from lifecert.domain.client_config import ClientConfig
    from lifecert.ports.devices import DeviceProofs
    from lifecert.ports.signing import PublicKeys
    from lifecert.ports.tokens import Tokens

# For answers that say how much time is left, whom to call, and where a person belongs.
clock = parts.answering_clock
help_lines = parts.help_lines
district_names = parts.district_names
certificate_site = parts.certificate_site
sources = parts.sources


class _StartSettings(
    settings.WithBeneficiaries,
    settings.WithSessions,
    settings.WithFrames,
    settings.WithStartLimits,
    settings.WithDevices,
    settings.Common,
):
    """Opens sessions."""


def _opening(names: _StartSettings) -> "SessionOpening":
    from lifecert.application.certify.opening import SessionOpening

    return SessionOpening(
        sessions=stores.sessions(names, counting_in=names.limits_table, devices_in=names.devices_table),
        photos=parts.photos(names.frames_bucket),
        clock=parts.clock(names),
        chooser=parts.seeded_chooser,
        policy=parts.policy(),
        help_lines=parts.help_lines(),
        limits=stores.limits(names),
        start_limits=parts.start_limits(names),
    )


@cache
def device_proofs() -> "DeviceProofs":
    """What devices sign, at a start."""
    return parts.device_proofs(settings.Common.load())


class StartSessionSettings(settings.WithPersonKeys, _StartSettings):
    """start_session."""


@cache
def start_session() -> "StartSession":
    """POST /sessions."""
    from lifecert.application.certify.start_session import StartSession

    names = StartSessionSettings.load()
    return StartSession(
        register=stores.register(names),
        person_keys=parts.person_keys(names),
        consent_version=parts.consent_texts().in_force,
        opening=_opening(names),
    )


class UseInvitationSettings(settings.WithInvitations, _StartSettings):
    """use_invitation."""

    limit_invitation_uses_day: Positive
    helper_key_id: Name


def _invited(names: UseInvitationSettings) -> "Invited":
    from lifecert.application.certify.invited import Invited
    from lifecert.application.shared.finding import ByCode

    return Invited(
        by_code=ByCode(stores.invitations(names), stores.register(names), parts.invitation_keys(names)),
        opening=_opening(names),
        consent_version=parts.consent_texts().in_force,
        uses=names.limit_invitation_uses_day,
    )


@cache
def show_invited() -> "ShowInvited":
    """POST /invitations/person."""
    from lifecert.application.certify.invited import ShowInvited

    return ShowInvited(_invited(UseInvitationSettings.load()))


@cache
def start_invited() -> "StartInvited":
    """POST /invitations/sessions."""
    from lifecert.application.certify.invited import StartInvited

    names = UseInvitationSettings.load()
    return StartInvited(_invited(names), parts.helper_names(names.helper_key_id))


class VerifyFaceSettings(
    settings.WithBeneficiaries,
    settings.WithSessions,
    settings.WithTemplates,
    settings.WithFrames,
    settings.WithLimits,
    settings.Common,
):
    """verify_face. It decides nothing: `decide_function` does."""

    seen_frames_table: Name
    template_secret_version: SecretVersion
    decide_function: Name
    # The version of a policy on trial; empty for none.
    shadow_policy: Annotated[str, Field(pattern=r"^[0-9A-Za-z.-]{0,40}$")] = ""


@cache
def verify_face() -> "VerifyFace":
    """POST /sessions/{session_id}/verify. Loads the models."""
    from lifecert.application.certify.shadow import Shadow
    from lifecert.application.certify.verify_face import VerifyFace
    from lifecert.entry.log import shadow_scored

    names = VerifyFaceSettings.load()
    shadow = Shadow(parts.shadow_policy(names.shadow_policy), shadow_scored) if names.shadow_policy else None
    protection = parts.protection(names.template_key_id, names.template_secret_version)
    return VerifyFace(
        register=stores.register(names),
        sessions=stores.sessions(names),
        references=stores.plain_references(names, protection),
        photos=parts.photos(names.frames_bucket, ahead=timedelta(days=names.clock_shift_days)),
        seen_frames=stores.seen_frames(names.seen_frames_table),
        analyser=parts.analyser(),
        clock=parts.clock(names),
        policy=parts.policy(),
        decide=parts.deciding(names.decide_function),
        protection=protection,
        shadow=shadow,
    )


class DecideSessionSettings(
    settings.WithChanges,
    settings.WithSessions,
    settings.WithReferences,
    settings.WithFrames,
    settings.WithIssuer,
    settings.WithLimits,
    settings.WithReviews,
    settings.Common,
):
    """decide_session."""

    seen_frames_table: Name
    limit_usual_helper_day: Positive


@cache
def decide_session() -> "DecideSession":
    """What verify_face asks for once it has looked."""
    from lifecert.application.certify.decide_session import DecideSession
    from lifecert.application.certify.helper_volume import HelperVolume
    from lifecert.application.shared.reviewing import OpenReview
    from lifecert.entry.log import many_failed

    names = DecideSessionSettings.load()
    register = stores.changing_register(
        names,
        certificates=names.certificates_table,
        sessions=names.sessions_table,
        reviews=names.reviews_table,
        references=names.references_table,
        seen_frames=names.seen_frames_table,
    )
    clock = parts.clock(names)
    open_review = OpenReview(register, clock)
    return DecideSession(
        claims=stores.claims(names.sessions_table, names.beneficiaries_table),
        register=register,
        photos=parts.photos(names.frames_bucket),
        clock=clock,
        policy=parts.policy(),
        issuer=parts.issuer(names),
        helper_volume=HelperVolume(stores.limits(names), open_review, clock, names.limit_usual_helper_day),
        many_failed=many_failed,
    )


def answer_to(message: "Mapping[str, Any]", decide: "DecideSession") -> dict[str, Any]:
    """What decide_session answers to verify_face."""
    from lifecert.adapters.messages.deciding import answer_to

    return answer_to(message, decide)


@cache
def look_at_frame() -> "LookAtFrame":
    """POST /sessions/{session_id}/look. Loads the models."""
    from lifecert.application.certify.look import LookAtFrame

    names = VerifyFaceSettings.load()
    return LookAtFrame(
        register=stores.register(names),
        sessions=stores.sessions(names),
        photos=parts.photos(names.frames_bucket),
        limits=stores.limits(names),
        analyser=parts.analyser(),
        clock=parts.clock(names),
        policy=parts.policy(),
    )


class GetStatusSettings(
    settings.WithBeneficiaries,
    settings.WithLedger,
    settings.WithSessions,
    settings.WithCertificatesTable,
    settings.WithReviews,
    settings.WithAccessLog,
    settings.WithPersonKeys,
    settings.Common,
):
    """get_status."""


@cache
def get_session() -> "GetSession":
    """GET /sessions/{session_id}."""
    from lifecert.application.certify.get_status import GetSession

    names = GetStatusSettings.load()
    return GetSession(stores.sessions(names), stores.reviews(names))


@cache
def get_beneficiary() -> "GetBeneficiary":
    """GET /beneficiaries/{beneficiary_id}."""
    from lifecert.application.certify.get_status import GetBeneficiary

    names = GetStatusSettings.load()
    clock = parts.clock(names)
    return GetBeneficiary(stores.register(names), stores.ledger(names), stores.noting(names, clock), clock)


@cache
def get_own_standing() -> "GetOwnStanding":
    """GET /me/standing."""
    from lifecert.application.certify.get_status import GetOwnStanding

    names = GetStatusSettings.load()
    return GetOwnStanding(stores.register(names), stores.ledger(names), parts.person_keys(names))


@cache
def get_my_sessions() -> "GetMySessions":
    """GET /me/sessions."""
    from lifecert.application.certify.get_mine import GetMySessions

    names = GetStatusSettings.load()
    return GetMySessions(stores.sessions(names), stores.reviews(names))


@cache
def get_my_people() -> "GetMyPeople":
    """GET /me/people."""
    from lifecert.application.certify.get_mine import GetMyPeople

    names = GetStatusSettings.load()
    return GetMyPeople(stores.certificates(names), stores.register(names))


class GetConfigSettings(settings.Common):
    """get_config: how people sign in. With the stack's own user pool its calls go to `sign_in_endpoint`."""

    sign_in_with: Literal["SignedIn", "OtherIssuer"]
    sign_in_issuer: Address
    sign_in_discovery: Address
    sign_in_endpoint: Address
    sign_in_client_id: Name
    sign_in_scopes: Name


@cache
def client_config() -> "ClientConfig":
    """GET /config. The same for everybody, so it is put together once."""
    from lifecert.domain.client_config import ClientConfig, SignIn, SignInKind

    names = GetConfigSettings.load()
    own = names.sign_in_with == "SignedIn"
    return ClientConfig(
        consent=parts.consent_texts(),
        help_lines=parts.help_lines(),
        policy=parts.policy(),
        numbers=names.number_schemes,
        sign_in=SignIn(
            kind=SignInKind.USER_POOL if own else SignInKind.OTHER_ISSUER,
            issuer=names.sign_in_issuer,
            discovery=names.sign_in_discovery,
            endpoint=names.sign_in_endpoint if own else None,
            client_id=names.sign_in_client_id,
            scopes=tuple(names.sign_in_scopes.split()),
        ),
    )


class GetCertificateSettings(settings.WithBeneficiaries, settings.WithCertificates, settings.Common):
    """get_certificate. The old key is the one before the last rotation, or the same again."""

    certificate_key_old_id: Name


@cache
def get_certificate() -> "GetCertificate":
    """GET /certificates/{certificate_id}."""
    from lifecert.application.certify.get_certificate import GetCertificate

    names = GetCertificateSettings.load()
    return GetCertificate(stores.certificates(names), stores.register(names), parts.clock(names))


@cache
def public_keys() -> "PublicKeys":
    """GET /.well-known/jwks.json."""
    names = GetCertificateSettings.load()
    return parts.public_keys(names.certificate_key_id, names.certificate_key_old_id)


class AuthoriseSettings(settings.Common):
    """authorise. Without an audience only payers' programs are let in. Keys travel over https, but for an issuer on the
    machine of a local stack, which may publish them elsewhere than its name says (`oidc_discovery`)."""

    oidc_issuer: Annotated[str, Field(pattern=r"^https?://\S+$")]
    oidc_audience: str
    oidc_groups_claim: Name
    oidc_payer_claim: Name
    oidc_number_claim: str
    oidc_discovery: str = ""

    @model_validator(mode="after")
    def _keys_come_safely(self) -> Self:
        if self.stage != "local" and not self.oidc_issuer.startswith("https://"):
            raise ValueError("OIDC_ISSUER must be https unless STAGE is local")
        if self.stage != "local" and self.oidc_discovery:
            raise ValueError("OIDC_DISCOVERY must be empty unless STAGE is local")
        return self


@cache
def tokens() -> "Tokens":
    """Whose token it is: a payer's program's, or anybody's when sign-in is another issuer's."""
    names = AuthoriseSettings.load()
    return parts.tokens(
        names.oidc_issuer,
        names.oidc_audience,
        names.oidc_groups_claim,
        names.oidc_payer_claim,
        names.oidc_discovery,
        names.oidc_number_claim,
        only_https=names.stage != "local",
    )
