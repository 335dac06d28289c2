"""Write each payer's change files: what was published for it since the last one, each change once.

The file itself is the decision: it is written only if none has its number, and what is in it is marked afterwards. A
run that dies between the two leaves a file that the next run reads, marks and counts before it writes its own; of
two runs at once, one writes the file and the other takes note of it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

from lifecert.domain.change_file import (
    FeedHead,
    Manifest,
    content_of,
    events_of,
    head_after,
    in_order,
    manifest_of,
)
from lifecert.domain.errors import ChangeFilesUnfinished
from lifecert.domain.published import PublishedEvent
from lifecert.ports.clock import Clock
from lifecert.ports.feed import ChangeFiles, Changes

# A file of this many lines is about 7 MB: it is held in memory whole.
LINES = 20_000


@dataclass(frozen=True, slots=True)
class WriteChangeFiles:
    """The use case, for the `payers` that are known. `lines` is the most that a file takes; busy days have several."""

    changes: Changes
    files: ChangeFiles
    clock: Clock
    payers: Sequence[str]
    lines: int = LINES

    def __call__(self, out_of_time: Callable[[], bool] = lambda: False) -> list[Manifest]:
        """Write files until nothing waits, at least one for each payer: an empty file says that nothing changed.

        Returns their manifests. Raises ChangeFilesUnfinished when time runs out; call again to go on.
        """
        written: list[Manifest] = []
        for payer in self.payers:
            if written and out_of_time():
                raise ChangeFilesUnfinished(f"out of time before the files of {payer}; call again to go on")
            written += self._of(payer, out_of_time)
        return written

    def _of(self, payer: str, out_of_time: Callable[[], bool]) -> list[Manifest]:
        written: list[Manifest] = []
        while True:
            head = self._caught_up(payer)
            events = in_order(list(islice(self.changes.waiting(payer), self.lines)))
            if written and not events:
                return written
            content = content_of(events, head.sequence + 1)
            if not self.files.write(payer, head.number + 1, content):
                continue  # Somebody else wrote it; what they wrote is taken note of first.
            written.append(self._settle(payer, head, content, events))
            if len(events) < self.lines:
                return written
            if out_of_time():
                raise ChangeFilesUnfinished(
                    f"out of time after file {written[-1].number} of {payer}; call again to go on"
                )

    def _caught_up(self, payer: str) -> FeedHead:
        """The payer's head, once every file that is there is settled."""
        head = self.changes.head(payer)
        while (content := self.files.read(payer, head.number + 1)) is not None:
            head = head_after(self._settle(payer, head, content, events_of(content)))
        return head

    def _settle(self, payer: str, before: FeedHead, content: bytes, events: Sequence[PublishedEvent]) -> Manifest:
        now = self.clock.now()
        manifest = manifest_of(payer, content, before, now)
        self.files.write_manifest(manifest)
        self.changes.settle(events, manifest.number, now)
        self.changes.advance(payer, before, head_after(manifest))
        return manifest
