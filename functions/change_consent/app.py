"""Consent to the use of a face: taken back, that undone, recorded; helpers who help no more; and mandates."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from lifecert.bootstrap import office
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.errors import BeneficiaryNotFound, MandateNotFound
from lifecert.domain.mandate import Mandate
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
from lifecert.entry.http.bodies.mandates import GiveMandateBody, GiveMandateByLetterBody, MandateEnded, MandateShown
from lifecert.entry.log import LogCode, done

G, W, U, R = LogCode.CONSENT_GIVEN, LogCode.CONSENT_WITHDRAWN, LogCode.WITHDRAWAL_UNDONE, LogCode.HELPERS_REMOVED
api = Api(
    *(office.withdraw_consent, office.undo_withdrawal, office.remove_helpers, office.give_consent, office.letter),
    *(office.give_mandate, office.end_mandate),
)


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


@api.on("POST /beneficiaries/{beneficiary_id}/mandates", SIGNED_IN)
def give_mandate(beneficiary_id: str) -> Response[str]:
    whose, body = an_id(beneficiary_id, BeneficiaryNotFound), api.body(GiveMandateBody)
    return given(whose, office.give_mandate()(whose, body.wish(), api.user))


@api.on("POST /invitations/mandates", ANYONE)
def give_mandate_by_letter() -> Response[str]:
    body = api.body(GiveMandateByLetterBody)
    whose, letter = office.letter()(body.code)
    return given(whose, office.give_mandate()(whose, body.wish(), letter))


@api.on("POST /beneficiaries/{beneficiary_id}/mandates/{mandate_id}/end", SIGNED_IN)
def end_mandate(beneficiary_id: str, mandate_id: str) -> Response[str]:
    whose, which = an_id(beneficiary_id, BeneficiaryNotFound), an_id(mandate_id, MandateNotFound)
    office.end_mandate()(whose, which, api.user)
    done(LogCode.MANDATE_ENDED, "MandatesEnded", beneficiary_id=whose, mandate_id=which)
    return api.answer(MandateEnded(mandate_id=which))


def given(whose: str, mandate: Mandate) -> Response[str]:
    ids = {"beneficiary_id": whose, "mandate_id": mandate.mandate_id}
    done(LogCode.MANDATE_GIVEN, "MandatesGiven", {"kind": mandate.kind.value}, **ids)
    return api.answer(MandateShown.of(mandate, with_holder=True), 201)


def told(code: LogCode, person: Beneficiary) -> Response[str]:
    about: dict[str, Any] = {"beneficiary_id": person.beneficiary_id}
    done(code, {G: "ConsentsGiven", W: "ConsentsWithdrawn", U: "WithdrawalsUndone", R: "HelpersRemoved"}[code], **about)
    return api.answer(ConsentState.of(person))


handler = api.handler
