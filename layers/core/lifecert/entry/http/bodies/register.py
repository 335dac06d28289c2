"""Registering, and how people are reached."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from lifecert.application.office.register_beneficiary import NewBenefit, Registration
from lifecert.application.office.set_contact import NewContact
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.benefit import Benefit
from lifecert.domain.category import Category
from lifecert.domain.notice import NoticeChannel
from lifecert.domain.person import normalise_name
from lifecert.domain.status import Status
from lifecert.entry.http.bodies.fields import District, Payer, PayerReference, PersonIdNumber, PersonName
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


class _BenefitGiven(Incoming):
    """What the office knows of a benefit."""

    category: Category
    district: District
    benefit_start: Annotated[date, Field(ge=date(1949, 10, 1), le=date(2099, 12, 31))]
    payer: Payer | None = None
    payer_reference: PayerReference | None = None
    planned_end: Annotated[date, Field(ge=date(1949, 10, 1), le=date(2099, 12, 31))] | None = None
    injury_grade: Annotated[int, Field(ge=1, le=10)] | None = None
    start_checked: bool = False

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.injury_grade is not None and self.category is not Category.INJURY_DISABILITY:
            raise ValueError("only an injury_disability has a grade")
        if self.planned_end and self.planned_end <= self.benefit_start:
            raise ValueError("planned_end must be after benefit_start")
        return self

    def benefit(self) -> NewBenefit:
        """What the use cases take."""
        return NewBenefit(
            category=self.category,
            district=self.district,
            start=self.benefit_start,
            payer=self.payer,
            payer_reference=self.payer_reference,
            planned_end=self.planned_end,
            injury_grade=self.injury_grade,
            start_checked=self.start_checked,
        )

    def benefit_fingerprint(self) -> str:
        """Tells one benefit from another."""
        told = (self.payer, self.payer_reference, self.planned_end, self.injury_grade)
        return " ".join((self.category, self.district, self.benefit_start.isoformat(), *map(str, told)))


class RegisterBody(_BenefitGiven):
    """POST /staff/beneficiaries: a person, and the first benefit that they draw."""

    name: PersonName
    id_number: PersonIdNumber
    birth_date: Annotated[date | None, Field(validate_default=True)] = None
    contact: ContactGiven | None = None

    @field_validator("birth_date")
    @classmethod
    def _fits_the_number(cls, born: date | None, info: ValidationInfo) -> date | None:
        """Needed where the number does not say it, and the number's where it does."""
        number = info.data.get("id_number")
        if number and born is None and number.birth_date is None:
            raise PydanticCustomError("missing", "the ID number does not tell it")
        if number and born and not number.fits_birth(born):
            raise PydanticCustomError("birth_date", "not that of the ID number")
        return born

    def to_domain(self) -> Registration:
        """What the use case takes."""
        contact = NewContact(self.contact.channel, self.contact.address) if self.contact else None
        return Registration(self.name, self.id_number, self.benefit(), contact, self.birth_date)

    def fingerprint(self, keys: PersonKeys) -> str:
        """Tells this request from another, without showing who it is about."""
        person = (keys.person_key(self.id_number.value), keys.name_key(normalise_name(self.name)))
        contact = keys.name_key(f"{self.contact.channel} {self.contact.address}") if self.contact else ""
        # Of whose number says it, a birth date that was given as well makes no other request.
        born = str(self.birth_date) if self.id_number.birth_date is None else ""
        return " ".join((*person, self.benefit_fingerprint(), contact, *filter(None, (born,))))


class AddBenefitBody(_BenefitGiven):
    """POST /staff/beneficiaries/{beneficiary_id}/benefits."""

    def fingerprint(self, beneficiary_id: str) -> str:
        """Tells this request from another."""
        return f"{beneficiary_id} {self.benefit_fingerprint()}"


class BenefitAdded(Response):
    """Another benefit of somebody who is registered, by its number among theirs."""

    beneficiary_id: str
    benefit: str
    payer: str

    @staticmethod
    def of(beneficiary_id: str, benefit: Benefit) -> "BenefitAdded":
        """The answer."""
        return BenefitAdded(beneficiary_id=beneficiary_id, benefit=benefit.benefit_id, payer=benefit.payer)


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
            status=beneficiary.status,
            valid_until=beneficiary.valid_until,
        )


class ContactSet(Response):
    """How the office can reach a person from now on. The address is not repeated."""

    beneficiary_id: str
    channel: NoticeChannel
