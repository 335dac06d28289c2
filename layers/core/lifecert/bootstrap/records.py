"""The register's records: registered, found, listed and put right."""

from functools import cache
from typing import TYPE_CHECKING

from lifecert.bootstrap import parts, stores
from lifecert.entry import settings
from lifecert.entry.setting_values import Name, Payers

if TYPE_CHECKING:
    from lifecert.application.office.amend_record import AmendRecord
    from lifecert.application.office.find_people import FindPeople
    from lifecert.application.office.get_ledger import GetLedger
    from lifecert.application.office.get_lists import GetMonth, ListPeople, SizeLists
    from lifecert.application.office.id_number import ConfirmIdNumber, ProposeIdNumber
    from lifecert.application.office.list_accesses import ListAccesses
    from lifecert.application.office.register_beneficiary import AddBenefit, RegisterBeneficiary
    from lifecert.application.office.set_contact import SetContact
    from lifecert.entry.http.once import Once

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
    settings.WithLedger,
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


@cache
def get_ledger() -> "GetLedger":
    """GET /staff/beneficiaries/{beneficiary_id}/ledger."""
    from lifecert.application.office.get_ledger import GetLedger

    names = FindBeneficiariesSettings.load()
    return GetLedger(stores.register(names), stores.ledger(names), stores.noting(names, parts.clock(names)))


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
