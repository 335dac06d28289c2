"""What looks at frames hands over what it saw; what decides and commits trusts it with nothing else."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.evidence import Evidence
from lifecert.domain.session import Result, Session


@dataclass(frozen=True, slots=True)
class Looked:
    """What was seen on the frames of a session that is claimed until `claimed_until`, which is who may decide it.

    `etags` name the files as they were read, in the order of the challenge. `digests` are those of their bytes, and
    empty when the bytes are not to be remembered.
    """

    session_id: str
    beneficiary_id: str
    claimed_until: datetime
    evidence: Evidence
    etags: tuple[str, ...]
    digests: tuple[str, ...] = ()
    imprints: tuple[bytes, ...] = ()
    observations: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """A session's result, and the evidence that stands behind it."""

    result: Result
    evidence: str


class Deciding(Protocol):
    """Decides a session, once, and commits all that follows."""

    def __call__(self, looked: Looked) -> Decided:
        """Raises SessionNotFound, SessionBusy, SessionAlreadyDecided, FramesMissing, InvitationUnknown,
        EntitlementEnded, ConsentWithdrawn, VersionConflict and StoreUnavailable; nothing is changed then."""
        ...


class Claims(Protocol):
    """A session and whose it is."""

    def read(self, session_id: str, beneficiary_id: str) -> tuple[Session | None, Beneficiary | None]:
        """Their newest states, in one round trip."""
        ...
