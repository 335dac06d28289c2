"""Session: challenge, upload slots, deadline, outcome. It is decided once; a retry is a new session."""

import hmac
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from lifecert.domain.actor import Caller, SessionSecret
from lifecert.domain.certificate import Method
from lifecert.domain.challenge import Ability, Step
from lifecert.domain.evidence import Verdict
from lifecert.domain.policy import PASSIVE_MEASURE, Decision
from lifecert.domain.proof_channel import ProofChannel
from lifecert.domain.reasons import Reason


class ImageType(StrEnum):
    """What may be uploaded."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"


class Channel(StrEnum):
    """Where a client says that it is. It is kept, and decides nothing: what does is `Session.proof_channel`."""

    APP = "app"
    WEB = "web"
    KIOSK = "kiosk"


class SessionState(StrEnum):
    """`open` takes frames, `deciding` is claimed by one request, `decided` has its outcome for good."""

    OPEN = "open"
    DECIDING = "deciding"
    DECIDED = "decided"


@dataclass(frozen=True, slots=True)
class Consent:
    """Agreement to the use of the face for this purpose, given before the camera opens."""

    version: str
    given_at: datetime
    guardian: bool


@dataclass(frozen=True, slots=True)
class Result:
    """A session's outcome. `certificate_id` and `valid_until` when accepted, `review_id` when a human decides."""

    decision: Decision
    decided_at: datetime
    certificate_id: str | None = None
    review_id: str | None = None
    valid_until: date | None = None


def review_frames_of(beneficiary_id: str) -> str:
    """Where all frames of one person lie that a human must look at: so that they are found by what is there."""
    return f"review/{beneficiary_id}/"


@dataclass(frozen=True, slots=True)
class Session:
    """One attempt: `attempt` counts from 1 within the policy's window. Frame n answers `challenge[n - 1]`.

    `help_line` is the number of the beneficiary's scheme and district. One that an invitation started has a
    `secret_digest`, and `helper_name` if somebody helps, sealed. `observations` is what the phone told of itself, for
    a reviewer. `cannot` is what the person said they cannot do. `proof_channel` is what was proven of where it was
    opened, and `device_id` by which device; nothing proven is the web.
    """

    session_id: str
    user_id: str
    beneficiary_id: str
    on_behalf: bool
    channel: Channel
    consent: Consent
    challenge: tuple[Step, ...]
    image_type: ImageType
    attempt: int
    opened_at: datetime
    deadline: datetime
    request_digest: str
    state: SessionState = SessionState.OPEN
    claimed_until: datetime | None = None
    result: Result | None = None
    evidence: str = ""
    help_line: str = ""
    secret_digest: str = ""
    helper_name: bytes | None = None
    observations: str = ""
    cannot: tuple[Ability, ...] = ()
    proof_channel: ProofChannel = ProofChannel.WEB
    device_id: str = ""

    def belongs_to(self, caller: Caller) -> bool:
        """Whether it is this caller's: by who is signed in, or by its secret, if an invitation started it."""
        if isinstance(caller, SessionSecret):
            return hmac.compare_digest(caller.digest, self.secret_digest)
        return not self.secret_digest and self.user_id == caller.user_id

    @property
    def came_by(self) -> dict[str, str]:
        """Through what a proof of this session comes, as the ledger has it; of a device which one it was."""
        return {"proof_channel": self.proof_channel, **({"device_id": self.device_id} if self.device_id else {})}

    @property
    def method(self) -> Method:
        """How an acceptance of this session proves life."""
        return Method.FACE_ON_BEHALF if self.on_behalf else Method.FACE_SELF

    def expired_at(self, now: datetime) -> bool:
        """Whether the deadline passed with nothing decided and nobody deciding."""
        deciding = self.claimed_until is not None and now < self.claimed_until
        return self.result is None and now > self.deadline and not deciding

    @property
    def frame_to_mend(self) -> int | None:
        """The number, from 1, of the first frame that the reason is about; None when it is about all of them."""
        reason = self.result.decision.reason if self.result else None
        frames = json.loads(self.evidence or "{}").get("frames", [])
        for number, frame in enumerate(frames, start=1):
            if any(one["verdict"] == Verdict.FAILED and one.get("reason") == reason for one in frame["measures"]):
                return number
        return None

    @property
    def waits_for_the_office(self) -> bool:
        """Whether the machine would have accepted it, had no case been open about the person."""
        return self.result is not None and self.result.decision.reason is Reason.OFFICE_DECIDES

    def was_compared_with(self, reference_ids: Collection[str]) -> bool:
        """Whether a face was found on its frames, and compared with one of these."""
        evidence = json.loads(self.evidence or "{}")
        compared = {match["reference_id"] for match in evidence.get("matches") or ()}
        return bool(evidence.get("model_version")) and not compared.isdisjoint(reference_ids)

    def is_unlike(self, limit: float) -> bool:
        """Whether the most that its face is like any of the references is less than `limit` (-1 to 1): all frames
        together, and those that answer a step by themselves, since the first one may be of a photo."""
        matches = json.loads(self.evidence or "{}").get("matches") or ()
        alike = (min(one for one in (m["similarity"], m["steps"]) if one is not None) for m in matches)
        return max(alike, default=-1.0) < limit

    @property
    def passive_cue_missing(self) -> bool:
        """Whether faces were compared, and the passive cue did not look at them, or failed."""
        evidence = json.loads(self.evidence or "{}")
        verdicts = {one["name"]: one["verdict"] for one in evidence.get("across") or ()}
        return bool(evidence.get("matches")) and verdicts.get(PASSIVE_MEASURE) in (None, Verdict.NOT_ASSESSED)

    def frame_key(self, number: int) -> str:
        """Where frame `number` (from 1) is uploaded."""
        return f"frames/{self.session_id}/{number}"

    def review_key(self, number: int) -> str:
        """Where frame `number` is kept when a human must look at it."""
        return f"{review_frames_of(self.beneficiary_id)}{self.session_id}/{number}"
