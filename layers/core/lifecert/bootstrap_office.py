"""The composition root's part for the office: holds, figures, and what comes from outside (reports, registers)."""

from functools import cache
from typing import TYPE_CHECKING

from lifecert.bootstrap import (
    _client,
    _clock,
    _dynamodb,
    _hold_batches,
    _person_keys,
    _register,
    _s3,
    help_lines,
)
from lifecert.entry import settings

if TYPE_CHECKING:
    from lifecert.application.decide_holds import DecideHolds, GetHoldBatch, ListHoldBatches
    from lifecert.application.get_statistics import GetStatistics
    from lifecert.application.import_data_match import ImportDataMatch
    from lifecert.application.report_death import ReportDeath


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
