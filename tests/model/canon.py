"""When two moments are the same: nothing that may happen from now on could tell them apart.

Days are counted from today, and of days so long past that no rule counts them only the order is kept. Ids are numbers
in the order in which they are met. Of the ledger counts what rules read: the years that certificates cover, and since
when a payment was held in a year that may come into force again. What payers keep follows from the register as long as
`checks.payments_agree` holds, which is checked whenever anything happens; so it is not part of it.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.benefit import BenefitEnd
from lifecert.domain.hold import HoldState
from lifecert.domain.ledger import LedgerEntry, LedgerEvent, facts_of
from lifecert.domain.review import ReviewKind
from lifecert.domain.status import EndCause
from lifecert.domain.sweep import RunState
from lifecert.domain.year import valid_until_after
from tests.model.world import World

# A mark before the number of a day, so that it is not taken for another number.
_DAY = "d"


def key_of(world: World) -> bytes:
    """The digest of a moment: the same for moments that are the same."""
    return hashlib.blake2b(repr(canonical(world)).encode(), digest_size=12).digest()


def canonical(world: World) -> Any:
    """A moment in its normal form."""
    names = _Names()
    days = _Days(world)
    raw = _raw(world, names, days)
    return days.counted(raw)


class _Names:
    """Numbers for ids, in the order in which they are met."""

    def __init__(self) -> None:
        self.known: dict[str, int] = {}

    def __call__(self, name: str | None) -> int | None:
        return None if name is None else self.known.setdefault(name, len(self.known))


class _Days:
    """Days, counted from today."""

    def __init__(self, world: World) -> None:
        self.today = world.today.toordinal()
        # Nothing counts back further: the grace days and what a sweep reads again, or a proof's year.
        self.horizon = max(world.calendar.year, world.calendar.grace + 8) + 1
        self.old: set[int] = set()

    def __call__(self, day: date | None) -> Any:
        if day is None:
            return None
        offset = day.toordinal() - self.today
        if offset < -self.horizon:
            self.old.add(offset)
        return (_DAY, offset)

    def counted(self, raw: Any) -> Any:
        if not self.old:
            return raw
        places = {day: -self.horizon - 1 - place for place, day in enumerate(sorted(self.old, reverse=True))}
        return _renumbered(raw, places)


def _renumbered(raw: Any, places: dict[int, int]) -> Any:
    if isinstance(raw, tuple):
        if len(raw) == 2 and raw[0] == _DAY:
            return (_DAY, places.get(raw[1], raw[1]))
        return tuple(_renumbered(one, places) for one in raw)
    return raw


def _raw(world: World, names: _Names, days: _Days) -> Any:
    people = tuple(_person(world, one, names, days) for one in world.people)
    may = _may(world)
    return (
        people,
        _holds(world, names, days),
        _sweep(world, names, days),
        tuple(sorted(may.items())),
    )


def _may(world: World) -> dict[str, int]:
    """What may still happen, without what cannot any more."""
    may, everything = dict(world.left), [one for person in world.people for one in person.benefits]
    if not any(one.end is None for one in everything) and not _may_change_the_ended(may):
        return {}
    if not any(one.end or one.planned_end for one in everything) and not may.get("end") and not may.get("death"):
        may["correction"] = 0
    if not any(person.certificate_id for person in world.people) and not may.get("proof"):
        may["revocation"] = 0
    return may


def _may_change_the_ended(may: Mapping[str, int]) -> bool:
    return any(may.get(kind) for kind in ("correction", "benefit", "death", "start"))


def _person(world: World, one: Beneficiary, names: _Names, days: _Days) -> Any:
    may, notice = world.left, one.current_notice
    if not one.open_benefits and not _may_change_the_ended(may):
        return (names(one.beneficiary_id), "gone")
    entries, revocable = world.store.entries[one.beneficiary_id], may.get("revocation")
    # Another start may bring the first year nearer.
    covers, years = _covers(entries, names, days) if revocable or may.get("start") else ((), set())
    waits = any(
        sent.beneficiary_id == one.beneficiary_id and sent.valid_until == one.valid_until
        for sent in world.store.sent_notices.values()
    )
    counts = world.store.certificates.get(one.certificate_id or "")
    return (
        names(one.beneficiary_id),
        # How long the year of somebody lapsed has been over matters to revocations alone.
        days(one.valid_until) if revocable or not one.lapsed else "over",
        one.lapsed,
        notice and (notice.days_before, notice.sent, notice.delivered_on is not None),
        _office_notices(one, days) if one.lapsed else (),
        one.contact_channel is None,
        names(one.certificate_id) if revocable else one.certificate_id is None,
        counts and counts.revoked_at is not None,
        days(one.certified_on),
        (one.consent_withdrawn_on is None, one.consent is None, days(one.faces_go_on), bool(one.withdrawn_by)),
        tuple(days(report.until) for report in one.unfounded_reports),
        (bool(one.doubts), one.dispelled_by, one.open_case(ReviewKind.DEATH_REPORT) is None, days(one.spared_until)),
        covers,
        waits,
        _held(entries, years, days) if revocable else (),
        tuple(_benefit(world, one, benefit, names, days) for benefit in one.benefits),
    )


def _office_notices(person: Beneficiary, days: _Days) -> Any:
    """What may come back, and from which days the rest counts. Of a message that arrived the day counts beside them."""
    if not person.current_office_notices:
        return ()
    message = person.current_notice
    return (
        days(message.delivered_on) if message else None,
        tuple((one.way, one.stands, days(one.counts_on), one.recorded_by) for one in person.current_office_notices),
    )


def _benefit(world: World, person: Beneficiary, one: Any, names: _Names, days: _Days) -> Any:
    proposal, may = one.hold_proposal, world.left
    if one.end and not may.get("correction") and not may.get("start"):
        return ("ended", one.end.cause is EndCause.DECEASED, may.get("death") and days(one.end.on))
    shown = None
    if proposal:
        batch = world.store.hold_batches.get(proposal.batch_id)
        shown = batch and batch.showed(proposal)
    return (
        one.payer,
        # Where it is the same in every state it is told apart by nothing.
        days(one.start) if "start" in may else None,
        days(one.planned_end),
        _end(one.end, names, days),
        days(one.held_since),
        days(one.unpaid_since),
        _grace(world, person, one, days),
        proposal and (names(proposal.batch_id), days(proposal.valid_until), shown),
    )


def _end(end: BenefitEnd | None, names: _Names, days: _Days) -> Any:
    return end and (days(end.on), end.cause is EndCause.DECEASED, names(end.by), _end(end.before, names, days))


def _grace(world: World, person: Beneficiary, one: Any, days: _Days) -> Any:
    """Since when the grace days of a benefit count. Whatever moves a benefit that may be held sets what they count
    from anew, or counts from the same day; so the day itself is enough, and before all that nights read any is."""
    if one.end or one.is_held or not person.lapsed:
        return None
    begins = person.grace_begins_on(one)
    return days(begins) if begins >= world.reads_from - timedelta(days=world.calendar.grace + 1) else "long ago"


def _covers(entries: Iterable[LedgerEntry], names: _Names, days: _Days) -> tuple[Any, set[date]]:
    """What `coverage_without` reads, and all years that may come into force by it."""
    registered, found = None, {}
    for entry in entries:
        if entry.event is LedgerEvent.REGISTERED:
            registered = date.fromisoformat(str(entry.details["valid_until"]))
        elif entry.event is LedgerEvent.START_CORRECTED:
            registered = date.fromisoformat(str(entry.details.get("first_year", registered)))
        elif entry.event is LedgerEvent.CERTIFIED:
            on = date.fromisoformat(str(entry.details["certified_on"]))
            found[str(entry.details["certificate_id"])] = on
        elif entry.event is LedgerEvent.CERTIFICATE_REVOKED:
            found.pop(str(entry.details["certificate_id"]), None)
    years = {valid_until_after(on) for on in found.values()} | ({registered} if registered else set())
    return (days(registered), tuple((names(one), days(on)) for one, on in found.items())), years


def _held(entries: Iterable[LedgerEntry], years: set[date], days: _Days) -> Any:
    """What `held_before` reads."""
    found: dict[tuple[date, str], date] = {}
    for entry in entries:
        if entry.event is LedgerEvent.PAYMENT_HELD:
            valid_until = date.fromisoformat(str(entry.details["valid_until"]))
            if valid_until in years:
                for fact in facts_of(entry):
                    held_since = date.fromisoformat(str(fact["held_since"]))
                    found.setdefault((valid_until, str(fact["benefit"])), held_since)
    return tuple((days(valid_until), one, days(since)) for (valid_until, one), since in sorted(found.items()))


def _holds(world: World, names: _Names, days: _Days) -> Any:
    batches = world.store.hold_batches
    lists = []
    for batch in sorted(batches.batches.values(), key=lambda one: one.position):
        if batch.state is not HoldState.APPLIED:
            decision = batch.decision
            lists.append(
                (
                    names(batch.batch_id),
                    batch.payer,
                    decision and (decision.choice, tuple(names(one) for one in decision.ids)),
                )
            )
    candidates = sorted(
        (names(one.batch_id), names(one.beneficiary_id), one.benefits, one.outcome)
        for one in batches.by_person.values()
        if one.batch_id in names.known
    )
    gathering = sorted((str(office), names(batch_id)) for office, batch_id in batches.gathering_ids.items())
    return (tuple(lists), tuple(candidates), tuple(gathering))


def _sweep(world: World, names: _Names, days: _Days) -> Any:
    runs = world.store.sweep_runs
    newest = runs.newest()
    finished = days(runs.finished)
    tasks = tuple(
        (task.run_id == runs.newest_id, task.job.kind, days(task.job.day), names(task.job.batch_id))
        for task, _ in world.queue.waiting
        if runs.is_open(task.run_id, task.job)
    )
    if newest is None or newest.state is RunState.FINISHED:
        return (finished, days(world.reads_from), tasks)
    jobs = tuple((job.kind, days(job.day), names(job.batch_id)) for job in runs.open_jobs(newest.run_id))
    return (finished, days(world.reads_from), newest.state, days(newest.run_date), days(newest.first_day), jobs, tasks)
