"""What a worker of imports does with the lines of one kind of file."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from lifecert.domain.intake import ImportTally, ReadLine, RegisterImport, Told


class ImportLines(Protocol):
    """One kind of file. Both may be done again for the same lines, by whoever comes after a worker that died."""

    def check(
        self, of: RegisterImport, chunk: list[tuple[ReadLine, ...]], tally: ImportTally, threads: ThreadPoolExecutor, /
    ) -> Sequence[Told]:
        """What would come of lines, of which nothing is changed: those that would be taken are counted, and of the
        others why is told."""
        ...

    def apply(
        self, of: RegisterImport, chunk: list[tuple[ReadLine, ...]], tally: ImportTally, threads: ThreadPoolExecutor, /
    ) -> Sequence[Told]:
        """Take lines that the dry run would have taken, and no other."""
        ...
