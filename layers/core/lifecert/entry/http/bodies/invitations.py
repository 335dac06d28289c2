"""Invitations: what a letter's code opens, for anyone, and what a clerk issues. Never an ID number, masked or not."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator
from pydantic_core import PydanticCustomError

from lifecert.application.certify.invited import InvitedPerson, InvitedRequest, InvitedSession
from lifecert.application.office.invite import IssuedInvitation
from lifecert.domain.category import Category
from lifecert.domain.challenge import Ability
from lifecert.domain.invitation import InvitationCode
from lifecert.domain.session import ImageType
from lifecert.entry.http.bodies.fields import ConsentGiven
from lifecert.entry.http.bodies.sessions import SessionStarted
from lifecert.entry.http.problems import InvalidRequest
from lifecert.entry.http.texts import Language
from lifecert.entry.models import Incoming, Response


def _code(value: Any) -> InvitationCode:
    if isinstance(value, str) and len(value) <= 80:
        try:
            return InvitationCode.parse(value)
        except ValueError:
            pass
    raise PydanticCustomError("code", "not a code")


def _given_name(value: Any) -> str:
    name = value.strip() if isinstance(value, str) else ""
    if not 1 <= len(name) <= 40 or not name.isprintable():
        raise PydanticCustomError("name", "not a name")
    return name


Code = Annotated[InvitationCode, PlainValidator(_code)]
GivenName = Annotated[str, PlainValidator(_given_name)]


class InvitedPersonBody(Incoming):
    """POST /invitations/person."""

    code: Code


class StartInvitedBody(Incoming):
    """POST /invitations/sessions."""

    code: Code
    on_behalf: bool
    helper_name: GivenName | None = None
    cannot: Annotated[list[Ability], Field(max_length=len(Ability))] = Field(default_factory=list)
    consent: ConsentGiven | None = None
    image_type: Literal[ImageType.JPEG] = ImageType.JPEG  # of frames; an office's reference photos may be more

    def to_domain(self, idempotency_key: str | None) -> InvitedRequest:
        """What the use case takes. No consent is consent to no version. Raises InvalidRequest for a helper's name where
        nobody helps."""
        if self.helper_name and not self.on_behalf:
            raise InvalidRequest((("helper_name", "unknown"),))
        return InvitedRequest(
            code=self.code,
            on_behalf=self.on_behalf,
            helper_name=self.helper_name,
            consent_version=self.consent.version if self.consent else "",
            guardian_consent=bool(self.consent and self.consent.guardian),
            cannot=frozenset(self.cannot),
            image_type=self.image_type,
            idempotency_key=idempotency_key,
        )


class ConsentNeeded(Response):
    """The version to agree to, and whether a guardian must."""

    version: str
    guardian: bool


class InvitedPersonShown(Response):
    """Whose invitation it is, so that they can say: this is not me. `references` are `missing` when the office must
    take a photo before the camera can be used."""

    masked_name: str
    category: Category
    help_line: str
    consent: ConsentNeeded
    references: Literal["present", "missing"]

    @staticmethod
    def of(person: InvitedPerson) -> "InvitedPersonShown":
        """The answer."""
        return InvitedPersonShown(
            masked_name=person.beneficiary.masked_name,
            category=person.beneficiary.category,
            help_line=person.help_line,
            consent=ConsentNeeded(version=person.consent_version, guardian=person.guardian),
            references="present" if person.beneficiary.has_reference else "missing",
        )


class InvitedSessionStarted(SessionStarted):
    """A session and its upload slots, and the secret to send as Session-Secret with every call about it."""

    session_secret: str

    @staticmethod
    def by(invited: InvitedSession, language: Language) -> "InvitedSessionStarted":
        """The answer in a language."""
        started = SessionStarted.of(invited.started, language)
        return InvitedSessionStarted(**dict(started), session_secret=invited.secret.value)


class IssueInvitationBody(Incoming):
    """POST .../invitations. `guardian`: the person is under 14, and a guardian consents."""

    guardian: bool = False


class InvitationIssued(Response):
    """A new invitation. Its code is told here once, and kept nowhere: `url` is the QR code's, `digits` are to type."""

    invitation_id: str
    url: str
    digits: str
    expires_on: date

    @staticmethod
    def of(issued: IssuedInvitation, page_url: str) -> "InvitationIssued":
        """The answer."""
        return InvitationIssued(
            invitation_id=issued.invitation.invitation_id,
            url=f"{page_url}#{issued.code.text}",
            digits=issued.code.grouped,
            expires_on=issued.invitation.expires_on,
        )


class InvitationWithdrawn(Response):
    """An invitation that is of no more use."""

    invitation_id: str
