"""What must hold at every moment, and after every night that went through. Each check says what is wrong, in words."""

from collections.abc import Iterator
from datetime import date, timedelta

from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.benefit import Benefit
from lifecert.domain.hold import HoldState
from lifecert.domain.ledger import GENESIS, LedgerEntry, LedgerEvent, facts_of
from lifecert.domain.review import ReviewKind
from lifecert.domain.status import Status
from lifecert.domain.sweep import partition_of
from ops.recorded import Recorded
from tests.model.actions import day_number, name_of
from tests.model.world import World
from tests.support.payer_example import payer_example


def wrong(world: World, *, after_a_night: bool, changed: frozenset[str] | None = None) -> str | None:
    """What is wrong first; None when all is as it must be. `changed` are the people whose ledger grew."""
    for person in world.people:
        name = name_of(world, person.beneficiary_id)
        grew = changed is None or person.beneficiary_id in changed
        for fault in _of_person(world, person, grew=grew, after_a_night=after_a_night):
            return f"{name}: {fault}"
    return next(_lists(world), None) if after_a_night else None


def _of_person(world: World, person: Beneficiary, *, grew: bool, after_a_night: bool) -> Iterator[str]:
    if grew:
        yield from chain_whole(world, person)
        yield from certificate_true(world, person)
        yield from holds_rightful(world, person)
    yield from payments_agree(world, person)
    if after_a_night:
        yield from nobody_forgotten(world, person)


def chain_whole(world: World, person: Beneficiary) -> Iterator[str]:
    """The ledger is whole, and the register is what it tells."""
    entries, verified = world.store.entries[person.beneficiary_id], world.verified.get(person.beneficiary_id, 0)
    recorded, head = Recorded(), GENESIS
    for number, entry in enumerate(entries, start=1):
        # What was whole at the moment before is: entries never change.
        new = number > verified
        if entry.seq != number or entry.prev_hash != head or (new and entry.hash != entry.computed_hash()):
            yield f"entry {number} of the ledger is not where it stands, or not as it was written"
        head = entry.hash
        recorded.take(entry)
    if (person.version, person.ledger_head) != (len(entries), head):
        yield f"the ledger has {len(entries)} entries, and the register is at {person.version}"
    if names := recorded.differences(person):
        yield f"the register has not what the ledger tells: {', '.join(names)}"


def certificate_true(world: World, person: Beneficiary) -> Iterator[str]:
    """The certificate that counts does so exactly while something is due, but for what one clerk added and no other has
    confirmed; and no revoked one counts."""
    entries = world.store.entries[person.beneficiary_id]
    revoked = {entry.details["certificate_id"] for entry in entries if entry.event is LedgerEvent.CERTIFICATE_REVOKED}
    if person.certificate_id in revoked:
        yield "the certificate that counts was revoked"
    for certificate_id in revoked:
        if world.store.certificates[str(certificate_id)].revoked_at is None:
            yield "a certificate that was revoked is valid again"
    counting = world.store.certificates.get(person.certificate_id or "")
    waits = any(one.kind is ReviewKind.REGISTRATION for one in person.open_cases)
    if counting and counting.revoked_at and person.open_benefits and not waits:
        yield "a benefit is due, and the certificate that covers it is marked as revoked"
    if counting and not counting.revoked_at and not person.open_benefits:
        yield "nothing is due any more, and the certificate is still valid"


def holds_rightful(world: World, person: Beneficiary) -> Iterator[str]:
    """Nobody is held without a notice, the grace days and an approval of that very year."""
    for benefit in person.benefits:
        if benefit.is_held:
            if person.status is not Status.LAPSED:
                yield f"benefit {benefit.benefit_id} is held while {person.status}"
            yield from _rightful(world, person, benefit)


def _rightful(world: World, person: Beneficiary, benefit: Benefit) -> Iterator[str]:
    entries = world.store.entries[person.beneficiary_id]
    what = f"benefit {benefit.benefit_id} is held since {_day(benefit.held_since)} for the year until "
    what += _day(person.valid_until)
    held = [
        entry
        for entry in entries
        if entry.event is LedgerEvent.PAYMENT_HELD
        and entry.details["valid_until"] == person.valid_until.isoformat()
        and any(
            fact["benefit"] == benefit.benefit_id and fact["held_since"] == _iso(benefit.held_since)
            for fact in facts_of(entry)
        )
    ]
    if not held:
        yield f"{what}, and no hold of that year was approved"
        return
    entry = held[-1]
    on = world.clock.day_of(entry.at)
    told_on = date.fromisoformat(str(entry.details["notice_delivered_on"]))
    if (person.beneficiary_id, person.valid_until, told_on) not in world.told:
        yield f"{what}, and no notice about it arrived"
    begins = max(person.valid_until, told_on, *_told_otherwise(world, entries, entry, benefit))
    if (on - begins).days <= world.calendar.grace:
        yield f"{what}, and the grace days from {_day(begins)} on were not over"
    approval = (str(entry.details["batch_id"]), person.beneficiary_id, benefit.benefit_id, person.valid_until)
    if approval not in world.approved:
        yield f"{what}, and the office did not approve"


def _told_otherwise(world: World, entries: list[LedgerEntry], held: LedgerEntry, benefit: Benefit) -> Iterator[date]:
    """The days before a hold on which the person, or this benefit, came to be as it is by somebody else's doing: the
    grace days count from then. Neither a hold nor a proposal to hold is one."""
    covered = ""
    for entry in entries[: held.seq - 1]:
        day, mine = world.clock.day_of(entry.at), [one.get("benefit") for one in facts_of(entry)]
        if entry.event is LedgerEvent.CERTIFICATE_REVOKED and covered > str(entry.details["valid_until"]):
            yield day
        if entry.event in (LedgerEvent.CORRECTED, LedgerEvent.BENEFIT_ADDED) and benefit.benefit_id in mine:
            yield day
        if entry.event is LedgerEvent.REGISTERED:
            yield day
        if entry.event is LedgerEvent.NOTICE_VOIDED and "grace_from" in entry.details:
            yield day
        covered = str(entry.details.get("valid_until", covered))


def payments_agree(world: World, person: Beneficiary) -> Iterator[str]:
    """Each day that is due was paid once, as the example payer counts, and the register says since when none is; what
    the payer was told last is how the register has it."""
    example = payer_example()
    for benefit in person.benefits:
        account = world.accounts.get((benefit.payer, person.beneficiary_id, benefit.benefit_id))
        what = f"benefit {benefit.benefit_id}"
        if account is None:
            yield f"{what}: its payer never heard of it"
            continue
        yield from _told_last(person, benefit, account.standing)
        state = example.State({(person.beneficiary_id, benefit.benefit_id): account})
        paid = state.times_paid(person.beneficiary_id, benefit.benefit_id, world.today)
        begins = benefit.start or world.today
        settled = benefit.unpaid_since or world.today + timedelta(days=1)
        if settled > world.today + timedelta(days=1):
            settled = world.today + timedelta(days=1)
        number = max((settled - begins).days, 0)
        good = len([1 for times in paid.values() if times]) == number
        if good and all(paid[begins + timedelta(days=one)] == 1 for one in range(number)):
            continue
        for day in sorted({*paid, *(begins + timedelta(days=one) for one in range(number))}):
            wanted = int(begins <= day < settled)
            if paid[day] != wanted:
                since = _day(benefit.unpaid_since) if benefit.unpaid_since else "never"
                told = f"{_day(day)} was paid {paid[day]} times and not {wanted}"
                yield f"{what}: {told}; the register says that it is unpaid since {since}"
                return


def _told_last(person: Beneficiary, benefit: Benefit, told: dict[str, object]) -> Iterator[str]:
    standing = person.standing_of(benefit)
    wanted: dict[str, object] = {
        "status": standing.status,
        "payment_held": standing.is_held,
        "unpaid_since": _iso(standing.unpaid_since),
    }
    if not benefit.end:
        wanted |= {"valid_until": _iso(standing.valid_until), "held_since": _iso(standing.held_since)}
    for name, value in wanted.items():
        if told[name] != value:
            yield f"benefit {benefit.benefit_id}: the register has {name} {value}, and its payer was told {told[name]}"
    if benefit.is_held != (benefit.unpaid_since is not None) and not benefit.end:
        yield f"benefit {benefit.benefit_id}: held {benefit.is_held}, unpaid since {_day(benefit.unpaid_since)}"
    if benefit.end and benefit.unpaid_since != benefit.end.on:
        yield f"benefit {benefit.benefit_id}: ended on {_day(benefit.end.on)}, unpaid {_day(benefit.unpaid_since)}"


# --- after a night that went through -------------------------------------------------------------------------------


def nobody_forgotten(world: World, person: Beneficiary) -> Iterator[str]:
    """Whom a night has to do with was done with, and whom a later one has stands where it will look."""
    today, grace = world.today, world.calendar.grace
    for benefit in person.open_benefits:
        if benefit.planned_end and benefit.planned_end <= today:
            yield f"benefit {benefit.benefit_id} was to end on {_day(benefit.planned_end)}, and did not"
    if person.status is Status.ACTIVE and person.valid_until < today:
        yield f"the year ended on {_day(person.valid_until)}, and no sweep saw it"
    if person.status is not Status.LAPSED:
        return
    yield from _proposed(world, person)
    place, first_day = partition_of(person, 1), world.reads_from
    told = _told_of_the_end(world, person) or all(one.is_held for one in person.open_benefits)
    if not told and not (place and place.day >= first_day):
        yield "lapsed, was not told so, and stands where no night will look"
    if place and person.notice_delivered_on and place.day < first_day - timedelta(days=grace):
        yield f"told, not proposed to be held, and stands under {_day(place.day)}, where no night will look"


def _told_of_the_end(world: World, person: Beneficiary) -> bool:
    """Whether a notice was due once the year was over, about that year."""
    year = person.valid_until.isoformat()
    return any(
        entry.event in (LedgerEvent.REMINDER_DUE, LedgerEvent.CERTIFICATE_REVOKED)
        and entry.details["valid_until"] == year
        and world.clock.day_of(entry.at) > person.valid_until
        for entry in world.store.entries[person.beneficiary_id]
    )


def _proposed(world: World, person: Beneficiary) -> Iterator[str]:
    batches = world.store.hold_batches
    for benefit in person.open_benefits:
        proposal = person.open_proposal(benefit)
        if proposal is None:
            continue
        batch = batches.get(proposal.batch_id)
        candidate = batches.by_person.get((proposal.batch_id, person.beneficiary_id))
        if batch is None or batch.state is not HoldState.OPEN:
            state = batch.state if batch else "never shown"
            yield f"benefit {benefit.benefit_id} is proposed to be held, in a list that is {state}"
        if candidate is None or candidate.outcome or benefit.benefit_id not in candidate.benefits:
            outcome = candidate.outcome if candidate else "not in it"
            yield f"benefit {benefit.benefit_id} is proposed to be held, and its list has {outcome}"


def _lists(world: World) -> Iterator[str]:
    batches = world.store.hold_batches
    for office, batch_id in batches.gathering_ids.items():
        if batches.count(batch_id):
            yield f"the list of {office} has {batches.count(batch_id)} people and was not shown"
    for batch in batches.batches.values():
        if batch.state is HoldState.DECIDED:
            yield f"the list of {batch.payer} was decided before the night, and is not applied"


def _day(day: date | None) -> str:
    return "never" if day is None else f"day {day_number(day)}"


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
