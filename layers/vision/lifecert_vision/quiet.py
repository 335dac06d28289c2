"""Keep native noise out of what people read."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def native_logs_hidden() -> Iterator[None]:
    """Drop what is written to standard error meanwhile: MediaPipe's five lines at start know no other switch."""
    sys.stderr.flush()
    shown = os.dup(2)
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(shown, 2)
        os.close(shown)
