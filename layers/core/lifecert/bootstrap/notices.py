"""The composition root's part for notices: contacts, sending, and receipts."""

from functools import cache
from typing import TYPE_CHECKING

from lifecert.bootstrap import parts
from lifecert.entry import settings

if TYPE_CHECKING:
    from lifecert.application.notices.note_delivery import NoteDelivery
    from lifecert.application.notices.send_notice import SendNotice
    from lifecert.application.office.set_contact import SetContact
    from lifecert.ports.sweep import Waiting


@cache
def set_contact() -> "SetContact":
    """PUT /staff/beneficiaries/{beneficiary_id}/contact."""
    from lifecert.application.office.set_contact import SetContact

    names = settings.RegisterBeneficiarySettings.load()
    register = parts.changing_register(names, contacts=names.contacts_table)
    return SetContact(register, parts.addresses(names), parts.clock(names))


@cache
def send_notice() -> "SendNotice":
    """One notice of the queue."""
    from lifecert.adapters.dynamodb.notices import DynamoContacts
    from lifecert.adapters.files.notice_texts import load_notice_text
    from lifecert.adapters.messages.sms import SnsSender
    from lifecert.application.notices.send_notice import SendNotice

    names = settings.SendNoticeSettings.load()
    register = parts.changing_register(names, notices=names.notices_table)
    return SendNotice(
        register=register,
        contacts=DynamoContacts(parts.dynamodb(), names.contacts_table),
        seal=parts.addresses(names),
        sender=SnsSender(parts.client("sns")),
        clock=parts.clock(names),
        text=load_notice_text(names.notice_language),
        help_lines=parts.help_lines(),
        quiet_hours=names.quiet_hours,
    )


@cache
def wait_for_notice() -> "Waiting":
    """Lets a notice come again later."""
    from lifecert.adapters.messages.tasks import SqsWaiting

    return SqsWaiting(parts.client("sqs"), settings.SendNoticeSettings.load().notice_queue_url)


@cache
def note_delivery() -> "NoteDelivery":
    """One receipt."""
    from lifecert.adapters.dynamodb.notices import DynamoSentNotices
    from lifecert.application.notices.note_delivery import NoteDelivery

    names = settings.NoticeReceiptSettings.load()
    register = parts.changing_register(names)
    return NoteDelivery(register, DynamoSentNotices(parts.dynamodb(), names.notices_table), parts.clock(names))
