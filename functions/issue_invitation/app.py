"""Who may act for a person: an invitation, with its letter for browsers, and a mandate; given and taken back."""

from aws_lambda_powertools.event_handler import Response

from lifecert.bootstrap import office
from lifecert.domain.errors import BeneficiaryNotFound, InvitationNotFound, MandateNotFound
from lifecert.domain.mandate import Mandate
from lifecert.entry.http.access import ANYONE, CLERKS, SIGNED_IN
from lifecert.entry.http.api import Api, an_id
from lifecert.entry.http.bodies.invitations import InvitationIssued, InvitationWithdrawn, IssueInvitationBody
from lifecert.entry.http.bodies.mandates import GiveMandateBody, GiveMandateByLetterBody, MandateShown
from lifecert.entry.http.letter import letter, letter_headers
from lifecert.entry.log import LogCode, done

G, E = LogCode.MANDATE_GIVEN, LogCode.MANDATE_ENDED
api = Api(
    *(office.issue_invitation, office.withdraw_invitation),
    *(office.give_mandate, office.end_mandate, office.letter_of_mandate),
)


@api.on("POST /staff/beneficiaries/{beneficiary_id}/invitations", CLERKS)
def issue(beneficiary_id: str) -> Response[str]:
    whose, guardian = an_id(beneficiary_id, BeneficiaryNotFound), api.body(IssueInvitationBody).guardian
    issued = office.issue_invitation()(whose, guardian=guardian, user=api.user)
    done(LogCode.INVITATION_ISSUED, "InvitationsIssued", **issued.ids)
    page_url = office.page_url() or f"{api.root}/phone"
    if api.prefers_html:
        return api.page(letter(issued, page_url, api.language), 201, letter_headers())
    return api.answer(InvitationIssued.of(issued, page_url), 201)


@api.on("DELETE /staff/beneficiaries/{beneficiary_id}/invitations/{invitation_id}", CLERKS)
def withdraw(beneficiary_id: str, invitation_id: str) -> Response[str]:
    whose, which = an_id(beneficiary_id, BeneficiaryNotFound), an_id(invitation_id, InvitationNotFound)
    office.withdraw_invitation()(whose, which, api.user)
    done(LogCode.INVITATION_WITHDRAWN, "InvitationsWithdrawn", invitation_id=which)
    return api.answer(InvitationWithdrawn(invitation_id=which))


@api.on("POST /beneficiaries/{beneficiary_id}/mandates", SIGNED_IN)
def give(beneficiary_id: str) -> Response[str]:
    whose, wish = an_id(beneficiary_id, BeneficiaryNotFound), api.body(GiveMandateBody).wish()
    return told(G, office.give_mandate()(whose, api.user, wish), 201)


@api.on("POST /invitations/mandates", ANYONE)
def give_by_letter() -> Response[str]:
    body = api.body(GiveMandateByLetterBody)
    return told(G, office.give_mandate()(*office.letter_of_mandate()(body.code), body.wish()), 201)


@api.on("POST /beneficiaries/{beneficiary_id}/mandates/{mandate_id}/end", SIGNED_IN)
def end(beneficiary_id: str, mandate_id: str) -> Response[str]:
    whose, which = an_id(beneficiary_id, BeneficiaryNotFound), an_id(mandate_id, MandateNotFound)
    return told(E, office.end_mandate()(whose, which, api.user), 200)


def told(code: LogCode, mandate: Mandate, status: int) -> Response[str]:
    done(code, {G: "MandatesGiven", E: "MandatesEnded"}[code], {"kind": mandate.kind}, mandate_id=mandate.mandate_id)
    return api.answer(MandateShown.of(mandate, with_holder=code is G), status)


handler = api.handler
