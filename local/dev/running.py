"""The folder of a running `make dev`: what it wrote for clients, and how the other targets find it.

Each run has a folder of its own under `.build/dev`, named by its port, and `.build/dev/latest` is a link to the newest.
It goes when the stack ends.
"""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lifecert.domain.benefit import FIRST_PAYER
from local.aws import Aws
from local.deploy import Deployment, deployed
from local.stack import BUILD, LOOPBACK, StackError, answers

FOLDER = BUILD / "dev"
LATEST = "latest"
CLIENT = "client.json"
DOMAIN = "@example.org"
PROGRAM = "payer"


@dataclass(frozen=True)
class Running:
    """A running stack by its folder. `client` is what client.json says."""

    folder: Path
    client: Mapping[str, Any]

    @cached_property
    def deployment(self) -> Deployment:
        """The stack itself."""
        return deployed(Aws(self.client["endpoint"]))

    def user(self, name: str) -> Mapping[str, Any]:
        """A user by e-mail address or by its first part. Raises StackError with those that there are."""
        wanted = name if "@" in name else name + DOMAIN
        users = {one["email"]: one for one in self.client["users"]}
        if wanted not in users:
            raise StackError(f"There is no user {name}. There are: {', '.join(users)}.")
        found: Mapping[str, Any] = users[wanted]
        return found

    def token(self, name: str) -> str:
        """A fresh ID token; of `payer`, an access token of a program of the first payer's. Raises StackError."""
        if name == PROGRAM:
            programs = self.deployment.programs
            return programs.token(*programs.new_client([f"payers/{FIRST_PAYER}/feed"]))
        user = self.user(name)
        pool = self.deployment.staff if user["group"] else self.deployment.people
        return pool.sign_in(user["email"], user["password"])

    def person(self, known: str | None) -> Mapping[str, Any]:
        """One of the registered people, by name or beneficiary id; None is the first. Raises StackError."""
        people = self.client["people"]
        if known is None:
            first: Mapping[str, Any] = people[0]
            return first
        for person in people:
            if known in (person["name"], person["beneficiary_id"]):
                found: Mapping[str, Any] = person
                return found
        raise StackError(f"Nobody of {known} is registered. There are: {', '.join(one['name'] for one in people)}.")


@contextmanager
def folder_for(endpoint: str) -> Iterator[Path]:
    """An empty folder for a stack, the latest from now on, for the length of a `with` block."""
    place = urlsplit(endpoint)
    folder = FOLDER / (str(place.port) if place.hostname == LOOPBACK else f"{place.hostname}-{place.port}")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _link(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        left = sorted(FOLDER.glob(f"*/{CLIENT}"), key=lambda path: path.stat().st_mtime)
        if others := [path.parent for path in left if path.parent.name != LATEST]:
            _link(others[-1])
        else:
            (FOLDER / LATEST).unlink(missing_ok=True)


def _link(folder: Path) -> None:
    fresh = FOLDER / f".{LATEST}-{os.getpid()}"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(folder.name)
    fresh.replace(FOLDER / LATEST)


def find(endpoint: str | None = None) -> Running:
    """The running stack at an endpoint, or the latest. Raises StackError."""
    endpoint = endpoint.rstrip("/") if endpoint else None
    for path in [FOLDER / LATEST / CLIENT] if endpoint is None else sorted(FOLDER.glob(f"*/{CLIENT}")):
        with suppress(FileNotFoundError):
            client = json.loads(path.read_text(encoding="utf-8"))
            if endpoint in (None, client["endpoint"]) and answers(client["endpoint"]):
                return Running(path.parent.resolve(), client)
    place = f" at {endpoint}" if endpoint else ""
    raise StackError(f"No stack of make dev is running{place}. `make dev`, in another terminal, starts one.")


def short(path: Path) -> Path:
    """A path as it is best shown: from here, if it lies below."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
