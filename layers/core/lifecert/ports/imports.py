"""Files that other registers send."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from lifecert.domain.data_match import DeathMessage, Import, MatchLine, Rejected, Rejection


class DeathMessages(Protocol):
    """How a civil registry's program tells of deaths."""

    def read(self, content: bytes) -> DeathMessage:
        """A message. Raises MessageRefused for what is none."""
        ...


class Imports(Protocol):
    """Files of data matches, how far each is taken, and the lines that were not."""

    def lines(self, name: str) -> Iterator[MatchLine | Rejected]:
        """A file's lines in order, the header not among them; one that cannot be read is why. Raises ImportNotFound."""
        ...

    def progress(self, name: str) -> Import:
        """How far this very file is taken; a file of the same name with other content has just begun."""
        ...

    def keep_progress(self, name: str, done: Import) -> None:
        """Remember how far a file is taken."""
        ...

    def keep_rejects(self, name: str, first_line: int, rejections: Sequence[Rejection]) -> None:
        """Keep the rejected lines of the part that begins with `first_line`, in place of what was kept of it."""
        ...

    def delete(self, name: str) -> None:
        """Delete the file, which is personal data."""
        ...
