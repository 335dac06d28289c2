"""The composition root's part for notices: contacts, sending, and receipts."""

from functools import cache
from typing import TYPE_CHECKING

from lifecert.bootstrap import _client, _clock, _dynamodb, _register, help_lines
from lifecert.entry import settings

if TYPE_CHECKING:
    from lifecert.adapters.kms_addresses import KmsAddresses
    from lifecert.application.note_delivery import NoteDelivery
    from lifecert.application.send_notice import SendNotice
    from lifecert.application.set_contact import SetContact
    from lifecert.ports.sweep import Waiting


@cache
def set_contact() -> "SetContact":
    """PUT /staff/beneficiaries/{beneficiary_id}/contact."""
    from lifecert.application.set_contact import SetContact

    names = settings.RegisterBeneficiarySettings.load()
    register = _register(
        shards=names.due_shards,
        beneficiaries=names.beneficiaries_table,
        ledger=names.ledger_table,
        contacts=names.contacts_table,
    )
    return SetContact(register, addresses(names.contact_key_id), _clock(names))


@cache
def send_notice() -> "SendNotice":
    """One notice of the queue."""
    from lifecert.adapters.dynamodb_notices import DynamoContacts
    from lifecert.adapters.notice_texts import load_notice_text
    from lifecert.adapters.sns_sender import SnsSender
    from lifecert.application.send_notice import SendNotice

    names = settings.SendNoticeSettings.load()
    register = _register(
        shards=names.due_shards,
        beneficiaries=names.beneficiaries_table,
        ledger=names.ledger_table,
        notices=names.notices_table,
    )
    return SendNotice(
        register=register,
        contacts=DynamoContacts(_dynamodb(), names.contacts_table),
        seal=addresses(names.contact_key_id),
        sender=SnsSender(_client("sns")),
        clock=_clock(names),
        text=load_notice_text(names.notice_language),
        help_lines=help_lines(),
        quiet_hours=names.quiet_hours,
    )


@cache
def wait_for_notice() -> "Waiting":
    """Lets a notice come again later."""
    from lifecert.adapters.sqs_tasks import SqsWaiting

    return SqsWaiting(_client("sqs"), settings.SendNoticeSettings.load().notice_queue_url)


@cache
def note_delivery() -> "NoteDelivery":
    """One receipt."""
    from lifecert.adapters.dynamodb_notices import DynamoSentNotices
    from lifecert.application.note_delivery import NoteDelivery

    names = settings.NoticeReceiptSettings.load()
    register = _register(shards=names.due_shards, beneficiaries=names.beneficiaries_table, ledger=names.ledger_table)
    return NoteDelivery(register, DynamoSentNotices(_dynamodb(), names.notices_table), _clock(names))


def addresses(key_id: str) -> "KmsAddresses":
    """Encryption of addresses."""
    from lifecert.adapters.kms_addresses import KmsAddresses

    return KmsAddresses(_client("kms"), key_id)
