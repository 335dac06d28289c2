"""What it takes to tell a person something: where they can be reached, and a channel that delivers."""

from typing import Protocol

from lifecert.domain.notice import Contact, NoticeChannel, SentNotice


class Contacts(Protocol):
    """Where people can be reached. They are written with a change of the beneficiary (`Change.contact`)."""

    def get(self, beneficiary_id: str) -> Contact | None:
        """A person's contact, if the office knows one."""
        ...


class AddressSeal(Protocol):
    """Encrypts addresses, each for one person: sealed for one, it does not open for another."""

    def seal(self, beneficiary_id: str, address: str, /) -> bytes:
        """Encrypt."""
        ...

    def open(self, beneficiary_id: str, sealed: bytes, /) -> str:
        """Decrypt."""
        ...


class SentNotices(Protocol):
    """Notices on their way. They are written with a change of the beneficiary (`Change.sent_notice`)."""

    def get(self, message_id: str) -> SentNotice | None:
        """The notice that a receipt is about; None when it is none of ours, or long ago."""
        ...


class NoticeSender(Protocol):
    """The channels."""

    def send(self, channel: NoticeChannel, address: str, text: str) -> str:
        """Hand a text to a channel; returns the channel's own id for it.

        Raises NoticeRefused when the channel will never take it, StoreUnavailable when it may later.
        """
        ...
