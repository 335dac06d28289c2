"""The composition root's part for the office: people and their photos, cases, consent, holds, figures, and what comes
from outside (reports, registers)."""

from functools import cache
from typing import TYPE_CHECKING

from lifecert.bootstrap import (
    CONSENT_VERSION,
    _analyser,
    _client,
    _clock,
    _dynamodb,
    _hold_batches,
    _person_keys,
    _policy,
    _protection,
    _references,
    _register,
    _s3,
    help_lines,
)
from lifecert.entry import settings

if TYPE_CHECKING:
    from lifecert.adapters.dynamodb_register import DynamoRegister
    from lifecert.application.certify_in_person import CertifyInPerson
    from lifecert.application.consent import GiveConsent, WithdrawConsent
    from lifecert.application.decide_holds import DecideHolds, GetHoldBatch, ListHoldBatches
    from lifecert.application.decide_review import DecideReview
    from lifecert.application.enrol_reference import BeginEnrolment, FinishEnrolment
    from lifecert.application.entitlement import ConfirmProposal, Propose
    from lifecert.application.get_reviews import GetReview, ListReviews
    from lifecert.application.get_statistics import GetStatistics
    from lifecert.application.import_data_match import ImportDataMatch
    from lifecert.application.register_beneficiary import RegisterBeneficiary
    from lifecert.application.report_death import ReportDeath
    from lifecert.entry.once import Once


@cache
def report_death() -> "ReportDeath":
    """POST /reports and /beneficiaries/{beneficiary_id}/reports."""
    from lifecert.application.report_death import ReportDeath

    names = settings.ReportDeathSettings.load()
    register = _register(
        shards=names.due_shards,
        beneficiaries=names.beneficiaries_table,
        ledger=names.ledger_table,
        reviews=names.reviews_table,
    )
    return ReportDeath(register, _person_keys(names), _clock(names), help_lines())


@cache
def import_data_match() -> "ImportDataMatch":
    """One file of data matches."""
    from lifecert.adapters.kms_signing import KmsSigner
    from lifecert.adapters.s3_imports import S3Imports
    from lifecert.application.import_data_match import ImportDataMatch
    from lifecert.application.issuing import Issuer

    names = settings.ImportDataMatchSettings.load()
    register = _register(
        shards=names.due_shards,
        beneficiaries=names.beneficiaries_table,
        ledger=names.ledger_table,
        certificates=names.certificates_table,
        reviews=names.reviews_table,
    )
    return ImportDataMatch(
        register=register,
        imports=S3Imports(_s3(), names.imports_bucket),
        person_keys=_person_keys(names),
        clock=_clock(names),
        issuer=Issuer(names.issuer, KmsSigner(_client("kms"), names.certificate_key_id)),
    )


@cache
def list_hold_batches() -> "ListHoldBatches":
    """GET /staff/hold-batches."""
    from lifecert.application.decide_holds import ListHoldBatches

    return ListHoldBatches(_hold_batches(settings.DecideHoldsSettings.load()))


@cache
def get_hold_batch() -> "GetHoldBatch":
    """GET /staff/hold-batches/{batch_id}."""
    from lifecert.application.decide_holds import GetHoldBatch

    return GetHoldBatch(_hold_batches(settings.DecideHoldsSettings.load()))


@cache
def decide_holds() -> "DecideHolds":
    """POST /staff/hold-batches/{batch_id}/decision."""
    from lifecert.application.decide_holds import DecideHolds

    names = settings.DecideHoldsSettings.load()
    return DecideHolds(_hold_batches(names), _clock(names))


@cache
def get_statistics() -> "GetStatistics":
    """GET /staff/statistics."""
    from lifecert.adapters.dynamodb_face_counts import DynamoFaceCounts
    from lifecert.adapters.dynamodb_reviews import DynamoReviews
    from lifecert.adapters.dynamodb_sweep_runs import DynamoSweepRuns
    from lifecert.adapters.s3_sweep_reports import S3RunReports
    from lifecert.application.get_statistics import GetStatistics

    names = settings.GetStatisticsSettings.load()
    return GetStatistics(
        runs=DynamoSweepRuns(_dynamodb(), names.sweep_runs_table),
        reports=S3RunReports(_s3(), names.reports_bucket),
        reviews=DynamoReviews(_dynamodb(), names.reviews_table),
        batches=_hold_batches(names),
        face_counts=DynamoFaceCounts(_dynamodb(), names.counters_table),
    )


@cache
def register_beneficiary() -> "RegisterBeneficiary":
    """POST /staff/beneficiaries."""
    from lifecert.adapters.kms_addresses import KmsAddresses
    from lifecert.application.register_beneficiary import RegisterBeneficiary

    names = settings.RegisterBeneficiarySettings.load()
    register = _register(
        shards=names.due_shards,
        beneficiaries=names.beneficiaries_table,
        ledger=names.ledger_table,
        contacts=names.contacts_table,
    )
    seal = KmsAddresses(_client("kms"), names.contact_key_id)
    return RegisterBeneficiary(register, _person_keys(names), seal, _clock(names))


@cache
def register_once() -> "Once":
    """Keeps answers of POST /staff/beneficiaries for whoever asks again."""
    return _once(settings.RegisterBeneficiarySettings.load().idempotency_table)


def _once(table: str) -> "Once":
    from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer

    from lifecert.entry.once import Once

    return Once(DynamoDBPersistenceLayer(table, boto3_client=_dynamodb()))


@cache
def begin_enrolment() -> "BeginEnrolment":
    """POST .../references."""
    from lifecert.adapters.dynamodb_references import DynamoReferences
    from lifecert.adapters.s3_photos import S3Photos
    from lifecert.application.enrol_reference import BeginEnrolment

    names = settings.EnrolReferenceSettings.load()
    return BeginEnrolment(
        register=_register(beneficiaries=names.beneficiaries_table),
        references=DynamoReferences(_dynamodb(), names.references_table),
        photos=S3Photos(_s3(), names.frames_bucket),
        clock=_clock(names),
        policy=_policy(),
    )


@cache
def finish_enrolment() -> "FinishEnrolment":
    """POST .../references/{reference_id}/enrol. Loads the models."""
    from lifecert.adapters.s3_photos import S3Photos
    from lifecert.application.enrol_reference import FinishEnrolment

    names = settings.EnrolReferenceSettings.load()
    register = _register(
        shards=names.due_shards,
        beneficiaries=names.beneficiaries_table,
        ledger=names.ledger_table,
        references=names.references_table,
        counters=names.counters_table,
        reviews=names.reviews_table,
    )
    return FinishEnrolment(
        register=register,
        references=_references(names),
        photos=S3Photos(_s3(), names.frames_bucket, names.references_bucket),
        analyser=_analyser(),
        clock=_clock(names),
        policy=_policy(),
        protection=_protection(names.template_key_id, names.template_secret_version),
    )


@cache
def list_reviews() -> "ListReviews":
    """GET /staff/reviews."""
    from lifecert.adapters.dynamodb_reviews import DynamoReviews
    from lifecert.application.get_reviews import ListReviews

    return ListReviews(DynamoReviews(_dynamodb(), settings.ReviewCasesSettings.load().reviews_table))


@cache
def get_review() -> "GetReview":
    """GET /staff/reviews/{review_id}."""
    from lifecert.adapters.dynamodb_ledger import DynamoLedger
    from lifecert.adapters.dynamodb_references import DynamoReferences
    from lifecert.adapters.dynamodb_reviews import DynamoReviews
    from lifecert.adapters.dynamodb_sessions import DynamoSessions
    from lifecert.adapters.s3_review_photos import S3ReviewPhotos
    from lifecert.application.get_reviews import GetReview

    names = settings.ReviewCasesSettings.load()
    return GetReview(
        reviews=DynamoReviews(_dynamodb(), names.reviews_table),
        sessions=DynamoSessions(_dynamodb(), names.sessions_table),
        references=DynamoReferences(_dynamodb(), names.references_table),
        ledger=DynamoLedger(_dynamodb(), names.ledger_table),
        photos=S3ReviewPhotos(_s3(), names.frames_bucket, names.references_bucket),
    )


@cache
def decide_review() -> "DecideReview":
    """POST /staff/reviews/{review_id}/decision."""
    from lifecert.adapters.dynamodb_ledger import DynamoLedger
    from lifecert.adapters.dynamodb_reviews import DynamoReviews
    from lifecert.adapters.dynamodb_sessions import DynamoSessions
    from lifecert.adapters.kms_signing import KmsSigner
    from lifecert.adapters.s3_review_photos import S3ReviewPhotos
    from lifecert.application.decide_review import DecideReview
    from lifecert.application.issuing import Issuer

    names = settings.ReviewCasesSettings.load()
    register = _register(
        shards=names.due_shards,
        beneficiaries=names.beneficiaries_table,
        ledger=names.ledger_table,
        certificates=names.certificates_table,
        reviews=names.reviews_table,
    )
    return DecideReview(
        register=register,
        reviews=DynamoReviews(_dynamodb(), names.reviews_table),
        sessions=DynamoSessions(_dynamodb(), names.sessions_table),
        ledger=DynamoLedger(_dynamodb(), names.ledger_table),
        photos=S3ReviewPhotos(_s3(), names.frames_bucket, names.references_bucket),
        clock=_clock(names),
        issuer=Issuer(names.issuer, KmsSigner(_client("kms"), names.certificate_key_id)),
    )


@cache
def certify_in_person() -> "CertifyInPerson":
    """POST /staff/beneficiaries/{beneficiary_id}/certifications."""
    from lifecert.adapters.kms_signing import KmsSigner
    from lifecert.application.certify_in_person import CertifyInPerson
    from lifecert.application.issuing import Issuer

    names = settings.CertifyInPersonSettings.load()
    register = _register(
        shards=names.due_shards,
        beneficiaries=names.beneficiaries_table,
        ledger=names.ledger_table,
        certificates=names.certificates_table,
    )
    signer = KmsSigner(_client("kms"), names.certificate_key_id)
    return CertifyInPerson(register, _clock(names), Issuer(names.issuer, signer))


@cache
def certify_once() -> "Once":
    """Keeps answers of POST .../certifications for whoever asks again."""
    return _once(settings.CertifyInPersonSettings.load().idempotency_table)


@cache
def propose() -> "Propose":
    """POST .../end, .../correction and .../revocation."""
    from lifecert.adapters.dynamodb_certificates import DynamoCertificates
    from lifecert.adapters.dynamodb_reviews import DynamoReviews
    from lifecert.application.entitlement import Propose

    names = settings.ChangeEntitlementSettings.load()
    return Propose(
        register=_entitlement_register(),
        reviews=DynamoReviews(_dynamodb(), names.reviews_table),
        certificates=DynamoCertificates(_dynamodb(), names.certificates_table),
        clock=_clock(names),
    )


@cache
def confirm_proposal() -> "ConfirmProposal":
    """POST /staff/proposals/{proposal_id}/confirmation."""
    from lifecert.adapters.dynamodb_ledger import DynamoLedger
    from lifecert.adapters.dynamodb_reviews import DynamoReviews
    from lifecert.application.entitlement import ConfirmProposal

    names = settings.ChangeEntitlementSettings.load()
    return ConfirmProposal(
        register=_entitlement_register(),
        reviews=DynamoReviews(_dynamodb(), names.reviews_table),
        ledger=DynamoLedger(_dynamodb(), names.ledger_table),
        clock=_clock(names),
    )


def _entitlement_register() -> "DynamoRegister":
    names = settings.ChangeEntitlementSettings.load()
    return _register(
        contacts=names.contacts_table,
        shards=names.due_shards,
        beneficiaries=names.beneficiaries_table,
        ledger=names.ledger_table,
        certificates=names.certificates_table,
        reviews=names.reviews_table,
    )


@cache
def withdraw_consent() -> "WithdrawConsent":
    """POST .../consent-withdrawal."""
    from lifecert.application.consent import WithdrawConsent

    names = settings.ChangeConsentSettings.load()
    register = _register(shards=names.due_shards, beneficiaries=names.beneficiaries_table, ledger=names.ledger_table)
    return WithdrawConsent(register, _clock(names))


@cache
def give_consent() -> "GiveConsent":
    """POST .../consent."""
    from lifecert.application.consent import GiveConsent

    names = settings.ChangeConsentSettings.load()
    register = _register(shards=names.due_shards, beneficiaries=names.beneficiaries_table, ledger=names.ledger_table)
    return GiveConsent(register, _clock(names), CONSENT_VERSION)
