"""Where a payer's feed stands: its newest file, what waits for the next, its newest snapshot. A few reads, no scan."""

from collections.abc import Sequence
from dataclasses import dataclass

from lifecert.domain.change_file import Manifest
from lifecert.domain.errors import ChangeFileMissing, PayerNotFound
from lifecert.domain.review import AtLeast
from lifecert.domain.snapshot import SnapshotManifest
from lifecert.ports.feed import ChangeFiles, Changes, Snapshots

# The newest snapshots that were begun, of which one is whole: each is finished before the next is begun.
LOOKED_AT = 2


@dataclass(frozen=True, slots=True)
class Feed:
    """Where a payer's feed stands; None for a file or a snapshot while there is none."""

    payer: str
    file: Manifest | None
    waiting: AtLeast
    snapshot: SnapshotManifest | None


@dataclass(frozen=True, slots=True)
class GetFeed:
    """The use case, for the `payers` that are known."""

    changes: Changes
    files: ChangeFiles
    snapshots: Snapshots
    payers: Sequence[str]

    def __call__(self, payer: str) -> Feed:
        """One payer's. Raises PayerNotFound."""
        if payer not in self.payers:
            raise PayerNotFound
        # Counted first: what is written into a file at this moment may be told of twice, and never not at all.
        waiting = self.changes.count_waiting(payer)
        return Feed(payer, self._file(payer), waiting, self._snapshot(payer))

    def _file(self, payer: str) -> Manifest | None:
        number = self.changes.head(payer).number
        if not number:
            return None
        manifest = self.files.manifest(payer, number)
        if manifest is None:  # It is written before the head moves on, and the next file comes long before it expires.
            raise ChangeFileMissing(f"manifest {number} of {payer}")
        return manifest

    def _snapshot(self, payer: str) -> SnapshotManifest | None:
        begun = reversed(self.snapshots.numbers(payer)[-LOOKED_AT:])
        return next(filter(None, (self.snapshots.manifest(payer, number) for number in begun)), None)
