"""The camera channel of one beneficiary: failed verifications and the pause they cause (design.md §3 rule 2)."""

from dataclasses import dataclass
from datetime import datetime

from lifecert.domain.policy import AttemptLimits


@dataclass(frozen=True, slots=True)
class Camera:
    """When verifications failed lately, and until when the channel is paused."""

    failures: tuple[datetime, ...] = ()
    paused_until: datetime | None = None

    def pause_at(self, now: datetime) -> datetime | None:
        """Until when the channel is paused, or None when it is open at `now`."""
        return self.paused_until if self.paused_until and now < self.paused_until else None

    def attempt_at(self, now: datetime, limits: AttemptLimits) -> int:
        """The number, from 1, of an attempt made at `now`."""
        return len(self._recent(now, limits)) + 1

    def failed(self, now: datetime, limits: AttemptLimits) -> "Camera":
        """One more failure at `now`; the channel pauses, and counting starts anew, when the limit is reached."""
        failures = (*self._recent(now, limits), now)
        if len(failures) >= limits.before_pause:
            return Camera(paused_until=now + limits.pause)
        return Camera(failures, self.paused_until)

    def _recent(self, now: datetime, limits: AttemptLimits) -> tuple[datetime, ...]:
        return tuple(at for at in self.failures if at > now - limits.window)
