"""One city from the file of its register to the end of its days: imported, lived, and held against its payers."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from lab.city import checks
from lab.city.books import Books
from lab.city.city import City, Wrong
from lab.city.connection import HeldConnections
from lab.city.faces import Faces, RememberingAnalyser
from lab.city.keeping import AnotherPlan, Keeping, Kept
from lab.city.offices import offices
from lab.city.people import COLUMNS, DISTRICTS, PAYERS, SOURCES, Citizen, citizens
from lab.city.product import Services, Streams, product
from lab.city.services import MovedClock
from lab.city.table import HAPPENINGS, plan
from lab.scale.meter import metered
from lifecert.application.office.prepare_import import NewImport
from lifecert.bootstrap import imports, parts, records
from lifecert.domain.actor import Group, User
from lifecert.domain.intake import ImportState
from lifecert.domain.person import IdNumber
from lifecert.domain.scope import Scope
from lifecert.entry.events.import_tasks import ImportTaskMessage
from local.dynamodb_local import Engine

# So many of those to whom nothing happens are verified at the end.
ASLEEP_VERIFIED = 500
TELL_EVERY_SECONDS = 15.0
# With so many stories a run ends: whatever is wrong is wrong often.
MOST_STORIES = 50
# Of an entry's details, in a story.
_SHOWN = ("valid_until", "cause", "benefit", "review_id", "benefits")


@dataclass(frozen=True, slots=True)
class Plan:
    """A city: how many are in the register, how many of them live, for how many days from which one, how many photos
    and challenges are drawn and really looked at, how many times as often as the table says things happen, and the
    days of grace before a hold."""

    people: int = 100_000
    living: int = 10_000
    days: int = 365
    seed: int = 1
    faces: int = 300
    often: float = 1.0
    grace: int = 90
    first: date = date(2026, 1, 1)


@dataclass(slots=True)
class Outcome:
    """What came of it: figures, and what is wrong as stories of made-up people."""

    figures: dict[str, Any] = field(default_factory=dict)
    stories: list[str] = field(default_factory=list)


def live(
    engine: Engine,
    asked: Plan,
    say: Callable[[str], None],
    afterwards: Callable[[City], None] = lambda _city: None,
    keeping: Keeping | None = None,
) -> Outcome:
    """Import a city, let it live and hold it against its payers. `afterwards` is given what is left.

    With `keeping` it is kept from time to time, and goes on from what was kept. Raises AnotherPlan where
    that is another city.
    """
    begun, client = time.monotonic(), engine.client()
    kept = keeping.found(client, say) if keeping else None
    if kept and kept.asked != asked:
        raise AnotherPlan(f"another city is kept there: {kept.asked}")
    services = kept.city.services if kept else Services(MovedClock.at(asked.first, 9), client)
    outcome = kept.outcome if kept else Outcome()
    analyser = RememberingAnalyser(parts.analyser.__wrapped__)
    awake: dict[str, Citizen] = {}
    settings = {
        "payers": ",".join(PAYERS),
        "data_match_sources": ",".join(SOURCES),
        "hold_grace_days": str(asked.grace),
    }
    with (
        HeldConnections(engine) as held,
        product(services, analyser, settings, awake.__contains__, new=kept is None) as stream,
    ):
        held.serve(client)
        try:
            if kept is None:
                city = _new(asked, services, stream, awake, say)
                kept = Kept(asked, city, outcome)
                outcome.figures["plan"] = {**_plan_told(asked), "lines": sum(len(one.benefits) for one in city.people)}
                outcome.figures["import"] = _import(city, client)
                _take_names(city, asked.living)
                outcome.figures["imported_s"] = time.monotonic() - begun
                plan(city, asked.first + timedelta(days=1), asked.days, asked.often)
            else:
                city = kept.city
                _go_on(kept, stream, analyser, awake)
            begun -= kept.seconds
            run = _Run(kept, begun, keeping, analyser, stream)
            run.keep()
            _days(run)
            _at_the_end(city, outcome)
        except Wrong as wrong:
            outcome.stories.append(str(wrong))
        if kept is None or "import" not in outcome.figures:
            return outcome
        outcome.figures["life"] = city.figures()
        outcome.figures["looked_at"] = {"really": analyser.looked, "repeated": analyser.repeated}
        outcome.figures["written_twice"] = city.books.twice
        outcome.figures["at_the_end"] = _standings(city)
        afterwards(city)
    outcome.figures["whole_s"] = round(time.monotonic() - begun, 1)
    outcome.figures["lived_s"] = round(time.monotonic() - begun - outcome.figures.pop("imported_s"), 1)
    return outcome


@dataclass(frozen=True, slots=True)
class _Run:
    """A city under way: since when, and what keeps it."""

    kept: Kept
    begun: float
    keeping: Keeping | None
    analyser: RememberingAnalyser
    stream: Streams

    def keep(self) -> None:
        """Keep it as it is now, where it is to be kept."""
        if self.keeping:
            self.kept.seconds = time.monotonic() - self.begun
            self.keeping.keep(self.kept, self.analyser, self.stream)
            self.kept.city.say(f"  kept as it is after day {self.kept.days}, in {self.keeping.folder}")


def _new(
    asked: Plan, services: Services, stream: Streams, awake: dict[str, Citizen], say: Callable[[str], None]
) -> City:
    return City(
        services=services,
        stream=stream,
        books=Books(PAYERS),
        faces=Faces(asked.seed, asked.faces),
        people=citizens(asked.people, asked.living, asked.first, asked.seed, asked.days),
        chance=Random(asked.seed),  # noqa: S311 - to be drawn again
        happenings={name: row.happens for name, row in HAPPENINGS.items()},
        say=say,
        by_id=awake,
        grace=asked.grace,
    )


def _go_on(kept: Kept, stream: Streams, analyser: RememberingAnalyser, awake: dict[str, Citizen]) -> None:
    """Let a city that was kept live over these streams."""
    city = kept.city
    city.stream = stream
    stream.remember(kept.images)
    analyser.remember(kept.analyser)
    awake.update(city.by_id)
    city.by_id = awake
    city.say(f"going on after day {kept.days}, {kept.seconds / 60:.0f} minutes of work")


# --- import ----------------------------------------------------------------------------------------------------------


def _import(city: City, client: Any) -> dict[str, Any]:
    """Prepared by one clerk, checked, released by another; what each phase took."""
    rows = [",".join(COLUMNS), *(line for one in city.people for line in one.lines())]
    content = ("\n".join(rows) + "\n").encode()
    one, other = (User(f"registrar-{which}", frozenset({Group.CLERK}), Scope.of(DISTRICTS)) for which in (1, 2))
    lines, told = len(rows) - 1, dict[str, Any]()
    prepared = imports.prepare_import()(NewImport("city"), one, city.key())
    if prepared.slot is None:
        raise Wrong("there is no slot for the file of the register")
    city.services.s3.put_object(Bucket="the-imports-bucket", Key=prepared.slot.fields["key"], Body=content)
    import_id = prepared.register_import.import_id
    with _measured(city, client, lines) as figures:
        imports.start_dry_run()(import_id, one)
        _drain(city, lines, "checked")
        told["dry_run"] = figures
    checked = imports.get_import()(import_id, one).register_import
    if (
        checked.state is not ImportState.CHECKED
        or checked.checked is None
        or checked.checked.people != len(city.people)
    ):
        raise Wrong(f"the dry run came to {checked.state}: {checked.checked}")
    imports.release_import()(import_id, checked.digest, other)
    with _measured(city, client, lines) as figures:
        _drain(city, lines, "registered")
        told["registration"] = figures
    done = imports.get_import()(import_id, one).register_import
    if done.state is not ImportState.FINISHED or done.registered is None or done.registered.refused:
        raise Wrong(f"the import came to {done.state}: {done.registered}")
    with _measured(city, client, lines) as figures:
        city.say("telling the payers, and writing the work lists")
        city.stream.drain()
        told["published"] = figures
    return told


def _drain(city: City, lines: int, done: str) -> None:
    work, begun, last = imports.work_import(), time.monotonic(), [time.monotonic()]
    transactions = [0]

    def count(**_: object) -> None:
        transactions[0] += 1
        if time.monotonic() - last[0] > TELL_EVERY_SECONDS:
            last[0] = time.monotonic()
            rate = transactions[0] / (last[0] - begun)
            city.say(f"  {lines:,} lines are being {done}: {transactions[0]:,} writes, {rate:,.0f} a second")

    events = city.services.dynamodb.meta.events
    for operation in ("TransactWriteItems", "PutItem"):
        events.register(f"after-call.dynamodb.{operation}", count, unique_id=f"city-{operation}")
    try:
        city.services.sqs.drain(
            "the-import-queue-url", lambda body: work(ImportTaskMessage.model_validate_json(body).task())
        )
    finally:
        for operation in ("TransactWriteItems", "PutItem"):
            events.unregister(f"after-call.dynamodb.{operation}", unique_id=f"city-{operation}")


@contextmanager
def _measured(city: City, client: Any, lines: int) -> Iterator[dict[str, Any]]:
    """Time and units of a phase, for each line."""
    figures: dict[str, Any] = {}
    wall, cpu = time.monotonic(), time.process_time()
    with metered(client) as meter:
        yield figures
    took = time.monotonic() - wall
    figures |= {
        "seconds": round(took, 1),
        "lines_a_second": round(lines / took),
        "lines_a_cpu_second": round(lines / max(0.001, time.process_time() - cpu)),
        "read_units_a_line": round(meter.read_units / lines, 3),
        "write_units_a_line": round(meter.write_units / lines, 3),
    }
    city.say(f"  {figures}")


def _take_names(city: City, living: int) -> None:
    """Learn under which id everybody was registered. From now on the nights take notice of the living."""
    keys = parts.person_keys(imports.ImportRegisterSettings.load())
    for one in city.people:
        one.beneficiary_id = keys.beneficiary_id(IdNumber.parse(one.id_number).value)
    city.by_id.update({one.beneficiary_id: one for one in city.people[:living]})
    city.stream.forget([one.beneficiary_id for one in city.people[living:]])


# --- days ------------------------------------------------------------------------------------------------------------


def _days(run: _Run) -> None:
    kept, city, outcome = run.kept, run.kept.city, run.kept.outcome
    asked: Plan = kept.asked
    last, begun, lived = time.monotonic(), time.monotonic(), kept.days
    for number in range(lived + 1, asked.days + 1):
        day = asked.first + timedelta(days=number)
        city.day(day, offices)
        _tell(city, outcome, iter(city.broken))
        city.broken.clear()
        _tell(city, outcome, checks.of_holds(city, city.books.held[kept.held :]))
        kept.held = len(city.books.held)
        if (day + timedelta(days=1)).day == 1:
            _at_the_end_of_a_month(city, outcome)
        kept.days = number
        if time.monotonic() - last > TELL_EVERY_SECONDS or number == asked.days:
            last = time.monotonic()
            left = (last - begun) / (number - lived) * (asked.days - number)
            events = sum(city.services.events.events.values())
            city.say(
                f"  day {number} of {asked.days} ({day}): {events:,} events published, {left / 60:.0f} minutes left"
            )
        if run.keeping and run.keeping.is_due:
            run.keep()


def _at_the_end_of_a_month(city: City, outcome: Outcome) -> None:
    """Whoever's payer heard anything of them this month; and the work lists."""
    touched, city.books.touched = city.books.touched & city.by_id.keys(), set()
    _tell(city, outcome, checks.of_payers(city, [city.by_id[who] for who in sorted(touched)], city.today))
    _tell(city, outcome, checks.of_lists(city))
    _tell(city, outcome, checks.of_nights(city))


def _at_the_end(city: City, outcome: Outcome) -> None:
    """Everybody, and each payer's own files."""
    city.say("holding the payers' books, the ledger and the lists against the register")
    living = list(city.by_id.values())
    asleep = [one for one in city.people if one.beneficiary_id not in city.by_id]
    _tell(city, outcome, checks.of_payers(city, living, city.today))
    _tell(city, outcome, checks.of_standings(city, asleep))
    _tell(city, outcome, checks.of_lists(city))
    _tell(city, outcome, checks.of_nights(city))
    _tell(city, outcome, checks.of_chains(city, [*living, *asleep[:ASLEEP_VERIFIED]]))
    # Whatever is not in a file yet goes into one.
    city.night(city.today + timedelta(days=1))
    outcome.stories += list(checks.of_files(city))


def _tell(city: City, outcome: Outcome, faults: Iterator[checks.Fault]) -> None:
    for citizen, fault in faults:
        outcome.stories.append(story(city, citizen, fault))
        if len(outcome.stories) >= MOST_STORIES:
            raise Wrong("so many stories are enough")


def story(city: City, citizen: Citizen, fault: str) -> str:
    """What is wrong with somebody, and all that happened to them."""
    day_of = city.services.clock.day_of
    entries = records.add_benefit().ledger.entries(citizen.beneficiary_id)
    told = [f"{day_of(entry.at)} {entry.seq} {entry.event} {_details(entry.details)}" for entry in entries]
    lived = [f"number {citizen.number}, {citizen.habit}, {citizen.channel}", *citizen.story, "the ledger:", *told]
    return "\n  ".join([f"{citizen.name} ({citizen.beneficiary_id}): {fault}", *lived])


def _details(details: Any) -> str:
    shown = {name: details[name] for name in _SHOWN if name in details}
    return json.dumps(shown, default=str, ensure_ascii=False)[:400]


def _standings(city: City) -> dict[str, int]:
    counted: dict[str, int] = {}
    for citizen in city.by_id.values():
        record = city.record(citizen)
        name = "held" if record.held_since and record.open_benefits else str(record.status)
        counted[name] = counted.get(name, 0) + 1
    return counted


def _plan_told(asked: Plan) -> dict[str, Any]:
    return {
        "people": asked.people,
        "living": asked.living,
        "days": asked.days,
        "seed": asked.seed,
        "often": asked.often,
        "grace": asked.grace,
        "first": asked.first.isoformat(),
    }
