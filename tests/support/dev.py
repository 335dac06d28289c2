"""A running `make dev`, and what its targets do."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.demo.phone import Phone
from local.stack import ROOT

# Loopback, and yet another address than the usual one: what HOST does, without opening anything.
HOST = "127.0.0.2"
ORIGIN = "http://localhost:3000"
START_SECONDS, STOP_SECONDS = 300, 180  # the files of the functions go last, and a busy disk is slow
LAYERS = {"PYTHONPATH": "layers/core:layers/vision", "SAM_CLI_TELEMETRY": "0"}


@dataclass
class Dev:
    """A running `make dev`."""

    process: subprocess.Popen[str]
    output: Path
    client: dict[str, Any]

    @property
    def printed(self) -> str:
        return self.output.read_text(encoding="utf-8")

    @property
    def folder(self) -> Path:
        return Path(self.client["users"][0]["token_file"]).parent

    def call(self, module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """What a make target runs."""
        told = [sys.executable, "-m", f"local.dev.{module}", *arguments, "--endpoint-url", self.client["endpoint"]]
        return subprocess.run(told, cwd=ROOT, env=os.environ | LAYERS, capture_output=True, text=True, check=False)

    def phone(self, user: str) -> Phone:
        return Phone(self.client["api"], self.call("token", user).stdout.strip())
