"""Enrolment of reference photos, and consent."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import Field

from lifecert.application.faces.enrol_reference import BegunEnrolment
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.reference import Reference, Replacement
from lifecert.domain.session import ImageType
from lifecert.entry.http.bodies.fields import ConsentGiven, Label
from lifecert.entry.models import Incoming, Moment, Response


class GiveConsentBody(Incoming):
    """POST /staff/beneficiaries/{beneficiary_id}/consent."""

    consent: ConsentGiven


class BeginEnrolmentBody(Incoming):
    """POST /staff/beneficiaries/{beneficiary_id}/references."""

    source: Label = "office"
    captured_on: Annotated[date, Field(ge=date(1949, 10, 1), le=date(2099, 12, 31))] | None = None
    image_type: ImageType = ImageType.JPEG
    replacement: Replacement | None = None


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
    deadline: Moment
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
    enrolled_at: Moment

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
