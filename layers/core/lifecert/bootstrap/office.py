"""The office: photos and consent, letters, cases, ends, holds, figures."""

from functools import cache
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from lifecert.bootstrap import parts, stores
from lifecert.entry import settings
from lifecert.entry.setting_values import Name, Positive, SecretVersion, Sources

if TYPE_CHECKING:
    from lifecert.adapters.dynamodb.transaction import DynamoChangingRegister
    from lifecert.application.faces.consent import (
        GiveConsent,
        LetterHolder,
        RemoveHelpers,
        UndoWithdrawal,
        WithdrawConsent,
    )
    from lifecert.application.faces.enrol_reference import BeginEnrolment, FinishEnrolment
    from lifecert.application.faces.mandates import EndMandate, GiveMandate
    from lifecert.application.office.claim_review import ClaimReview
    from lifecert.application.office.confirm_proposal import ConfirmProposal
    from lifecert.application.office.correct_start import ProposeStart
    from lifecert.application.office.decide_holds import DecideHolds, GetHoldBatch, ListHoldBatches
    from lifecert.application.office.decide_review import DecideReview
    from lifecert.application.office.get_reviews import GetReview, ListReviews
    from lifecert.application.office.get_statistics import GetStatistics
    from lifecert.application.office.invite import IssueInvitation, WithdrawInvitation
    from lifecert.application.office.propose import Propose
    from lifecert.application.office.report_death import ReportDeath
    from lifecert.application.office.take_deaths import TakeDeaths

# For answers that say how much time is left.
clock = parts.answering_clock


class IssueInvitationSettings(
    settings.WithChanges,
    settings.WithInvitations,
    settings.WithFindLimits,
    settings.WithReviews,
    settings.Common,
):
    """issue_invitation. `invitation_page_url` is where people open the phone page; empty where the API serves it."""

    invitation_years: Annotated[int, Field(ge=1, le=20)]
    invitation_page_url: Annotated[str, Field(pattern=r"^(https?://\S+)?$")] = ""


@cache
def issue_invitation() -> "IssueInvitation":
    """POST .../invitations."""
    from lifecert.application.office.clerk_volume import ClerkVolume
    from lifecert.application.office.invite import IssueInvitation
    from lifecert.application.shared.reviewing import OpenReview
    from lifecert.domain.limits import letters_day

    names = IssueInvitationSettings.load()
    opening = OpenReview(stores.changing_register(names, reviews=names.reviews_table), parts.clock(names))
    return IssueInvitation(
        register=stores.changing_register(names, invitations=names.invitations_table),
        invitations=stores.invitations(names),
        keys=parts.invitation_keys(names),
        clock=parts.clock(names),
        below=parts.chooser().randrange,
        help_lines=parts.help_lines(),
        years=names.invitation_years,
        issued_one_more=ClerkVolume(stores.limits(names), opening, parts.clock(names), letters_day),
    )


@cache
def withdraw_invitation() -> "WithdrawInvitation":
    """DELETE .../invitations/{invitation_id}."""
    from lifecert.application.office.invite import WithdrawInvitation

    names = IssueInvitationSettings.load()
    register = stores.changing_register(names, invitations=names.invitations_table)
    return WithdrawInvitation(register, stores.invitations(names), parts.clock(names))


@cache
def give_mandate() -> "GiveMandate":
    """POST .../mandates."""
    from lifecert.application.faces.mandates import GiveMandate

    names = IssueInvitationSettings.load()
    clock = parts.clock(names)
    counting = stores.counting_look_ups(names, clock)
    return GiveMandate(stores.changing_register(names), stores.ledger(names), clock, counting)


@cache
def end_mandate() -> "EndMandate":
    """POST .../mandates/{mandate_id}/end."""
    from lifecert.application.faces.mandates import EndMandate

    names = IssueInvitationSettings.load()
    return EndMandate(stores.changing_register(names), parts.clock(names))


@cache
def letter_of_mandate() -> "LetterHolder":
    """Whoever gives a mandate by the code of a letter."""
    return _letter(IssueInvitationSettings.load())


def page_url() -> str:
    """Where people open the phone page; empty where the API itself serves it."""
    return IssueInvitationSettings.load().invitation_page_url


class EnrolReferenceSettings(
    settings.WithChanges,
    settings.WithTemplates,
    settings.WithCounters,
    settings.WithFrames,
    settings.WithReviews,
    settings.WithLimits,
    settings.Common,
):
    """enrol_reference."""

    references_bucket: Name
    template_secret_version: SecretVersion


@cache
def begin_enrolment() -> "BeginEnrolment":
    """POST .../references."""
    from lifecert.application.faces.enrol_reference import BeginEnrolment

    names = EnrolReferenceSettings.load()
    return BeginEnrolment(
        register=stores.changing_register(names),
        references=stores.references(names),
        photos=parts.photos(names.frames_bucket),
        clock=parts.clock(names),
        policy=parts.policy(),
        consent_version=parts.consent_texts().in_force,
    )


@cache
def finish_enrolment() -> "FinishEnrolment":
    """POST .../references/{reference_id}/enrol. Loads the models."""
    from lifecert.application.faces.enrol_reference import FinishEnrolment

    names = EnrolReferenceSettings.load()
    register = stores.changing_register(
        names, references=names.references_table, counters=names.counters_table, reviews=names.reviews_table
    )
    protection = parts.protection(names.template_key_id, names.template_secret_version)
    return FinishEnrolment(
        register=register,
        references=stores.plain_references(names, protection),
        photos=parts.photos(names.frames_bucket, names.references_bucket),
        analyser=parts.analyser(),
        clock=parts.clock(names),
        policy=parts.policy(),
        protection=protection,
        consent_version=parts.consent_texts().in_force,
        limits=stores.limits(names),
    )


class ChangeConsentSettings(settings.WithChanges, settings.WithInvitations, settings.WithLimits, settings.Common):
    """change_consent."""


@cache
def withdraw_consent() -> "WithdrawConsent":
    """POST .../consent-withdrawal."""
    from lifecert.application.faces.consent import WithdrawConsent

    names = ChangeConsentSettings.load()
    return WithdrawConsent(stores.changing_register(names), parts.clock(names))


@cache
def undo_withdrawal() -> "UndoWithdrawal":
    """POST .../consent-withdrawal/undo."""
    from lifecert.application.faces.consent import UndoWithdrawal

    names = ChangeConsentSettings.load()
    return UndoWithdrawal(stores.changing_register(names), parts.clock(names), stores.limits(names))


@cache
def remove_helpers() -> "RemoveHelpers":
    """POST .../helpers-removal."""
    from lifecert.application.faces.consent import RemoveHelpers

    names = ChangeConsentSettings.load()
    return RemoveHelpers(stores.changing_register(names), stores.ledger(names), parts.clock(names))


@cache
def letter() -> "LetterHolder":
    """Whoever does one of these by the code of a letter."""
    return _letter(ChangeConsentSettings.load())


def _letter(names: IssueInvitationSettings | ChangeConsentSettings) -> "LetterHolder":
    from lifecert.application.faces.consent import LetterHolder
    from lifecert.application.shared.finding import ByCode

    by_code = ByCode(stores.invitations(names), stores.register(names), parts.invitation_keys(names))
    return LetterHolder(by_code, parts.help_lines(), parts.clock(names))


@cache
def give_consent() -> "GiveConsent":
    """POST .../consent."""
    from lifecert.application.faces.consent import GiveConsent

    names = ChangeConsentSettings.load()
    return GiveConsent(stores.changing_register(names), parts.clock(names), parts.consent_texts().in_force)


class ReviewCasesSettings(
    settings.WithChanges,
    settings.WithSessions,
    settings.WithReferences,
    settings.WithFrames,
    settings.WithIssuer,
    settings.WithReviews,
    settings.WithAccessLog,
    settings.Common,
):
    """review_cases."""

    references_bucket: Name
    helper_key_id: Name


@cache
def list_reviews() -> "ListReviews":
    """GET /staff/reviews."""
    from lifecert.application.office.get_reviews import ListReviews

    return ListReviews(stores.reviews(ReviewCasesSettings.load()))


@cache
def claim_review() -> "ClaimReview":
    """POST /staff/reviews/{review_id}/claim."""
    from lifecert.application.office.claim_review import ClaimReview

    names = ReviewCasesSettings.load()
    return ClaimReview(stores.register(names), stores.reviews(names), stores.ledger(names), parts.clock(names))


@cache
def get_review() -> "GetReview":
    """GET /staff/reviews/{review_id}."""
    from lifecert.application.office.get_reviews import GetReview

    names = ReviewCasesSettings.load()
    return GetReview(
        register=stores.register(names),
        reviews=stores.reviews(names),
        sessions=stores.sessions(names),
        references=stores.references(names),
        ledger=stores.ledger(names),
        photos=parts.review_photos(names.frames_bucket, names.references_bucket),
        helper_names=parts.helper_names(names.helper_key_id),
        noting=stores.noting(names, parts.clock(names)),
    )


@cache
def decide_review() -> "DecideReview":
    """POST /staff/reviews/{review_id}/decision."""
    from lifecert.application.office.decide_review import DecideReview

    names = ReviewCasesSettings.load()
    return DecideReview(
        register=stores.changing_register(names, certificates=names.certificates_table, reviews=names.reviews_table),
        reviews=stores.reviews(names),
        sessions=stores.sessions(names),
        ledger=stores.ledger(names),
        photos=parts.review_photos(names.frames_bucket, names.references_bucket),
        clock=parts.clock(names),
        issuer=parts.issuer(names),
        unlike_below=parts.policy().match.review,
    )


class ChangeEntitlementSettings(settings.WithChanges, settings.WithReviews, settings.WithIssuer, settings.Common):
    """change_entitlement."""


@cache
def propose_start() -> "ProposeStart":
    """POST .../benefit-start."""
    from lifecert.application.office.correct_start import ProposeStart

    names = ChangeEntitlementSettings.load()
    return ProposeStart(_entitlement_register(names), stores.reviews(names), parts.clock(names))


@cache
def propose() -> "Propose":
    """POST .../end, .../correction and .../revocation."""
    from lifecert.application.office.propose import Propose

    names = ChangeEntitlementSettings.load()
    return Propose(
        register=_entitlement_register(names),
        reviews=stores.reviews(names),
        certificates=stores.certificates(names),
        clock=parts.clock(names),
    )


@cache
def confirm_proposal() -> "ConfirmProposal":
    """POST /staff/proposals/{proposal_id}/confirmation."""
    from lifecert.application.office.confirm_proposal import ConfirmProposal

    names = ChangeEntitlementSettings.load()
    return ConfirmProposal(
        register=_entitlement_register(names),
        reviews=stores.reviews(names),
        ledger=stores.ledger(names),
        clock=parts.clock(names),
        issuer=parts.issuer(names),
        proofs=parts.proofs(),
    )


def _entitlement_register(names: ChangeEntitlementSettings) -> "DynamoChangingRegister":
    return stores.changing_register(names, certificates=names.certificates_table, reviews=names.reviews_table)


class DecideHoldsSettings(settings.WithHoldBatches, settings.Common):
    """decide_holds."""


@cache
def list_hold_batches() -> "ListHoldBatches":
    """GET /staff/hold-batches."""
    from lifecert.application.office.decide_holds import ListHoldBatches

    return ListHoldBatches(stores.hold_batches(DecideHoldsSettings.load()))


@cache
def get_hold_batch() -> "GetHoldBatch":
    """GET /staff/hold-batches/{batch_id}."""
    from lifecert.application.office.decide_holds import GetHoldBatch

    return GetHoldBatch(stores.hold_batches(DecideHoldsSettings.load()))


@cache
def decide_holds() -> "DecideHolds":
    """POST /staff/hold-batches/{batch_id}/decision."""
    from lifecert.application.office.decide_holds import DecideHolds

    names = DecideHoldsSettings.load()
    return DecideHolds(stores.hold_batches(names), parts.clock(names))


class GetStatisticsSettings(settings.WithHoldBatches, settings.WithCounters, settings.WithReviews, settings.Common):
    """get_statistics."""

    sweep_runs_table: Name
    reports_bucket: Name


@cache
def get_statistics() -> "GetStatistics":
    """GET /staff/statistics."""
    from lifecert.application.office.get_statistics import GetStatistics

    names = GetStatisticsSettings.load()
    return GetStatistics(
        runs=stores.sweep_runs(names.sweep_runs_table),
        reports=parts.run_reports(names.reports_bucket),
        reviews=stores.reviews(names),
        batches=stores.hold_batches(names),
        face_counts=stores.face_counts(names),
    )


class ReportDeathSettings(
    settings.WithChanges, settings.WithPersonKeys, settings.WithReviews, settings.WithStartLimits, settings.Common
):
    """report_death."""

    data_match_sources: Sources
    limit_deaths_day: Positive


@cache
def report_death() -> "ReportDeath":
    """POST /reports and /beneficiaries/{beneficiary_id}/reports."""
    from lifecert.application.office.report_death import ReportDeath

    names = ReportDeathSettings.load()
    register = stores.changing_register(names, reviews=names.reviews_table)
    return ReportDeath(
        register=register,
        person_keys=parts.person_keys(names),
        clock=parts.clock(names),
        help_lines=parts.help_lines(),
        limits=stores.limits(names),
        start_limits=parts.start_limits(names),
    )


@cache
def take_deaths() -> "TakeDeaths":
    """POST /registry/notify."""
    from lifecert.application.office.take_deaths import TakeDeaths

    names = ReportDeathSettings.load()
    return TakeDeaths(
        register=stores.changing_register(names, reviews=names.reviews_table),
        ledger=stores.ledger(names),
        person_keys=parts.person_keys(names),
        clock=parts.clock(names),
        messages=parts.death_messages(names.number_schemes),
        limits=stores.limits(names),
        sources=frozenset(names.data_match_sources),
        most_a_day=names.limit_deaths_day,
    )
