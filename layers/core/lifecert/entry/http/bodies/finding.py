"""Finding people, for staff, and who of the staff opened whose record."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from lifecert.application.office.find_people import ByNumber, ByReference, FoundPerson
from lifecert.domain.access import Access, AccessAction, AccessRole
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.benefit import Benefit
from lifecert.domain.page import Page, Position
from lifecert.domain.status import Status
from lifecert.entry.http.bodies.fields import (
    PAGE,
    InList,
    Payer,
    PayerReference,
    PersonIdNumber,
    PersonName,
    cursor_of,
)
from lifecert.entry.models import Incoming, Moment, Response


class FindBody(Incoming):
    """POST /staff/beneficiaries/find: an ID number, with the name or without, or a payer's own reference."""

    id_number: PersonIdNumber | None = None
    name: PersonName | None = None
    payer: Payer | None = None
    payer_reference: PayerReference | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        by_number = self.id_number is not None
        by_reference = self.payer is not None and self.payer_reference is not None
        one_half = (self.payer is None) is not (self.payer_reference is None)
        if by_number is by_reference or one_half or (self.name is not None and not by_number):
            raise ValueError("either id_number, and the name if it is known, or payer and payer_reference")
        return self

    def to_domain(self) -> ByNumber | ByReference:
        """What the use case takes."""
        if self.id_number is not None:
            return ByNumber(self.id_number, self.name)
        return ByReference(self.payer or "", self.payer_reference or "")


class BenefitFound(Response):
    """One benefit of somebody found."""

    benefit: str
    payer: str
    payer_reference: str | None
    district: str
    status: Status

    @staticmethod
    def of(beneficiary: Beneficiary, benefit: Benefit) -> "BenefitFound":
        """One of theirs."""
        return BenefitFound(
            benefit=benefit.benefit_id,
            payer=benefit.payer,
            payer_reference=benefit.payer_reference,
            district=benefit.district,
            status=beneficiary.standing_of(benefit).status,
        )


class PersonFound(Response):
    """Somebody found. `birth_year` is out of the number that was looked up: it is stored nowhere."""

    beneficiary_id: str
    masked_name: str
    birth_year: int | None
    status: Status
    district: str
    benefits: tuple[BenefitFound, ...]

    @staticmethod
    def of(found: FoundPerson) -> "PersonFound":
        """The answer."""
        person = found.beneficiary
        return PersonFound(
            beneficiary_id=person.beneficiary_id,
            masked_name=person.masked_name,
            birth_year=found.birth_year,
            status=person.status,
            district=person.district,
            benefits=tuple(BenefitFound.of(person, one) for one in person.benefits),
        )


class PeopleFound(Response):
    """Everybody found; nobody where there is none."""

    people: tuple[PersonFound, ...]

    @staticmethod
    def of(found: tuple[FoundPerson, ...]) -> "PeopleFound":
        """The answer."""
        return PeopleFound(people=tuple(map(PersonFound.of, found)))


class AccessesQuery(Incoming):
    """GET /staff/beneficiaries/{beneficiary_id}/accesses."""

    limit: Annotated[int, Field(ge=1, le=PAGE)] = PAGE
    after: InList | None = None


class AccessShown(Response):
    """Somebody of the staff opened the record."""

    actor_id: str
    role: AccessRole
    action: AccessAction
    at: Moment


class AccessesShown(Response):
    """A page of them."""

    accesses: tuple[AccessShown, ...]
    after: str | None

    @staticmethod
    def of(page: Page[Access, Position]) -> "AccessesShown":
        """The answer."""
        shown = (AccessShown(actor_id=one.actor_id, role=one.role, action=one.action, at=one.at) for one in page.items)
        return AccessesShown(accesses=tuple(shown), after=cursor_of(page.after) if page.after else None)
