"""One moment of the searched world: the tables of the fakes, the clock, what payers keep, and what was really done.

A `Moment` is never changed. `World` is one unpacked, over which the real use cases run; `World.moment` packs it again,
without what no rule reads any more. Objects in the tables are frozen, so only the tables themselves are copied.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from unittest.mock import patch

from lifecert.application.notices.send_notice import SendNotice
from lifecert.application.office import import_data_match
from lifecert.application.office.register_beneficiary import AddBenefit, NewBenefit, RegisterBeneficiary, Registration
from lifecert.application.office.set_contact import NewContact
from lifecert.application.shared.changing import change_newest
from lifecert.application.shared.issuing import Issuer
from lifecert.application.sweep.holds import ApplyHolds, ProposeHolds
from lifecert.application.sweep.kinds import EndAsPlanned, Kind, Lapse, Remind, TellLapsed
from lifecert.domain import beneficiary, year
from lifecert.domain.actor import Actor, Role
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.category import Category
from lifecert.domain.change import Change, record
from lifecert.domain.help_lines import HelpLines
from lifecert.domain.hold import HoldState
from lifecert.domain.ledger import LedgerEntry, LedgerEvent
from lifecert.domain.notice import NoticeChannel, NoticeText, QuietHours
from lifecert.domain.person import IdNumber
from lifecert.domain.published import published_events
from lifecert.domain.sweep import JobKind, RunState, SweepRun, Task
from tests.support.builders import (
    CLERK,
    OFFICE,
    TRUSTED,
    an_id,
)
from tests.support.fakes.access import looking_up, references_of_payers
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.holds import MemoryHoldBatches
from tests.support.fakes.keys import FakePersonKeys
from tests.support.fakes.notices import FakeSeal
from tests.support.fakes.store import MemoryStore
from tests.support.fakes.sweep import MemorySweepRuns, MemoryTasks
from tests.support.mortal import Life, Mortal
from tests.support.payer_example import payer_example
from tests.support.sweeping import Night
from tests.support.vouching import vouched

# 3 in the morning in Shanghai: a day of the model begins with the sweep.
FIRST_NIGHT = datetime(2026, 3, 1, 19, 0, tzinfo=UTC)
PAYERS = ("fund", "bureau")
NAMES = ("Ann", "Ben")


# Of the photo that `good_evidence` was compared with.
REFERENCE_ID = "reference-1"


@dataclass(frozen=True, slots=True)
class Calendar:
    """How long things take in a searched world, in days. A year so short has the same order of events in it, as long
    as it is longer than the grace days and than the nights that a sweep reads again."""

    year: int = 5
    grace: int = 2
    reminders: tuple[int, ...] = (1,)


class _InThisThread:
    """Stands in for a pool of threads: one after the other is the same here, and quicker."""

    def __init__(self, _workers: int) -> None:
        pass

    def __enter__(self) -> "_InThisThread":
        return self

    def __exit__(self, *_error: object) -> None:
        pass

    def map(self, do: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
        return map(do, items)


@contextmanager
def years_of(days: int) -> Iterator[None]:
    """Let certification years last so many days."""
    with (
        patch.object(year, "add_months", lambda day, _months: day + timedelta(days=days)),
        # As short against the year as it really is, and long enough to outlast a night.
        patch.object(beneficiary, "REPRIEVE", timedelta(days=1)),
        patch.object(import_data_match, "ThreadPoolExecutor", _InThisThread),
    ):
        yield


class Moment(NamedTuple):
    """Everything that is, and what is left of each kind of thing that may happen only so often."""

    time: datetime
    people: Mapping[str, Beneficiary]
    entries: Mapping[str, tuple[LedgerEntry, ...]]
    certificates: Mapping[str, Any]
    reviews: Mapping[str, Any]
    contacts: Mapping[str, Any]
    sent_notices: Mapping[str, Any]
    batches: Mapping[str, Any]
    candidates: Mapping[tuple[str, str], Any]
    gathering: Mapping[Any, str]
    runs: Mapping[str, SweepRun]
    newest_run: str | None
    last_finished: date | None
    open_jobs: frozenset[Any]
    tasks: tuple[Task, ...]
    accounts: Mapping[tuple[str, str, str], Any]
    told: frozenset[tuple[str, date, date]]
    approved: frozenset[tuple[str, str, str, date]]
    left: Mapping[str, int]


class NoReports:
    """Reports are nobody's business here."""

    def write(self, report: object) -> None:
        pass

    def figures(self, run_id: str) -> None:
        return None


class PlainSigner:
    """Signs quickly; what a signature is worth is tested elsewhere."""

    def sign(self, claims: Mapping[str, Any]) -> str:
        return f"signed {claims['jti']}"


class Channel:
    """Takes every notice, and gives each a number of its own."""

    def __init__(self, first: int) -> None:
        self.last = first

    def send(self, channel: NoticeChannel, address: str, text: str) -> str:
        self.last += 1
        return f"m{self.last}"


@dataclass(slots=True)
class World:
    """A moment unpacked. `told` is who really received a notice, about which year, on which day; `approved` in which
    list an office really approved a hold: whose, of which benefit, and for which year."""

    calendar: Calendar
    store: MemoryStore
    clock: FixedClock
    queue: MemoryTasks
    accounts: dict[tuple[str, str, str], Any]
    told: set[tuple[str, date, date]]
    approved: set[tuple[str, str, str, date]]
    left: dict[str, int]
    published: dict[str, int] = field(default_factory=dict)
    # How many entries there were when the moment was unpacked.
    verified: dict[str, int] = field(default_factory=dict)

    @staticmethod
    def new(calendar: Calendar, left: Mapping[str, int]) -> "World":
        batches = MemoryHoldBatches(shards=1)
        store = MemoryStore(shards=1, hold_batches=batches)
        return World(calendar, store, FixedClock(FIRST_NIGHT), MemoryTasks(), {}, set(), set(), dict(left))

    @staticmethod
    def of(moment: Moment, calendar: Calendar) -> "World":
        batches = MemoryHoldBatches(1, dict(moment.batches), dict(moment.candidates), dict(moment.gathering))
        runs = MemorySweepRuns(dict(moment.runs), moment.newest_run, moment.last_finished, set(moment.open_jobs))
        store = MemoryStore(
            shards=1,
            beneficiaries=dict(moment.people),
            entries={one: list(entries) for one, entries in moment.entries.items()},
            certificates=dict(moment.certificates),
            reviews=dict(moment.reviews),
            contacts=dict(moment.contacts),
            sent_notices=dict(moment.sent_notices),
            sweep_runs=runs,
            hold_batches=batches,
        )
        queue = MemoryTasks(waiting=[(task, 0) for task in moment.tasks])
        published = {one: len(entries) for one, entries in moment.entries.items()}
        clock = FixedClock(moment.time)
        return World(
            calendar,
            store,
            clock,
            queue,
            dict(moment.accounts),
            set(moment.told),
            set(moment.approved),
            dict(moment.left),
            published,
            dict(published),
        )

    @property
    def today(self) -> date:
        return self.clock.today()

    @property
    def issuer(self) -> Issuer:
        return Issuer("lifecert.example", PlainSigner())

    # --- what happens by itself ------------------------------------------------------------------------------------

    def night(self, life: Life | None = None) -> Night:
        """The sweep; with `life` every write counts."""
        store = self.store

        def port(one: Any) -> Any:
            return Mortal(one, life) if life else one

        register, runs, batches = port(store.register), port(store.sweep_runs), port(store.hold_batches)
        night = Night(register, runs, self.clock, 1, port(self.queue), port(NoReports()), batches=batches)
        night.kinds = self._kinds(batches)
        return night

    def _kinds(self, batches: Any) -> dict[JobKind, Kind]:
        grace = self.calendar.grace
        return {
            JobKind.LAPSE: Lapse(),
            JobKind.REMIND: Remind(self.calendar.reminders),
            JobKind.NOTICE: TellLapsed(),
            JobKind.PROPOSE: ProposeHolds(batches, grace),
            JobKind.HOLD: ApplyHolds(batches, grace),
            JobKind.END: EndAsPlanned(),
        }

    def settle(self) -> None:
        """What follows an action by itself: payers hear of it, and notices that are due are handed to the channel."""
        self.publish()
        store = self.store
        for person in tuple(store.beneficiaries.values()):
            notice = person.current_notice
            if notice and not notice.sent and person.contact_channel and person.open_benefits:
                self._send_notice()(person.beneficiary_id, notice.reminder_seq)
        self.publish()

    def _send_notice(self) -> SendNotice:
        store = self.store
        first = max((int(one[1:]) for one in store.sent_notices), default=0)
        return SendNotice(
            store.register,
            store.contacts_port,
            FakeSeal(),
            Channel(first),
            self.clock,
            NoticeText(
                "{name} {date} {help_line}",
                "{name} {date} {help_line}",
                "{name} {help_line}",
                "{name} {date} {help_line}",
                "{name} {help_line}",
                "{name} {date} {help_line}",
                "{name} {explained} {help_line}",
                "{name} {date} {help_line}",
            ),
            HelpLines("12333", {}),
            QuietHours(0, 0),
            store.ledger,
            TRUSTED,
            "en",
        )

    def publish(self) -> None:
        """Give every payer the events of the entries that are new."""
        example = payer_example()
        for person, entries in self.store.entries.items():
            for entry in entries[self.published.get(person, 0) :]:
                for event in published_events(entry):
                    if not event.payer:
                        continue
                    key = (event.payer, person, str(event.detail["benefit"]))
                    known = self.accounts.get(key)
                    state = example.State()
                    if known:
                        state.benefits[key[1:]] = replace(
                            known,
                            turns=dict(known.turns),
                            arrears=dict(known.arrears),
                            reclaims=dict(known.reclaims),
                            starts=dict(known.starts),
                        )
                    state.apply(event.detail)
                    self.accounts[key] = state.benefits[key[1:]]
            self.published[person] = len(entries)

    # --- people ------------------------------------------------------------------------------------------------------

    def register(self, number: int, benefit: NewBenefit) -> str:
        """A person whom the office registers, with a contact."""
        store = self.store
        keys, references, told = FakePersonKeys(), references_of_payers(store), looking_up(store, self.clock)
        register = RegisterBeneficiary(
            store.register, keys, FakeSeal(), self.clock, store.ledger, PAYERS, references, told
        )
        contact = NewContact(NoticeChannel.SMS, "13800000000")
        registered = register(Registration(NAMES[number], id_number(number), benefit, contact), CLERK, an_id())
        return vouched(store.register, store.reviews_port, self.clock, registered.beneficiary_id)

    def enrol(self, who: str) -> None:
        """A photo of a person, with which whatever the scripted analyser sees was compared."""

        def enrolled(newest: Beneficiary) -> Change:
            changed = replace(newest, has_reference=True, reference_ids=(REFERENCE_ID,))
            actor, details = Actor(CLERK.user_id, Role.CLERK), {"reference_id": REFERENCE_ID, "replacement": None}
            after, entry = record(changed, LedgerEvent.REFERENCE_ENROLLED, actor, self.clock.now(), details)
            return Change(newest.version, after, entry)

        change_newest(self.store.register, who, enrolled)

    def add_benefit(self, who: str, benefit: NewBenefit) -> None:
        """Another benefit of a person."""
        store = self.store
        add = AddBenefit(store.register, store.ledger, self.clock, PAYERS, references_of_payers(store))
        add(who, benefit, CLERK, an_id())

    def new_benefit(self, *, payer: str = "fund", start: int = 0, planned_end: int | None = None) -> NewBenefit:
        """A benefit that starts so many days from today."""
        ends = None if planned_end is None else self.today + timedelta(days=planned_end)
        begins = self.today + timedelta(days=start)
        return NewBenefit(
            Category.RESIDENT_PENSION, OFFICE.district, begins, payer, planned_end=ends, start_checked=True
        )

    @property
    def people(self) -> tuple[Beneficiary, ...]:
        return tuple(self.store.beneficiaries.values())

    # --- packing -----------------------------------------------------------------------------------------------------

    def moment(self) -> Moment:
        """This, packed, without what is over: batches that were applied, runs that ended, cases that are decided."""
        store, runs, batches = self.store, self.store.sweep_runs, self.store.hold_batches
        over = {one.batch_id for one in batches.batches.values() if one.state is HoldState.APPLIED}
        tasks = tuple(task for task, _ in self.queue.waiting)
        newest = runs.newest()
        kept = {runs.newest_id, newest.previous if newest else None, *(task.run_id for task in tasks)}
        return Moment(
            self.clock.time,
            dict(store.beneficiaries),
            {one: tuple(entries) for one, entries in store.entries.items()},
            dict(store.certificates),
            {key: one for key, one in store.reviews.items() if one.decision is None},
            dict(store.contacts),
            dict(store.sent_notices),
            {key: one for key, one in batches.batches.items() if key not in over},
            {key: one for key, one in batches.by_person.items() if key[0] not in over},
            dict(batches.gathering_ids),
            {key: one for key, one in runs.runs.items() if key in kept},
            runs.newest_id,
            runs.finished,
            frozenset(job for job in runs.opened if job[0] in kept),
            tasks,
            dict(self.accounts),
            frozenset(self.told),
            frozenset(self.approved),
            dict(self.left),
        )

    @property
    def reads_from(self) -> date:
        """From which day on the partitions are that the next night reads."""
        return self.night().scope.first_day(self.today + timedelta(days=1), None)

    @property
    def sweep_is_over(self) -> bool:
        """Whether the newest run finished."""
        newest = self.store.sweep_runs.newest()
        return newest is not None and newest.state is RunState.FINISHED


def id_number(number: int) -> IdNumber:
    """A made-up ID number with its check character."""
    digits = f"1101011949123100{number}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    check = "10X98765432"[sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11]
    return IdNumber.parse(digits + check)
