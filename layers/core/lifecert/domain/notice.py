"""Reminders and notices: when a person is told that their year ends, by which channel, and whether it arrived."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

# `days_before` of the notice that somebody has lapsed.
AFTER_THE_END = 0


class NoticeChannel(StrEnum):
    """How a person can be told."""

    SMS = "sms"
    PUSH = "push"


@dataclass(frozen=True, slots=True)
class Notice:
    """What a person was told about the year that ends, or ended, on `valid_until`.

    `days_before` and `reminder_seq` are of the newest reminder: how many days ahead it was due, AFTER_THE_END once the
    year is over, and its number in the ledger. `sent` is whether that one was handed to the channel. `delivered_on` is
    the first day on which any of this year's arrived: a notice that was only sent counts for nothing. `failed_on` is
    the day on which one of them failed last, while none has arrived and the contact is the same.
    """

    valid_until: date
    days_before: int
    reminder_seq: int
    sent: bool = False
    delivered_on: date | None = None
    failed_on: date | None = None

    def failed(self, on: date) -> "Notice":
        """One of this year's failed. Where another has arrived, the person knows."""
        return self if self.delivered_on else replace(self, failed_on=on)


@dataclass(frozen=True, slots=True)
class Contact:
    """Where a person can be reached. The address is encrypted; only whoever sends a notice can read it."""

    beneficiary_id: str
    channel: NoticeChannel
    sealed_address: bytes


class NoticeKind(StrEnum):
    """What a person is told. Only a reminder is about their year, and so can count for a hold."""

    REMINDER = "reminder"
    CERTIFY_AGAIN = "certify_again"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    WITHDRAWAL_UNDONE = "withdrawal_undone"
    CERTIFIED = "certified"
    START_CORRECTED = "start_corrected"


@dataclass(frozen=True, slots=True)
class SentNotice:
    """A notice on its way: the channel's own id for it, by which its receipt names it; `failed` once that says that it
    did not arrive."""

    message_id: str
    beneficiary_id: str
    channel: NoticeChannel
    valid_until: date
    sent_at: datetime
    kind: NoticeKind = NoticeKind.REMINDER
    failed: bool = False


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Hours of the day, by the deployment's clock, in which nobody is disturbed: from `first` until `until`."""

    first: int
    until: int

    def wait(self, local: datetime) -> timedelta | None:
        """How long a notice must wait; None when it need not."""
        quiet = self.first <= local.hour < self.until
        if self.first > self.until:  # over midnight
            quiet = local.hour >= self.first or local.hour < self.until
        if not quiet:
            return None
        end = local.replace(hour=self.until, minute=0, second=0, microsecond=0)
        return (end if end > local else end + timedelta(days=1)) - local


def share_of(name: str) -> float:
    """A number from 0 to below 1 that is always the same for a name, and even over many."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:6]) / 2**48


def due(arrived: datetime, share: float, quiet: QuietHours, spread: timedelta) -> datetime:
    """When a notice is to be sent that arrived then: by day at once. Those of a night would all wait for the morning,
    and no channel takes so many: from the end of the quiet hours each has a moment of its own within `spread`."""
    wait = quiet.wait(arrived)
    return arrived if wait is None else arrived + wait + share * spread


@dataclass(frozen=True, slots=True)
class NoticeText:
    """The words of a notice before and after the end, with {name} (masked), {date} and {help_line} in them; of one that
    asks to certify again, without {date}; that the consent was withdrawn, with the day on which faces go as {date},
    or that this was undone, without; that they were certified, with the day of the proof as {date}; the same by
    another register, with who saw them, how and when as {explained} instead; and that the start of a benefit was put
    right, with that day as {date}."""

    reminder: str
    lapsed: str
    certify_again: str
    consent_withdrawn: str
    withdrawal_undone: str
    certified: str
    certified_by_register: str
    start_corrected: str

    def of(self, masked_name: str, valid_until: date, help_line: str, *, lapsed: bool) -> str:
        """The words for one person."""
        template = self.lapsed if lapsed else self.reminder
        return template.format(name=masked_name, date=valid_until.isoformat(), help_line=help_line)

    def again(self, masked_name: str, help_line: str) -> str:
        """The words for one person whose photos nobody looked at in time."""
        return self.certify_again.format(name=masked_name, help_line=help_line)

    def withdrawn(self, masked_name: str, faces_go_on: date, help_line: str) -> str:
        """The words for one person whose consent was withdrawn, by whomever."""
        return self.consent_withdrawn.format(name=masked_name, date=faces_go_on.isoformat(), help_line=help_line)

    def undone(self, masked_name: str, help_line: str) -> str:
        """The words for one person of whom that was undone."""
        return self.withdrawal_undone.format(name=masked_name, help_line=help_line)

    def proven(self, masked_name: str, on: date, help_line: str) -> str:
        """The words for one person who was certified, by whomever: to call if it was not they."""
        return self.certified.format(name=masked_name, date=on.isoformat(), help_line=help_line)

    def proven_elsewhere(self, masked_name: str, explained: str, help_line: str) -> str:
        """The words for one person whom another register's word certified."""
        return self.certified_by_register.format(name=masked_name, explained=explained, help_line=help_line)

    def starts(self, masked_name: str, start: date, help_line: str) -> str:
        """The words for one person a benefit of whom starts on another day than was known."""
        return self.start_corrected.format(name=masked_name, date=start.isoformat(), help_line=help_line)


def due_reminder(valid_until: date, today: date, days_before: Iterable[int]) -> int | None:
    """The newest reminder that is due: the fewest days before the end that have been reached; None before them all,
    and after the last day."""
    left = (valid_until - today).days
    return min((days for days in days_before if days >= left), default=None) if left >= 0 else None
