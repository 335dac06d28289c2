"""Hold the ledger against its anchors: what was rewritten, or cut off, since a night on which it was anchored.

`make verify-ledger` does it after the walk. Whoever rewrites a whole chain, and the beneficiary to match, leaves
nothing to be seen in the tables. Anchors lie where nobody can change them, signed by a key that signs nothing else.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from lifecert.adapters.aws_errors import translated
from lifecert.adapters.kms.signing import ANCHOR_TYPE
from lifecert.adapters.s3.anchors import S3Anchors
from lifecert.domain.anchor import Anchor, Head, anchor_in, digest_of, heads_in, part_of, part_over
from lifecert.domain.errors import StoreUnavailable, Unreadable
from lifecert.ports.signing import PublicKeys

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# The most keys that one request takes.
_AT_ONCE = 100
_TRIES = 10
Hashes = Callable[[Sequence[tuple[str, int]]], Mapping[tuple[str, int], str]]


@dataclass(slots=True)
class Held:
    """What was looked at. `people` are those whose chain is not what was anchored."""

    anchors: int = 0
    last: date | None = None
    heads: int = 0
    faults: int = 0
    people: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class AnchorCheck:
    """Every anchor by itself and after the one before it, and every head in them against the ledger. `hashes` gives the
    hash of each of these entries (beneficiary, number) that is there."""

    anchors: S3Anchors
    keys: PublicKeys
    hashes: Hashes

    def __call__(
        self, tell: Callable[[str], None], *, since: date | None = None, beneficiary_id: str | None = None
    ) -> Held:
        """`tell` is given each fault as it is found, of a person the first. All anchors are looked at; heads, if so
        asked, only `since` a day, or of one person."""
        held = Held()

        def fault(what: str) -> None:
            held.faults += 1
            tell(what)

        days = self.anchors.days()
        for before, after in pairwise(days):
            for missing in range(1, (after - before).days):
                fault(f"the anchor of {before + timedelta(days=missing)} is missing")
        for key in self.anchors.put_over():
            fault(f"something was put over {key}, or it was marked as deleted: the first version counts")
        keys = KeySet.import_key_set(self.keys.jwks())  # type: ignore[arg-type]
        previous: str | None = None
        for day in days:
            content = self.anchors.read(day)
            held.anchors, held.last = held.anchors + 1, day
            try:
                anchor = _genuine(day, content or b"", previous, keys)
            except Unreadable as unreadable:
                fault(str(unreadable))
            else:
                if since is None or day >= since:
                    self._hold(anchor, beneficiary_id, held, fault)
            previous = digest_of(content)
        return held

    def _hold(self, anchor: Anchor, beneficiary_id: str | None, held: Held, fault: Callable[[str], None]) -> None:
        for part in anchor.parts:
            if beneficiary_id is not None and part.number != part_of(beneficiary_id):
                continue
            content = self.anchors.read_part(anchor.day, part.number)
            if content is None or part_over(part.number, content) != part:
                fault(f"part {part.number} of the anchor of {anchor.day} is not what was signed")
                continue
            heads = (one for one in heads_in(content) if beneficiary_id in (None, one.beneficiary_id))
            while some := list(islice(heads, _AT_ONCE)):
                held.heads += len(some)
                self._compare(some, anchor.day, held, fault)

    def _compare(self, heads: Sequence[Head], day: date, held: Held, fault: Callable[[str], None]) -> None:
        stored = self.hashes([(head.beneficiary_id, head.seq) for head in heads])
        for head in heads:
            found = stored.get((head.beneficiary_id, head.seq))
            if found == head.hash or head.beneficiary_id in held.people:
                continue
            held.people.add(head.beneficiary_id)
            entry = f"entry {head.seq} of {head.beneficiary_id}"
            if found is None:
                fault(f"{entry} is gone, and was anchored on {day}: the chain was cut since")
            else:
                fault(f"{entry} is not the one anchored on {day}: the chain was rewritten since")


def _genuine(day: date, content: bytes, previous: str | None, keys: KeySet) -> Anchor:
    """The anchor of a day, if it is what was signed then. Raises Unreadable, which says what is wrong with it."""
    try:
        anchor, statement = anchor_in(content)
    except Unreadable as error:
        raise Unreadable(f"the anchor of {day} cannot be read") from error
    try:
        read = jws.deserialize_compact(statement, keys, algorithms=["ES256"])
        genuine = read.headers().get("typ") == ANCHOR_TYPE and _claims(read.payload) == anchor.claims()
    except (JoseError, ValueError) as error:
        raise Unreadable(f"the anchor of {day} is not signed by the anchor key") from error
    if not genuine or anchor.day != day:
        raise Unreadable(f"the anchor of {day} is not what was signed")
    if previous is not None and anchor.previous != previous:
        raise Unreadable(f"the anchor of {day} does not follow the one before it")
    return anchor


def _claims(payload: bytes | None) -> Any:
    return json.loads(payload or b"null")


def stored_hashes(client: "DynamoDBClient", table: str) -> Hashes:
    """The hashes that a ledger table has."""

    def hashes(keys: Sequence[tuple[str, int]]) -> Mapping[tuple[str, int], str]:
        return dict(_read(client, table, keys))

    return hashes


def _read(
    client: "DynamoDBClient", table: str, keys: Sequence[tuple[str, int]]
) -> Iterator[tuple[tuple[str, int], str]]:
    wanted = [{"beneficiary_id": {"S": beneficiary_id}, "seq": {"N": str(seq)}} for beneficiary_id, seq in keys]
    asked = {"ConsistentRead": True, "ProjectionExpression": "beneficiary_id, seq, #hash"}
    left: Any = {table: {"Keys": wanted, **asked, "ExpressionAttributeNames": {"#hash": "hash"}}}
    for _ in range(_TRIES):
        with translated():
            answer = client.batch_get_item(RequestItems=left)
        for item in answer["Responses"].get(table, []):
            digest = item.get("hash", {}).get("S", "")
            yield (item["beneficiary_id"]["S"], int(item["seq"]["N"])), digest
        left = answer.get("UnprocessedKeys")
        if not left:
            return
    raise StoreUnavailable("entries left unread")
