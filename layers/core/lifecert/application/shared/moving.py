"""Moving a person's benefits by an event of the status table (design.md §3 rule 4)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from lifecert.domain.actor import Role
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.benefit import Benefit, BenefitEnd, moved_facts
from lifecert.domain.errors import TransitionRefused
from lifecert.domain.ledger import Detail, Fact
from lifecert.domain.status import Event, Status, Transition, transition


@dataclass(frozen=True, slots=True)
class Moved:
    """A person after an event, and what the ledger says of each benefit that it moved."""

    before: Beneficiary
    after: Beneficiary
    facts: tuple[Mapping[str, Fact], ...]

    @property
    def details(self) -> dict[str, Detail]:
        """What the ledger says of the person and of each benefit."""
        return {
            "status_before": self.before.status,
            "status": self.after.status,
            "valid_until": self.after.valid_until.isoformat(),
            "benefits": self.facts,
        }


def moved(
    before: Beneficiary,
    benefits: Iterable[Benefit],
    event: Event | Callable[[Benefit], Event],
    role: Role,
    end: Callable[[Benefit], BenefitEnd | None] | None = None,
) -> Moved:
    """Apply an event to some benefits of a person, each by the table; `event` may be each benefit's own.

    What was proposed about the standing before is off for them. `end` is what an event that ends one is noted as.
    Raises TransitionRefused, also when there is no benefit to move.
    """
    changed: list[Benefit] = []
    facts: list[Mapping[str, Fact]] = []
    valid_until, lapsed = before.valid_until, before.lapsed
    for benefit in benefits:
        standing = before.standing_of(benefit)
        step = transition(standing, event(benefit) if callable(event) else event, role)
        changed.append(_with(benefit, step, end(benefit) if end else None))
        facts.append(moved_facts(benefit, standing, step))
        if step.standing.status is not Status.TERMINATED:
            valid_until, lapsed = step.standing.valid_until, step.standing.status is Status.LAPSED
    if not changed:
        raise TransitionRefused("no benefit is due")
    after = replace(before.with_benefits(changed), valid_until=valid_until, lapsed=lapsed)
    return Moved(before, after, tuple(facts))


def _with(benefit: Benefit, step: Transition, end: BenefitEnd | None) -> Benefit:
    standing = step.standing
    return replace(
        benefit,
        held_since=standing.held_since,
        unpaid_since=standing.unpaid_since,
        end=end if standing.status is Status.TERMINATED else None,
        hold_proposal=None,
        grace_from=None,
    )
