"""Look at a certificate: what it says, and what it is worth today. Anyone may."""

from dataclasses import dataclass

from lifecert.domain.certificate import Certificate, CertificateState, RevocationCause
from lifecert.domain.errors import CertificateNotFound
from lifecert.domain.status import Status
from lifecert.domain.year import is_over
from lifecert.ports.clock import Clock
from lifecert.ports.register import Certificates, Register


@dataclass(frozen=True, slots=True)
class CertificateView:
    """A certificate, its state, and of a revoked one why it does not count."""

    certificate: Certificate
    state: CertificateState
    revoked_for: RevocationCause | None = None


@dataclass(frozen=True, slots=True)
class GetCertificate:
    """The use case."""

    certificates: Certificates
    register: Register
    clock: Clock

    def __call__(self, certificate_id: str) -> CertificateView:
        """A certificate as it stands today. Raises CertificateNotFound."""
        certificate = self.certificates.get(certificate_id)
        if certificate is None:
            raise CertificateNotFound
        state = self._state(certificate)
        if state is not CertificateState.REVOKED:
            return CertificateView(certificate, state)
        # Without a cause of its own it went with the entitlement.
        return CertificateView(certificate, state, certificate.revoked_for or RevocationCause.ENTITLEMENT_ENDED)

    def _state(self, certificate: Certificate) -> CertificateState:
        if certificate.revoked_at:
            return CertificateState.REVOKED
        beneficiary = self.register.get(certificate.beneficiary_id)
        if beneficiary is None or beneficiary.standing.status is Status.TERMINATED:
            return CertificateState.REVOKED
        if beneficiary.certificate_id != certificate.certificate_id:
            return CertificateState.SUPERSEDED
        if is_over(certificate.valid_until, self.clock.today()):
            return CertificateState.EXPIRED
        return CertificateState.VALID
