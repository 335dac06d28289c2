"""Nobody is refused without being told whom to call (design.md §3 rule 2)."""

from collections.abc import Iterator
from contextlib import contextmanager

from lifecert.domain.errors import LifeCertError


@contextmanager
def naming_help_line(help_line: str) -> Iterator[None]:
    """Give every refusal raised inside this help line, unless a closer one is named already."""
    try:
        yield
    except LifeCertError as refusal:
        refusal.help_line = refusal.help_line or help_line
        raise
