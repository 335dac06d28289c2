"""The product's own composition root over DynamoDB Local and what stands in for the other services: every use case is
built as in its function, by the factories of `lifecert.bootstrap`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import _lru_cache_wrapper
from types import ModuleType
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from lab.city.services import MemoryBus, MemoryKms, MemoryLambda, MemoryS3, MemorySns, MemorySqs, MovedClock
from lifecert.adapters.dynamodb.register import DynamoRegister
from lifecert.adapters.dynamodb.values import plain
from lifecert.bootstrap import imports, notices, office, parts, phone, proofs, records, streams, sweep
from lifecert.domain.sweep import Partition
from lifecert.entry.settings import Common
from lifecert.ports.vision import FaceAnalyser
from local.tables import create, definitions, drop

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

AREAS: tuple[ModuleType, ...] = (imports, notices, office, phone, proofs, records, streams, sweep)
PREFIX = "city-"
REMINDERS = (60, 30, 7, 1)
# What is set for a deployment by hand or by default; whatever else a function is told is the name of something.
SETTINGS = {
    "stage": "local",
    "time_zone": "Asia/Shanghai",
    "clock_shift_days": "0",
    "clerks_without_district": "Nowhere",
    "due_shards": "1",  # as is enough for a city: a night reads a fourth of what it would by default
    "sweep_rate": "1000",
    "sweep_tries": "5",
    "reminder_days": ",".join(map(str, REMINDERS)),
    "quiet_hours": "21-8",
    "notice_spread_hours": "0",
    "notice_rate": "1000000",
    "notice_language": "zh-CN",
    "hold_notice_ways": "letter,visit,public_notice",
    "notice_letter_days": "7",
    "notice_public_days": "30",
    "limit_starts_by_user": "120",
    "limit_unknown_by_user": "20",
    "limit_starts_for_person": "30",
    "limit_usual_helper_day": "50",
    "limit_invitation_uses_day": "20",
    "limit_finds_hour": "100000",
    "limit_finds_day": "1000000",
    "invitation_years": "5",
    "invitation_page_url": "",
    "letter_page_url": "https://lifecert.example/phone",
    "print_house_key": "",
    "number_schemes": "gb11643,gb11643_1989,permanent_residence",
    "verified_number_claim": "",
    "limit_deaths_day": "1000",
    "data_match_rate": "1000000",
    "person_secrets": "1",
    "person_secrets_moving": "false",
    "shadow_policy": "",
    "gallery_index_arn": "",
    "domain_name": "",
    "web_origin": "",
    "template_secret_version": "1",
}


@dataclass(slots=True)
class Services:
    """Everything that is asked for by its name in AWS."""

    clock: MovedClock
    dynamodb: "DynamoDBClient"
    kms: MemoryKms = field(default_factory=MemoryKms)
    sqs: MemorySqs = field(default_factory=MemorySqs)
    events: MemoryBus = field(default_factory=MemoryBus)
    sns: MemorySns = field(default_factory=MemorySns)
    deciding: MemoryLambda = field(default_factory=MemoryLambda)
    s3: MemoryS3 = field(init=False)

    def __post_init__(self) -> None:
        self.s3 = MemoryS3(self.clock)

    def client(self, service: str, _more: Any = None) -> Any:
        """The client of a service."""
        return self.deciding if service == "lambda" else getattr(self, service)


@dataclass(slots=True)
class Streams:
    """The streams of the ledger's and the register's table: what a transaction put, in order, handed on by `drain`.

    DynamoDB makes a record of each write; here the writes themselves are read, once the engine has taken them. Of the
    register the record before each is kept, as a stream that shows both images.
    """

    entry: Callable[[Mapping[str, Any]], object]
    person: Callable[[Mapping[str, Any] | None, Mapping[str, Any]], object]
    _waiting: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    _before: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    _asked: dict[int, Mapping[str, Any]] = field(default_factory=dict)

    def watch(self, client: "DynamoDBClient") -> None:
        """Follow what a client writes in transactions."""
        client.meta.events.register("provide-client-params.dynamodb.TransactWriteItems", self._ask)
        client.meta.events.register("after-call.dynamodb.TransactWriteItems", self._done)

    def drain(self) -> int:
        """Hand on what waits; how many records."""
        taken = 0
        while self._waiting:
            waiting, self._waiting = self._waiting, []
            for table, item in waiting:
                taken += 1
                if table == f"{PREFIX}Ledger":
                    self.entry(item)
                    continue
                who = str(item["beneficiary_id"])
                before = self._before.get(who)
                self._before[who] = item
                self.person(before, item)
        return taken

    def images(self) -> dict[str, Mapping[str, Any]]:
        """The last image of each record, for other streams of the same tables to go on with (`remember`)."""
        return self._before

    def remember(self, images: dict[str, Mapping[str, Any]]) -> None:
        """Go on with these images."""
        self._before = images

    def forget(self, ids: Sequence[str]) -> None:
        """Keep no image of these: nothing happens to them any more."""
        for who in ids:
            self._before.pop(who, None)

    def _ask(self, params: dict[str, Any], context: dict[str, Any], **_: object) -> None:
        self._asked[id(context)] = params

    def _done(self, parsed: Mapping[str, Any], context: dict[str, Any], **_: object) -> None:
        params = self._asked.pop(id(context), {})
        if "Error" in parsed:
            return
        for one in params.get("TransactItems", ()):
            put = one.get("Put")
            if put and put["TableName"] in (f"{PREFIX}Ledger", f"{PREFIX}Beneficiaries"):
                self._waiting.append((put["TableName"], plain(put["Item"])))


class EmptyTexts:
    """DynamoDB takes an empty text since 2020 where it is no key; DynamoDB Local of that year does not. It is given a
    sign for it, which is an empty text again in every answer."""

    SIGN = "\u2205"

    def watch(self, client: "DynamoDBClient") -> None:
        """Stand between a client and its engine."""
        client.meta.events.register("provide-client-params.dynamodb", self._ask)
        client.meta.events.register("after-call.dynamodb", self._answered)

    def _ask(self, params: dict[str, Any], **_: object) -> None:
        _replaced(params, "", self.SIGN)

    def _answered(self, parsed: dict[str, Any], **_: object) -> None:
        _replaced(parsed, self.SIGN, "")


def _replaced(value: Any, old: str, new: str) -> None:
    if isinstance(value, dict):
        if value.get("S") == old and len(value) == 1:
            value["S"] = new
            return
        for one in value.values():
            _replaced(one, old, new)
    elif isinstance(value, list):
        for one in value:
            _replaced(one, old, new)


def environment_of(model: type[Common], settings: Mapping[str, str]) -> dict[str, str]:
    """The variables of one function: a table is called by its name in infra/data.yaml, after our prefix."""
    tables = {f"{_snake(name)}_table": PREFIX + name for name in definitions()}
    tables["idempotency_table"] = f"{PREFIX}Idempotency"
    known = {**SETTINGS, **tables, **settings}
    return {field.upper(): known.get(field, f"the-{field.replace('_', '-')}") for field in model.model_fields}


@contextmanager
def product(
    services: Services,
    analyser: FaceAnalyser,
    settings: Mapping[str, str],
    is_awake: Callable[[str], bool],
    *,
    new: bool = True,
) -> Iterator[Streams]:
    """Build everything over these services for the length of a block; gives the tables' streams. `settings` come
    before those above; `is_awake` says of whom, by id, the nights take notice; without `new` the tables are there."""
    from_environment = Common.load.__func__  # type: ignore[attr-defined]
    due = DynamoRegister.due

    def load(model: type[Common]) -> Any:
        return from_environment(model, environment_of(model, settings))

    def awake(register: DynamoRegister, partition: Partition, after: str | None = None) -> Iterator[str]:
        return (one for one in due(register, partition, after) if is_awake(one))

    def any_awake(register: DynamoRegister, partition: Partition) -> bool:
        return next(awake(register, partition), None) is not None

    tables = sorted(definitions())
    with ExitStack() as stack:
        replaced: tuple[tuple[Any, str, Any], ...] = (
            (Common, "load", classmethod(load)),
            (parts, "client", services.client),
            (parts, "clock", lambda *_: services.clock),
            (parts, "answering_clock", lambda: services.clock),
            (parts, "analyser", lambda: analyser),
            (parts, "pace", lambda _rate: lambda: None),
            (DynamoRegister, "due", awake),
            (DynamoRegister, "has_due", any_awake),
        )
        for home, name, ours in replaced:
            stack.enter_context(patch.object(home, name, ours))
        _forget()
        stack.callback(_forget)
        if new:
            create(services.dynamodb, PREFIX, tables)
        stack.callback(drop, services.dynamodb, PREFIX, tables)
        decide = phone.decide_session()
        services.deciding.answer = lambda message: phone.answer_to(message, decide)
        publish = streams.publish()
        made = Streams(lambda image: publish(streams.ledger_entry(image)), streams.keep_images)
        # After it: what streams show is what was written.
        made.watch(services.dynamodb)
        EmptyTexts().watch(services.dynamodb)
        yield made


def _forget() -> None:
    """Let every factory build anew."""
    for area in (*AREAS, parts):
        for factory in vars(area).values():
            if isinstance(factory, _lru_cache_wrapper):
                factory.cache_clear()


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
