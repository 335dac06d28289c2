"""Serve the reference page of the API, which `make docs` builds, beside the stack."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

from local.stack import BUILD, LOOPBACK

PAGE = BUILD / "docs" / "api.html"


class _Quietly(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing: the terminal belongs to the stack."""


@contextmanager
def served() -> Iterator[str]:
    """The page's address for the length of a `with` block; what to do where there is none yet."""
    if not PAGE.exists():
        yield "none yet: `make docs` builds it; then start again"
        return
    server = ThreadingHTTPServer((LOOPBACK, 0), partial(_Quietly, directory=str(PAGE.parent)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://{LOOPBACK}:{server.server_port}/{PAGE.name}"
    finally:
        server.shutdown()
        server.server_close()
