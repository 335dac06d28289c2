"""A `make dev` for all tests of this folder, which is started when the first of them asks for it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from local.stack import BUILD, ROOT
from tests.support.dev import HOST, LAYERS, ORIGIN, START_SECONDS, STOP_SECONDS, Dev


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """First what needs the stack, then Ctrl-C, and then what wants to be alone on the machine."""

    def turn(item: pytest.Item) -> int:
        if "dev" not in getattr(item, "fixturenames", ()):
            return 2
        return int(item.name == "test_ctrl_c_says_at_once_what_it_does")

    items.sort(key=turn)


@pytest.fixture(scope="session")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dev]:
    output = tmp_path_factory.mktemp("dev") / "output"
    told = [sys.executable, "-m", "local.dev", "--host", HOST, "--web-origin", ORIGIN]
    with output.open("w") as file:
        process = subprocess.Popen(told, cwd=ROOT, env=os.environ | LAYERS, stdout=file, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + START_SECONDS
        while "Ctrl-C ends the stack" not in output.read_text(encoding="utf-8"):
            assert process.poll() is None, output.read_text(encoding="utf-8")
            assert time.monotonic() < deadline, output.read_text(encoding="utf-8")
            time.sleep(0.2)
        # The newest: a stack that was killed leaves its own behind.
        path = max((BUILD / "dev").glob(f"{HOST}-*/client.json"), key=lambda one: one.stat().st_mtime)
        yield Dev(process, output, json.loads(path.read_text(encoding="utf-8")))  # type: ignore[arg-type]
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(STOP_SECONDS)
