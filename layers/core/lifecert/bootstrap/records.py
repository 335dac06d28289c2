"""The register's records: registered, found, listed, put right, and brought in from another register."""

from functools import cache
from typing import TYPE_CHECKING

from lifecert.bootstrap import parts, stores
from lifecert.entry import settings
from lifecert.entry.setting_values import Name, Payers

if TYPE_CHECKING:
    from lifecert.application.office.amend_record import AmendRecord
    from lifecert.application.office.find_people import FindPeople
    from lifecert.application.office.get_lists import GetMonth, ListPeople, SizeLists
    from lifecert.application.office.id_number import ConfirmIdNumber, ProposeIdNumber
    from lifecert.application.office.import_register import WorkImport
    from lifecert.application.office.list_accesses import ListAccesses
    from lifecert.application.office.prepare_import import (
        GetImport,
        ListImports,
        PrepareImport,
        ReleaseImport,
        StartDryRun,
        StopImport,
    )
    from lifecert.application.office.register_beneficiary import AddBenefit, RegisterBeneficiary
    from lifecert.application.office.set_contact import SetContact
    from lifecert.entry.http.once import Once
    from lifecert.ports.sweep import Waiting

# For answers that say how much time is left.
clock = parts.answering_clock


class RegisterBeneficiarySettings(
    settings.WithChanges,
    settings.WithPaymentReferences,
    settings.WithContacts,
    settings.WithReviews,
    settings.WithLookUps,
    settings.Common,
):
    """register_beneficiary."""

    idempotency_table: Name
    payers: Payers


@cache
def register_beneficiary() -> "RegisterBeneficiary":
    """POST /staff/beneficiaries."""
    from lifecert.application.office.register_beneficiary import RegisterBeneficiary

    names = RegisterBeneficiarySettings.load()
    register = stores.changing_register(names, contacts=names.contacts_table, reviews=names.reviews_table)
    keys, clock = parts.person_keys(names), parts.clock(names)
    return RegisterBeneficiary(
        register=register,
        person_keys=keys,
        seal=parts.addresses(names),
        clock=clock,
        ledger=stores.ledger(names),
        payers=names.payers,
        references=stores.references_of_payers(names, keys),
        looking_up=stores.looking_up(names, clock),
        help_lines=parts.help_lines(),
    )


@cache
def add_benefit() -> "AddBenefit":
    """POST /staff/beneficiaries/{beneficiary_id}/benefits."""
    from lifecert.application.office.register_beneficiary import AddBenefit

    names = RegisterBeneficiarySettings.load()
    register = stores.changing_register(names, reviews=names.reviews_table)
    references = stores.references_of_payers(names, parts.person_keys(names))
    return AddBenefit(register, stores.ledger(names), parts.clock(names), names.payers, references)


@cache
def register_once() -> "Once":
    """Keeps answers of POST /staff/beneficiaries for whoever asks again."""
    return stores.once(RegisterBeneficiarySettings.load().idempotency_table)


@cache
def set_contact() -> "SetContact":
    """PUT /staff/beneficiaries/{beneficiary_id}/contact."""
    from lifecert.application.office.set_contact import SetContact

    names = RegisterBeneficiarySettings.load()
    register = stores.changing_register(names, contacts=names.contacts_table)
    return SetContact(register, parts.addresses(names), parts.clock(names))


class GetWorkListsSettings(settings.WithBeneficiaries, settings.Common):
    """get_work_lists."""

    work_lists_table: Name


@cache
def size_lists() -> "SizeLists":
    """GET /staff/lists."""
    from lifecert.application.office.get_lists import SizeLists

    names = GetWorkListsSettings.load()
    return SizeLists(stores.work_lists(names.work_lists_table), parts.clock(names))


@cache
def list_people() -> "ListPeople":
    """GET /staff/lists/{name}."""
    from lifecert.application.office.get_lists import ListPeople

    names = GetWorkListsSettings.load()
    return ListPeople(stores.work_lists(names.work_lists_table), stores.register(names), parts.clock(names))


@cache
def get_month() -> "GetMonth":
    """GET /staff/statistics/{month}."""
    from lifecert.application.office.get_lists import GetMonth

    return GetMonth(stores.work_lists(GetWorkListsSettings.load().work_lists_table))


class FindBeneficiariesSettings(
    settings.WithBeneficiaries,
    settings.WithPaymentReferences,
    settings.WithLookUps,
    settings.Common,
):
    """find_beneficiaries."""


@cache
def find_people() -> "FindPeople":
    """POST /staff/beneficiaries/find."""
    from lifecert.application.office.find_people import FindPeople

    names = FindBeneficiariesSettings.load()
    keys, clock = parts.person_keys(names), parts.clock(names)
    return FindPeople(
        register=stores.register(names),
        person_keys=keys,
        references=stores.references_of_payers(names, keys),
        looking_up=stores.looking_up(names, clock),
    )


@cache
def list_accesses() -> "ListAccesses":
    """GET /staff/beneficiaries/{beneficiary_id}/accesses."""
    from lifecert.application.office.list_accesses import ListAccesses

    return ListAccesses(stores.access_log(FindBeneficiariesSettings.load()))


class AmendRecordSettings(
    settings.WithChanges,
    settings.WithPaymentReferences,
    settings.WithReviews,
    settings.WithLookUps,
    settings.Common,
):
    """amend_record."""

    idempotency_table: Name


@cache
def amend_record() -> "AmendRecord":
    """POST /staff/beneficiaries/{beneficiary_id}/amendments."""
    from lifecert.application.office.amend_record import AmendRecord

    names = AmendRecordSettings.load()
    keys = parts.person_keys(names)
    return AmendRecord(
        register=stores.changing_register(names),
        ledger=stores.ledger(names),
        clock=parts.clock(names),
        person_keys=keys,
        references=stores.references_of_payers(names, keys),
    )


@cache
def amend_once() -> "Once":
    """Keeps answers of POST .../amendments for whoever asks again."""
    return stores.once(AmendRecordSettings.load().idempotency_table)


@cache
def propose_id_number() -> "ProposeIdNumber":
    """POST /staff/beneficiaries/{beneficiary_id}/id-number."""
    from lifecert.application.office.id_number import ProposeIdNumber

    names = AmendRecordSettings.load()
    register = stores.changing_register(names, reviews=names.reviews_table)
    clock = parts.clock(names)
    looking_up = stores.looking_up(names, clock)
    return ProposeIdNumber(register, stores.reviews(names), clock, parts.person_keys(names), looking_up)


@cache
def confirm_id_number() -> "ConfirmIdNumber":
    """POST /staff/proposals/{proposal_id}/id-number."""
    from lifecert.application.office.id_number import ConfirmIdNumber

    names = AmendRecordSettings.load()
    clock = parts.clock(names)
    return ConfirmIdNumber(
        register=stores.changing_register(names, reviews=names.reviews_table),
        reviews=stores.reviews(names),
        ledger=stores.ledger(names),
        clock=clock,
        person_keys=parts.person_keys(names),
        looking_up=stores.looking_up(names, clock),
    )


class PrepareImportSettings(settings.Common):
    """prepare_import."""

    import_runs_table: Name
    import_queue_url: Name
    imports_bucket: Name


@cache
def prepare_import() -> "PrepareImport":
    """POST /staff/imports."""
    from lifecert.application.office.prepare_import import PrepareImport

    names = PrepareImportSettings.load()
    runs, files = (
        stores.import_runs(names.import_runs_table),
        parts.register_files(names.imports_bucket, names.number_schemes),
    )
    return PrepareImport(runs, files, parts.clock(names))


@cache
def list_imports() -> "ListImports":
    """GET /staff/imports."""
    from lifecert.application.office.prepare_import import ListImports

    return ListImports(stores.import_runs(PrepareImportSettings.load().import_runs_table))


@cache
def get_import() -> "GetImport":
    """GET /staff/imports/{import_id}."""
    from lifecert.application.office.prepare_import import GetImport

    names = PrepareImportSettings.load()
    return GetImport(
        stores.import_runs(names.import_runs_table), parts.register_files(names.imports_bucket, names.number_schemes)
    )


@cache
def start_dry_run() -> "StartDryRun":
    """POST /staff/imports/{import_id}/dry-run."""
    from lifecert.application.office.prepare_import import StartDryRun

    names = PrepareImportSettings.load()
    runs, files = (
        stores.import_runs(names.import_runs_table),
        parts.register_files(names.imports_bucket, names.number_schemes),
    )
    return StartDryRun(runs, files, parts.import_tasks(names.import_queue_url))


@cache
def release_import() -> "ReleaseImport":
    """POST /staff/imports/{import_id}/release."""
    from lifecert.application.office.prepare_import import ReleaseImport

    names = PrepareImportSettings.load()
    runs, files = (
        stores.import_runs(names.import_runs_table),
        parts.register_files(names.imports_bucket, names.number_schemes),
    )
    return ReleaseImport(runs, files, parts.clock(names), parts.import_tasks(names.import_queue_url))


@cache
def stop_import() -> "StopImport":
    """POST /staff/imports/{import_id}/stop."""
    from lifecert.application.office.prepare_import import StopImport

    names = PrepareImportSettings.load()
    runs, files = (
        stores.import_runs(names.import_runs_table),
        parts.register_files(names.imports_bucket, names.number_schemes),
    )
    return StopImport(runs, files, parts.clock(names))


class ImportRegisterSettings(
    settings.WithChanges, settings.WithPaymentReferences, settings.WithContacts, settings.Common
):
    """import_register."""

    import_runs_table: Name
    import_queue_url: Name
    imports_bucket: Name
    payers: Payers


@cache
def work_import() -> "WorkImport":
    """One task of an import."""
    from lifecert.application.office.import_register import WorkImport

    names = ImportRegisterSettings.load()
    keys = parts.person_keys(names)
    return WorkImport(
        register=stores.changing_register(names, contacts=names.contacts_table),
        runs=stores.import_runs(names.import_runs_table),
        files=parts.register_files(names.imports_bucket, names.number_schemes),
        queue=parts.import_tasks(names.import_queue_url),
        person_keys=keys,
        seal=parts.addresses(names),
        clock=parts.clock(names),
        payers=names.payers,
        references=stores.references_of_payers(names, keys),
    )


@cache
def wait_for_import_task() -> "Waiting":
    """Lets a task that failed come again later."""
    return parts.waiting(ImportRegisterSettings.load().import_queue_url)
