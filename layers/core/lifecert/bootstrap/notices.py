"""Notices: sending them, receipts of those that arrived, and those that the office gives by other ways."""

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, model_validator

from lifecert.bootstrap import parts, stores
from lifecert.entry import settings
from lifecert.entry.setting_values import Hours, Name, NoticeWays, Positive

if TYPE_CHECKING:
    from lifecert.application.notices.note_delivery import NoteDelivery
    from lifecert.application.notices.record_notice import RecordNotice
    from lifecert.application.notices.send_notice import SendNotice
    from lifecert.entry.http.once import Once
    from lifecert.ports.sweep import Waiting


class SendNoticeSettings(settings.WithChanges, settings.WithContacts, settings.Common):
    """send_notice. `quiet_hours`: `21-8` disturbs nobody from 21:00 until 8:00 of the deployment's clock."""

    notices_table: Name
    notice_queue_url: Name
    notice_language: Literal["zh-CN", "en"]
    quiet_hours: Hours
    notice_spread_hours: Annotated[int, Field(ge=0, le=23)] = 0
    # Of each of its workers.
    notice_rate: Positive = 1000

    @model_validator(mode="after")
    def _spread_ends_before_the_evening(self) -> Self:
        quiet = (self.quiet_hours.until - self.quiet_hours.first) % 24
        if self.notice_spread_hours > 24 - quiet:
            raise ValueError("NOTICE_SPREAD_HOURS must end before the QUIET_HOURS begin")
        return self


@cache
def send_notice() -> "SendNotice":
    """One notice of the queue."""
    from lifecert.application.notices.send_notice import SendNotice

    names = SendNoticeSettings.load()
    return SendNotice(
        register=stores.changing_register(names, notices=names.notices_table),
        contacts=stores.contacts(names),
        seal=parts.addresses(names),
        sender=parts.notice_sender(),
        clock=parts.clock(names),
        text=parts.notice_text(names.notice_language),
        help_lines=parts.help_lines(),
        quiet_hours=names.quiet_hours,
        ledger=stores.ledger(names),
        sources=parts.sources(),
        language=names.notice_language,
        spread=timedelta(hours=names.notice_spread_hours),
        pace=parts.pace(names.notice_rate),
    )


@cache
def wait_for_notice() -> "Waiting":
    """Lets a notice come again later."""
    return parts.waiting(SendNoticeSettings.load().notice_queue_url)


class NoticeReceiptSettings(settings.WithChanges, settings.Common):
    """notice_receipt."""

    notices_table: Name


@cache
def note_delivery() -> "NoteDelivery":
    """One receipt."""
    from lifecert.application.notices.note_delivery import NoteDelivery

    names = NoticeReceiptSettings.load()
    register = stores.changing_register(names, notices=names.notices_table)
    return NoteDelivery(register, stores.sent_notices(names.notices_table), parts.clock(names))


class RecordNoticeSettings(settings.WithChanges, settings.Common):
    """record_notice. `hold_notice_ways` are those that count for a hold, none of them if it is empty; the days are
    those after which a letter, and a public notice, count."""

    idempotency_table: Name
    hold_notice_ways: NoticeWays
    notice_letter_days: Annotated[int, Field(ge=0, le=60)]
    notice_public_days: Annotated[int, Field(ge=15, le=180)]


@cache
def record_notice() -> "RecordNotice":
    """POST /staff/beneficiaries/{beneficiary_id}/notices, and that one told nobody."""
    from lifecert.application.notices.record_notice import RecordNotice
    from lifecert.domain.office_notice import NoticeRules

    names = RecordNoticeSettings.load()
    rules = NoticeRules(frozenset(names.hold_notice_ways), names.notice_letter_days, names.notice_public_days)
    return RecordNotice(stores.changing_register(names), stores.ledger(names), parts.clock(names), rules)


@cache
def record_notice_once() -> "Once":
    """Keeps answers of record_notice for whoever asks again."""
    return stores.once(RecordNoticeSettings.load().idempotency_table)
