"""Audit: which accepted sessions a human looks at afterwards."""

import hashlib
import hmac


def is_drawn(session_id: str, key: str, rate: float) -> bool:
    """Whether a session is among the share `rate` (0 to 1) that is audited.

    By an HMAC-SHA256 of its id, so that an auditor who knows `key` (the person's keyed hash, which never leaves the
    register) can draw again and finds the same, and nobody else can tell beforehand.
    """
    digest = hmac.new(key.encode(), f"audit {session_id}".encode(), hashlib.sha256).digest()
    return int.from_bytes(digest[:8], "big") < rate * 2**64
