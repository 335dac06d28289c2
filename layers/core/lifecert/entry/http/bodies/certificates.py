"""Certificates, and the keys to check them with."""

from collections.abc import Mapping
from datetime import date

from lifecert.application.certify.get_certificate import CertificateView
from lifecert.domain.certificate import CertificateState, RevocationCause
from lifecert.entry.models import Moment, Response


class CertificateShown(Response):
    """A certificate for whoever holds its id: what it is worth today, and the signed statement itself."""

    certificate_id: str
    state: CertificateState
    revoked_at: Moment | None
    revoked_for: RevocationCause | None
    valid_until: date
    statement: str

    @staticmethod
    def of(view: CertificateView) -> "CertificateShown":
        """The answer."""
        certificate = view.certificate
        return CertificateShown(
            certificate_id=certificate.certificate_id,
            state=view.state,
            revoked_at=certificate.revoked_at,
            revoked_for=view.revoked_for,
            valid_until=certificate.valid_until,
            statement=certificate.statement,
        )


class KeySet(Response):
    """The public keys of the statements: a JSON Web Key Set (RFC 7517)."""

    keys: tuple[Mapping[str, str], ...]
