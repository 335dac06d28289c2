"""Registering, and how people are reached."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from lifecert.application.office.register_beneficiary import Registration
from lifecert.application.office.set_contact import NewContact
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.category import Category
from lifecert.domain.notice import NoticeChannel
from lifecert.domain.person import normalise_name
from lifecert.domain.status import Status
from lifecert.entry.http.bodies.fields import District, PersonIdNumber, PersonName
from lifecert.entry.models import Incoming, Response
from lifecert.ports.keys import PersonKeys


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
    start_checked: bool = False

    def to_domain(self) -> Registration:
        """What the use case takes."""
        contact = NewContact(self.contact.channel, self.contact.address) if self.contact else None
        return Registration(
            name=self.name,
            id_number=self.id_number,
            category=self.category,
            district=self.district,
            benefit_start=self.benefit_start,
            contact=contact,
            start_checked=self.start_checked,
        )

    def fingerprint(self, keys: PersonKeys) -> str:
        """Tells this request from another, without showing who it is about."""
        person = (keys.person_key(self.id_number.value), keys.name_key(normalise_name(self.name)))
        contact = keys.name_key(f"{self.contact.channel} {self.contact.address}") if self.contact else ""
        return " ".join((*person, self.category, self.district, self.benefit_start.isoformat(), contact))


class Registered(Response):
    """A new beneficiary. Kept to answer a repeat, so without personal data."""

    beneficiary_id: str
    status: Status
    valid_until: date

    @staticmethod
    def of(beneficiary: Beneficiary) -> "Registered":
        """The answer."""
        return Registered(
            beneficiary_id=beneficiary.beneficiary_id,
            status=beneficiary.standing.status,
            valid_until=beneficiary.standing.valid_until,
        )


class ContactSet(Response):
    """How the office can reach a person from now on. The address is not repeated."""

    beneficiary_id: str
    channel: NoticeChannel
