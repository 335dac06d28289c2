"""Anchors: what each night states, under a signature, of where the chains of the ledger stood.

A day's *heads* are the last entry of each beneficiary that the ledger's stream handed over on it. They lie in parts, a
line for each head in the order of the ids; over the lines of a part, and over the parts, stands a Merkle tree as in
RFC 6962, section 2.1. An anchor names its tree's root and the anchor before it, so anchors are a chain too. An entry
of a chain stands for all before it: whoever rewrites or cuts off what an anchor covers cannot make it fit again.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from lifecert.domain.errors import Unreadable
from lifecert.domain.ledger import GENESIS, LedgerEntry
from lifecert.domain.sweep import shard_of

# A part of the worst night of 300 million people, 8 million heads, is a file of 20 MB.
PARTS = 64
_LEAF, _NODE = b"\0", b"\1"


@dataclass(frozen=True, slots=True)
class Head:
    """Where one chain stood: the number of its last entry, and that entry's hash."""

    beneficiary_id: str
    seq: int
    hash: str

    @property
    def part(self) -> int:
        """The part in which it lies, 0 to PARTS - 1."""
        return part_of(self.beneficiary_id)


def head_of(entry: LedgerEntry) -> Head:
    """The head that a chain has with this entry."""
    return Head(entry.beneficiary_id, entry.seq, entry.hash)


def part_of(beneficiary_id: str) -> int:
    """The part in which a beneficiary's heads lie."""
    return shard_of(beneficiary_id, PARTS)


@dataclass(frozen=True, slots=True)
class AnchorPart:
    """One part of a day: how many heads it has, and the root (hex) over their lines."""

    number: int
    heads: int
    root: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """What is known of one day. `parts` are those that have heads; `previous` is the digest of the anchor before it,
    `GENESIS` for the first."""

    day: date
    previous: str
    at: datetime
    parts: tuple[AnchorPart, ...] = ()

    @property
    def heads(self) -> int:
        """How many chains grew that day."""
        return sum(part.heads for part in self.parts)

    @property
    def root(self) -> str:
        """The root (hex) over the parts."""
        return merkle_root(f"{part.number} {part.heads} {part.root}".encode() for part in self.parts)

    def claims(self) -> dict[str, str | int]:
        """What is signed."""
        return {
            "day": self.day.isoformat(),
            "root": self.root,
            "heads": self.heads,
            "previous": self.previous,
            "iat": int(self.at.timestamp()),
        }


def merkle_root(lines: Iterable[bytes]) -> str:
    """The Merkle tree hash (hex, SHA-256) of RFC 6962, section 2.1. Memory grows with the logarithm of the lines."""
    # Roots of full trees, the largest first, with their heights: what an odd number of lines leaves over.
    full: list[tuple[int, bytes]] = []
    for line in lines:
        height, root = 0, hashlib.sha256(_LEAF + line).digest()
        while full and full[-1][0] == height:
            root = hashlib.sha256(_NODE + full.pop()[1] + root).digest()
            height += 1
        full.append((height, root))
    if not full:
        return hashlib.sha256().hexdigest()
    _, root = full.pop()
    while full:
        root = hashlib.sha256(_NODE + full.pop()[1] + root).digest()
    return root.hex()


def part_content(heads: Iterable[Head]) -> bytes:
    """The file of a part, for heads in the order of their ids."""
    return b"".join(
        json.dumps([head.beneficiary_id, head.seq, head.hash], separators=(",", ":")).encode() + b"\n" for head in heads
    )


def heads_in(content: bytes) -> Iterator[Head]:
    """What `part_content` wrote. Raises Unreadable."""
    for number, line in enumerate(content.splitlines(), start=1):
        try:
            beneficiary_id, seq, digest = json.loads(line)
            head = Head(str(beneficiary_id), int(seq), str(digest))
        except (ValueError, TypeError) as error:
            raise Unreadable(f"line {number} of a part of an anchor") from error
        yield head


def part_over(number: int, content: bytes) -> AnchorPart:
    """What an anchor says of the file of a part."""
    lines = content.splitlines()
    return AnchorPart(number, len(lines), merkle_root(lines))


def anchor_content(anchor: Anchor, statement: str) -> bytes:
    """The file of an anchor, with its signed statement."""
    members = {
        "day": anchor.day.isoformat(),
        "previous": anchor.previous,
        "at": anchor.at.isoformat(),
        "parts": [[part.number, part.heads, part.root] for part in anchor.parts],
        "statement": statement,
    }
    return json.dumps(members, separators=(",", ":")).encode()


def anchor_in(content: bytes) -> tuple[Anchor, str]:
    """What `anchor_content` wrote. Raises Unreadable."""
    try:
        members: Mapping[str, Any] = json.loads(content)
        parts: Sequence[tuple[int, int, str]] = members["parts"]
        anchor = Anchor(
            day=date.fromisoformat(members["day"]),
            previous=str(members["previous"]),
            at=datetime.fromisoformat(members["at"]),
            parts=tuple(AnchorPart(int(number), int(heads), str(root)) for number, heads, root in parts),
        )
        return anchor, str(members["statement"])
    except (ValueError, TypeError, KeyError) as error:
        raise Unreadable("an anchor") from error


def digest_of(content: bytes | None) -> str:
    """What the next anchor names this one by (SHA-256, hex); of none, `GENESIS`."""
    return GENESIS if content is None else hashlib.sha256(content).hexdigest()
