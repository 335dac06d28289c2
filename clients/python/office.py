"""What an office does: register, enrol a photo, certify in person, decide a case, end an entitlement by two clerks."""

import random
import uuid
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from stack import STACK, drawn, expected, signed_in, upload

from lifecert_client import AuthenticatedClient
from lifecert_client.api.certify import report_death
from lifecert_client.api.staff import (
    begin_enrolment,
    certify_in_person,
    confirm_proposal,
    decide_review,
    enrol_reference,
    get_review,
    get_statistics,
    list_hold_batches,
    list_reviews,
    propose_end,
    register_beneficiary,
)
from lifecert_client.models import (
    BeginEnrolment,
    Case,
    Category,
    CertifiedInPerson,
    CertifyInPerson,
    Confirmation,
    Consent,
    DeathReported,
    DecideReview,
    Document,
    Enrolled,
    EnrolmentBegun,
    Ground,
    HoldBatches,
    NamedDeathReport,
    Person,
    Proposal,
    ProposedEndCause,
    ProposeEnd,
    Register,
    Registered,
    Review,
    ReviewKind,
    ReviewOutcome,
    Reviews,
    Statistics,
)


def invented() -> Person:
    """Somebody whom nobody has registered yet; the last character of an ID number is a check digit (GB 11643)."""
    digits = f"3301061950{random.randint(1, 12):02d}{random.randint(1, 28):02d}{random.randint(0, 999):03d}"
    total = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(digits))
    return Person("赵春梅", digits + "10X98765432"[total % 11])


def register(clerk: AuthenticatedClient, person: Person) -> UUID:
    """Register a person and enrol a photo of them, after which the camera can be used."""
    body = Register(person.name, person.id_number, Category.RESIDENT_PENSION, "330106", date(2025, 9, 1))
    key = str(uuid.uuid4())  # must be sent; a repeat with the same key gets the same answer
    beneficiary_id = expected(
        register_beneficiary.sync(client=clerk, body=body, idempotency_key=key), Registered
    ).beneficiary_id
    consent = Consent(STACK["consent_version"])  # which the clerk has before them, on paper or screen
    asked = BeginEnrolment(consent=consent)
    begun = expected(begin_enrolment.sync(beneficiary_id, client=clerk, body=asked), EnrolmentBegun)
    upload(begun.slot, drawn("STEPS=neutral")[0])
    expected(enrol_reference.sync(beneficiary_id, begun.reference_id, client=clerk), Enrolled)
    return beneficiary_id


def decide(clerk: AuthenticatedClient, report_id: UUID) -> Review:
    """Find a case in the queue, look at it, and decide it. Who enrolled the person's photo does not decide this one."""
    queue = expected(list_reviews.sync(client=clerk, kind=ReviewKind.DEATH_REPORT), Reviews)
    assert report_id in [review.review_id for review in queue.reviews]
    case = expected(get_review.sync(report_id, client=clerk), Case)
    print("case of", case.review.kind, "opened by", case.review.opened_by_role)
    decision = DecideReview(ReviewOutcome.REFUSE, Ground.UNFOUNDED)
    return expected(decide_review.sync(report_id, client=clerk, body=decision), Review)


def confirm(second_clerk: AuthenticatedClient, proposal: Proposal) -> None:
    """What another clerk proposed is so."""
    confirmed = expected(
        confirm_proposal.sync(proposal.proposal_id, client=second_clerk, body=Confirmation(True)), Proposal
    )
    print("proposal", confirmed.kind, confirmed.decision and confirmed.decision.outcome)


if __name__ == "__main__":
    user, auditor = signed_in("user@example.org"), signed_in("auditor@example.org")
    clerk, second_clerk = signed_in("clerk@example.org"), signed_in("second-clerk@example.org")
    person = invented()
    yesterday = datetime.now(ZoneInfo("Asia/Shanghai")).date() - timedelta(days=1)  # days are days of the deployment
    beneficiary_id = register(clerk, person)
    seen = CertifyInPerson(yesterday, Document.ID_CARD)
    certified = certify_in_person.sync(beneficiary_id, client=clerk, body=seen, idempotency_key=str(uuid.uuid4()))
    if isinstance(certified, Proposal):
        # A case is open that doubts the person, as of whomever one clerk registered by hand: a second clerk confirms.
        confirm(second_clerk, certified)
    else:
        certified = expected(certified, CertifiedInPerson)
        print("certified", certified.method, "until", certified.valid_until)
    reported = expected(report_death.sync(client=user, body=NamedDeathReport(person)), DeathReported)
    print("case", decide(second_clerk, reported.report_id).state)
    end = ProposeEnd(yesterday, ProposedEndCause.DECEASED)
    proposal = expected(
        propose_end.sync(beneficiary_id, client=clerk, body=end, idempotency_key=str(uuid.uuid4())), Proposal
    )
    confirm(second_clerk, proposal)
    print("open cases", expected(get_statistics.sync(client=auditor), Statistics).reviews_open)
    print("hold batches", len(expected(list_hold_batches.sync(client=auditor), HoldBatches).batches))
