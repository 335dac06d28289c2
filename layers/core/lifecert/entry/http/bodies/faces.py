"""Enrolment of reference photos, and consent."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from lifecert.application.faces.consent import UndoGround
from lifecert.application.faces.enrol_reference import BegunEnrolment, ConsentShown
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.reference import Reference, Replacement
from lifecert.domain.session import ImageType
from lifecert.entry.http.bodies.fields import ConsentGiven, Label
from lifecert.entry.models import Incoming, Moment, Response


class GiveConsentBody(Incoming):
    """POST /staff/beneficiaries/{beneficiary_id}/consent."""

    consent: ConsentGiven
    ground: UndoGround | None = None


class WithdrawConsentBody(Incoming):
    """POST /beneficiaries/{beneficiary_id}/consent-withdrawal."""

    at_once: bool = False


class UndoWithdrawalBody(Incoming):
    """POST /beneficiaries/{beneficiary_id}/consent-withdrawal/undo."""

    ground: UndoGround | None = None


class RemoveHelpersBody(Incoming):
    """POST /beneficiaries/{beneficiary_id}/helpers-removal."""

    helper: Annotated[str, StringConstraints(pattern=r"^[^\s,]{1,200}$")] | None = None


class BeginEnrolmentBody(Incoming):
    """POST /staff/beneficiaries/{beneficiary_id}/references."""

    consent: ConsentGiven | None = None
    source: Label = "office"
    captured_on: Annotated[date, Field(ge=date(1949, 10, 1), le=date(2099, 12, 31))] | None = None
    image_type: ImageType = ImageType.JPEG
    replacement: Replacement | None = None

    def shown(self) -> ConsentShown:
        """The consent that the clerk was shown. None is consent to no version."""
        return ConsentShown(self.consent.version, self.consent.guardian) if self.consent else ConsentShown("")


class ConsentRecorded(Response):
    """The consent under which faces are kept."""

    version: str
    given_at: Moment
    guardian: bool


class ConsentState(Response):
    """Under which consent faces are kept, whether they may be used, and if not, since which day and from which night on
    those that are stored are deleted."""

    beneficiary_id: str
    consent: ConsentRecorded | None
    withdrawn_on: date | None
    faces_go_on: date | None
    faces_stored: bool

    @staticmethod
    def of(beneficiary: Beneficiary) -> "ConsentState":
        """The answer."""
        known = beneficiary.consent
        return ConsentState(
            beneficiary_id=beneficiary.beneficiary_id,
            consent=ConsentRecorded(version=known.version, given_at=known.given_at, guardian=known.guardian)
            if known
            else None,
            withdrawn_on=beneficiary.consent_withdrawn_on,
            faces_go_on=beneficiary.faces_go_on,
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
