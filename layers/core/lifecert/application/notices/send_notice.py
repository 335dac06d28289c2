"""Send a notice: tell a person, by the way the office knows, that their year ends."""

from dataclasses import dataclass, replace
from enum import StrEnum

from lifecert.application.shared.changing import change_newest
from lifecert.domain.actor import NOTICE_ACTOR
from lifecert.domain.beneficiary import Beneficiary, Change, record
from lifecert.domain.errors import NoticeMustWait
from lifecert.domain.help_lines import HelpLines
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.notice import NoticeText, QuietHours, SentNotice
from lifecert.domain.status import Status
from lifecert.ports.clock import Clock
from lifecert.ports.notices import AddressSeal, Contacts, NoticeSender
from lifecert.ports.register import ChangingRegister


class NoticeOutcome(StrEnum):
    """What became of a notice."""

    SENT = "sent"
    NOT_NEEDED = "not_needed"  # sent before, or the person certified, was reminded anew, or their entitlement ended
    NO_CONTACT = "no_contact"


@dataclass(frozen=True, slots=True)
class SendNotice:
    """The use case."""

    register: ChangingRegister
    contacts: Contacts
    seal: AddressSeal
    sender: NoticeSender
    clock: Clock
    text: NoticeText
    help_lines: HelpLines
    quiet_hours: QuietHours

    def __call__(self, beneficiary_id: str, reminder_seq: int) -> NoticeOutcome:
        """Send what a reminder, by its number in the ledger, asks for.

        At least once: whoever dies between the channel and the ledger sends it again. Raises NoticeMustWait in quiet
        hours, NoticeRefused when the channel will never take it, and StoreUnavailable.
        """
        beneficiary = self.register.get(beneficiary_id)
        if beneficiary is None or not _is_wanted(beneficiary, reminder_seq):
            return NoticeOutcome.NOT_NEEDED
        contact = self.contacts.get(beneficiary_id)
        if contact is None:
            return NoticeOutcome.NO_CONTACT
        wait = self.quiet_hours.wait(self.clock.local())
        if wait:
            raise NoticeMustWait(wait)
        valid_until, lapsed = beneficiary.valid_until, beneficiary.status is Status.LAPSED
        help_line = self.help_lines.find(beneficiary.category, beneficiary.district)
        text = self.text.of(beneficiary.masked_name, valid_until, help_line, lapsed=lapsed)
        address = self.seal.open(beneficiary_id, contact.sealed_address)
        message_id = self.sender.send(contact.channel, address, text)
        sent = SentNotice(message_id, beneficiary_id, contact.channel, valid_until, self.clock.now())
        change_newest(self.register, beneficiary_id, lambda newest: self._change(newest, sent, reminder_seq))
        return NoticeOutcome.SENT

    def _change(self, newest: Beneficiary, sent: SentNotice, reminder_seq: int) -> Change:
        """It is on its way whatever else has happened: it is recorded in any case."""
        notice = newest.notice
        if notice and notice.reminder_seq == reminder_seq:
            notice = replace(notice, sent=True)
        after, entry = record(
            replace(newest, notice=notice),
            LedgerEvent.NOTICE_SENT,
            NOTICE_ACTOR,
            sent.sent_at,
            {"channel": sent.channel, "reminder_seq": reminder_seq, "message_id": sent.message_id},
        )
        return Change(newest.version, after, entry, sent_notice=sent)


def _is_wanted(beneficiary: Beneficiary, reminder_seq: int) -> bool:
    notice = beneficiary.current_notice
    ended = beneficiary.status is Status.TERMINATED
    return notice is not None and notice.reminder_seq == reminder_seq and not notice.sent and not ended
