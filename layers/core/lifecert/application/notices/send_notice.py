"""Send a notice: tell a person, by the way the office knows, that their year ends."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from lifecert.application.shared.changing import change_newest
from lifecert.application.shared.failing import failing
from lifecert.domain.actor import NOTICE_ACTOR
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.certificate import Method
from lifecert.domain.change import Change, record
from lifecert.domain.data_match import Sources
from lifecert.domain.errors import NoticeMustWait, NoticeRefused
from lifecert.domain.help_lines import HelpLines
from lifecert.domain.ledger import PROOFS, Detail, LedgerEntry, LedgerEvent, facts_of
from lifecert.domain.notice import NoticeKind, NoticeText, QuietHours, SentNotice, due, share_of
from lifecert.domain.status import Status
from lifecert.ports.clock import Clock
from lifecert.ports.notices import AddressSeal, Contacts, NoticeSender
from lifecert.ports.register import ChangingRegister, Ledger

# Of each kind the entry that asks for it, and what makes it needless when it comes later: whoever certified needs not
# do it again, of a consent only the last is news, and what was revoked is not said to be valid.
_ABOUT: Mapping[NoticeKind, tuple[frozenset[LedgerEvent], frozenset[LedgerEvent]]] = {
    NoticeKind.CERTIFY_AGAIN: (frozenset({LedgerEvent.CERTIFY_AGAIN_DUE}), PROOFS),
    NoticeKind.CONSENT_WITHDRAWN: (
        frozenset({LedgerEvent.CONSENT_WITHDRAWN}),
        frozenset({LedgerEvent.CONSENT_WITHDRAWN, LedgerEvent.WITHDRAWAL_UNDONE, LedgerEvent.CONSENT_GIVEN}),
    ),
    NoticeKind.WITHDRAWAL_UNDONE: (
        frozenset({LedgerEvent.WITHDRAWAL_UNDONE, LedgerEvent.CONSENT_GIVEN}),
        frozenset({LedgerEvent.CONSENT_WITHDRAWN}),
    ),
    NoticeKind.CERTIFIED: (frozenset({LedgerEvent.CERTIFIED}), frozenset({LedgerEvent.CERTIFICATE_REVOKED})),
    NoticeKind.START_CORRECTED: (frozenset({LedgerEvent.START_CORRECTED}), frozenset()),
}


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
    ledger: Ledger
    sources: Sources
    language: str
    spread: timedelta = timedelta(0)
    pace: Callable[[], None] = lambda: None

    def __call__(self, beneficiary_id: str, reminder_seq: int, arrived: datetime | None = None) -> NoticeOutcome:
        """Send what a reminder, by its number in the ledger, asks for; it `arrived` then, or now.

        At least once: whoever dies between the channel and the ledger sends it again. Raises NoticeMustWait in quiet
        hours and before its moment, NoticeRefused when the channel will never take it, and StoreUnavailable.
        """
        beneficiary = self.register.get(beneficiary_id)
        if beneficiary is None or not _is_wanted(beneficiary, reminder_seq):
            return NoticeOutcome.NOT_NEEDED
        return self._send(beneficiary, reminder_seq, NoticeKind.REMINDER, arrived, None)

    def about(
        self, kind: NoticeKind, beneficiary_id: str, due_seq: int, arrived: datetime | None = None
    ) -> NoticeOutcome:
        """Tell somebody something else than that their year ends, as the ledger's entry of this number asks for.

        As often as a reminder, and with the same refusals.
        """
        beneficiary = self.register.get(beneficiary_id)
        asking = self._still_due(kind, beneficiary, due_seq) if beneficiary else None
        if beneficiary is None or asking is None:
            return NoticeOutcome.NOT_NEEDED
        return self._send(beneficiary, due_seq, kind, arrived, asking)

    def _still_due(self, kind: NoticeKind, beneficiary: Beneficiary, due_seq: int) -> LedgerEntry | None:
        """The entry that asks for it, unless that was sent before or is done by now; the ledger tells, since the
        beneficiary remembers reminders only."""
        if beneficiary.status is Status.TERMINATED:
            return None
        asks, ends = _ABOUT[kind]
        entries = [entry for entry in self.ledger.entries(beneficiary.beneficiary_id) if entry.seq >= due_seq]
        if not entries or entries[0].event not in asks:
            return None
        asking, *later = entries
        over = (_ends(entry, ends, asking) or entry.details.get("reminder_seq") == due_seq for entry in later)
        return None if any(over) else asking

    def _send(
        self,
        beneficiary: Beneficiary,
        due_seq: int,
        kind: NoticeKind,
        arrived: datetime | None,
        asking: LedgerEntry | None,
    ) -> NoticeOutcome:
        contact = self.contacts.get(beneficiary.beneficiary_id)
        if contact is None:
            return NoticeOutcome.NO_CONTACT
        self._wait_for_its_moment(beneficiary.beneficiary_id, arrived)
        address = self.seal.open(beneficiary.beneficiary_id, contact.sealed_address)
        try:
            message_id = self.sender.send(contact.channel, address, self._text(beneficiary, kind, asking))
        except NoticeRefused as refused:
            told: dict[str, Detail] = {"kind": kind, "why": str(refused), "reminder_seq": due_seq}
            told["channel"] = contact.channel
            change_newest(self.register, beneficiary.beneficiary_id, lambda newest: self._refused(newest, kind, told))
            raise
        valid_until = beneficiary.valid_until
        sent = SentNotice(message_id, beneficiary.beneficiary_id, contact.channel, valid_until, self.clock.now(), kind)
        change_newest(self.register, sent.beneficiary_id, lambda newest: self._change(newest, sent, due_seq))
        return NoticeOutcome.SENT

    def _wait_for_its_moment(self, beneficiary_id: str, arrived: datetime | None) -> None:
        now = self.clock.local()
        # A demo's clock may be behind that of the queue.
        came = min(arrived.astimezone(now.tzinfo), now) if arrived else now
        wait = due(came, share_of(beneficiary_id), self.quiet_hours, self.spread) - now
        wait = max(wait, self.quiet_hours.wait(now) or timedelta(0))
        if wait > timedelta(0):
            raise NoticeMustWait(wait)
        self.pace()

    def _text(self, beneficiary: Beneficiary, kind: NoticeKind, asking: LedgerEntry | None) -> str:
        help_line = self.help_lines.find(beneficiary.category, beneficiary.district)
        if kind is NoticeKind.CERTIFIED and asking:
            on = date.fromisoformat(str(asking.details["certified_on"]))
            source = asking.details.get("source")
            if asking.details["method"] == Method.DATA_MATCH and isinstance(source, str):
                explained = self.sources.of(source).explained(on, self.language)
                return self.text.proven_elsewhere(beneficiary.masked_name, explained, help_line)
            return self.text.proven(beneficiary.masked_name, on, help_line)
        if kind is NoticeKind.START_CORRECTED and asking:
            # In front is the benefit of which it is; others that are told of follow.
            start = date.fromisoformat(str(facts_of(asking)[0]["start"]))
            return self.text.starts(beneficiary.masked_name, start, help_line)
        if kind is NoticeKind.CERTIFY_AGAIN:
            return self.text.again(beneficiary.masked_name, help_line)
        if kind is NoticeKind.WITHDRAWAL_UNDONE:
            return self.text.undone(beneficiary.masked_name, help_line)
        if kind is NoticeKind.CONSENT_WITHDRAWN:
            goes_on = beneficiary.faces_go_on or self.clock.today()
            return self.text.withdrawn(beneficiary.masked_name, goes_on, help_line)
        valid_until, lapsed = beneficiary.valid_until, beneficiary.status is Status.LAPSED
        return self.text.of(beneficiary.masked_name, valid_until, help_line, lapsed=lapsed)

    def _refused(self, newest: Beneficiary, kind: NoticeKind, told: Mapping[str, Detail]) -> Change:
        notice = newest.current_notice if kind is NoticeKind.REMINDER else None
        still_due = notice and notice.reminder_seq == told["reminder_seq"]
        after, entry = failing(newest, notice if still_due else None, self.clock, told)
        return Change(newest.version, after, entry)

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


def _ends(entry: LedgerEntry, ends: Collection[LedgerEvent], asking: LedgerEntry) -> bool:
    """Whether an entry makes needless what was asked for: of a revocation only that of the very certificate."""
    other = entry.details.get("certificate_id") != asking.details.get("certificate_id")
    return entry.event in ends and not (entry.event is LedgerEvent.CERTIFICATE_REVOKED and other)


def _is_wanted(beneficiary: Beneficiary, reminder_seq: int) -> bool:
    notice = beneficiary.current_notice
    ended = beneficiary.status is Status.TERMINATED
    return notice is not None and notice.reminder_seq == reminder_seq and not notice.sent and not ended
