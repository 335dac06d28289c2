"""Consent to the use of a face: taken back, that undone, recorded by a clerk; and helpers who help no more."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from lifecert.bootstrap import office
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.errors import BeneficiaryNotFound
from lifecert.entry.http.access import ANYONE, CLERKS, SIGNED_IN
from lifecert.entry.http.api import Api, an_id
from lifecert.entry.http.bodies.faces import (
    ConsentState,
    GiveConsentBody,
    RemoveHelpersBody,
    UndoWithdrawalBody,
    WithdrawConsentBody,
)
from lifecert.entry.http.bodies.invitations import InvitedPersonBody
from lifecert.entry.log import LogCode, done

G, W, U, R = LogCode.CONSENT_GIVEN, LogCode.CONSENT_WITHDRAWN, LogCode.WITHDRAWAL_UNDONE, LogCode.HELPERS_REMOVED
api = Api(office.withdraw_consent, office.undo_withdrawal, office.remove_helpers, office.give_consent, office.letter)


@api.on("POST /beneficiaries/{beneficiary_id}/consent-withdrawal", SIGNED_IN)
def withdraw(beneficiary_id: str) -> Response[str]:
    whose, at_once = an_id(beneficiary_id, BeneficiaryNotFound), api.optional_body(WithdrawConsentBody).at_once
    return told(W, office.withdraw_consent()(whose, api.user, at_once=at_once))


@api.on("POST /invitations/consent-withdrawal", ANYONE)
def withdraw_by_letter() -> Response[str]:
    return told(W, office.withdraw_consent()(*office.letter()(api.body(InvitedPersonBody).code)))


@api.on("POST /beneficiaries/{beneficiary_id}/consent-withdrawal/undo", SIGNED_IN)
def undo(beneficiary_id: str) -> Response[str]:
    whose, ground = an_id(beneficiary_id, BeneficiaryNotFound), api.optional_body(UndoWithdrawalBody).ground
    return told(U, office.undo_withdrawal()(whose, api.user, ground))


@api.on("POST /invitations/consent-withdrawal/undo", ANYONE)
def undo_by_letter() -> Response[str]:
    return told(U, office.undo_withdrawal()(*office.letter()(api.body(InvitedPersonBody).code)))


@api.on("POST /beneficiaries/{beneficiary_id}/helpers-removal", SIGNED_IN)
def remove(beneficiary_id: str) -> Response[str]:
    whose, helper = an_id(beneficiary_id, BeneficiaryNotFound), api.optional_body(RemoveHelpersBody).helper
    return told(R, office.remove_helpers()(whose, api.user, helper))


@api.on("POST /invitations/helpers-removal", ANYONE)
def remove_by_letter() -> Response[str]:
    return told(R, office.remove_helpers()(*office.letter()(api.body(InvitedPersonBody).code)))


@api.on("POST /staff/beneficiaries/{beneficiary_id}/consent", CLERKS)
def give(beneficiary_id: str) -> Response[str]:
    whose, given = an_id(beneficiary_id, BeneficiaryNotFound), api.body(GiveConsentBody)
    consent, ground = given.consent, given.ground
    return told(G, office.give_consent()(whose, consent.version, consent.guardian, api.user, ground))


def told(code: LogCode, person: Beneficiary) -> Response[str]:
    about: dict[str, Any] = {"beneficiary_id": person.beneficiary_id}
    done(code, {G: "ConsentsGiven", W: "ConsentsWithdrawn", U: "WithdrawalsUndone", R: "HelpersRemoved"}[code], **about)
    return api.answer(ConsentState.of(person))


handler = api.handler
