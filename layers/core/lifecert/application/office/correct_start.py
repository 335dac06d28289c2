"""Put right since when a benefit is due: one clerk proposes it here, and another confirms it (`confirm_proposal`).

A start moves what was paid. Earlier, and days that nobody paid are due; later, and days that were paid are taken back.
It says nothing of whether somebody lives: nobody has a longer year by it, no hold begins or ends, and no case closes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from lifecert.application.shared.changing import change_newest
from lifecert.application.shared.proposing import proposal_by, same_proposal
from lifecert.application.shared.reviewing import opening
from lifecert.application.shared.scoping import refuse_benefit_outside
from lifecert.domain.actor import Actor, Role, User
from lifecert.domain.amendment import GROUNDS_OF_START, AmendGround
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.benefit import Benefit, BenefitEnd, started_facts
from lifecert.domain.benefit_start import check_start
from lifecert.domain.change import Change, record
from lifecert.domain.consent import GUARDIAN_AGE
from lifecert.domain.coverage import nearer_year
from lifecert.domain.errors import (
    BenefitNotFound,
    DayImpossible,
    DoubtedElsewhere,
    GroundUnsuitable,
    NotAllowed,
    NothingToAmend,
    ProposalExpired,
    ReviewOpenedBefore,
    TransitionRefused,
)
from lifecert.domain.ledger import Detail, LedgerEntry, LedgerEvent, facts_of
from lifecert.domain.review import Review, ReviewDecision, ReviewKind
from lifecert.domain.status import StartCorrected, Transition, with_start
from lifecert.domain.year import add_months
from lifecert.ports.clock import Clock
from lifecert.ports.register import ChangingRegister
from lifecert.ports.reviews import Reviews


@dataclass(frozen=True, slots=True)
class RightStart:
    """Since when a benefit is due, and why that is another day now. `checked`: somebody looked at a start far from
    today once more."""

    benefit_id: str
    start: date
    ground: AmendGround
    checked: bool = False


@dataclass(frozen=True, slots=True)
class ProposeStart:
    """The first clerk's half."""

    register: ChangingRegister
    reviews: Reviews
    clock: Clock

    def __call__(self, beneficiary_id: str, right: RightStart, idempotency_key: str, user: User) -> Review:
        """Propose the right start; nothing is another yet. A repeat with the same key gives the same proposal.

        Raises NotAllowed, GroundUnsuitable, BeneficiaryNotFound, BenefitNotFound, DistrictOutside (of that benefit),
        StartUnlikely, DayImpossible (before the birth where that is known, more than 12 months ahead, on the planned
        end or after it, or after the day on which the benefit ended), NothingToAmend, DoubtedElsewhere (an earlier one,
        while somebody says that the person died), TransitionRefused (its start is not on record) and
        IdempotencyKeyReused.
        """
        if not user.is_clerk:
            raise NotAllowed
        if right.ground not in GROUNDS_OF_START:
            raise GroundUnsuitable
        review = proposal_by(
            *(user, idempotency_key, self.clock.now(), beneficiary_id, ReviewKind.BENEFIT_START),
            day=right.start,
            cause=right.ground,
            benefit_id=right.benefit_id,
        )
        # What was proposed before may have been confirmed since, and then cannot be any more.
        if (stored := self.reviews.get(review.review_id)) is not None:
            return same_proposal(stored, review)

        def make(newest: Beneficiary) -> Change:
            refuse_benefit_outside(user, newest, right.benefit_id)
            benefit = _checked(newest, right.benefit_id, right.start, self.clock.today(), checked=right.checked)
            before = benefit.start.isoformat() if benefit.start else None
            return opening(newest, replace(review, related_id=before), benefit=right.benefit_id)

        try:
            change = change_newest(self.register, beneficiary_id, make, by=user)
        except ReviewOpenedBefore:
            return same_proposal(self.reviews.get(review.review_id) or review, review)
        return (change and change.review) or review


def start_corrected(
    newest: Beneficiary, proposal: Review, decision: ReviewDecision, entries: Iterable[LedgerEntry], today: date
) -> Change:
    """The change by which a second clerk puts a start right; `entries` are the person's, first to last. What waited to
    be held still does, and what is held stays so.

    Raises ProposalExpired (that start was put right since it was proposed), and what proposing it raises now.
    """
    known = tuple(one for one in entries if one.seq <= newest.version)
    start, benefit_id = proposal.day or today, str(proposal.benefit_id)
    _refuse_what_came_after(known, proposal)
    before = _checked(newest, benefit_id, start, today, checked=True)
    end = _end_from(before, start, known)
    clerks = (proposal.opened_by.actor_id, decision.decided_by)
    event = StartCorrected(start, today, *clerks, ended_on=end.on if end else None)
    standing = newest.standing_of(before)
    step = with_start(standing, event)
    after = replace(before, start=start, end=end, unpaid_since=step.standing.unpaid_since)
    corrected = newest.with_benefits([after])
    year = nearer_year(known, {one.benefit_id: one.start for one in corrected.benefits}, today)
    if year and year.valid_until < newest.valid_until:
        corrected = replace(corrected, valid_until=year.valid_until)
    facts = [started_facts(before, after, standing, step)]
    if corrected.valid_until != newest.valid_until:
        # Whoever pays another benefit hears of the nearer day too.
        others = (one for one in corrected.open_benefits if one.benefit_id != benefit_id)
        facts += [started_facts(one, one, corrected.standing_of(one), _as_it_was(corrected, one)) for one in others]
    details: dict[str, Detail] = {
        "ground": proposal.cause,
        "status": corrected.status,
        "valid_until": corrected.valid_until.isoformat(),
        **({"first_year": year.first_year.isoformat()} if year else {}),
        "benefits": facts,
        "channel": newest.contact_channel,
        "review_id": proposal.review_id,
        "proposed_by": proposal.opened_by.actor_id,
    }
    actor = Actor(decision.decided_by, Role.CLERK)
    recorded, entry = record(corrected, LedgerEvent.START_CORRECTED, actor, decision.decided_at, details)
    return Change(newest.version, recorded, entry)


def _checked(newest: Beneficiary, benefit_id: str, start: date, today: date, *, checked: bool) -> Benefit:
    """The benefit as it is, if it may start on this day. Raises what `ProposeStart` does."""
    benefit = newest.benefit(benefit_id)
    if benefit is None:
        raise BenefitNotFound
    if benefit.start is None:
        raise TransitionRefused("since when the benefit is due is not on record")
    if benefit.start == start:
        raise NothingToAmend
    # Of an adult the birth is nowhere on record; of a child the day on which they come of age is.
    child = newest.guardian_until
    check_start(start, today, add_months(child, -12 * GUARDIAN_AGE) if child else None, checked=checked)
    planned = benefit.planned_end is not None and start >= benefit.planned_end
    if planned or (benefit.end and start > benefit.end.on):
        raise DayImpossible
    if start < benefit.start and newest.death_told:
        raise DoubtedElsewhere
    return benefit


def _refuse_what_came_after(entries: Iterable[LedgerEntry], proposal: Review) -> None:
    """Of two proposals one counts, and the other was of the start before it."""
    proposed = False
    for entry in entries:
        proposed = proposed or entry.details.get("review_id") == proposal.review_id
        mine = any(one["benefit"] == proposal.benefit_id for one in facts_of(entry) if _moved(one))
        if proposed and entry.event is LedgerEvent.START_CORRECTED and mine:
            raise ProposalExpired


def _moved(facts: Mapping[str, object]) -> bool:
    return facts.get("start") != facts.get("start_before")


def _end_from(benefit: Benefit, start: date, entries: Iterable[LedgerEntry]) -> BenefitEnd | None:
    """The end of a benefit that starts on another day. One that had not begun when it ended did so on the day on which
    it was to begin: that day moves back with the start, and to the day of the end at most."""
    end = benefit.end
    if end is None or end.on != benefit.start or start >= end.on:
        return end
    said = (one.details.get("ended_on") for one in entries if end.by and one.details.get("review_id") == end.by)
    days = [date.fromisoformat(day) for day in said if isinstance(day, str)]
    return replace(end, on=max(min([end.on, *days]), start))


def _as_it_was(person: Beneficiary, benefit: Benefit) -> Transition:
    return Transition(person.standing_of(benefit))
