"""Note a delivery: a channel says that a notice arrived, which is what a hold asks for, or that it did not."""

from dataclasses import dataclass, replace

from lifecert.application.shared.changing import change_newest
from lifecert.application.shared.failing import failing
from lifecert.domain.actor import NOTICE_ACTOR
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.change import Change, record
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.notice import NoticeKind, SentNotice
from lifecert.ports.clock import Clock
from lifecert.ports.notices import SentNotices
from lifecert.ports.register import ChangingRegister


@dataclass(frozen=True, slots=True)
class NoteDelivery:
    """The use case."""

    register: ChangingRegister
    sent_notices: SentNotices
    clock: Clock

    def __call__(self, message_id: str) -> bool:
        """Record that a notice arrived; whether that was news.

        A receipt that comes twice, or about a year that has been certified since, changes nothing.
        """
        sent = self.sent_notices.get(message_id)
        if sent is None:
            return False
        return change_newest(self.register, sent.beneficiary_id, lambda newest: self._change(newest, sent)) is not None

    def failed(self, message_id: str) -> bool:
        """Record that a notice did not arrive; whether that was news. It counts for nothing, and the office sees it."""
        sent = self.sent_notices.get(message_id)
        if sent is None:
            return False
        change = change_newest(self.register, sent.beneficiary_id, lambda newest: self._failure(newest, message_id))
        return change is not None

    def _failure(self, newest: Beneficiary, message_id: str) -> Change | None:
        # As it is now: another receipt of it may have come first.
        sent = self.sent_notices.get(message_id)
        if sent is None or sent.failed:
            return None
        of_this_year = sent.kind is NoticeKind.REMINDER and sent.valid_until == newest.valid_until
        after, entry = failing(
            newest,
            newest.current_notice if of_this_year else None,
            self.clock,
            {"channel": sent.channel, "message_id": message_id, "kind": sent.kind, "why": "not_delivered"},
        )
        return Change(newest.version, after, entry, sent_notice=replace(sent, failed=True))

    def _change(self, newest: Beneficiary, sent: SentNotice) -> Change | None:
        notice = newest.current_notice
        if sent.kind is not NoticeKind.REMINDER:
            return None  # It said nothing of the year.
        if notice is None or notice.valid_until != sent.valid_until or notice.delivered_on:
            return None
        delivered_on = self.clock.today()
        after, entry = record(
            replace(newest, notice=replace(notice, delivered_on=delivered_on, failed_on=None)),
            LedgerEvent.NOTICE_DELIVERED,
            NOTICE_ACTOR,
            self.clock.now(),
            {"channel": sent.channel, "message_id": sent.message_id, "delivered_on": delivered_on.isoformat()},
        )
        return Change(newest.version, after, entry)
