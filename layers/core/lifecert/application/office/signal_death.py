"""Another register says that somebody died: a case for the office, and nothing else (design.md §3 rule 4)."""

from contextlib import suppress
from dataclasses import dataclass

from lifecert.application.office.noted_deaths import noting, was_looked_at
from lifecert.application.shared.changing import change_newest
from lifecert.application.shared.reviewing import opening, review_id_of
from lifecert.domain.actor import Actor, Role
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.change import Change, record
from lifecert.domain.data_match import MatchLine, Taken
from lifecert.domain.errors import ReviewOpenedBefore
from lifecert.domain.ledger import LedgerEntry, LedgerEvent
from lifecert.domain.open_case import OpenCase
from lifecert.domain.review import Review, ReviewKind
from lifecert.domain.status import EndCause, Status
from lifecert.ports.clock import Clock
from lifecert.ports.register import ChangingRegister, Ledger

# So many days of one death has one case of a register: more say nothing but that it errs, and would fill the ledger.
MOST_DAYS = 50


_TAKEN = {
    LedgerEvent.REVIEW_OPENED: Taken.CASE_OPENED,
    LedgerEvent.REPORT_JOINED: Taken.JOINED,
    LedgerEvent.DEATH_NOTED: Taken.KNOWN,
}


@dataclass(frozen=True, slots=True)
class SignalDeath:
    """Opens the case. A register's word of one person and day opens one, however often and by whichever way it comes.
    While another of its words about the person is looked at, one of another day belongs to that case, which shows it:
    else a false word, told first, would take the true one with it. While nothing is due to the person any more it is
    kept, and no case."""

    register: ChangingRegister
    ledger: Ledger
    clock: Clock

    def __call__(self, found: Beneficiary, line: MatchLine) -> Taken:
        """Raises what a change of somebody's record raises."""
        actor = Actor(f"data_match:{line.source}", Role.DATA_MATCH)
        change: Change | None = None
        with suppress(ReviewOpenedBefore):
            # As the record is when it is written: lines about one person may be told side by side.
            change = change_newest(self.register, found.beneficiary_id, lambda one: self._told(one, line, actor))
        if change is None:
            return Taken.KNOWN
        return _TAKEN[change.entry.event]

    def _told(self, newest: Beneficiary, line: MatchLine, actor: Actor) -> Change | None:
        entries = tuple(self.ledger.entries(newest.beneficiary_id))
        if was_looked_at(entries, actor, line.on.isoformat()):
            return None
        if known := _case_of(newest, actor):
            # The same register's word is being looked at, or was found true.
            return self._joining(newest, known, entries, line, actor)
        # After another end whoever had gone dies all the same, which is nobody's case; before it, days were paid.
        paid_after = newest.ended_on and line.on < newest.ended_on and not newest.death_recorded
        if newest.status is Status.TERMINATED and not paid_after:
            # But that end may have been a mistake, or something comes to be due again.
            return noting(newest, entries, line, actor, self.clock.now())
        of_this_word = f"{line.source} {line.on.isoformat()}"
        review = Review(
            review_id=review_id_of(newest.beneficiary_id, ReviewKind.DATA_SIGNAL, of_this_word),
            beneficiary_id=newest.beneficiary_id,
            kind=ReviewKind.DATA_SIGNAL,
            opened_at=self.clock.now(),
            opened_by=actor,
            related_id=line.source,
            day=line.on,
            cause=EndCause.DECEASED,
        )
        return opening(newest, review)

    def _joining(
        self, newest: Beneficiary, case: OpenCase, entries: tuple[LedgerEntry, ...], line: MatchLine, actor: Actor
    ) -> Change | None:
        """The change by which another day belongs to a case that is there; None where that one has it already."""
        day, days = line.on.isoformat(), 0
        for entry in entries:
            if entry.details.get("review_id") != case.review_id or entry.actor.actor_id != actor.actor_id:
                continue  # of another case, or of another register, whose days are its own
            if entry.details.get("day") == day:
                return None
            days += 1
        if days >= MOST_DAYS:
            return None
        details = {"review_id": case.review_id, "kind": case.kind, "day": day}
        after, entry = record(newest, LedgerEvent.REPORT_JOINED, actor, self.clock.now(), details)
        return Change(newest.version, after, entry)


def _case_of(person: Beneficiary, actor: Actor) -> OpenCase | None:
    """The case that this register's word is, or was joined to: the open one, else what was found true of it."""
    theirs = (one for one in person.open_cases if one.kind is ReviewKind.DATA_SIGNAL and actor.actor_id in one.by)
    return min(theirs, key=lambda one: one.upheld, default=None)
