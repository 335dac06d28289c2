"""A look at the first frame before the others are taken: its quality, and nothing of who it shows."""

from dataclasses import dataclass

from lifecert.application.certify.owning import own_session, whose_face
from lifecert.application.shared.helping import naming_help_line
from lifecert.domain.actor import Caller
from lifecert.domain.errors import FramesMissing, SessionExpired
from lifecert.domain.evidence import first_reason
from lifecert.domain.limits import looks
from lifecert.domain.policy import Policy
from lifecert.domain.reasons import Reason
from lifecert.ports.clock import Clock
from lifecert.ports.photos import Photos
from lifecert.ports.register import Register
from lifecert.ports.sessions import Limits, Sessions
from lifecert.ports.vision import FaceAnalyser

MOST_LOOKS = 5
_NEUTRAL = 1


@dataclass(frozen=True, slots=True)
class LookAtFrame:
    """The use case. No attempt, no liveness, no comparison; nothing of it is kept."""

    register: Register
    sessions: Sessions
    photos: Photos
    limits: Limits
    analyser: FaceAnalyser
    clock: Clock
    policy: Policy

    def __call__(self, session_id: str, caller: Caller) -> Reason | None:
        """The one thing to mend about the neutral frame; None when nothing is seen that would be refused.

        Raises SessionNotFound (unknown or another caller's), SessionExpired (a decided one's time is over too),
        SessionBusy, FramesMissing, InvitationUnknown, CameraPaused, EntitlementEnded, ConsentWithdrawn and
        LimitReached.
        """
        session = own_session(self.sessions, session_id, caller)
        with naming_help_line(session.help_line):
            if session.result:
                raise SessionExpired
            whose_face(session, self.register, self.clock.now(), self.policy)
            upload = self.photos.read_upload(session.frame_key(_NEUTRAL), self.policy.image.max_bytes)
            if upload is None:
                raise FramesMissing((_NEUTRAL,))
            self.limits.take((looks(session, MOST_LOOKS),))
            return first_reason(self.analyser.look(upload.content))
