"""`python -m lab.scale.imports`: what the import of a register takes for each line, on DynamoDB Local.

A made-up city, a quarter of it with a telephone number and a tenth with two benefits, goes through the product's own
workers, one part after the other. Files and keys stand in for S3 and KMS: what is asked of them is counted, and costs
no time.
"""

import argparse
import hashlib
import hmac
import json
import platform
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from lab.costs.inputs import load
from lab.scale.meter import Meter, metered
from lab.scale.run import PREFIX, Plan
from lifecert.adapters.dynamodb.import_runs import DynamoImportRuns
from lifecert.adapters.dynamodb.payment_references import DynamoPaymentReferences
from lifecert.adapters.dynamodb.transaction import ChangeTables, changing_register
from lifecert.adapters.files.register_lines import Layout
from lifecert.adapters.files.register_part import around, people_of, survey
from lifecert.adapters.kms.person_keys import KmsPersonKeys
from lifecert.adapters.kms.sealing import KmsAddresses
from lifecert.adapters.system_clock import SystemClock
from lifecert.application.office.import_people import RegisterLines
from lifecert.application.office.import_register import WorkImport
from lifecert.application.office.prepare_import import NewImport, PrepareImport, ReleaseImport, StartDryRun
from lifecert.application.shared.referring import ReferencesOfPayers
from lifecert.domain.actor import Group, User
from lifecert.domain.intake import ImportKind, ImportTask, Part, PartSurvey, Phase, ReadLine, RegisterImport, Told
from lifecert.ports.intake import StoredFile
from lifecert.ports.photos import UploadSlot
from local.dynamodb_local import Engine, EngineMissing, run
from local.tables import create, drop

TABLES = ("Beneficiaries", "Ledger", "Contacts", "ImportRuns", "PaymentReferences")
HEADER = "name,id_number,category,district,benefit_start,payer_reference,last_certified_on,last_certified_by,phone"
# Of import_register in template.yaml: one core.
WORKER_MB = 1769
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def city(people: int) -> Iterator[str]:
    """The lines of a made-up register, the header first: the same people every time."""
    yield HEADER
    for number in range(people):
        day, order = divmod(number, 900)
        born = f"{1930 + day // 336 % 40}{1 + day // 28 % 12:02}{1 + day % 28:02}"
        body = f"{330100 + day // 13440 % 90}{born}{order + 100}"
        check = "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]
        phone = f"+8613{number:09}" if number % 4 == 0 else ""
        proof = "2026-05-01,village" if number % 3 else ","
        for category in ("resident_pension", "survivor_allowance")[: 2 if number % 10 == 0 else 1]:
            yield f"王淑芬,{body}{check},{category},330106,2012-01-01,P-{number:09},{proof},{phone}"


@dataclass(slots=True)
class FileInMemory:
    """One file, read as the adapter of S3 reads it."""

    content: bytes
    requests: Counter[str] = field(default_factory=Counter)
    told: int = 0

    def upload_slot(self, file: str, seconds: int) -> UploadSlot:
        """Not needed: the file is there."""
        return UploadSlot("", {})

    def write(self, file: str, content: bytes) -> None:
        """Not needed: the file is there."""

    def letter_links(self, batch_id: str, seconds: int) -> Sequence[str]:
        """Nothing to read."""
        return ()

    def stored(self, file: str) -> StoredFile | None:
        """The file."""
        return StoredFile(len(self.content), "1")

    def survey(self, of: RegisterImport, part: Part) -> PartSurvey:
        """What a part's bytes tell."""
        self.requests["GetObject"] += 1
        first = max(0, part.start - 1)
        return survey(
            self.content[part.start : part.start + part.size], self.content[first : part.start], part, of.size, of.kind
        )

    def people(self, of: RegisterImport, part: Part) -> Iterator[tuple[ReadLine, ...]]:
        """A part's lines."""
        self.requests["GetObject"] += 1
        if of.format is None or of.written is None:
            raise ValueError("not surveyed")
        first, after = around(part, of.size)
        return people_of(self.content[first:after], part, of.size, Layout(of.format, of.columns, of.written, of.kind))

    def keep_told(self, import_id: str, phase: Phase, part: int, told: Sequence[Told]) -> None:
        """Counted."""
        self.told += len(told)

    def join_told(self, import_id: str, phase: Phase) -> None:
        """Nothing to read."""

    def told_link(self, import_id: str, phase: Phase, seconds: int) -> str:
        """Nothing to read."""
        return ""

    def delete(self, file: str) -> None:
        """It is needed once more."""


@dataclass(slots=True)
class CountedKms:
    """Stands in for KMS: the same answers every time, at no cost, counted."""

    requests: Counter[str] = field(default_factory=Counter)

    def generate_mac(self, KeyId: str, Message: bytes, MacAlgorithm: str) -> dict[str, bytes]:
        """A keyed hash."""
        self.requests["GenerateMac"] += 1
        return {"Mac": hmac.digest(b"lab", Message, hashlib.sha256)}

    def encrypt(self, KeyId: str, Plaintext: bytes, EncryptionContext: Any) -> dict[str, bytes]:
        """As long as KMS's own."""
        self.requests["Encrypt"] += 1
        return {"CiphertextBlob": Plaintext.ljust(160, b"\0")}


@dataclass(slots=True)
class OneWorker:
    """A queue whose messages one worker does, one after the other."""

    waiting: list[ImportTask] = field(default_factory=list)

    def send(self, tasks: Iterable[ImportTask]) -> None:
        """Hand tasks to it."""
        self.waiting += tasks

    def drain(self, work: Callable[[ImportTask], object], phase: Phase) -> None:
        """Do what waits of one phase."""
        while tasks := [task for task in self.waiting if task.phase is phase]:
            self.waiting = [task for task in self.waiting if task.phase is not phase]
            for task in tasks:
                work(task)


def measure(engine: Engine, people: int) -> dict[str, Any]:
    """Seconds, units and requests of each phase of an import, and of the same file once more."""
    client = engine.client()
    create(client, PREFIX, TABLES)
    try:
        content = ("\n".join(city(people)) + "\n").encode()
        files, kms, queue = FileInMemory(content), CountedKms(), OneWorker()
        clock = SystemClock(ZoneInfo("Asia/Shanghai"))
        tables = ChangeTables(f"{PREFIX}Beneficiaries", ledger=f"{PREFIX}Ledger", contacts=f"{PREFIX}Contacts")
        runs = DynamoImportRuns(client, f"{PREFIX}ImportRuns")
        keys: Any = kms
        person_keys = KmsPersonKeys(keys, "lab")
        people_of = RegisterLines(
            register=changing_register(client, tables, Plan().shards),
            runs=runs,
            person_keys=person_keys,
            seal=KmsAddresses(keys, "lab"),
            clock=clock,
            payers=("fund",),
            references=ReferencesOfPayers(person_keys, DynamoPaymentReferences(client, f"{PREFIX}PaymentReferences")),
        )
        work = WorkImport(runs, files, queue, clock, {ImportKind.REGISTER: people_of})
        told: dict[str, Any] = {"lines": content.count(b"\n") - 1, "people": people, "bytes": len(content)}
        told |= {"python": platform.python_version(), "machine": machine()}
        one, other = (User(name, frozenset({Group.CLERK})) for name in ("one", "other"))
        for name in ("first", "again"):
            begun = PrepareImport(runs, files, clock)(NewImport("lab"), one, name).register_import
            StartDryRun(runs, files, queue, counting=lambda _user: None)(begun.import_id, one)
            told[name] = {}
            for phase in Phase:
                if phase is Phase.REGISTER:
                    checked = runs.get(begun.import_id)
                    ReleaseImport(runs, files, clock, queue)(begun.import_id, checked.digest if checked else "", other)
                before, cpu = Counter(kms.requests), (time.monotonic(), time.process_time(), engine.cpu_seconds())
                with metered(client) as meter:
                    queue.drain(work, phase)
                after = time.monotonic(), time.process_time(), engine.cpu_seconds()
                seconds = [round(end - start, 2) for start, end in zip(cpu, after, strict=True)]
                told[name][phase.value] = _figures(meter, kms.requests - before, seconds, told["lines"])
            done = runs.get(begun.import_id)
            if done is None or done.registered is None:
                raise RuntimeError("the import did not end")
            wanted = people if name == "first" else 0
            if done.registered.people != wanted or done.registered.refused:
                raise RuntimeError(f"{wanted} were to be registered: {done.registered}")
    finally:
        drop(client, PREFIX, TABLES)
    return told


def _figures(meter: Meter, kms: Counter[str], seconds: Sequence[float], lines: int) -> dict[str, Any]:
    wall, cpu, engine = seconds
    return {
        "lines_a_second": round(lines / wall),
        "lines_a_cpu_second": round(lines / cpu),
        "wall_seconds": wall,
        "client_cpu_seconds": cpu,
        "engine_cpu_seconds": engine,
        "requests": dict(sorted(meter.requests.items())),
        "kms": dict(sorted(kms.items())),
        "read_units_a_line": round(meter.read_units / lines, 3),
        "write_units_a_line": round(meter.write_units / lines, 3),
    }


def cost(told: Mapping[str, Any], people: int) -> dict[str, int]:
    """US dollars for an import of so many, by what was measured for each and the prices of `lab/costs`: dry run and
    registration, and that each person is published. Without what waiting costs, and what is kept."""
    inputs = load()
    prices, published = inputs.prices, inputs.measured.units["published"]
    phases, lines = [told["first"][phase.value] for phase in Phase], told["lines"] / told["people"]
    write = sum(one["write_units_a_line"] for one in phases) * lines + published.write
    read = sum(one["read_units_a_line"] for one in phases) * lines + published.read
    kms = sum(sum(one["kms"].values()) for one in phases) / told["people"]
    seconds = sum(one["client_cpu_seconds"] for one in phases) / told["people"]
    each = {
        "writes": write * prices.dynamodb_write.each,
        "reads": read * prices.dynamodb_read.each,
        "kms": kms * prices.kms_mac.each,
        "lambda": seconds * WORKER_MB / 1024 * prices.lambda_gb_second.each,
        "bus": prices.bus_event.each * lines,
    }
    return {**{name: round(usd * people) for name, usd in each.items()}, "together": round(sum(each.values()) * people)}


def machine() -> str:
    """The processor that was measured on."""
    with open("/proc/cpuinfo", encoding="utf-8") as info:  # noqa: PTH123 (not a file)
        return next((line.split(":", 1)[1].strip() for line in info if line.startswith("model name")), "")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures as JSON; 2 when they could not be measured."""
    parser = argparse.ArgumentParser(prog="python -m lab.scale.imports", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--people", type=int, default=20_000, help="size of the city (%(default)s)")
    asked = parser.parse_args(arguments)
    try:
        with run(lambda line: print(line, file=sys.stderr, flush=True), for_long=True) as engine:
            told = measure(engine, asked.people)
        told["cost_usd"] = {people: cost(told, people) for people in (10_000_000, 300_000_000)}
        print(json.dumps(told, indent=2))
    except EngineMissing as missing:
        print(f"imports: {missing}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
