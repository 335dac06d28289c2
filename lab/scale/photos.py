"""`python -m lab.scale.photos`: what the import of photos takes for each, on DynamoDB Local.

The portraits that packages ship, each encoded anew so that no two files are the same, are brought for a made-up city
and go through the product's own worker and models. Files, keys and buckets stand in for S3 and KMS: what is asked of
them is counted, and costs no time.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from lab.costs.inputs import load
from lab.scale.imports import WORKER_MB, CountedKms, FileInMemory, OneWorker, city, machine
from lab.scale.meter import metered
from lab.scale.run import PREFIX, Plan
from lifecert.adapters.dynamodb.import_runs import DynamoImportRuns
from lifecert.adapters.dynamodb.ledger import DynamoLedger
from lifecert.adapters.dynamodb.payment_references import DynamoPaymentReferences
from lifecert.adapters.dynamodb.references import DynamoReferences
from lifecert.adapters.dynamodb.transaction import ChangeTables, changing_register
from lifecert.adapters.files.policy import load_policy
from lifecert.adapters.kms.person_keys import KmsPersonKeys
from lifecert.adapters.kms.protected_references import ProtectedReferences
from lifecert.adapters.kms.sealing import KmsAddresses
from lifecert.adapters.system_clock import SystemClock
from lifecert.application.faces.import_references import PhotoLines
from lifecert.application.office.import_people import RegisterLines
from lifecert.application.office.import_register import WorkImport
from lifecert.application.office.prepare_import import NewImport, PrepareImport, ReleaseImport, StartDryRun
from lifecert.application.shared.referring import ReferencesOfPayers
from lifecert.domain.actor import Group, User
from lifecert.domain.intake import ImportKind, ImportState, Phase, RegisterImport
from lifecert_vision.analyser import VisionAnalyser
from local.demo.cast import PEOPLE, portrait
from local.dynamodb_local import Engine, EngineMissing, run
from local.tables import create, drop

TABLES = ("Beneficiaries", "Ledger", "Contacts", "ImportRuns", "PaymentReferences", "References", "Counters")
COLUMNS = "photo,captured_on,consent_version,consent_on,consent_source,id_number"


def files(people: int, seed: int) -> Iterator[bytes]:
    """So many photos of the demo's three faces, as JPEG, no two alike to the byte."""
    import cv2
    import numpy as np

    random = np.random.default_rng(seed)
    faces = [cv2.imdecode(np.frombuffer(portrait(one.reference), np.uint8), cv2.IMREAD_COLOR) for one in PEOPLE]
    for number in range(people):
        face = faces[number % len(faces)]
        if face is None:
            raise RuntimeError("a portrait cannot be read")
        noise = random.integers(0, 3, face.shape, dtype=np.uint8)
        noisy = np.minimum(face.astype(np.uint16) + noise, 255).astype(np.uint8)
        yield cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes()


@dataclass(slots=True)
class Buckets:
    """Photos that were brought, and those that are kept."""

    photos: dict[str, bytes]
    requests: Counter[str] = field(default_factory=Counter)

    def read(self, photo: str, max_bytes: int) -> bytes | None:
        """One that was brought."""
        self.requests["GetObject"] += 1
        return self.photos.get(photo)

    def delete(self, photo: str) -> None:
        """It is needed once more."""
        self.requests["DeleteObject"] += 1

    def keep_reference(self, key: str, content: bytes) -> None:
        """Counted."""
        self.requests["PutObject"] += 1


@dataclass(slots=True)
class CountedProtection:
    """Stands in for the rotation of templates, which costs one request to KMS for each person, and no time here."""

    requests: Counter[str] = field(default_factory=Counter)

    def protect(self, beneficiary_id: str, template: Any) -> Any:
        """As it is."""
        self.requests["GenerateMac"] += 1
        return template

    def reveal(self, beneficiary_id: str, templates: Any) -> Any:
        """As they are."""
        return templates

    def seal(self, beneficiary_id: str, imprints: Sequence[bytes]) -> list[bytes]:
        """As they are."""
        return list(imprints)

    def unseal(self, beneficiary_id: str, known: Any) -> Any:
        """As they are."""
        return known


def measure(engine: Engine, people: int) -> dict[str, Any]:
    """Seconds of CPU, units and requests of each phase."""
    client = engine.client()
    create(client, PREFIX, TABLES)
    try:
        clock, kms = SystemClock(ZoneInfo("Asia/Shanghai")), CountedKms()
        tables = ChangeTables(
            f"{PREFIX}Beneficiaries",
            ledger=f"{PREFIX}Ledger",
            contacts=f"{PREFIX}Contacts",
            references=f"{PREFIX}References",
            counters=f"{PREFIX}Counters",
        )
        register, runs = (
            changing_register(client, tables, Plan().shards),
            DynamoImportRuns(client, f"{PREFIX}ImportRuns"),
        )
        keys: Any = kms
        person_keys = KmsPersonKeys(keys, "lab")
        found_by = ReferencesOfPayers(person_keys, DynamoPaymentReferences(client, f"{PREFIX}PaymentReferences"))
        policy = load_policy()
        analyser, lines = VisionAnalyser(policy), list(city(people))
        with_photos = [one.split(",")[1] for one in dict.fromkeys(lines[1:])]
        numbers = list(dict.fromkeys(with_photos))
        content = "\n".join(
            [COLUMNS, *(f"{n}.jpg,2024-05-01,1,2024-05-01,paper,{x}" for n, x in enumerate(numbers)), ""]
        )
        bucket = Buckets({f"{number}.jpg": photo for number, photo in enumerate(files(len(numbers), 1))})
        protection: Any = CountedProtection()
        stands_in: Any = bucket
        photos = PhotoLines(
            register=register,
            references=ProtectedReferences(DynamoReferences(client, f"{PREFIX}References"), protection),
            uploads=bucket,
            photos=stands_in,
            analyser=analyser,
            runs=runs,
            ledger=DynamoLedger(client, f"{PREFIX}Ledger"),
            person_keys=person_keys,
            found_by=found_by,
            protection=protection,
            clock=clock,
            policy=policy,
            consent_versions=frozenset({"1"}),
        )
        city_lines = RegisterLines(register, runs, person_keys, KmsAddresses(keys, "lab"), clock, ("fund",), found_by)
        kinds = {ImportKind.REGISTER: city_lines, ImportKind.REFERENCES: photos}
        _import(kinds, runs, clock, FileInMemory(("\n".join(lines) + "\n").encode()), ImportKind.REGISTER, {}, client)
        kms.requests.clear()
        told: dict[str, Any] = {"photos": len(numbers), "machine": machine()}
        told["photo_bytes"] = round(sum(map(len, bucket.photos.values())) / len(numbers))
        done = _import(kinds, runs, clock, FileInMemory(content.encode()), ImportKind.REFERENCES, told, client)
        if done.registered is None or done.registered.people < len(numbers):
            raise RuntimeError(f"{len(numbers)} were to be enrolled: {done.registered}")
        told["s3"] = {name: number / len(numbers) for name, number in bucket.requests.items()}
        told["kms"] = (sum(kms.requests.values()) + sum(protection.requests.values())) / len(numbers)
    finally:
        drop(client, PREFIX, TABLES)
    return told


def _import(
    kinds: Mapping[ImportKind, Any],
    runs: DynamoImportRuns,
    clock: SystemClock,
    file: FileInMemory,
    kind: ImportKind,
    told: dict[str, Any],
    client: Any,
) -> RegisterImport:
    """One import by one worker, measured into `told`."""
    queue = OneWorker()
    work = WorkImport(runs, file, queue, clock, kinds)
    one, other = (User(name, frozenset({Group.CLERK})) for name in ("one", "other"))
    begun = PrepareImport(runs, file, clock)(NewImport("lab", kind), one, kind).register_import
    StartDryRun(runs, file, queue, counting=lambda _user: None)(begun.import_id, one)
    for phase in Phase:
        if phase is Phase.REGISTER:
            checked = runs.get(begun.import_id)
            ReleaseImport(runs, file, clock, queue)(begun.import_id, checked.digest if checked else "", other)
        before, wall = time.process_time(), time.monotonic()
        with metered(client) as meter:
            queue.drain(work, phase)
        told[phase.value] = {
            "cpu_seconds": round(time.process_time() - before, 2),
            "wall_seconds": round(time.monotonic() - wall, 2),
            "read_units": meter.read_units,
            "write_units": meter.write_units,
        }
    done = runs.get(begun.import_id)
    if done is None or done.state is not ImportState.FINISHED:
        raise RuntimeError("the import did not end")
    return done


def each(told: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """What a photo takes in each phase."""
    photos = told["photos"]
    return {
        phase.value: {
            "photos_a_cpu_second": round(photos / max(told[phase.value]["cpu_seconds"], 0.01), 1),
            "read_units": round(told[phase.value]["read_units"] / photos, 2),
            "write_units": round(told[phase.value]["write_units"] / photos, 2),
        }
        for phase in Phase
    }


def cost(told: Mapping[str, Any], people: int) -> dict[str, int]:
    """US dollars for the photos of so many, by what was measured and the prices of `lab/costs`: both runs, and not what
    is kept, what waiting costs, nor the search for duplicates that follows each enrolment."""
    prices, photos = load().prices, told["photos"]
    phases = [told[phase.value] for phase in Phase]
    usd = {
        "writes": sum(one["write_units"] for one in phases) / photos * prices.dynamodb_write.each,
        "reads": sum(one["read_units"] for one in phases) / photos * prices.dynamodb_read.each,
        "kms": told["kms"] * prices.kms_mac.each,
        "lambda": sum(one["cpu_seconds"] for one in phases) / photos * WORKER_MB / 1024 * prices.lambda_gb_second.each,
        "s3": 2 * prices.s3_put.each + told["s3"]["GetObject"] * prices.s3_get.each,
    }
    return {**{name: round(one * people) for name, one in usd.items()}, "together": round(sum(usd.values()) * people)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures as JSON; 2 when they could not be measured."""
    parser = argparse.ArgumentParser(prog="python -m lab.scale.photos", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--people", type=int, default=300, help="size of the city (%(default)s)")
    asked = parser.parse_args(arguments)
    try:
        with run(lambda line: print(line, file=sys.stderr, flush=True), for_long=True) as engine:
            told = measure(engine, asked.people)
    except EngineMissing as missing:
        print(f"photos: {missing}", file=sys.stderr)
        return 2
    told["each"] = each(told)
    told["cost_usd"] = {people: cost(told, people) for people in (10_000_000, 300_000_000)}
    print(json.dumps(told, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
