"""The composition root's part for the office: people and their photos, cases, consent, holds, figures, and what comes
from outside (reports, registers)."""

from functools import cache
from typing import TYPE_CHECKING

from lifecert.bootstrap import parts
from lifecert.bootstrap.phone import CONSENT_VERSION
from lifecert.entry import settings

if TYPE_CHECKING:
    from lifecert.adapters.dynamodb.register import DynamoRegister
    from lifecert.application.faces.consent import GiveConsent, WithdrawConsent
    from lifecert.application.faces.enrol_reference import BeginEnrolment, FinishEnrolment
    from lifecert.application.office.certify_in_person import CertifyInPerson
    from lifecert.application.office.decide_holds import DecideHolds, GetHoldBatch, ListHoldBatches
    from lifecert.application.office.decide_review import DecideReview
    from lifecert.application.office.entitlement import ConfirmProposal, Propose
    from lifecert.application.office.get_reviews import GetReview, ListReviews
    from lifecert.application.office.get_statistics import GetStatistics
    from lifecert.application.office.import_data_match import ImportDataMatch
    from lifecert.application.office.register_beneficiary import RegisterBeneficiary
    from lifecert.application.office.report_death import ReportDeath
    from lifecert.entry.http.once import Once


@cache
def report_death() -> "ReportDeath":
    """POST /reports and /beneficiaries/{beneficiary_id}/reports."""
    from lifecert.application.office.report_death import ReportDeath

    names = settings.ReportDeathSettings.load()
    register = parts.changing_register(names, reviews=names.reviews_table)
    return ReportDeath(register, parts.person_keys(names), parts.clock(names), parts.help_lines())


@cache
def import_data_match() -> "ImportDataMatch":
    """One file of data matches."""
    from lifecert.adapters.s3.imports import S3Imports
    from lifecert.application.office.import_data_match import ImportDataMatch

    names = settings.ImportDataMatchSettings.load()
    register = parts.changing_register(names, certificates=names.certificates_table, reviews=names.reviews_table)
    return ImportDataMatch(
        register=register,
        imports=S3Imports(parts.s3(), names.imports_bucket),
        person_keys=parts.person_keys(names),
        clock=parts.clock(names),
        issuer=parts.issuer(names),
    )


@cache
def list_hold_batches() -> "ListHoldBatches":
    """GET /staff/hold-batches."""
    from lifecert.application.office.decide_holds import ListHoldBatches

    return ListHoldBatches(parts.hold_batches(settings.DecideHoldsSettings.load()))


@cache
def get_hold_batch() -> "GetHoldBatch":
    """GET /staff/hold-batches/{batch_id}."""
    from lifecert.application.office.decide_holds import GetHoldBatch

    return GetHoldBatch(parts.hold_batches(settings.DecideHoldsSettings.load()))


@cache
def decide_holds() -> "DecideHolds":
    """POST /staff/hold-batches/{batch_id}/decision."""
    from lifecert.application.office.decide_holds import DecideHolds

    names = settings.DecideHoldsSettings.load()
    return DecideHolds(parts.hold_batches(names), parts.clock(names))


@cache
def get_statistics() -> "GetStatistics":
    """GET /staff/statistics."""
    from lifecert.adapters.dynamodb.face_counts import DynamoFaceCounts
    from lifecert.adapters.dynamodb.sweep_runs import DynamoSweepRuns
    from lifecert.adapters.s3.sweep_reports import S3RunReports
    from lifecert.application.office.get_statistics import GetStatistics

    names = settings.GetStatisticsSettings.load()
    return GetStatistics(
        runs=DynamoSweepRuns(parts.dynamodb(), names.sweep_runs_table),
        reports=S3RunReports(parts.s3(), names.reports_bucket),
        reviews=parts.reviews(names),
        batches=parts.hold_batches(names),
        face_counts=DynamoFaceCounts(parts.dynamodb(), names.counters_table),
    )


@cache
def register_beneficiary() -> "RegisterBeneficiary":
    """POST /staff/beneficiaries."""
    from lifecert.application.office.register_beneficiary import RegisterBeneficiary

    names = settings.RegisterBeneficiarySettings.load()
    register = parts.changing_register(names, contacts=names.contacts_table)
    return RegisterBeneficiary(register, parts.person_keys(names), parts.addresses(names), parts.clock(names))


@cache
def register_once() -> "Once":
    """Keeps answers of POST /staff/beneficiaries for whoever asks again."""
    return _once(settings.RegisterBeneficiarySettings.load().idempotency_table)


def _once(table: str) -> "Once":
    from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer

    from lifecert.entry.http.once import Once

    return Once(DynamoDBPersistenceLayer(table, boto3_client=parts.dynamodb()))


@cache
def begin_enrolment() -> "BeginEnrolment":
    """POST .../references."""
    from lifecert.adapters.dynamodb.references import DynamoReferences
    from lifecert.adapters.s3.photos import S3Photos
    from lifecert.application.faces.enrol_reference import BeginEnrolment

    names = settings.EnrolReferenceSettings.load()
    return BeginEnrolment(
        register=parts.register(names),
        references=DynamoReferences(parts.dynamodb(), names.references_table),
        photos=S3Photos(parts.s3(), names.frames_bucket),
        clock=parts.clock(names),
        policy=parts.policy(),
    )


@cache
def finish_enrolment() -> "FinishEnrolment":
    """POST .../references/{reference_id}/enrol. Loads the models."""
    from lifecert.adapters.s3.photos import S3Photos
    from lifecert.application.faces.enrol_reference import FinishEnrolment

    names = settings.EnrolReferenceSettings.load()
    register = parts.changing_register(
        names, references=names.references_table, counters=names.counters_table, reviews=names.reviews_table
    )
    return FinishEnrolment(
        register=register,
        references=parts.references(names),
        photos=S3Photos(parts.s3(), names.frames_bucket, names.references_bucket),
        analyser=parts.analyser(),
        clock=parts.clock(names),
        policy=parts.policy(),
        protection=parts.protection(names.template_key_id, names.template_secret_version),
    )


@cache
def list_reviews() -> "ListReviews":
    """GET /staff/reviews."""
    from lifecert.adapters.dynamodb.reviews import DynamoReviews
    from lifecert.application.office.get_reviews import ListReviews

    return ListReviews(DynamoReviews(parts.dynamodb(), settings.ReviewCasesSettings.load().reviews_table))


@cache
def get_review() -> "GetReview":
    """GET /staff/reviews/{review_id}."""
    from lifecert.adapters.dynamodb.references import DynamoReferences
    from lifecert.adapters.s3.review_photos import S3ReviewPhotos
    from lifecert.application.office.get_reviews import GetReview

    names = settings.ReviewCasesSettings.load()
    return GetReview(
        reviews=parts.reviews(names),
        sessions=parts.sessions(names),
        references=DynamoReferences(parts.dynamodb(), names.references_table),
        ledger=parts.ledger(names),
        photos=S3ReviewPhotos(parts.s3(), names.frames_bucket, names.references_bucket),
    )


@cache
def decide_review() -> "DecideReview":
    """POST /staff/reviews/{review_id}/decision."""
    from lifecert.adapters.s3.review_photos import S3ReviewPhotos
    from lifecert.application.office.decide_review import DecideReview

    names = settings.ReviewCasesSettings.load()
    register = parts.changing_register(names, certificates=names.certificates_table, reviews=names.reviews_table)
    return DecideReview(
        register=register,
        reviews=parts.reviews(names),
        sessions=parts.sessions(names),
        ledger=parts.ledger(names),
        photos=S3ReviewPhotos(parts.s3(), names.frames_bucket, names.references_bucket),
        clock=parts.clock(names),
        issuer=parts.issuer(names),
    )


@cache
def certify_in_person() -> "CertifyInPerson":
    """POST /staff/beneficiaries/{beneficiary_id}/certifications."""
    from lifecert.adapters.kms.signing import KmsSigner
    from lifecert.application.office.certify_in_person import CertifyInPerson
    from lifecert.application.shared.issuing import Issuer

    names = settings.CertifyInPersonSettings.load()
    register = parts.changing_register(names, certificates=names.certificates_table)
    signer = KmsSigner(parts.client("kms"), names.certificate_key_id)
    return CertifyInPerson(register, parts.clock(names), Issuer(names.issuer, signer))


@cache
def certify_once() -> "Once":
    """Keeps answers of POST .../certifications for whoever asks again."""
    return _once(settings.CertifyInPersonSettings.load().idempotency_table)


@cache
def propose() -> "Propose":
    """POST .../end, .../correction and .../revocation."""
    from lifecert.adapters.dynamodb.certificates import DynamoCertificates
    from lifecert.application.office.entitlement import Propose

    names = settings.ChangeEntitlementSettings.load()
    return Propose(
        register=_entitlement_register(),
        reviews=parts.reviews(names),
        certificates=DynamoCertificates(parts.dynamodb(), names.certificates_table),
        clock=parts.clock(names),
    )


@cache
def confirm_proposal() -> "ConfirmProposal":
    """POST /staff/proposals/{proposal_id}/confirmation."""
    from lifecert.application.office.entitlement import ConfirmProposal

    names = settings.ChangeEntitlementSettings.load()
    return ConfirmProposal(
        register=_entitlement_register(),
        reviews=parts.reviews(names),
        ledger=parts.ledger(names),
        clock=parts.clock(names),
    )


def _entitlement_register() -> "DynamoRegister":
    names = settings.ChangeEntitlementSettings.load()
    return parts.changing_register(
        names, contacts=names.contacts_table, certificates=names.certificates_table, reviews=names.reviews_table
    )


@cache
def withdraw_consent() -> "WithdrawConsent":
    """POST .../consent-withdrawal."""
    from lifecert.application.faces.consent import WithdrawConsent

    names = settings.ChangeConsentSettings.load()
    register = parts.changing_register(names)
    return WithdrawConsent(register, parts.clock(names))


@cache
def give_consent() -> "GiveConsent":
    """POST .../consent."""
    from lifecert.application.faces.consent import GiveConsent

    names = settings.ChangeConsentSettings.load()
    register = parts.changing_register(names)
    return GiveConsent(register, parts.clock(names), CONSENT_VERSION)
