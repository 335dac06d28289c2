"""Write a snapshot of each payer's feed every month, from the one before and the change files since.

The register is not read. What a snapshot is made of is noted first, then come its parts, and the manifest when all are
there. A run that dies leaves a snapshot that the next run goes on with: parts that are written stay. Two runs at once
write the same.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lifecert.domain.errors import ChangeFileMissing, SnapshotUnfinished
from lifecert.domain.snapshot import (
    PARTS,
    Beginning,
    Part,
    SnapshotManifest,
    part_content,
    part_of,
    part_written,
)
from lifecert.ports.clock import Clock
from lifecert.ports.feed import ChangeFiles, Changes, Snapshots

# So many lines of change files are in memory at once, about 200 MB; with more the files are read several times.
LINES_AT_ONCE = 250_000


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a snapshot is: its parts that are written."""

    payer: str
    number: int
    parts: int
    of: int = PARTS


@dataclass(frozen=True, slots=True)
class WriteSnapshots:
    """The use case, for the `payers` that are known."""

    changes: Changes
    files: ChangeFiles
    snapshots: Snapshots
    clock: Clock
    payers: Sequence[str]
    lines_at_once: int = LINES_AT_ONCE

    def __call__(
        self,
        out_of_time: Callable[[], bool] = lambda: False,
        tell: Callable[[Progress], None] = lambda _: None,
        *,
        anew: bool = False,
    ) -> list[SnapshotManifest]:
        """Finish what was begun, and write a snapshot for each payer that has none of this month, or `anew` for each
        whose feed has gone on since. Returns the manifests of those that are now whole.

        Raises SnapshotUnfinished when time runs out (call again to go on), and ChangeFileMissing.
        """
        written = []
        for payer in self.payers:
            beginning = self._begun(payer, anew=anew)
            if beginning:
                written.append(self._finished(beginning, out_of_time, tell))
        return written

    def _begun(self, payer: str, *, anew: bool) -> Beginning | None:
        """What is to be made; None when there is nothing to do."""
        whole = None
        for number in reversed(self.snapshots.numbers(payer)):
            whole = self.snapshots.manifest(payer, number)
            if whole:
                break
            return self.snapshots.beginning(payer, number)
        head = self.changes.head(payer)
        if head.number == (whole.number if whole else 0) or (whole and not anew and self._is_of_this_month(whole)):
            return None
        before = (whole.number, whole.sequence) if whole else (0, 0)
        beginning = Beginning(payer, head.number, head.sequence, head.sha256, *before)
        if self.snapshots.begin(beginning):
            return beginning
        return self.snapshots.beginning(payer, head.number)  # of a run that began at this very moment

    def _is_of_this_month(self, manifest: SnapshotManifest) -> bool:
        day, today = self.clock.day_of(manifest.written_at), self.clock.today()
        return (day.year, day.month) == (today.year, today.month)

    def _finished(
        self, made_of: Beginning, out_of_time: Callable[[], bool], tell: Callable[[Progress], None]
    ) -> SnapshotManifest:
        parts: dict[int, Part] = {}
        for part in range(PARTS):
            content = self.snapshots.read_part(made_of.payer, made_of.number, part)
            if content is not None:
                parts[part] = part_written(part, content)
        missing = [part for part in range(PARTS) if part not in parts]
        passes = max(1, -(-(made_of.sequence - made_of.previous_sequence) // self.lines_at_once))
        at_once = max(1, PARTS // passes)
        for first in range(0, len(missing), at_once):
            lines = self._lines(made_of, missing[first : first + at_once])
            for part, told in lines.items():
                if out_of_time():
                    raise SnapshotUnfinished(f"out of time with {len(parts)} of {PARTS} parts; call again to go on")
                parts[part] = self._written(made_of, part, told)
                told.clear()
                tell(Progress(made_of.payer, made_of.number, len(parts)))
        manifest = SnapshotManifest(
            payer=made_of.payer,
            number=made_of.number,
            sequence=made_of.sequence,
            sha256=made_of.sha256,
            written_at=self.clock.now(),
            lines=sum(part.lines for part in parts.values()),
            parts=tuple(parts[part] for part in sorted(parts)),
        )
        self.snapshots.write_manifest(manifest)
        return manifest

    def _lines(self, made_of: Beginning, parts: Sequence[int]) -> dict[int, list[bytes]]:
        """The lines of the change files since the snapshot before, of some parts."""
        found: dict[int, list[bytes]] = {part: [] for part in parts}
        read = made_of.previous_sequence
        for number in range(made_of.previous + 1, made_of.number + 1):
            content = self.files.read(made_of.payer, number)
            if content is None:
                raise ChangeFileMissing(f"file {number} of {made_of.payer}")
            for line in content.splitlines():
                read += 1
                if (part := part_of(line)) in found:
                    found[part].append(line)
        if read != made_of.sequence:
            raise ChangeFileMissing(f"the files of {made_of.payer} up to {made_of.number} end at {read}")
        return found

    def _written(self, made_of: Beginning, part: int, told: Sequence[bytes]) -> Part:
        payer, number = made_of.payer, made_of.number
        before = self.snapshots.read_part(payer, made_of.previous, part) if made_of.previous else None
        content = part_content(before, told)
        if not self.snapshots.write_part(payer, number, part, content):
            # What is there counts, whoever wrote it.
            content = self.snapshots.read_part(payer, number, part) or content
        return part_written(part, content)
