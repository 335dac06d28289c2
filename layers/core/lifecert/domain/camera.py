"""The camera channel of one beneficiary: failed verifications, whose they are, and the pauses they cause (design.md §3
rule 2)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from lifecert.domain.invitation import is_invited
from lifecert.domain.policy import AttemptLimits

# As many failures with a face as this many users may have pause the channel for all who never certified the person.
OF_OTHERS = 2
# So many failures are remembered; of too many those go first on which no face was.
MOST_FAILURES = 40
# A user's failures for one person in a day: two pauses' worth. By the third a clerk has the photos already.
MOST_A_DAY = 10
DAY = timedelta(hours=24)
# Each time the failures with a face of a lifetime come to so many more, somebody is told: three a year are usual.
MANY_EVER = 100
# All letters of one person: a new one forgets nothing of what the one before it failed at.
_LETTER = "letter"


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed verification: when, by which user, and whether a face was compared. A picture of nothing says nothing
    of the person, and counts for whoever sent it alone."""

    at: datetime
    by: str
    face: bool


@dataclass(frozen=True, slots=True)
class FailuresOfDay:
    """How often each user failed in the 24 hours since the first of these failures."""

    since: datetime
    by: tuple[tuple[str, int], ...]

    def of(self, user: str) -> int:
        """This user's."""
        return dict(self.by).get(user, 0)


@dataclass(frozen=True, slots=True)
class Camera:
    """The verifications that failed lately, oldest first; those of the day, counted; and how many with a face there
    ever were, whatever became of them."""

    failures: tuple[Failure, ...] = ()
    of_day: FailuresOfDay | None = None
    faces_ever: int = 0

    def pause_at(self, now: datetime, limits: AttemptLimits, user_id: str, *, certified: bool) -> datetime | None:
        """Until when the channel is paused for a user, or None when it is open to them at `now`. Who `certified` the
        person before is paused by their own failures alone: nobody can take the camera from them."""
        user = _counted_as(user_id)
        own = [one.at for one in self.failures if one.by == user]
        ends = [_paused(own, limits.before_pause, limits)]
        if not certified:
            faces = [one.at for one in self.failures if one.face]
            ends.append(_paused(faces, limits.before_pause * OF_OTHERS, limits))
        day = self._day_at(now)
        if day and day.of(user) >= MOST_A_DAY:
            ends.append(day.since + DAY)
        until = max((one for one in ends if one), default=None)
        return until if until and now < until else None

    def attempt_at(self, now: datetime, limits: AttemptLimits, user_id: str) -> int:
        """The number, from 1, of an attempt that a user makes at `now`."""
        user = _counted_as(user_id)
        return sum(one.by == user and one.at > now - limits.window for one in self.failures) + 1

    def failed(self, now: datetime, limits: AttemptLimits, user_id: str, *, face: bool) -> "Camera":
        """One more failure at `now`. What is too old to count is forgotten."""
        user = _counted_as(user_id)
        recent = [one for one in self.failures if one.at > now - limits.window - limits.pause]
        while len(recent) >= MOST_FAILURES:
            recent.remove(next((one for one in recent if not one.face), recent[0]))
        day = self._day_at(now) or FailuresOfDay(now, ())
        counted = {**dict(day.by), user: day.of(user) + 1}
        # Of too many users those go who have failed least: nobody's own count is pushed out by names that cost nothing.
        most = sorted(counted.items(), key=lambda one: (one[0] != user, -one[1]))[:MOST_FAILURES]
        return Camera((*recent, Failure(now, user, face)), replace(day, by=tuple(sorted(most))), self.faces_ever + face)

    def succeeded(self, user_id: str) -> "Camera":
        """A user's own failures are forgotten once they succeed; others' are not."""
        user, day = _counted_as(user_id), self.of_day
        failures = tuple(one for one in self.failures if one.by != user)
        left = tuple(one for one in day.by if one[0] != user) if day else ()
        return replace(self, failures=failures, of_day=replace(day, by=left) if day and left else None)

    def seen_by_a_clerk(self) -> "Camera":
        """Everybody's failures are forgotten once a clerk vouches for the person; how many there ever were is not."""
        return Camera(faces_ever=self.faces_ever)

    def is_many(self, before: "Camera") -> bool:
        """Whether, since `before`, a lifetime's failures with a face have come to `MANY_EVER` more."""
        return self.faces_ever // MANY_EVER > before.faces_ever // MANY_EVER

    def _day_at(self, now: datetime) -> FailuresOfDay | None:
        return self.of_day if self.of_day and now < self.of_day.since + DAY else None


def _counted_as(user_id: str) -> str:
    return _LETTER if is_invited(user_id) else user_id


def _paused(failures: list[datetime], most: int, limits: AttemptLimits) -> datetime | None:
    """Until when so many failures within the window pause something."""
    ends = [
        last + limits.pause
        for first, last in zip(failures, failures[most - 1 :], strict=False)
        if last - first < limits.window
    ]
    return max(ends, default=None)
