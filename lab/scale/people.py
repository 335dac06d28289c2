"""A register of any size: made person by person, loaded by many connections at once, never held in memory."""

import hashlib
import http.client
import json
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from lifecert.adapters.dynamodb.register import beneficiary_item
from lifecert.adapters.dynamodb.values import typed
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.benefit import Benefit
from lifecert.domain.category import Category

BATCH = 25  # the most that one BatchWriteItem takes
CONNECTIONS = 4
TELL_EVERY_SECONDS = 10.0
# DynamoDB Local checks no signature, but wants one of the right form.
_HEADERS = {
    "Content-Type": "application/x-amz-json-1.0",
    "X-Amz-Target": "DynamoDB_20120810.BatchWriteItem",
    "X-Amz-Date": "20260101T000000Z",
    "Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request, "
    "SignedHeaders=host, Signature=0",
}

Item = dict[str, Any]


@dataclass(frozen=True)
class People:
    """Person number 0, 1, ...: the first `due` were covered until yesterday, the others' years end on the 365 days to
    come. The same number is the same person in a register of any size."""

    today: date
    due: int
    shards: int

    def person(self, number: int) -> Beneficiary:
        """One of them, as the register knows them."""
        digest = hashlib.sha256(b"person %d" % number).hexdigest()
        valid_until = self.today + timedelta(days=-1 if number < self.due else number % 365)
        return Beneficiary(
            beneficiary_id=str(uuid.UUID(digest[:32], version=4)),
            person_key=digest,
            name_key=digest[::-1],
            masked_name="王*明",
            benefits=(Benefit("1", Category.RESIDENT_PENSION, "110101", payer_reference=f"{number:012d}"),),
            valid_until=valid_until,
            version=1,
            ledger_head=digest,
            has_reference=True,
            certified_by=("00000000-0000-4000-8000-000000000000",),
            certificate_id=str(uuid.UUID(digest[32:], version=4)),
        )

    def item(self, number: int) -> Item:
        """That person as the product stores them, in DynamoDB's own form.

        Only texts differ from one person to the next, so they are put into the first one's item: four times as quick.
        """
        person = self.person(number)
        changed = beneficiary_item(person, self.shards)
        texts = {name: {"S": changed[name]} for name, value in self._first.items() if "S" in value}
        (benefit,) = self._first["benefits"]["L"]
        reference = {"payer_reference": {"S": person.main_benefit.payer_reference}}
        return {**self._first, **texts, "benefits": {"L": [{"M": {**benefit["M"], **reference}}]}}

    @cached_property
    def _first(self) -> Item:
        return dict(typed(beneficiary_item(self.person(0), self.shards)))


def load(port: int, table: str, people: People, numbers: range, say: Callable[[int, float], None]) -> None:
    """Put people into a table of DynamoDB Local; `say` is told from time to time how many, and how many a second."""
    began = time.monotonic()
    loaded = 0
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        parts = [numbers[part::CONNECTIONS] for part in range(CONNECTIONS)]
        told = began
        # One step of each part at a time: nothing queues up, whatever the size.
        walks = [_batches(port, table, people, part) for part in parts if part]
        while walks:
            done = list(pool.map(lambda walk: next(walk, 0), walks))
            walks = [walk for walk, count in zip(walks, done, strict=True) if count]
            loaded += sum(done)
            if time.monotonic() - told >= TELL_EVERY_SECONDS:
                told = time.monotonic()
                say(loaded, loaded / (told - began))
    say(loaded, loaded / (time.monotonic() - began))


def _batches(port: int, table: str, people: People, numbers: range) -> Iterator[int]:
    """Write batch after batch, over one connection; yields how many each was."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        for start in range(0, len(numbers), BATCH):
            requests = [{"PutRequest": {"Item": people.item(number)}} for number in numbers[start : start + BATCH]]
            left: Mapping[str, list[Any]] = {table: requests}
            while left:
                connection.request("POST", "/", json.dumps({"RequestItems": left}), _HEADERS)
                answer = connection.getresponse()
                body = json.loads(answer.read())
                if answer.status != http.client.OK:
                    raise RuntimeError(f"DynamoDB Local refused a batch: {body}")
                left = body["UnprocessedItems"]
            yield len(requests)
    finally:
        connection.close()


def progress(size: int) -> Callable[[int, float], None]:
    """A bar on the terminal, or a line every ten seconds in a file."""
    bar = sys.stderr.isatty()

    def say(loaded: int, rate: float) -> None:
        share = loaded / size if size else 1.0
        drawn = "#" * round(30 * share)
        line = f"  [{drawn:<30}] {loaded:,} of {size:,} people, {rate:,.0f} a second"
        print(f"\r{line}" if bar else line, end="" if bar and share < 1 else "\n", file=sys.stderr, flush=True)

    return say
