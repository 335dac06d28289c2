"""Putting right what a record says."""

from typing import Annotated, Self

from pydantic import StringConstraints, model_validator

from lifecert.application.office.amend_record import Amendment, RightRecord
from lifecert.domain.amendment import Amended, AmendGround
from lifecert.domain.category import Category
from lifecert.domain.person import normalise_name
from lifecert.entry.http.bodies.fields import BenefitId, District, PersonIdNumber, PersonName
from lifecert.entry.models import Incoming, Response
from lifecert.ports.keys import PersonKeys


class AmendBody(Incoming):
    """POST /staff/beneficiaries/{beneficiary_id}/amendments: what is right, and why it is another now. `benefit` is
    whose district, category and reference are meant."""

    ground: AmendGround
    name: PersonName | None = None
    benefit: BenefitId | None = None
    district: District | None = None
    category: Category | None = None
    payer_reference: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z./_-]{0,63}$")] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        parts = set(self.to_domain().parts)
        if not parts:
            raise ValueError("nothing is named that is to be put right")
        if bool(parts - {Amended.NAME}) is not (self.benefit is not None):
            raise ValueError("a benefit is named where something of it is to be put right, and nowhere else")
        return self

    def to_domain(self) -> RightRecord:
        """What the use case takes."""
        return RightRecord(self.name, self.benefit, self.district, self.category, self.payer_reference)

    def fingerprint(self, beneficiary_id: str, keys: PersonKeys) -> str:
        """Tells this request from another, without showing the name."""
        name = keys.name_key(normalise_name(self.name)) if self.name else ""
        told = (self.ground, self.benefit, self.district, self.category, self.payer_reference)
        return " ".join((beneficiary_id, name, *map(str, told)))


class ProposeIdNumberBody(Incoming):
    """POST /staff/beneficiaries/{beneficiary_id}/id-number."""

    id_number: PersonIdNumber
    ground: AmendGround


class ConfirmIdNumberBody(Incoming):
    """POST /staff/proposals/{proposal_id}/id-number: the number once more, by the second clerk, from the document."""

    id_number: PersonIdNumber


class RecordAmended(Response):
    """What of a record was put right, and of which benefit. Kept to answer a repeat, so without personal data."""

    beneficiary_id: str
    benefit: str | None
    changed: tuple[Amended, ...]

    @staticmethod
    def of(amendment: Amendment) -> "RecordAmended":
        """The answer."""
        return RecordAmended(
            beneficiary_id=amendment.beneficiary_id, benefit=amendment.benefit_id, changed=amendment.changed
        )
