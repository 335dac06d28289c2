"""What goes by files: an existing register, photos, letters for a print house and what became of them."""

from functools import cache
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from lifecert.bootstrap import parts, stores
from lifecert.domain.intake import ImportKind
from lifecert.entry import settings
from lifecert.entry.setting_values import Address, Name, NoticeWays, Payers, SecretVersion

if TYPE_CHECKING:
    from lifecert.application.notices.import_postings import PostingLines
    from lifecert.application.office.import_letters import LetterLines
    from lifecert.application.office.import_register import WorkImport
    from lifecert.application.office.prepare_import import (
        GetImport,
        ListImports,
        PrepareImport,
        ReleaseImport,
        StartDryRun,
        StopImport,
    )
    from lifecert.ports.intake import ImportRuns, RegisterFiles
    from lifecert.ports.sweep import Waiting


class PrepareImportSettings(settings.WithFindLimits, settings.Common):
    """prepare_import."""

    import_runs_table: Name
    import_queue_url: Name
    photo_queue_url: Name
    imports_bucket: Name
    work_lists_table: Name


def _runs_and_files(names: PrepareImportSettings) -> "tuple[ImportRuns, RegisterFiles]":
    """How far imports are, and what lies in the bucket of each."""
    return (
        stores.import_runs(names.import_runs_table),
        parts.register_files(names.imports_bucket, names.number_schemes),
    )


@cache
def prepare_import() -> "PrepareImport":
    """POST /staff/imports."""
    from lifecert.application.office.prepare_import import PrepareImport

    names = PrepareImportSettings.load()
    runs, files = _runs_and_files(names)
    return PrepareImport(runs, files, parts.clock(names), stores.work_lists(names.work_lists_table))


@cache
def list_imports() -> "ListImports":
    """GET /staff/imports."""
    from lifecert.application.office.prepare_import import ListImports

    return ListImports(stores.import_runs(PrepareImportSettings.load().import_runs_table))


@cache
def get_import() -> "GetImport":
    """GET /staff/imports/{import_id}."""
    from lifecert.application.office.prepare_import import GetImport

    return GetImport(*_runs_and_files(PrepareImportSettings.load()))


@cache
def start_dry_run() -> "StartDryRun":
    """POST /staff/imports/{import_id}/dry-run."""
    from lifecert.application.office.prepare_import import StartDryRun

    names = PrepareImportSettings.load()
    runs, files = _runs_and_files(names)
    queue = parts.import_tasks(names.import_queue_url, names.photo_queue_url)
    return StartDryRun(runs, files, queue, stores.counting_look_ups(names, parts.clock(names)))


@cache
def release_import() -> "ReleaseImport":
    """POST /staff/imports/{import_id}/release."""
    from lifecert.application.office.prepare_import import ReleaseImport

    names = PrepareImportSettings.load()
    runs, files = _runs_and_files(names)
    queue = parts.import_tasks(names.import_queue_url, names.photo_queue_url)
    return ReleaseImport(runs, files, parts.clock(names), queue)


@cache
def stop_import() -> "StopImport":
    """POST /staff/imports/{import_id}/stop."""
    from lifecert.application.office.prepare_import import StopImport

    names = PrepareImportSettings.load()
    runs, files = _runs_and_files(names)
    return StopImport(runs, files, parts.clock(names))


class ImportRegisterSettings(
    settings.WithChanges,
    settings.WithPaymentReferences,
    settings.WithContacts,
    settings.WithInvitations,
    settings.Common,
):
    """import_register. `print_house_key` is what letters are encrypted to; empty where none are made."""

    invitation_years: Annotated[int, Field(ge=1, le=20)]
    letter_page_url: Address
    print_house_key: Annotated[str, Field(max_length=2000)] = ""
    hold_notice_ways: NoticeWays
    notice_letter_days: Annotated[int, Field(ge=0, le=60)]
    notice_public_days: Annotated[int, Field(ge=15, le=180)]

    import_runs_table: Name
    import_queue_url: Name
    imports_bucket: Name
    payers: Payers


@cache
def work_import() -> "WorkImport":
    """One task of an import."""
    from lifecert.application.office.import_people import RegisterLines
    from lifecert.application.office.import_register import WorkImport

    names = ImportRegisterSettings.load()
    keys, runs, clock = parts.person_keys(names), stores.import_runs(names.import_runs_table), parts.clock(names)
    people = RegisterLines(
        register=stores.changing_register(names, contacts=names.contacts_table),
        runs=runs,
        person_keys=keys,
        seal=parts.addresses(names),
        clock=clock,
        payers=names.payers,
        references=stores.references_of_payers(names, keys),
    )
    return WorkImport(
        runs=runs,
        files=parts.register_files(names.imports_bucket, names.number_schemes),
        queue=parts.import_tasks(names.import_queue_url),
        clock=clock,
        lines={
            ImportKind.REGISTER: people,
            ImportKind.LETTERS: _letters(names),
            ImportKind.POSTINGS: _postings(names),
        },
    )


def _letters(names: ImportRegisterSettings) -> "LetterLines":
    from lifecert.application.office.import_letters import LetterLines

    return LetterLines(
        register=stores.changing_register(names, invitations=names.invitations_table),
        invitations=stores.invitations(names),
        keys=parts.invitation_keys(names),
        letters=stores.letters(names.import_runs_table),
        files=parts.letter_files(names.imports_bucket, names.print_house_key),
        clock=parts.clock(names),
        help_lines=parts.help_lines(),
        years=names.invitation_years,
        page_url=names.letter_page_url,
    )


def _postings(names: ImportRegisterSettings) -> "PostingLines":
    from lifecert.application.notices.import_postings import PostingLines
    from lifecert.application.notices.record_notice import RecordNotice
    from lifecert.domain.office_notice import NoticeRules

    register, ledger, clock = stores.changing_register(names), stores.ledger(names), parts.clock(names)
    rules = NoticeRules(frozenset(names.hold_notice_ways), names.notice_letter_days, names.notice_public_days)
    record = RecordNotice(register, ledger, clock, rules)
    return PostingLines(register, ledger, stores.letters(names.import_runs_table), record, clock)


@cache
def wait_for_import_task() -> "Waiting":
    """Lets a task that failed come again later."""
    return parts.waiting(ImportRegisterSettings.load().import_queue_url)


class ImportReferencesSettings(
    settings.WithChanges,
    settings.WithPaymentReferences,
    settings.WithTemplates,
    settings.WithCounters,
    settings.Common,
):
    """import_references."""

    import_runs_table: Name
    photo_queue_url: Name
    imports_bucket: Name
    references_bucket: Name
    template_secret_version: SecretVersion


@cache
def work_photos() -> "WorkImport":
    """One task of an import of photos. Loads the models."""
    from lifecert.application.faces.import_references import PhotoLines
    from lifecert.application.office.import_register import WorkImport

    names = ImportReferencesSettings.load()
    keys, runs, clock = parts.person_keys(names), stores.import_runs(names.import_runs_table), parts.clock(names)
    protection = parts.protection(names.template_key_id, names.template_secret_version)
    photos = PhotoLines(
        register=stores.changing_register(names, references=names.references_table, counters=names.counters_table),
        references=stores.plain_references(names, protection),
        uploads=parts.imported_photos(names.imports_bucket),
        photos=parts.photos("", names.references_bucket),
        analyser=parts.analyser(),
        runs=runs,
        ledger=stores.ledger(names),
        person_keys=keys,
        found_by=stores.references_of_payers(names, keys),
        protection=protection,
        clock=clock,
        policy=parts.policy(),
        consent_versions=frozenset(one.version for one in parts.consent_texts().texts),
    )
    return WorkImport(
        runs=runs,
        files=parts.register_files(names.imports_bucket, names.number_schemes),
        queue=parts.import_tasks(names.photo_queue_url),
        clock=clock,
        lines={ImportKind.REFERENCES: photos},
    )


@cache
def wait_for_photo_task() -> "Waiting":
    """Lets a task of photos that failed come again later."""
    return parts.waiting(ImportReferencesSettings.load().photo_queue_url)
