"""A civil registry's program tells of deaths: for each person who is registered a case, and nothing else.

Whether somebody is registered, or how they stand, the program is not told: a record is taken or wrong by itself.
"""

import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from lifecert.application.office.signal_death import SignalDeath
from lifecert.application.shared.finding import by_number
from lifecert.domain.data_match import MatchLine, Rejected, Rejection
from lifecert.domain.errors import LifeCertError, MessageRefused, NotAllowed, StoreUnavailable
from lifecert.domain.limits import deaths_day
from lifecert.ports.clock import Clock
from lifecert.ports.imports import DeathMessages
from lifecert.ports.keys import PersonKeys
from lifecert.ports.register import ChangingRegister, Ledger
from lifecert.ports.sessions import Limits

# As many as are done well within a call; a day of a big city comes in several messages.
MOST_RECORDS = 50
# Each record waits for the store some four times.
AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class DeathsTaken:
    """What became of a message: the receiver's own id for it, always the same for the same message of a register, and
    which records are wrong. `outcomes` counts what became of the others, for us alone: it tells who is registered."""

    correlation_id: str
    records: int
    rejected: tuple[Rejection, ...]
    outcomes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DeathsRefused:
    """Why nothing of a message was taken: a code of the DCI standard, such as `err.request.bad`, and words."""

    code: str
    why: str


@dataclass(frozen=True, slots=True)
class TakeDeaths:
    """The use case. Nobody but the registers named in `sources` is believed, and each of `most_a_day` deaths."""

    register: ChangingRegister
    ledger: Ledger
    person_keys: PersonKeys
    clock: Clock
    messages: DeathMessages
    limits: Limits
    sources: frozenset[str]
    most_a_day: int

    def __call__(self, content: bytes, source: str) -> DeathsTaken | DeathsRefused:
        """Take a message of the register whose program calls; nothing of what is no message, another's, or has too many
        records. The same message again changes nothing.

        Raises NotAllowed (a register that is believed no more), LimitReached, which counts records of known and of
        unknown people alike before anybody is looked up, and StoreUnavailable: send the whole message again. What was
        taken of it stays.
        """
        if source not in self.sources:
            raise NotAllowed
        try:
            message = self.messages.read(content)
        except MessageRefused as refused:
            return DeathsRefused(refused.code, refused.why)
        if message.sender != source:
            return DeathsRefused("err.sender_id.invalid", "header.sender_id is not whom the token names")
        if len(message.records) > MOST_RECORDS:
            return DeathsRefused("err.request.bad", f"more than {MOST_RECORDS} records: send several messages")
        checked = [self._checked(one) for one in message.records]
        lines = [one for one in checked if isinstance(one, MatchLine)]
        if lines:
            self.limits.take((deaths_day(source, len(lines), self.clock.local(), self.most_a_day),))
        outcomes: dict[str, int] = {}
        with ThreadPoolExecutor(AT_ONCE) as threads:
            for outcome in threads.map(self._take, lines):
                outcomes[outcome] = outcomes.get(outcome, 0) + 1
        wrong = tuple(Rejection(number, one) for number, one in enumerate(checked, 1) if isinstance(one, Rejected))
        # Named by what was sent, so that whoever asks about a message means the same one.
        return DeathsTaken(
            str(uuid.uuid5(uuid.NAMESPACE_OID, f"{source}\n{message.message_id}")), len(checked), wrong, outcomes
        )

    def _checked(self, record: MatchLine | Rejected) -> MatchLine | Rejected:
        """What is wrong with a record whoever it is of."""
        if isinstance(record, Rejected):
            return record
        if record.on > self.clock.today():
            return Rejected.DAY_IN_FUTURE
        born = record.id_number.birth_date
        return Rejected.BEFORE_BIRTH if born and record.on < born else record

    def _take(self, line: MatchLine) -> str:
        found = by_number(self.register, self.person_keys, line.id_number)
        if found is None:
            return Rejected.UNKNOWN_PERSON
        try:
            return SignalDeath(self.register, self.ledger, self.clock)(found, line)
        except LifeCertError as error:
            # Whatever it is, it may tell that the person is registered: so it is said of the message, and not of them.
            raise StoreUnavailable("a record could not be taken") from error
