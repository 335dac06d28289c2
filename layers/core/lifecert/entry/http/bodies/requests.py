"""What clients may send: request models, strict, and their mapping to the domain.

What is wrong is reported by field and kind of fault; what was sent is never repeated.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, Field, PlainValidator, StringConstraints, ValidationError
from pydantic_core import PydanticCustomError

from lifecert.application.certify.start_session import StartRequest
from lifecert.application.office.register_beneficiary import Registration
from lifecert.application.office.set_contact import NewContact
from lifecert.domain.category import Category
from lifecert.domain.challenge import Ability
from lifecert.domain.notice import NoticeChannel
from lifecert.domain.person import IdNumber, normalise_name
from lifecert.domain.reference import Replacement
from lifecert.domain.session import Channel, ImageType
from lifecert.entry.http.problems import InvalidJson, InvalidRequest
from lifecert.entry.models import Incoming
from lifecert.ports.keys import PersonKeys

# Which text tells of which of pydantic's fault types; all others are "invalid".
_TEXTS = {
    "date_from_datetime_parsing": "date",
    "date_parsing": "date",
    "date_type": "date",
    "enum": "not_offered",
    "extra_forbidden": "unknown",
    "id_number": "id_number",
    "missing": "missing",
    "name": "name",
    "string_too_long": "too_long",
    "string_too_short": "too_short",
    "too_long": "too_long",
}
_MEMBER_NAME = re.compile(r"[a-z_]{1,40}")
_Model = TypeVar("_Model", bound=BaseModel)


def parse(model: type[_Model], body: str | bytes | None) -> _Model:
    """Read a JSON body. Raises InvalidJson and InvalidRequest."""
    try:
        return model.model_validate_json(body or "", strict=True)
    except ValidationError as error:
        invalid = error
    if any(fault["type"] == "json_invalid" for fault in invalid.errors(include_url=False, include_input=False)):
        raise InvalidJson
    raise _refusal(invalid)


def parse_query(model: type[_Model], query: Mapping[str, str]) -> _Model:
    """Read the parameters of a query. Raises InvalidRequest."""
    try:
        return model.model_validate_strings(dict(query))
    except ValidationError as error:
        refusal = _refusal(error)
    raise refusal


def _refusal(error: ValidationError) -> InvalidRequest:
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    return InvalidRequest(tuple((_field(fault["loc"]), _TEXTS.get(fault["type"], "invalid")) for fault in faults))


def _field(location: tuple[int | str, ...]) -> str:
    # The name of an unknown member is the sender's own text: repeated only where it looks like a name of ours.
    known = (str(part) if isinstance(part, int) or _MEMBER_NAME.fullmatch(part) else "?" for part in location)
    return ".".join(known)


def _id_number(value: Any) -> IdNumber:
    if isinstance(value, str) and len(value) <= 40:
        try:
            return IdNumber.parse(value)
        except ValueError:
            pass
    raise PydanticCustomError("id_number", "not an ID number")


def _name(value: Any) -> str:
    name = value.strip() if isinstance(value, str) else ""
    if not 1 <= len(name) <= 100 or not name.isprintable() or not normalise_name(name):
        raise PydanticCustomError("name", "not a name")
    return name


PersonName = Annotated[str, PlainValidator(_name)]
PersonIdNumber = Annotated[IdNumber, PlainValidator(_id_number)]
District = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
Label = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,40}$")]


class Person(Incoming):
    """Who is meant: both must belong together."""

    name: PersonName
    id_number: PersonIdNumber


class ConsentGiven(Incoming):
    """Agreement to the current consent text, by a guardian for a child."""

    version: Label
    guardian: bool = False


class StartSessionBody(Incoming):
    """POST /sessions."""

    beneficiary: Person
    consent: ConsentGiven | None = None
    on_behalf: bool
    channel: Channel = Channel.APP
    # A list first: a set would count what is said again and again once.
    cannot: Annotated[list[Ability], Field(max_length=len(Ability))] = Field(default_factory=list)
    image_type: ImageType = ImageType.JPEG

    def to_domain(self, idempotency_key: str | None) -> StartRequest:
        """What the use case takes. No consent is consent to no version."""
        return StartRequest(
            name=self.beneficiary.name,
            id_number=self.beneficiary.id_number,
            on_behalf=self.on_behalf,
            channel=self.channel,
            consent_version=self.consent.version if self.consent else "",
            guardian_consent=bool(self.consent and self.consent.guardian),
            cannot=frozenset(self.cannot),
            image_type=self.image_type,
            idempotency_key=idempotency_key,
        )


class _ByText(Incoming):
    """A telephone number, with its country's code."""

    channel: Literal[NoticeChannel.SMS]
    address: Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{7,14}$")]


class _ByPush(Incoming):
    """An app's endpoint in SNS."""

    channel: Literal[NoticeChannel.PUSH]
    address: Annotated[
        str, StringConstraints(pattern=r"^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:endpoint/[A-Za-z0-9_/.-]{1,200}$")
    ]


ContactGiven = Annotated[_ByText | _ByPush, Field(discriminator="channel")]


class SetContactBody(Incoming):
    """PUT /staff/beneficiaries/{beneficiary_id}/contact."""

    contact: ContactGiven

    def to_domain(self) -> NewContact:
        """What the use case takes."""
        return NewContact(self.contact.channel, self.contact.address)


class RegisterBody(Incoming):
    """POST /staff/beneficiaries."""

    name: PersonName
    id_number: PersonIdNumber
    category: Category
    district: District
    benefit_start: Annotated[date, Field(ge=date(1949, 10, 1), le=date(2099, 12, 31))]
    contact: ContactGiven | None = None

    def to_domain(self) -> Registration:
        """What the use case takes."""
        contact = NewContact(self.contact.channel, self.contact.address) if self.contact else None
        return Registration(self.name, self.id_number, self.category, self.district, self.benefit_start, contact)

    def fingerprint(self, keys: PersonKeys) -> str:
        """Tells this request from another, without showing who it is about."""
        person = (keys.person_key(self.id_number.value), keys.name_key(normalise_name(self.name)))
        contact = keys.name_key(f"{self.contact.channel} {self.contact.address}") if self.contact else ""
        return " ".join((*person, self.category, self.district, self.benefit_start.isoformat(), contact))


class GiveConsentBody(Incoming):
    """POST /staff/beneficiaries/{beneficiary_id}/consent."""

    consent: ConsentGiven


class BeginEnrolmentBody(Incoming):
    """POST /staff/beneficiaries/{beneficiary_id}/references."""

    source: Label = "office"
    captured_on: Annotated[date, Field(ge=date(1949, 10, 1), le=date(2099, 12, 31))] | None = None
    image_type: ImageType = ImageType.JPEG
    replacement: Replacement | None = None
