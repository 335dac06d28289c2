"""Whoever of the staff opens a record is written down first, for the person to read."""

from dataclasses import dataclass

from lifecert.domain.access import Access, AccessAction, role_of
from lifecert.domain.actor import User
from lifecert.domain.errors import NotAllowed
from lifecert.domain.limits import FindLimits
from lifecert.ports.access_log import AccessLog
from lifecert.ports.clock import Clock
from lifecert.ports.sessions import Limits


@dataclass(frozen=True, slots=True)
class NoteAccess:
    """Called with what is about to be told, and before it is: where the row cannot be written, nothing is told."""

    log: AccessLog
    clock: Clock

    def __call__(self, beneficiary_id: str, user: User, action: AccessAction) -> None:
        """Write that this member of the staff opens this record. Raises NotAllowed for anybody else."""
        if not user.is_staff:
            raise NotAllowed
        self.log.note(Access(beneficiary_id, user.user_id, role_of(user), action, self.clock.now()))


@dataclass(frozen=True, slots=True)
class CountLookUps:
    """One more look-up of a member of the staff, whether somebody is found or not. Raises LimitReached."""

    limits: Limits
    find_limits: FindLimits
    clock: Clock

    def __call__(self, user: User) -> None:
        """Count it."""
        self.limits.take(self.find_limits.found(user.user_id, self.clock.local()))


@dataclass(frozen=True, slots=True)
class LookUps:
    """Whatever tells staff who is registered: it counts as a look-up, and whose record is about to be `told` is written
    down."""

    told: NoteAccess
    count: CountLookUps
