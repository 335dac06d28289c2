"""Notices by letter, by a visit and in public."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, StringConstraints, ValidationInfo, model_validator

from lifecert.application.notices.record_notice import NewNotice, Voiding
from lifecert.domain.office_notice import RESULTS, NoticeResult, NoticeWay, OfficeNotice
from lifecert.entry.http.bodies.fields import numbers_of
from lifecert.entry.models import Incoming, Response


def _no_id_number(proof: str, info: ValidationInfo) -> str:
    try:
        numbers_of(info).parse(proof)
    except ValueError:
        return proof
    raise ValueError("an ID number is no proof of a notice, and must not stand here")


# Where the proof is kept: the number of a registered letter, of a visit's form, of a newspaper's issue.
Proof = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z./_-]{1,63}$"), AfterValidator(_no_id_number)]


class RecordNoticeBody(Incoming):
    """POST /staff/beneficiaries/{beneficiary_id}/notices: `given_on` is the day it was posted, tried or first
    published."""

    way: NoticeWay
    result: Literal[
        NoticeResult.POSTED,
        NoticeResult.TOLD,
        NoticeResult.PUBLISHED,
        NoticeResult.RETURNED,
        NoticeResult.NOBODY_THERE,
    ]
    given_on: date
    proof: Proof

    @model_validator(mode="after")
    def _belongs_together(self) -> Self:
        if self.result not in RESULTS[self.way]:
            raise ValueError("this does not become of a notice by that way")
        return self

    def to_domain(self) -> NewNotice:
        """What the use case takes."""
        return NewNotice(self.way, self.result, self.given_on, self.proof)

    def fingerprint(self, beneficiary_id: str) -> str:
        """Tells this request from another."""
        return " ".join((beneficiary_id, self.way, self.result, self.given_on.isoformat(), self.proof))


class VoidNoticeBody(Incoming):
    """POST /staff/beneficiaries/{beneficiary_id}/notices/{notice_id}/failure: `failed_on` is the day it came back, or
    was found to be wrong."""

    result: Literal[NoticeResult.RETURNED, NoticeResult.RECORDED_WRONGLY]
    failed_on: date
    proof: Proof

    def to_domain(self) -> Voiding:
        """What the use case takes."""
        return Voiding(self.result, self.failed_on, self.proof)

    def fingerprint(self, beneficiary_id: str, notice_id: str) -> str:
        """Tells this request from another."""
        return " ".join((beneficiary_id, notice_id, self.result, self.failed_on.isoformat(), self.proof))


class NoticeShown(Response):
    """A notice as it was written down. `counts_on` is the day from which it counts for a hold, null where it does not;
    `failed_on` the day on which it was found to have told nobody."""

    beneficiary_id: str
    notice_id: str
    way: NoticeWay
    result: NoticeResult
    given_on: date
    counts_on: date | None
    failed_on: date | None

    @staticmethod
    def of(beneficiary_id: str, notice: OfficeNotice) -> "NoticeShown":
        """The answer."""
        return NoticeShown(
            beneficiary_id=beneficiary_id,
            notice_id=notice.notice_id,
            way=notice.way,
            result=notice.result,
            given_on=notice.on,
            counts_on=notice.counts_on,
            failed_on=notice.failed_on,
        )
