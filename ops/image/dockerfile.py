"""Lay out what a Dockerfile adds to its base, where no engine is running.

It knows the few instructions that ours has, in the forms that ours has, and refuses every other: what it lays out is
then what an engine would.
"""

import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

_DIRECTIVE = re.compile(r"#\s*[a-z]+\s*=", re.IGNORECASE)
_VARIABLE = re.compile(r"\$\{(\w+)\}|\$(\w+)")


class DockerfileError(Exception):
    """A Dockerfile that is not understood, or asks for what is not there. Names the line."""


@dataclass(frozen=True, slots=True)
class LaidOut:
    """What came of a Dockerfile: the image that it builds on, and what is started."""

    base: str
    command: tuple[str, ...]


def lay_out(dockerfile: Path, context: Path, root: Path, arguments: Mapping[str, str]) -> LaidOut:
    """Copy from `context` into `root`, a folder that is new, with `arguments` in the place of the defaults of ARG.

    Files are linked and not copied where they can be: nobody may write to them. Raises DockerfileError.
    """
    known: dict[str, str] = {}
    base, command = "", tuple[str, ...]()
    root.mkdir(parents=True)
    for number, instruction, rest in _instructions(dockerfile.read_text("utf-8")):
        try:
            if instruction == "ARG" and not base:
                name, given, default = rest.partition("=")
                if not given and name not in arguments:
                    raise DockerfileError(f"{name} has no value")
                known[name] = arguments.get(name, default)
            elif instruction == "FROM" and not base and len(rest.split()) == 1:
                base = _filled(rest, known)
            elif instruction == "COPY" and base and len(rest.split()) == 2:
                _copy(rest, context, root)
            elif instruction == "CMD" and base:
                command = _command(rest)
            else:
                raise DockerfileError(f"{instruction} {rest}: not understood")
        except DockerfileError as error:
            raise DockerfileError(f"{dockerfile.name}, line {number}: {error}") from None
    if unknown := arguments.keys() - known.keys():
        raise DockerfileError(f"{dockerfile.name}: no ARG {', '.join(sorted(unknown))}")
    if not base or not command:
        raise DockerfileError(f"{dockerfile.name}: no {'CMD' if base else 'FROM'}")
    return LaidOut(base, command)


def _instructions(text: str) -> Iterator[tuple[int, str, str]]:
    """Line number, instruction and the rest of each line that has one. Nothing goes on in a second line."""
    for number, line in enumerate(text.splitlines(), 1):
        said = line.strip()
        if _DIRECTIVE.match(said) or said.endswith("\\") or "<<" in said:
            raise DockerfileError(f"line {number}: directives, lines that go on and documents are not understood")
        if said and not said.startswith("#"):
            instruction, _, rest = said.partition(" ")
            yield number, instruction.upper(), rest.strip()


def _filled(text: str, known: Mapping[str, str]) -> str:
    try:
        filled = _VARIABLE.sub(lambda found: known[found[1] or found[2]], text)
    except KeyError as error:
        raise DockerfileError(f"{error.args[0]} is not set") from None
    if not filled or "$" in filled:
        raise DockerfileError(f"{text}: not understood")
    return filled


def _command(rest: str) -> tuple[str, ...]:
    """A command as a list; as text it would go through a shell that the base may not have."""
    try:
        command = json.loads(rest)
    except ValueError:
        command = None
    if not isinstance(command, list) or not command or not all(isinstance(one, str) for one in command):
        raise DockerfileError("CMD: not a list of texts")
    return tuple(command)


def _copy(rest: str, context: Path, root: Path) -> None:
    """A folder's content, or one file, of the context into a folder of the image."""
    source, target = rest.split()
    if source.startswith(("-", "/")) or ".." in PurePosixPath(source).parts or re.search(r"[*?\[$]", source + target):
        raise DockerfileError(f"COPY {source} {target}: not understood")
    if not target.startswith("/") or not target.endswith("/") or ".." in PurePosixPath(target).parts:
        raise DockerfileError(
            f"COPY {source} {target}: the target is no folder by its full name, with a slash at the end"
        )
    found, into = context / source, root / target.lstrip("/")
    if not found.exists() or (found.is_file() and source.endswith("/")):
        raise DockerfileError(f"COPY {source}: not in the context")
    if found.is_file():
        into.mkdir(parents=True, exist_ok=True)
        _link(found, into / found.name)
    else:
        shutil.copytree(found, into, symlinks=True, copy_function=_link, dirs_exist_ok=True)


def _link(source: str | Path, target: str | Path) -> None:
    """One file, in the place of what was there: what comes later covers what came before."""
    Path(target).unlink(missing_ok=True)
    os.link(source, target)
