"""A certificate's page in a real browser: the handler on fakes behind a server on loopback, and headless Chromium."""

import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.support.patience import PATIENCE_SECONDS
from tests.support.wiring.functions import event, run

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
Change = Callable[[str, str], str]


@contextmanager
def served(change: Change = lambda _path, body: body) -> Iterator[str]:
    """The base address of the public routes, as API Gateway has them; `change` may alter a body on its way."""
    lock = threading.Lock()

    class Gateway(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.removeprefix("/dev")
            with lock:
                answer = _answer(path, dict(self.headers))
            body = change(path, answer["body"]).encode()
            self.send_response(answer["statusCode"])
            for name, values in answer["multiValueHeaders"].items():
                for value in values:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/dev"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _answer(path: str, headers: dict[str, str]) -> dict[str, Any]:
    if path.startswith("/phone/"):
        asked: dict[str, Any] = run("page/file", pathParameters={"asset": path.rsplit("/", 1)[1]}, path=path)
        return asked
    case = event("get_certificate/keys" if path.startswith("/.well-known") else "get_certificate/valid")
    if path.startswith("/certificates/"):
        case["pathParameters"] = {"certificate_id": path.rsplit("/", 1)[1]}
    context = {**case["requestContext"], "path": f"/dev{path}"}
    changes = {**case, "path": path, "headers": headers, "requestContext": context}
    answer: dict[str, Any] = run("get_certificate/valid", **changes)
    return answer


def browse(folder: Path, *arguments: str, width: int = 360, height: int = 1600) -> str:
    """Run Chromium with a profile in `folder`; what it prints."""
    assert CHROMIUM
    command = [
        CHROMIUM,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        f"--user-data-dir={folder / 'profile'}",
        f"--window-size={width},{height}",
        "--virtual-time-budget=5000",
        *arguments,
    ]
    environment = {**os.environ, "HOME": str(folder)}
    return subprocess.run(
        command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=True, env=environment
    ).stdout
