"""How often somebody may do something: counts in fixed windows, each with its limit."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from lifecert.domain.device import DeviceProof
from lifecert.domain.session import Session

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
PEOPLE_COUNTED = timedelta(days=3 * 365)
MOST_UNDONE_DAY = 2
# More people than this one clerk hardly sees in a day, or writes down who did; nor makes as many letters by hand.
MOST_SEEN_DAY = 200
MOST_LETTERS_DAY = 200
# So many photos that are unlike the person may a clerk bring in an hour.
MOST_UNLIKE_HOUR = 20
# Further devices than that one clerk sets up another day.
MOST_DEVICES_DAY = 100
# So many times the usual helper's day is that of whoever acts for a nursing home under a mandate.
MANDATED_TIMES = 4


@dataclass(frozen=True, slots=True)
class Count:
    """One more of something in its window, or `step` more. `adds` False only looks whether there would be room for
    it."""

    name: str
    limit: int
    until: datetime
    adds: bool = True
    step: int = 1


@dataclass(frozen=True, slots=True)
class StartLimits:
    """Starts in one hour: by one user, of those for people who are not known, and for one beneficiary.

    Who has asked for too many unknown people is refused for known ones too: the answer must not tell them apart.
    """

    by_user: int
    unknown_by_user: int
    for_person: int

    def unknown(self, user_id: str, now: datetime) -> tuple[Count, ...]:
        """A start for a person who is not known, or under another name."""
        return (self._by_user(user_id, now), self._unknown(user_id, now))

    def refused(self, user_id: str, now: datetime) -> tuple[Count, ...]:
        """A start for a known person that comes to nothing."""
        return (self._by_user(user_id, now), self._unknown(user_id, now, adds=False))

    def started(self, user_id: str, beneficiary_id: str, certified: bool, now: datetime) -> tuple[Count, ...]:
        """A start that opens a session. Of whoever `certified` the person before only their own count: strangers cannot
        use up the hour of those who help."""
        who = f"{beneficiary_id}#{user_id}" if certified else beneficiary_id
        person = Count(_name("person", who, now, HOUR), self.for_person, _end(now, HOUR))
        return (*self.refused(user_id, now), person)

    def _by_user(self, user_id: str, now: datetime) -> Count:
        return Count(_name("user", user_id, now, HOUR), self.by_user, _end(now, HOUR))

    def _unknown(self, user_id: str, now: datetime, *, adds: bool = True) -> Count:
        return Count(_name("unknown", user_id, now, HOUR), self.unknown_by_user, _end(now, HOUR), adds)


@dataclass(frozen=True, slots=True)
class FindLimits:
    """Look-ups of people by one member of the staff, in an hour and in a day, whether somebody is found or not."""

    in_hour: int
    in_day: int

    def found(self, user_id: str, local: datetime) -> tuple[Count, ...]:
        """One more, at this moment of the deployment's own clock."""
        return (
            Count(_name("find", user_id, local, HOUR), self.in_hour, _end(local, HOUR)),
            Count(_name("finds", user_id, local, DAY), self.in_day, _end(local, DAY)),
        )


def helper_day(user_id: str, local: datetime, usual: int) -> Count:
    """A certification by a helper at this moment of the deployment's own clock, whose day it counts in. Never refused:
    what is above `usual` in a day is looked at."""
    return Count(_name("helper", user_id, local, DAY), usual, _end(local, DAY))


def mandated_day(user_id: str, local: datetime, usual: int) -> Count:
    """A certification by whoever acts for an institution under the office's mandate, counted apart by the day: what is
    above `MANDATED_TIMES` as many is looked at."""
    return Count(_name("mandated", user_id, local, DAY), MANDATED_TIMES * usual, _end(local, DAY))


def people_of(user_id: str, now: datetime, usual: int) -> Count:
    """One more person whom a user certified for the first time. Never refused: every further `usual` are looked at.
    Forgotten when nobody new has come for years."""
    return Count(f"people#{user_id}", usual, now + PEOPLE_COUNTED)


def seen_day(clerk: str, local: datetime) -> Count:
    """A certification by what one clerk says to have seen, at this moment of the deployment's own clock. Never refused:
    what is above `MOST_SEEN_DAY` is looked at."""
    return Count(_name("seen", clerk, local, DAY), MOST_SEEN_DAY, _end(local, DAY))


def letters_day(clerk: str, local: datetime) -> Count:
    """A letter that one clerk makes at this moment of the deployment's own clock. Never refused: what is above
    `MOST_LETTERS_DAY` is looked at."""
    return Count(_name("letters", clerk, local, DAY), MOST_LETTERS_DAY, _end(local, DAY))


def unlike_hour(clerk: str, local: datetime) -> Count:
    """A photo, brought by a clerk at this moment of the deployment's own clock, that may be unlike the person: by many
    of them somebody could be looked for by their face. Taken before it is compared, and given back where it is not."""
    return Count(_name("unlike", clerk, local, HOUR), MOST_UNLIKE_HOUR, _end(local, HOUR))


def devices_day(clerk: str, local: datetime) -> Count:
    """A device that one clerk registers at this moment of the deployment's own clock."""
    return Count(_name("devices", clerk, local, DAY), MOST_DEVICES_DAY, _end(local, DAY))


def invitation_day(invitation_id: str, local: datetime, uses: int, *, adds: bool = True) -> Count:
    """A session started by an invitation at this moment of the deployment's own clock. The next day it can be used
    again, whoever used it up."""
    return Count(_name("invitation", invitation_id, local, DAY), uses, _end(local, DAY), adds)


def withdrawals_undone(beneficiary_id: str, user_id: str, local: datetime) -> Count:
    """A withdrawal of somebody's consent that a user undoes at this moment of the deployment's own clock. A withdrawal
    itself is never refused; each costs a message to the person, and this bounds how many there are."""
    return Count(_name("undone", f"{beneficiary_id} {user_id}", local, DAY), MOST_UNDONE_DAY, _end(local, DAY))


def proof_used(proof: DeviceProof) -> Count:
    """That what a device signed is shown: once, however often it is sent."""
    return Count(f"device#{proof.device_id}#{proof.nonce}", 1, proof.until)


def deaths_day(source: str, records: int, local: datetime, most: int) -> Count:
    """Deaths that a register's program tells at this moment of the deployment's own clock, of known and of unknown
    people alike."""
    return Count(_name("deaths", source, local, DAY), most, _end(local, DAY), step=records)


def looks(session: Session, most: int) -> Count:
    """A look at the first frame of a session, while it is open."""
    return Count(f"look#{session.session_id}", most, session.deadline)


def _begin(now: datetime, window: timedelta) -> datetime:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + (now - midnight) // window * window


def _end(now: datetime, window: timedelta) -> datetime:
    """In UTC, as every moment that is stored or told."""
    return (_begin(now, window) + window).astimezone(UTC)


def _name(kind: str, who: str, now: datetime, window: timedelta) -> str:
    return f"{kind}#{who}#{_begin(now, window):%Y-%m-%dT%H}"
