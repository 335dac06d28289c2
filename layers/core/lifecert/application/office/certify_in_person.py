"""Certify in person: a clerk saw somebody alive and checked who it was."""

import uuid
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lifecert.application.shared.certifying import Proof, certifying, digest_of
from lifecert.application.shared.changing import change_newest
from lifecert.application.shared.issuing import Issuer
from lifecert.domain.actor import Actor, Role, User
from lifecert.domain.beneficiary import Beneficiary, Change
from lifecert.domain.camera import Camera
from lifecert.domain.certificate import Certificate, Method
from lifecert.domain.errors import BeneficiaryNotFound, DayInFuture, EntitlementEnded, IdempotencyKeyReused, NotAllowed
from lifecert.domain.status import Status
from lifecert.ports.clock import Clock
from lifecert.ports.register import Certificates, ChangingRegister


class Document(StrEnum):
    """What the clerk checked. Its number is written down nowhere."""

    ID_CARD = "id_card"
    SOCIAL_SECURITY_CARD = "social_security_card"
    PASSPORT = "passport"
    HOUSEHOLD_REGISTER = "household_register"
    KNOWN_PERSONALLY = "known_personally"


@dataclass(frozen=True, slots=True)
class CertifyInPerson:
    """The use case."""

    register: ChangingRegister
    certificates: Certificates
    clock: Clock
    issuer: Issuer

    def __call__(
        self, beneficiary_id: str, seen_on: date, document: Document, user: User, idempotency_key: str
    ) -> Certificate:
        """Certify that a clerk saw this person on a day, and give the certificate.

        A repeat with the same key gives the same certificate, whatever has become of it and of the person since. Raises
        NotAllowed, BeneficiaryNotFound, DayInFuture, EntitlementEnded, TransitionRefused (the year of that day is over)
        and IdempotencyKeyReused; nothing is changed then.
        """
        if not user.is_clerk:
            raise NotAllowed
        if seen_on > self.clock.today():
            raise DayInFuture
        facts = {"beneficiary_id": beneficiary_id, "seen_on": seen_on.isoformat(), "document": document.value}
        digest = digest_of({**facts, "clerk": user.user_id})
        certificate_id = _certificate_id(beneficiary_id, user, idempotency_key)
        proof = Proof(Method.IN_PERSON, seen_on, user.user_id, digest, certificate_id=certificate_id)
        issued: Certificate | None = None

        def make(newest: Beneficiary) -> Change | None:
            nonlocal issued
            issued = self.certificates.get(certificate_id)
            if issued:
                return None
            if newest.status is Status.TERMINATED:
                raise EntitlementEnded
            actor = Actor(user.user_id, Role.CLERK)
            details = {"document": document}
            now, today = self.clock.now(), self.clock.today()
            # Who was seen needs no pause any more.
            change, _ = certifying(newest, proof, actor, now, today, details, camera=Camera())
            return self.issuer.signed(change)

        change = change_newest(self.register, beneficiary_id, make)
        certificate = change.certificate if change else issued
        if certificate is None:
            raise BeneficiaryNotFound
        if certificate.evidence_digest != digest:
            raise IdempotencyKeyReused
        return certificate


def _certificate_id(beneficiary_id: str, user: User, idempotency_key: str) -> str:
    # The same clerk's same key always names the same certificate of a person: a request that is repeated after a crash
    # meets its own. The person's id, which nobody can guess, keeps others from guessing this one.
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{beneficiary_id}\n{user.user_id}\n{idempotency_key}"))
