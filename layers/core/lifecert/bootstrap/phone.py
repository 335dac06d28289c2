"""The composition root: the only place that puts real adapters behind the ports.

Each factory builds its use case once per process, at the first call; nothing is built at import. Handlers look the
factories up in their module at every call, so a test can put fakes in their place. Here are those of the phone's calls;
the others are in `bootstrap_office`, `_sweep`, `_notices` and `_streams`, by the same rules, and what they share is in
`bootstrap_parts`.
"""

import os
from collections.abc import Callable
from datetime import timedelta
from functools import cache, partial
from random import SystemRandom
from typing import TYPE_CHECKING

from lifecert.bootstrap import parts
from lifecert.entry import settings

if TYPE_CHECKING:
    from lifecert.application.certify.get_certificate import GetCertificate
    from lifecert.application.certify.get_status import GetBeneficiary, GetSession
    from lifecert.application.certify.start_session import StartSession
    from lifecert.application.certify.verify_face import VerifyFace
    from lifecert.domain.help_lines import HelpLines
    from lifecert.ports.clock import Clock
    from lifecert.ports.signing import PublicKeys
    from lifecert.ports.tokens import Tokens

# The consent text in force. A client shows the text of this version and sends the version back.
CONSENT_VERSION = "2026-1"


def at_start(*factories: Callable[[], object]) -> None:
    """Build now when this is Lambda: what the first request needs is then made while the function starts."""
    if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
        for factory in factories:
            factory()


@cache
def start_session() -> "StartSession":
    """POST /sessions."""
    from lifecert.adapters.dynamodb.sessions import DynamoSessions
    from lifecert.adapters.s3.photos import S3Photos
    from lifecert.application.certify.start_session import StartSession
    from lifecert.domain.limits import StartLimits

    names = settings.StartSessionSettings.load()
    return StartSession(
        register=parts.register(names),
        sessions=DynamoSessions(parts.dynamodb(), names.sessions_table, names.limits_table),
        photos=S3Photos(parts.s3(), names.frames_bucket),
        person_keys=parts.person_keys(names),
        clock=parts.clock(names),
        chooser=SystemRandom(),
        policy=parts.policy(),
        consent_version=CONSENT_VERSION,
        help_lines=parts.help_lines(),
        limits=parts.limits(names),
        start_limits=StartLimits(
            by_user=names.limit_starts_by_user,
            unknown_by_user=names.limit_unknown_by_user,
            for_person=names.limit_starts_for_person,
        ),
    )


@cache
def verify_face() -> "VerifyFace":
    """POST /sessions/{session_id}/verify. Loads the models."""
    from lifecert.adapters.dynamodb.seen_frames import DynamoSeenFrames
    from lifecert.adapters.s3.photos import S3Photos
    from lifecert.application.certify.helper_volume import HelperVolume
    from lifecert.application.certify.shadow import Shadow
    from lifecert.application.certify.verify_face import VerifyFace
    from lifecert.application.shared.reviewing import OpenReview
    from lifecert.entry.log import shadow_scored

    names = settings.VerifyFaceSettings.load()
    register = parts.changing_register(
        names,
        certificates=names.certificates_table,
        sessions=names.sessions_table,
        reviews=names.reviews_table,
        references=names.references_table,
        seen_frames=names.seen_frames_table,
    )
    shadow = Shadow(parts.shadow_policy(names.shadow_policy), shadow_scored) if names.shadow_policy else None
    return VerifyFace(
        register=register,
        sessions=parts.sessions(names),
        references=parts.references(names),
        photos=S3Photos(parts.s3(), names.frames_bucket, ahead=timedelta(days=names.clock_shift_days)),
        seen_frames=DynamoSeenFrames(parts.dynamodb(), names.seen_frames_table),
        analyser=parts.analyser(),
        clock=parts.clock(names),
        policy=parts.policy(),
        issuer=parts.issuer(names),
        helper_volume=HelperVolume(
            parts.limits(names),
            OpenReview(register, parts.clock(names)),
            parts.clock(names),
            names.limit_usual_helper_day,
        ),
        shadow=shadow,
    )


@cache
def get_certificate() -> "GetCertificate":
    """GET /certificates/{certificate_id}."""
    from lifecert.adapters.dynamodb.certificates import DynamoCertificates
    from lifecert.application.certify.get_certificate import GetCertificate

    names = settings.GetCertificateSettings.load()
    certificates = DynamoCertificates(parts.dynamodb(), names.certificates_table)
    return GetCertificate(certificates, parts.register(names), parts.clock(names))


@cache
def tokens() -> "Tokens":
    """Whose token it is, when sign-in is another issuer's."""
    from lifecert.adapters.oidc_tokens import OidcTokens, fetch_json

    names = settings.AuthoriseSettings.load()
    fetch = partial(fetch_json, only_https=names.stage != "local")
    return OidcTokens(names.oidc_issuer, names.oidc_audience, names.oidc_groups_claim, fetch)


@cache
def public_keys() -> "PublicKeys":
    """GET /.well-known/jwks.json."""
    from lifecert.adapters.kms.signing import KmsPublicKeys

    names = settings.GetCertificateSettings.load()
    return KmsPublicKeys(parts.client("kms"), (names.certificate_key_id, names.certificate_key_old_id))


@cache
def get_session() -> "GetSession":
    """GET /sessions/{session_id}."""
    from lifecert.application.certify.get_status import GetSession

    names = settings.GetStatusSettings.load()
    return GetSession(parts.sessions(names), parts.reviews(names))


@cache
def get_beneficiary() -> "GetBeneficiary":
    """GET /beneficiaries/{beneficiary_id}."""
    from lifecert.application.certify.get_status import GetBeneficiary

    names = settings.GetStatusSettings.load()
    register = parts.register(names)
    return GetBeneficiary(register, parts.ledger(names))


@cache
def clock() -> "Clock":
    """Time, for answers that tell how much of it is left."""
    return parts.clock(settings.Common.load())


@cache
def help_lines() -> "HelpLines":
    """Whom to call, for answers that say so."""
    return parts.help_lines()
