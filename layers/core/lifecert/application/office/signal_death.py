"""Another register says that somebody died: a case for the office, and nothing else (design.md §3 rule 4)."""

from dataclasses import dataclass

from lifecert.application.shared.reviewing import OpenReview
from lifecert.domain.actor import Actor, Role
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.data_match import MatchLine, Taken
from lifecert.domain.review import ReviewKind
from lifecert.domain.status import EndCause, Status
from lifecert.ports.clock import Clock
from lifecert.ports.register import ChangingRegister


@dataclass(frozen=True, slots=True)
class SignalDeath:
    """Opens the case. A register's word of one person and day opens one, however often and by whichever way it comes,
    and none while another of its words about the person is looked at."""

    register: ChangingRegister
    clock: Clock

    def __call__(self, found: Beneficiary, line: MatchLine) -> Taken:
        """Raises what a change of somebody's record raises."""
        # After another end whoever had gone dies all the same, which is nobody's case; before it, days were paid.
        paid_after = found.ended_on and line.on < found.ended_on and not found.death_recorded
        if found.status is Status.TERMINATED and not paid_after:
            return Taken.KNOWN
        actor = Actor(f"data_match:{line.source}", Role.DATA_MATCH)
        if any(one.kind is ReviewKind.DATA_SIGNAL and actor.actor_id in one.by for one in found.open_cases):
            return Taken.KNOWN  # the same register's word is being looked at, or was found true
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
