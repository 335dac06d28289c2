"""The city while it lives: its people, its offices, its days and nights, and what each of them did.

A day begins with the night's work (sweep, purge, the end of cases, change files), goes on with the notices, and then
with what happens to people and what offices do. Whatever a use case writes is published, and the work lists follow,
before anything else happens.
"""

import time
import traceback
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from lab.city.books import Books
from lab.city.faces import Faces
from lab.city.people import Citizen
from lab.city.product import Services, Streams
from lifecert.application.notices.send_notice import NoticeOutcome
from lifecert.bootstrap import notices, records, streams, sweep
from lifecert.domain.actor import Group, User
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.errors import LifeCertError, NoticeMustWait, NoticeRefused
from lifecert.domain.scope import Scope
from lifecert.domain.sweep import RunState
from lifecert.entry.events.notices import KINDS
from lifecert.entry.events.sweep_tasks import TaskMessage

AUDITOR = User("auditor", frozenset({Group.AUDITOR}))
# Of a text message that arrives nowhere; the others arrive.
LOST = 0.03
Happening = Callable[["City", Citizen], str]


class Wrong(Exception):
    """What the product did that it must not do; told with the story of whom it happened to."""


@dataclass(slots=True)
class City:
    """Everything there is, and what was counted.

    `told` is who really received word of which year, from which day that counts, and `undone` what of it came to
    nothing since. `undelivered` is whose message about which year failed, at which number. `approved` is in which list
    an office approved a hold: whose, of which benefit, for which year.
    """

    services: Services
    stream: Streams
    books: Books
    faces: Faces
    people: list[Citizen]
    chance: Random
    happenings: Mapping[str, Happening]
    say: Callable[[str], None]
    grace: int = 90
    by_id: dict[str, Citizen] = field(default_factory=dict)
    agenda: dict[date, list[tuple[str, Citizen, Happening]]] = field(default_factory=lambda: defaultdict(list))
    happened: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    told: set[tuple[str, date, date]] = field(default_factory=set)
    undone: set[tuple[str, date, date]] = field(default_factory=set)
    undelivered: dict[str, tuple[str, date]] = field(default_factory=dict)
    approved: set[tuple[str, str, str, date]] = field(default_factory=set)
    nights: list[dict[str, float]] = field(default_factory=list)
    # Of each month, how often what was published.
    months: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    waiting_notices: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    # What raised what no caller of the product is told of, with whom it was about.
    broken: list[tuple[Citizen, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.services.events.take = self._announced

    # --- who and when ----------------------------------------------------------------------------------------------

    @property
    def today(self) -> date:
        """This day."""
        return self.services.clock.today()

    def clerk(self, district: str, which: int = 1) -> User:
        """A clerk of a district; there are two of each."""
        return User(f"clerk-{district}-{which}", frozenset({Group.CLERK}), Scope.of([district]))

    def one_of_two(self, district: str, but: str = "") -> User:
        """One of the two clerks of a district by chance; with `but` the other one."""
        both = [self.clerk(district, which) for which in (1, 2)]
        return self.chance.choice([one for one in both if one.user_id != but])

    def key(self) -> str:
        """A key that nobody used before."""
        return str(uuid.UUID(int=self.chance.getrandbits(128), version=4))

    def record(self, citizen: Citizen) -> Beneficiary:
        """How the register has somebody."""
        found = records.list_people().register.get(citizen.beneficiary_id)
        if found is None:
            raise Wrong(f"nobody is registered as {citizen.beneficiary_id}")
        return found

    def later(self, days: int, name: str, citizen: Citizen, happening: Happening | None = None) -> None:
        """Let something happen so many days from today: of the table, or what is given."""
        self.on(self.today + timedelta(days=days), name, citizen, happening)

    def on(self, day: date, name: str, citizen: Citizen, happening: Happening | None = None) -> None:
        """The same on a day."""
        self.agenda[day].append((name, citizen, happening or self.happenings[name]))

    # --- what happens ------------------------------------------------------------------------------------------------

    def happens(self, name: str, citizen: Citizen, happening: Happening) -> None:
        """Let something happen to somebody now; what the product refuses changes nothing and is counted."""
        begun = time.monotonic()
        try:
            outcome = happening(self, citizen)
        except LifeCertError as refusal:
            outcome = f"refused: {type(refusal).__name__}"
            self.refused[f"{name}: {type(refusal).__name__}"] += 1
        except Exception as error:  # noqa: BLE001 - a defect, told with the story of whom it happened to
            outcome = f"broke: {type(error).__name__}"
            self.broke(name, citizen, error)
        else:
            if outcome:
                self.happened[f"{name}: {outcome}"] += 1
        self.stream.drain()
        self.services.clock.pass_by(20)
        self.seconds[name] += time.monotonic() - begun
        if outcome:
            citizen.story.append(f"{self.today}: {name}: {outcome}")

    def tell(self, who: str, year: date, counts_on: date) -> None:
        """Somebody was told of a year, from a day on that counts."""
        self.told.add((who, year, counts_on))
        self.undone.discard((who, year, counts_on))

    def untell(self, who: str, year: date) -> None:
        """What somebody was told of a year counts for nothing any more."""
        self.undone |= {one for one in self.told if one[:2] == (who, year)}
        self.undelivered.pop(who, None)

    def broke(self, name: str, citizen: Citizen, error: Exception) -> None:
        """Something raised what it must not."""
        where = "".join(traceback.format_tb(error.__traceback__)[-2:])
        self.broken.append((citizen, f"{name} raised {type(error).__name__}: {error}\n{where}"))

    def _announced(self, kind: str, detail: dict[str, Any]) -> None:
        """The bus: a payer hears what is its own, and the queue of notices the rest."""
        self.months[f"{self.today:%Y-%m}"][kind] += 1
        if "payer" in detail:
            self.books.take(kind, detail)
            return
        self.waiting_notices.append((kind, detail))

    # --- a night and a morning ---------------------------------------------------------------------------------------

    def night(self, day: date) -> None:
        """The night's work, from half past twelve."""
        begun = time.monotonic()
        self.services.clock.set(day, 0, 30)
        sweep.plan_sweep()()
        tasks = self.services.sqs.drain("the-sweep-queue-url", self._sweep_task)
        run = sweep.work_sweep().runs.newest()
        if run is None or run.state is not RunState.FINISHED:
            raise Wrong(f"the sweep of {day} did not finish")
        swept = time.monotonic() - begun
        self.stream.drain()
        self.services.clock.set(day, 2, 0)
        purged = streams.purge_faces()()
        self.happened["faces deleted: by the purge"] += purged.faces
        cases = streams.end_cases()()
        self.happened["case ended: nobody judged it in time"] += cases.ended
        if purged.failed or cases.failed:
            raise Wrong(f"the purge of {day} left somebody")
        self.stream.drain()
        self.services.clock.set(day, 3, 0)
        streams.write_change_files()()
        if day.day == 1:
            streams.write_snapshots()()
        self._expire()
        self.services.clock.set(day, 9, 0)
        totals = {str(kind): number for kind, number in run.totals.items()}
        self.nights.append({"sweep_s": swept, "night_s": time.monotonic() - begun, "tasks": tasks, **totals})

    def _sweep_task(self, body: str) -> None:
        sweep.work_sweep()(TaskMessage.model_validate_json(body).task())

    def _expire(self) -> None:
        """Frames last a day, those of a case thirty (infra/storage.yaml)."""
        now = self.services.clock.now()
        self.services.s3.forget("the-frames-bucket", "frames/", now - timedelta(days=1))
        self.services.s3.forget("the-frames-bucket", "review/", now - timedelta(days=30))

    def send_notices(self) -> None:
        """What waits in the queue of notices is sent, and the channel tells of each what became of it."""
        waiting, self.waiting_notices = self.waiting_notices, []
        for kind, detail in waiting:
            who, seq = str(detail["beneficiary_id"]), int(detail["seq"])
            send = notices.send_notice()
            try:
                arrived = datetime.fromisoformat(detail["at"]).astimezone(UTC)
                outcome = send.about(KINDS[kind], who, seq, arrived) if kind in KINDS else send(who, seq, arrived)
            except NoticeMustWait:
                self.waiting_notices.append((kind, detail))
                continue
            except NoticeRefused:
                self.happened["notice: refused by the channel"] += 1
                self._not_told(kind, who)
                self.stream.drain()
                continue
            self.stream.drain()
            self.happened[f"notice: {kind}, {outcome}"] += 1
            if outcome is NoticeOutcome.SENT:
                self._receipt(kind, who)

    def _receipt(self, kind: str, who: str) -> None:
        message, address = self.services.sns.sent.pop()
        citizen = self.by_id[who]
        arrives = citizen.reachable and self.chance.random() >= LOST and address.endswith(citizen.phone)
        noted = notices.note_delivery()
        year = self.record(citizen).valid_until
        if arrives:
            noted(message)
            if kind not in KINDS:
                self.tell(who, year, self.today)
                self.undelivered.pop(who, None)
        else:
            noted.failed(message)
            self._not_told(kind, who)
        self.stream.drain()

    def _not_told(self, kind: str, who: str) -> None:
        year = self.record(self.by_id[who]).valid_until
        if kind not in KINDS and not any(one[:2] == (who, year) for one in self.told - self.undone):
            self.undelivered[who] = (self.by_id[who].phone, year)

    def day(self, day: date, offices: Callable[["City"], None]) -> None:
        """One day, from its night on."""
        self.night(day)
        self.send_notices()
        today = self.agenda.pop(day, [])
        self.chance.shuffle(today)
        for name, citizen, happening in today:
            self.happens(name, citizen, happening)
        self.services.clock.set(day, 16, 0)
        offices(self)
        self.services.clock.set(day, 20, 0)
        self.send_notices()

    def figures(self) -> dict[str, Any]:
        """What was counted, as JSON."""
        return {
            "events": dict(sorted(self.happened.items())),
            "refused": dict(sorted(self.refused.items())),
            "published": dict(sorted(self.services.events.events.items())),
            "nights": self.nights,
            "months": {month: dict(sorted(kinds.items())) for month, kinds in sorted(self.months.items())},
            "seconds": {name: round(took, 2) for name, took in sorted(self.seconds.items())},
            "faces": {"photos_drawn": self.faces.photos_drawn, "challenges_drawn": self.faces.challenges_drawn},
        }
