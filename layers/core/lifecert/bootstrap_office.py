"""The composition root's part for what reaches the office from outside: families' reports and other registers."""

from functools import cache
from typing import TYPE_CHECKING

from lifecert.bootstrap import _client, _clock, _person_keys, _register, _s3, help_lines
from lifecert.entry import settings

if TYPE_CHECKING:
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
