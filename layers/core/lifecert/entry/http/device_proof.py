"""The Device-Proof header of a start. One that does not hold refuses nobody: it is logged, and brings nothing."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from lifecert.domain.device import DeviceProof
from lifecert.domain.errors import DeviceNotProven
from lifecert.domain.proof_channel import ProofChannel
from lifecert.domain.session import Session
from lifecert.entry.log import device_not_proven

if TYPE_CHECKING:
    from lifecert.entry.http.api import Api
    from lifecert.ports.devices import DeviceProofs


def proof_in(api: "Api", proofs: "Callable[[], DeviceProofs]") -> DeviceProof | None:
    """What the header of the request in hand shows; None without one, and of one that shows nothing."""
    text = api.current_event.headers.get("Device-Proof")
    if not text:
        return None
    try:
        return proofs().read(text, str(api.current_event["resource"]), api.text)
    except DeviceNotProven as why:
        device_not_proven(str(why))
        return None


def held(proof: DeviceProof | None, session: Session) -> None:
    """Log where the signature was good and the session is of the web all the same: the device is not registered, its
    end has come, it is revoked, or the proof was shown before."""
    if proof and session.proof_channel is ProofChannel.WEB:
        device_not_proven("not_in_force", proof.device_id)
