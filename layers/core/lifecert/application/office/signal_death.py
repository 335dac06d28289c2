"""Another register says that somebody died: a case for the office, and nothing else (design.md §3 rule 4)."""

from dataclasses import dataclass

from lifecert.application.shared.changing import change_newest
from lifecert.application.shared.reviewing import OpenReview
from lifecert.domain.actor import Actor, Role
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.change import Change, record
from lifecert.domain.data_match import MatchLine, Taken
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.review import ReviewKind
from lifecert.domain.status import EndCause, Status
from lifecert.ports.clock import Clock
from lifecert.ports.register import ChangingRegister, Ledger

# So many days of one death has one case of a register: more say nothing but that it errs, and would fill the ledger.
MOST_DAYS = 50


@dataclass(frozen=True, slots=True)
class SignalDeath:
    """Opens the case. A register's word of one person and day opens one, however often and by whichever way it comes.
    While another of its words about the person is looked at, one of another day belongs to that case, which shows it:
    else a false word, told first, would take the true one with it."""

    register: ChangingRegister
    ledger: Ledger
    clock: Clock

    def __call__(self, found: Beneficiary, line: MatchLine) -> Taken:
        """Raises what a change of somebody's record raises."""
        # After another end whoever had gone dies all the same, which is nobody's case; before it, days were paid.
        paid_after = found.ended_on and line.on < found.ended_on and not found.death_recorded
        if found.status is Status.TERMINATED and not paid_after:
            return Taken.KNOWN
        actor = Actor(f"data_match:{line.source}", Role.DATA_MATCH)
        if any(one.kind is ReviewKind.DATA_SIGNAL and actor.actor_id in one.by for one in found.open_cases):
            # The same register's word is being looked at, or was found true.
            change = change_newest(self.register, found.beneficiary_id, lambda one: self._joining(one, line, actor))
            return Taken.JOINED if change else Taken.KNOWN
        before = found.version
        OpenReview(self.register, self.clock)(
            found.beneficiary_id,
            ReviewKind.DATA_SIGNAL,
            actor,
            related_id=line.source,
            only_once=f"{line.source} {line.on.isoformat()}",
            day=line.on,
            cause=EndCause.DECEASED,
        )
        newest = self.register.get(found.beneficiary_id)
        return Taken.CASE_OPENED if newest and newest.version > before else Taken.KNOWN

    def _joining(self, newest: Beneficiary, line: MatchLine, actor: Actor) -> Change | None:
        """The change by which another day belongs to the case that is open; None where that one has it already, or it
        had a case of its own."""
        case = newest.open_case(ReviewKind.DATA_SIGNAL, actor.actor_id)
        if case is None:
            return None
        day, days = line.on.isoformat(), 0
        for entry in self.ledger.entries(newest.beneficiary_id):
            here = entry.event is LedgerEvent.REVIEW_OPENED or entry.details.get("review_id") == case.review_id
            if here and entry.actor.actor_id == actor.actor_id and entry.details.get("day") == day:
                return None
            days += entry.details.get("review_id") == case.review_id
        if days >= MOST_DAYS:
            return None
        details = {"review_id": case.review_id, "kind": case.kind, "day": day}
        after, entry = record(newest, LedgerEvent.REPORT_JOINED, actor, self.clock.now(), details)
        return Change(newest.version, after, entry)
