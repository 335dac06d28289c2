"""Which benefits, and which of their ends, a proposal to end or to correct is about."""

from collections.abc import Iterable
from datetime import date

from lifecert.application.shared.scoping import refuse_outside
from lifecert.domain.actor import User
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.benefit import Benefit, BenefitEnd
from lifecert.domain.category import Category
from lifecert.domain.ledger import LedgerEntry, LedgerEvent, facts_of
from lifecert.domain.review import Proposal, Review, ReviewKind
from lifecert.domain.status import EndCause


def benefits_concerned(newest: Beneficiary, proposal: Review | Proposal, on: date) -> tuple[Benefit, ...]:
    """The benefits that a proposal is about: the one it names, or all; of a death `on` a day also those that ended
    after it; of an end to correct, those that one end, the last, took. While a death stands it is the end to correct:
    nothing else is due to the dead."""
    if proposal.benefit_id:
        return tuple(one for one in newest.benefits if one.benefit_id == proposal.benefit_id)
    if proposal.kind is not ReviewKind.CORRECTION:
        died = proposal.cause is EndCause.DECEASED
        after_it = (one for one in newest.benefits if one.end and died and ends_on(one, on) < one.end.on)
        return (*newest.open_benefits, *after_it)
    ended = [one for one in newest.benefits if one.end]
    last = max((one.end for one in ended if one.end), key=_how_late, default=None)
    return tuple(one for one in ended if last and one.end and _same_end(one.end, last))


def _how_late(end: BenefitEnd) -> tuple[bool, int, date]:
    """The order in which ends are corrected: a death first, of several that which took the place of the others."""
    depth, older = 0, end.before
    while older:
        depth, older = depth + 1, older.before
    return is_death(end), depth, end.on


def ends_on(benefit: Benefit, on: date) -> date:
    """Nothing was due or paid before it began."""
    return max(on, benefit.start) if benefit.start else on


def end_before(benefit: Benefit) -> BenefitEnd | None:
    """The end that stands again, once the one recorded is found to be a mistake."""
    return benefit.end.before if benefit.end else None


def is_death(end: BenefitEnd | None) -> bool:
    """Whether a benefit ended by a death."""
    return end is not None and end.cause is EndCause.DECEASED


def which_end(concerned: Iterable[Benefit]) -> str:
    """Which end a correction is about, for the time until it is confirmed: the proposal that said so, or the day that
    was planned, and of which benefits."""
    ended = [(one.benefit_id, one.end) for one in concerned if one.end]
    which = {end.by or end.on.isoformat() for _, end in ended}
    return f"{','.join(sorted(which))} of {','.join(benefit_id for benefit_id, _ in ended)}"


def _same_end(one: BenefitEnd, other: BenefitEnd) -> bool:
    """Whether one proposal, or one day that was planned, ended both. Of a proposal each may have a day of its own."""
    return one.by == other.by and (one.by is not None or one.on == other.on)


def refuse_ends_outside(user: User, newest: Beneficiary, proposal: Review | Proposal, today: date) -> None:
    """Raises DistrictOutside when a benefit that is to end, to come back, or to start on another day lies outside a
    clerk's districts. A death is the person's, and takes all of them, as whoever has one of them says."""
    of_benefits = (ReviewKind.END, ReviewKind.CORRECTION, ReviewKind.BENEFIT_START)
    if proposal.kind not in of_benefits or proposal.cause is EndCause.DECEASED:
        return
    concerned = benefits_concerned(newest, proposal, proposal.day or today)
    if not any(is_death(one.end) for one in concerned):
        refuse_outside(user, *(one.district for one in concerned))


def is_for_two(newest: Beneficiary, category: Category, entries: Iterable[LedgerEntry], but: str | None = None) -> bool:
    """Whether no one clerk gives a benefit of this category: two ended one that was of it, whatever it was called by
    then, or one proposes to end what is of it, or was. `but` is a benefit that is not looked at."""
    known = tuple(entries)
    proposed = _end_waits(known)
    kinds = {
        one.benefit_id: {one.category}
        for one in newest.benefits
        if one.benefit_id != but and ((one.end and one.end.cause is not EndCause.PLANNED) or (proposed and not one.end))
    }
    for entry in known:
        for facts in facts_of(entry) if entry.event is LedgerEvent.AMENDED else ():
            before = facts.get("category_before")
            if before and str(facts["benefit"]) in kinds:
                kinds[str(facts["benefit"])].add(Category(str(before)))
    return any(category in one for one in kinds.values())


def _end_waits(entries: Iterable[LedgerEntry]) -> bool:
    """Whether an end is proposed, and neither confirmed nor rejected, nor over."""
    waits: set[object] = set()
    for entry in entries:
        opens = entry.event is LedgerEvent.REVIEW_OPENED and entry.details.get("kind") == ReviewKind.END
        review_id = entry.details.get("review_id")
        if opens:
            waits.add(review_id)
        else:
            waits.discard(review_id)
    return bool(waits)
