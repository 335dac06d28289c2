"""Imprints as they are stored: sealed under a secret of their person's own, so that without it nothing is left.

A deterministic authenticated cipher after the SIV construction (Rogaway, Shrimpton 2006, "A provable-security treatment
of the key-wrap problem"; RFC 5297 has it for AES): the tag is an HMAC-SHA-256 of form, version and imprint, and
SHAKE-256 over key and tag gives the key stream. Two imprints never share a stream, so knowing one, plain and sealed,
opens no other one; and a changed byte is noticed. Standard library alone: the functions need no further package, and
the result is the same on every machine.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass

FORM = 0xA1  # the first byte of a sealed imprint; a plain one begins with its version, a small number
_TAG = 16  # bytes


@dataclass(frozen=True, slots=True)
class ImprintSeal:
    """Seals under one secret (32 bytes), whose version (ASCII, at most 40 characters) stands in front."""

    secret: bytes
    version: str

    def close(self, imprint: bytes) -> bytes:
        """The imprint as it may be stored: 18 bytes and the version longer."""
        tag = self._tag(imprint)
        return self._head + tag + self._streamed(tag, imprint)

    def open(self, sealed: bytes) -> bytes:
        """The imprint that was sealed. Raises ValueError when it is damaged, or of another secret."""
        rest = sealed.removeprefix(self._head)
        tag, body = rest[:_TAG], rest[_TAG:]
        imprint = self._streamed(tag, body)
        if not sealed.startswith(self._head) or not hmac.compare_digest(tag, self._tag(imprint)):
            raise ValueError("a sealed imprint is damaged, or of another secret")
        return imprint

    @property
    def _head(self) -> bytes:
        return bytes([FORM, len(self.version)]) + self.version.encode("ascii")

    def _tag(self, imprint: bytes) -> bytes:
        return hmac.digest(self._key("tag"), self._head + imprint, hashlib.sha256)[:_TAG]

    def _streamed(self, tag: bytes, content: bytes) -> bytes:
        stream = hashlib.shake_256(self._key("stream") + tag).digest(len(content))
        return (int.from_bytes(content) ^ int.from_bytes(stream)).to_bytes(len(content))

    def _key(self, purpose: str) -> bytes:
        return hmac.digest(self.secret, f"lifecert imprint 1 {purpose}".encode(), hashlib.sha256)


def version_of(stored: bytes) -> str:
    """The version of the secret that a stored imprint is sealed under; empty for one stored before they were sealed.
    Raises ValueError for one that is cut off."""
    if stored[:1] != bytes([FORM]):
        return ""
    length = stored[1] if len(stored) > 1 else 0
    if not 0 < length <= len(stored) - 2 - _TAG:
        raise ValueError("a sealed imprint is cut off")
    return stored[2 : 2 + length].decode("ascii")


def opened(stored: bytes, secret: Callable[[str], bytes]) -> bytes:
    """A stored imprint as a plain one; `secret` gives that of a version. Raises ValueError for a damaged one."""
    version = version_of(stored)
    return ImprintSeal(secret(version), version).open(stored) if version else stored
