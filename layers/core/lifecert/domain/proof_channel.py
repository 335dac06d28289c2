"""Proof channel: through what a proof of life reached us, as the server knows it, and never as a client says it."""

from enum import StrEnum


class ProofChannel(StrEnum):
    """Through what a proof of life came (design.md §3 rule 13). What a client says of itself is `session.Channel`."""

    WEB = "web"  # any phone or computer: whoever proves nothing else
    REGISTERED_DEVICE = "registered_device"  # a helper's or a village's tablet, registered by a clerk
    KIOSK = "kiosk"  # a device that stands in one place, registered by a clerk
    OFFICE = "office"  # a clerk states it, by whichever method


# Those by which a camera of ours looks.
BY_SESSION = (ProofChannel.WEB, ProofChannel.REGISTERED_DEVICE, ProofChannel.KIOSK)
# Those that a device proves with its key.
BY_DEVICE = frozenset({ProofChannel.REGISTERED_DEVICE, ProofChannel.KIOSK})
