"""POST .../invitations: an invitation for a person, with its letter for browsers. DELETE: it is of no more use."""

from aws_lambda_powertools.event_handler import Response

from lifecert.bootstrap import office
from lifecert.domain.errors import BeneficiaryNotFound, InvitationNotFound
from lifecert.entry.http.access import CLERKS
from lifecert.entry.http.api import Api, an_id
from lifecert.entry.http.bodies.invitations import InvitationIssued, InvitationWithdrawn, IssueInvitationBody
from lifecert.entry.http.letter import letter, letter_headers
from lifecert.entry.log import LogCode, done

api = Api(office.issue_invitation, office.withdraw_invitation)


@api.on("POST /staff/beneficiaries/{beneficiary_id}/invitations", CLERKS)
def issue(beneficiary_id: str) -> Response[str]:
    an_id(beneficiary_id, BeneficiaryNotFound)
    body = api.body(IssueInvitationBody)
    issued = office.issue_invitation()(beneficiary_id, guardian=body.guardian, user=api.user)
    invitation_id = issued.invitation.invitation_id
    done(LogCode.INVITATION_ISSUED, "InvitationsIssued", beneficiary_id=beneficiary_id, invitation_id=invitation_id)
    page_url = office.page_url() or f"{api.root}/phone"
    if api.prefers_html:
        return api.page(letter(issued, page_url, api.language), 201, letter_headers())
    return api.answer(InvitationIssued.of(issued, page_url), 201)


@api.on("DELETE /staff/beneficiaries/{beneficiary_id}/invitations/{invitation_id}", CLERKS)
def withdraw(beneficiary_id: str, invitation_id: str) -> Response[str]:
    an_id(beneficiary_id, BeneficiaryNotFound)
    office.withdraw_invitation()(beneficiary_id, an_id(invitation_id, InvitationNotFound), api.user)
    done(LogCode.INVITATION_WITHDRAWN, "InvitationsWithdrawn", invitation_id=invitation_id)
    return api.answer(InvitationWithdrawn(invitation_id=invitation_id))


handler = api.handler
