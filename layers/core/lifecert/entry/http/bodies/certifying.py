"""Certifying without a camera: what a clerk states, by each method, and what comes of it."""

import unicodedata
from collections.abc import Callable
from dataclasses import fields
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from lifecert.domain.certificate import Certificate, Method
from lifecert.domain.invitation import InvitationCode
from lifecert.domain.review import Review, ReviewKind
from lifecert.domain.sighting import (
    BY_CLERKS,
    Attester,
    Document,
    PresenceGround,
    Sighting,
    VideoCheck,
    VisitPlace,
    Witness,
    number_on_paper,
    paper_digest,
)
from lifecert.entry.http.bodies.entitlement import ProposalShown
from lifecert.entry.http.bodies.fields import PastDay, Scan
from lifecert.entry.http.bodies.invitations import Code
from lifecert.entry.http.bodies.reviews import ReviewShown
from lifecert.entry.models import Incoming, Response

Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


def _is_a_number(text: str) -> str:
    """Raises ValueError for what has no letter and no digit, or a character that no paper bears."""
    if not number_on_paper(text) or any(unicodedata.category(one).startswith("C") for one in text):
        raise ValueError("no number of a paper")
    return text


# As it stands on the paper, in whichever script.
PaperNumber = Annotated[str, StringConstraints(min_length=1, max_length=40), AfterValidator(_is_a_number)]
# What is told by another word than the evidence keeps it by, since it is not kept itself.
_AS_TOLD = {"paper": "number", "letter": "code"}


class CertifyInPersonBody(Incoming):
    """POST /staff/beneficiaries/{beneficiary_id}/certifications: the members of its method, and no others."""

    seen_on: PastDay
    document: Document | None = None
    ground: PresenceGround | None = None
    method: Method = Method.IN_PERSON
    place: VisitPlace | None = None
    asked: VideoCheck | None = None
    attester: Attester | None = None
    country: Country | None = None
    number: PaperNumber | None = None
    witness: Witness | None = None
    code: Code | None = None
    scan: Scan | None = None

    @model_validator(mode="after")
    def _is_of_its_method(self) -> "CertifyInPersonBody":
        kind = BY_CLERKS.get(self.method)
        if kind is None:
            raise PydanticCustomError("enum", "no clerk certifies by this method")
        names = {_AS_TOLD.get(one.name, one.name): one for one in fields(kind)}
        given = {name for name in self.model_fields_set - {"method"} if getattr(self, name) is not None}
        needed = {name for name, one in names.items() if name != "ground" and not _has_default(one)}
        if given - names.keys() or needed - given:
            raise PydanticCustomError("method", "what is stated does not fit the method")
        if self.method is Method.VIDEO and self.document is Document.KNOWN_PERSONALLY:
            raise PydanticCustomError("method", "a document must be held up")
        return self

    def sighting(self, beneficiary_id: str, letter: Callable[[str, InvitationCode], str]) -> Sighting:
        """What the use case takes; `letter` finds whose letter a code is of. Raises InvitationUnknown."""
        told: dict[str, Any] = {one.name: getattr(self, one.name, None) for one in fields(BY_CLERKS[self.method])}
        if self.number:
            told["paper"] = paper_digest(beneficiary_id, self.number)
        if self.code:
            told["letter"] = letter(beneficiary_id, self.code)
        return BY_CLERKS[self.method](**{name: value for name, value in told.items() if value is not None})

    def fingerprint(self, beneficiary_id: str) -> str:
        """Tells this request from another."""
        if self.method is Method.IN_PERSON:
            return f"{beneficiary_id} {self.seen_on.isoformat()} {self.document} {self.ground or ''}".strip()
        told = (f"{name}={getattr(self, name)}" for name in sorted(self.model_fields_set))
        return f"{beneficiary_id} {' '.join(told)}"


def _has_default(one: Any) -> bool:
    return isinstance(one.default, str)


class CertifiedInPerson(Response):
    """A certification by a clerk. Kept to answer a repeat, so without personal data."""

    beneficiary_id: str
    certificate_id: str
    method: Method
    certified_on: date
    valid_until: date

    @staticmethod
    def of(certificate: Certificate) -> "CertifiedInPerson":
        """The answer."""
        return CertifiedInPerson(
            beneficiary_id=certificate.beneficiary_id,
            certificate_id=certificate.certificate_id,
            method=certificate.method,
            certified_on=certificate.certified_on,
            valid_until=certificate.valid_until,
        )


def shown_of(done: Certificate | Review) -> CertifiedInPerson | ProposalShown | ReviewShown:
    """The answer: a certificate, what waits for a second clerk, or the case that a paper against an open case is."""
    if isinstance(done, Certificate):
        return CertifiedInPerson.of(done)
    return ProposalShown.of(done) if done.kind is ReviewKind.PRESENCE else ReviewShown.of(done)


def kept_as(answer: dict[str, Any]) -> CertifiedInPerson | ProposalShown | ReviewShown:
    """An answer that was kept, as it was."""
    if "proposal_id" in answer:
        return ProposalShown.model_validate(answer)
    return (ReviewShown if "review_id" in answer else CertifiedInPerson).model_validate(answer)


def ids_of(answer: dict[str, Any]) -> dict[str, str]:
    """What a log line names of an answer: the certificate, or what waits."""
    waiting = answer.get("proposal_id") or answer.get("review_id")
    return {"proposal_id": waiting} if waiting else {"certificate_id": answer["certificate_id"]}
