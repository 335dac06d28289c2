"""What clerks get when they register, enrol, or note a contact or a consent."""

from collections.abc import Mapping
from datetime import date, datetime

from lifecert.application.faces.enrol_reference import BegunEnrolment
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.notice import NoticeChannel
from lifecert.domain.reference import Reference
from lifecert.domain.status import Status
from lifecert.entry.models import Response


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


class ConsentState(Response):
    """Whether the face of a person may be used, and if not, since which day; those stored are deleted that night."""

    beneficiary_id: str
    withdrawn_on: date | None
    faces_stored: bool

    @staticmethod
    def of(beneficiary: Beneficiary) -> "ConsentState":
        """The answer."""
        return ConsentState(
            beneficiary_id=beneficiary.beneficiary_id,
            withdrawn_on=beneficiary.consent_withdrawn_on,
            faces_stored=beneficiary.has_reference,
        )


class PhotoSlot(Response):
    """Where the reference photo goes, as a frame does."""

    url: str
    fields: Mapping[str, str]


class EnrolmentBegun(Response):
    """An enrolment that waits for its photo."""

    beneficiary_id: str
    reference_id: str
    deadline: datetime
    slot: PhotoSlot

    @staticmethod
    def of(begun: BegunEnrolment) -> "EnrolmentBegun":
        """The answer."""
        return EnrolmentBegun(
            beneficiary_id=begun.enrolment.beneficiary_id,
            reference_id=begun.enrolment.reference_id,
            deadline=begun.enrolment.deadline,
            slot=PhotoSlot(url=begun.slot.url, fields=begun.slot.fields),
        )


class Enrolled(Response):
    """An enrolled reference."""

    beneficiary_id: str
    reference_id: str
    source: str
    captured_on: date | None
    model_version: str
    enrolled_at: datetime

    @staticmethod
    def of(reference: Reference) -> "Enrolled":
        """The answer."""
        return Enrolled(
            beneficiary_id=reference.beneficiary_id,
            reference_id=reference.reference_id,
            source=reference.source,
            captured_on=reference.captured_on,
            model_version=reference.template.model_version,
            enrolled_at=reference.enrolled_at,
        )
