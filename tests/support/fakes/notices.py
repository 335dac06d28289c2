"""In-memory stand-ins of what it takes to tell a person something."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from lifecert.domain.notice import Contact, NoticeChannel, SentNotice


@dataclass(frozen=True, slots=True)
class MemoryContacts:
    by_id: Mapping[str, Contact]

    def get(self, beneficiary_id: str) -> Contact | None:
        return self.by_id.get(beneficiary_id)


@dataclass(frozen=True, slots=True)
class MemorySentNotices:
    by_id: Mapping[str, SentNotice]

    def get(self, message_id: str) -> SentNotice | None:
        return self.by_id.get(message_id)


@dataclass(frozen=True, slots=True)
class FakeSeal:
    """Not legible, and bound to the person."""

    def seal(self, beneficiary_id: str, address: str) -> bytes:
        return base64.b64encode(json.dumps([beneficiary_id, address]).encode())

    def open(self, beneficiary_id: str, sealed: bytes) -> str:
        owner, address = json.loads(base64.b64decode(sealed))
        assert owner == beneficiary_id, "sealed for somebody else"
        return str(address)


@dataclass(slots=True)
class MemorySender:
    """Keeps what it was given; raises `refusal` instead, if there is one."""

    sent: list[tuple[NoticeChannel, str, str]] = field(default_factory=list)
    refusal: Exception | None = None

    def send(self, channel: NoticeChannel, address: str, text: str) -> str:
        if self.refusal:
            raise self.refusal
        self.sent.append((channel, address, text))
        return f"message-{len(self.sent)}"
