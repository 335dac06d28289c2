"""What single channels have of their own in the policy's file, each as strict as the rest of it or stricter."""

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from lifecert.adapters.files.calibration import Cosine, Share
from lifecert.adapters.files.strict import Strict
from lifecert.domain.challenge import NEEDS
from lifecert.domain.policy import ChannelLimits, MatchLimits
from lifecert.domain.proof_channel import BY_SESSION, ProofChannel

if TYPE_CHECKING:
    from lifecert.adapters.files.policy import PolicyFile


class _Office(Strict):
    """What clerks state: no camera, so no limits of one."""

    audit: Share


class _OfSessions(Strict):
    """What a channel of sessions has of its own; what it leaves out is the policy's. `min_accept` is a similarity and
    no rate: above the threshold that the calibration gives there are no more false matches than at it."""

    audit: Share
    min_accept: Cosine | None = None
    min_steps: Cosine | None = None
    challenge_steps: Annotated[int, Field(ge=1, le=len(NEEDS))] | None = None


class Channels(Strict):
    """Each channel has its share that is audited, and those of sessions may be stricter than the policy. None is laxer:
    whoever certifies chooses the channel, and the policy is what holds whatever they choose."""

    web: _OfSessions
    registered_device: _OfSessions
    kiosk: _OfSessions
    office: _Office

    def refuse_laxer(self, policy: "PolicyFile") -> None:
        """Raises ValueError for the first limit of a channel that is laxer than the policy's."""
        for channel in BY_SESSION:
            own = self._own(channel)
            _at_least(f"channels.{channel}.audit", own.audit, "audit.rate", policy.audit.rate)
            _at_least(f"channels.{channel}.min_steps", own.min_steps, "match.min_steps", policy.match.min_steps)
            steps = policy.challenge.steps
            _at_least(f"channels.{channel}.challenge_steps", own.challenge_steps, "challenge.steps", steps)
        counter = policy.proofs.in_person.audit
        _at_least("channels.office.audit", self.office.audit, "proofs.in_person.audit", counter)

    def limits(self, policy: "PolicyFile", match: MatchLimits) -> dict[ProofChannel, ChannelLimits]:
        """The limits of each channel of sessions, where the calibration gives `match`. Raises ValueError."""
        return {one: self._limits(one, policy, match) for one in BY_SESSION}

    def _limits(self, channel: ProofChannel, policy: "PolicyFile", match: MatchLimits) -> ChannelLimits:
        own = self._own(channel)
        accept, steps = own.min_accept or match.accept, own.min_steps or match.steps
        threshold = f"the accept threshold of {match.calibration_version}"
        _at_least(f"channels.{channel}.min_accept", accept, threshold, match.accept)
        if steps >= accept:
            raise ValueError(f"channels.{channel}.min_steps ({steps}) must be below what accepts ({accept})")
        return ChannelLimits(own.audit, accept, steps, own.challenge_steps or policy.challenge.steps)

    def _own(self, channel: ProofChannel) -> _OfSessions:
        found: _OfSessions = getattr(self, channel)
        return found


def _at_least(name: str, value: float | None, base_name: str, base: float) -> None:
    if value is not None and value < base:
        raise ValueError(f"{name} ({value}) must not be below {base_name} ({base})")
