"""The office's files of data matches in memory."""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field

from lifecert.adapters.files.match_lines import read_file
from lifecert.domain.data_match import Import, MatchLine, Rejected, Rejection
from lifecert.domain.errors import ImportNotFound
from lifecert.domain.number_schemes import USUAL_SCHEMES


@dataclass(slots=True)
class MemoryImports:
    """`files` as they were sent; what was kept of them."""

    files: dict[str, bytes] = field(default_factory=dict)
    kept: dict[str, tuple[bytes, Import]] = field(default_factory=dict)
    rejects: dict[tuple[str, int], tuple[Rejection, ...]] = field(default_factory=dict)

    def lines(self, name: str) -> Iterator[MatchLine | Rejected]:
        yield from read_file(name, [self._content(name)], USUAL_SCHEMES)

    def progress(self, name: str) -> Import:
        if name not in self.kept:
            return Import()
        version, done = self.kept[name]
        return deepcopy(done) if version == self._content(name) else Import()

    def keep_progress(self, name: str, done: Import) -> None:
        self.kept[name] = (self._content(name), deepcopy(done))

    def keep_rejects(self, name: str, first_line: int, rejections: Sequence[Rejection]) -> None:
        if rejections:
            self.rejects[name, first_line] = tuple(rejections)

    def delete(self, name: str) -> None:
        self.files.pop(name, None)
        self.kept.pop(name, None)

    def _content(self, name: str) -> bytes:
        if name not in self.files:
            raise ImportNotFound
        return self.files[name]
