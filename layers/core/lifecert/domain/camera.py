"""The camera channel of one beneficiary: failed verifications, whose they are, and the pauses they cause (design.md §3
rule 2)."""

from dataclasses import dataclass, replace
from datetime import datetime

from lifecert.domain.policy import AttemptLimits

# As many failures with a face as this many users may have pause the channel for all who never certified the person.
OF_OTHERS = 2
# So many failures are remembered; of too many those go first on which no face was.
MOST_FAILURES = 40


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed verification: when, by which user, and whether a face was compared. A picture of nothing says nothing
    of the person, and counts for whoever sent it alone."""

    at: datetime
    by: str
    face: bool


@dataclass(frozen=True, slots=True)
class Camera:
    """The verifications that failed lately, oldest first."""

    failures: tuple[Failure, ...] = ()

    def pause_at(self, now: datetime, limits: AttemptLimits, user_id: str, *, certified: bool) -> datetime | None:
        """Until when the channel is paused for a user, or None when it is open to them at `now`. Who `certified` the
        person before is paused by their own failures alone: nobody can take the camera from them."""
        own = [one.at for one in self.failures if one.by == user_id]
        until = _paused(own, limits.before_pause, limits)
        if not certified:
            faces = [one.at for one in self.failures if one.face]
            of_all = _paused(faces, limits.before_pause * OF_OTHERS, limits)
            until = max((one for one in (until, of_all) if one), default=None)
        return until if until and now < until else None

    def attempt_at(self, now: datetime, limits: AttemptLimits, user_id: str) -> int:
        """The number, from 1, of an attempt that a user makes at `now`."""
        return sum(one.by == user_id and one.at > now - limits.window for one in self.failures) + 1

    def failed(self, now: datetime, limits: AttemptLimits, user_id: str, *, face: bool) -> "Camera":
        """One more failure at `now`. What is too old to count is forgotten."""
        recent = [one for one in self.failures if one.at > now - limits.window - limits.pause]
        while len(recent) >= MOST_FAILURES:
            recent.remove(next((one for one in recent if not one.face), recent[0]))
        return Camera((*recent, Failure(now, user_id, face)))

    def succeeded(self, user_id: str) -> "Camera":
        """A user's own failures are forgotten once they succeed; others' are not."""
        return replace(self, failures=tuple(one for one in self.failures if one.by != user_id))


def _paused(failures: list[datetime], most: int, limits: AttemptLimits) -> datetime | None:
    """Until when so many failures within the window pause something."""
    ends = [
        last + limits.pause
        for first, last in zip(failures, failures[most - 1 :], strict=False)
        if last - first < limits.window
    ]
    return max(ends, default=None)
