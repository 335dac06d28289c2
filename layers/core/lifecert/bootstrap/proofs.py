"""Proofs of life without a camera: what clerks saw or hold in their hands, and what other registers say."""

from functools import cache
from typing import TYPE_CHECKING

from lifecert.bootstrap import parts, stores
from lifecert.entry import settings
from lifecert.entry.setting_values import Name, Positive, Sources

if TYPE_CHECKING:
    from lifecert.application.office.certify_in_person import CertifyInPerson, LetterOnPaper
    from lifecert.application.office.import_data_match import ImportDataMatch
    from lifecert.application.office.take_visit_list import TakeVisitList
    from lifecert.entry.http.once import Once


class CertifyInPersonSettings(
    settings.WithChanges,
    settings.WithIssuer,
    settings.WithReviews,
    settings.WithInvitations,
    settings.WithStartLimits,
    settings.Common,
):
    """certify_in_person."""

    idempotency_table: Name


@cache
def certify_in_person() -> "CertifyInPerson":
    """POST /staff/beneficiaries/{beneficiary_id}/certifications."""
    from lifecert.application.office.certify_in_person import CertifyInPerson
    from lifecert.application.office.clerk_volume import ClerkVolume
    from lifecert.application.shared.reviewing import OpenReview
    from lifecert.domain.limits import seen_day

    names = CertifyInPersonSettings.load()
    register = stores.changing_register(names, certificates=names.certificates_table, reviews=names.reviews_table)
    clock = parts.clock(names)
    return CertifyInPerson(
        register=register,
        certificates=stores.certificates(names),
        reviews=stores.reviews(names),
        ledger=stores.ledger(names),
        clock=clock,
        issuer=parts.issuer(names),
        proofs=parts.proofs(),
        saw_one_more=ClerkVolume(stores.limits(names), OpenReview(register, clock), clock, seen_day),
    )


@cache
def letter_on_paper() -> "LetterOnPaper":
    """Whose letter's code stands on a paper form."""
    from lifecert.application.office.certify_in_person import LetterOnPaper
    from lifecert.application.shared.finding import ByCode

    names = CertifyInPersonSettings.load()
    by_code = ByCode(stores.invitations(names), stores.register(names), parts.invitation_keys(names))
    return LetterOnPaper(by_code, parts.clock(names))


@cache
def take_visit_list() -> "TakeVisitList":
    """POST /staff/certifications."""
    from lifecert.application.office.take_visit_list import TakeVisitList

    names = CertifyInPersonSettings.load()
    register = stores.changing_register(names, certificates=names.certificates_table, reviews=names.reviews_table)
    return TakeVisitList(
        certify=certify_in_person(),
        people=register,
        ledger=stores.ledger(names),
        clock=parts.clock(names),
        limits=stores.limits(names),
        start_limits=parts.start_limits(names),
    )


@cache
def certify_once() -> "Once":
    """Keeps answers of POST .../certifications for whoever asks again."""
    return stores.once(CertifyInPersonSettings.load().idempotency_table)


class ImportDataMatchSettings(
    settings.WithChanges, settings.WithPersonKeys, settings.WithIssuer, settings.WithReviews, settings.Common
):
    """import_data_match."""

    imports_bucket: Name
    data_match_sources: Sources
    data_match_rate: Positive


@cache
def import_data_match() -> "ImportDataMatch":
    """One file of data matches."""
    from lifecert.application.office.import_data_match import ImportDataMatch

    names = ImportDataMatchSettings.load()
    return ImportDataMatch(
        register=stores.changing_register(names, certificates=names.certificates_table, reviews=names.reviews_table),
        ledger=stores.ledger(names),
        imports=parts.imports(names.imports_bucket, names.number_schemes),
        person_keys=parts.person_keys(names),
        clock=parts.clock(names),
        issuer=parts.issuer(names),
        reviews=stores.reviews(names),
        sources=frozenset(names.data_match_sources),
        pace=parts.pace(names.data_match_rate),
        trusted=parts.sources(),
    )
