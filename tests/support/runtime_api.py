"""A small Lambda Runtime API: hands a function events and takes its answers, as Lambda's own does.

AWS's runtime interface client (`awslambdaric`) talks to it, so what is started is what Lambda starts.
"""

import json
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_VERSION = "/2018-06-01/runtime"
_DEADLINE = 4_102_444_800_000  # ms since 1970: 2100, no event is late


@dataclass(frozen=True, slots=True)
class Answer:
    """What a function answered: its result, or the error with which it failed or did not even start."""

    result: Any = None
    error: dict[str, Any] | None = None


@dataclass
class RuntimeApi:
    """The address to give to a function, events for it, and its answers."""

    address: str = ""
    _events: "queue.Queue[dict[str, Any]]" = field(default_factory=queue.Queue)
    _answers: "queue.Queue[Answer]" = field(default_factory=queue.Queue)

    def send(self, event: dict[str, Any]) -> None:
        """Let the function have this event next."""
        self._events.put(event)

    def answer(self, seconds: float) -> Answer:
        """The next answer. Raises TimeoutError."""
        try:
            return self._answers.get(timeout=seconds)
        except queue.Empty:
            raise TimeoutError(f"no answer within {seconds:.0f} s") from None


@contextmanager
def serve() -> Iterator[RuntimeApi]:
    """Serve on a free port of the loopback interface for the length of a `with` block."""
    api = RuntimeApi()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if self.path != f"{_VERSION}/invocation/next":
                self._reply(HTTPStatus.NOT_FOUND, {})
                return
            event = api._events.get()
            headers = {
                "Lambda-Runtime-Aws-Request-Id": "8a4dd7f5-0000-4000-8000-000000000001",
                "Lambda-Runtime-Deadline-Ms": str(_DEADLINE),
                "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-central-1:123456789012:function:tested",
                "Lambda-Runtime-Trace-Id": "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0",
            }
            self._reply(HTTPStatus.OK, event, headers)

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"null")
            failed = self.path.endswith("/error")
            api._answers.put(Answer(error=body) if failed else Answer(result=body))
            self._reply(HTTPStatus.ACCEPTED, {})

        def _reply(self, status: HTTPStatus, body: Any, headers: dict[str, str] | None = None) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, *_: Any) -> None:
            """A function that is ended while it waits for the next event breaks the connection: that is all right."""

    server = Server(("127.0.0.1", 0), Handler)
    api.address = f"127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
