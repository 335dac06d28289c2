"""What the pages tell people to type works, as far as that can be told without a cloud account and a camera.

`make` has each target, and what a variable says changes what it would do; each program knows the options it is given;
AWS knows each call; shell and Python can be read; JSON is what the function it is for takes; every file is there.
"""

import ast
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import botocore.session
import pytest
from botocore import xform_name
from pydantic import ValidationError

from lifecert.entry.events.imports import ImportEvent
from lifecert.entry.events.sweep import SweepEvent
from tests.support.wiring.factories import world_on_fakes
from tests.support.wiring.functions import ROOT, Context, event, function

PAGES = sorted(
    page
    for page in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("clients/*.md"))
    if page.name != "CHANGELOG.md"
)
FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
# What begins a line that is typed. Other blocks are drawings, lists of folders and queries.
TYPED = ("make", "aws", "python", "pip", ".venv/bin/", "lab/calibration/lifecert-calibrate", "lifecert-verify")
PYTHON = sys.executable
_SHELL = re.compile(r"[A-Z_]+=\S+ ")


class ExampleError(AssertionError):
    """An example that does not work. The message says which, and why."""


# What is typed --------------------------------------------------------------------------------------------------------


def blocks(text: str) -> list[str]:
    """The code blocks of a page that are typed into a shell."""
    return [code for kind, code in FENCE.findall(text) if kind in ("", "sh") and _is_typed(code.strip())]


def _is_typed(line: str) -> bool:
    return _SHELL.sub("", line).startswith(TYPED) and "\n             " not in line


def commands(text: str) -> Iterator[str]:
    """Every command of a page, one a line: those of its blocks, and those that stand as code within lines."""
    for block in blocks(text):
        script = re.sub(r"<<'(\w+)'\n.*?^\1$", "", block, flags=re.MULTILINE | re.DOTALL).replace("\\\n", "")
        yield from (line.strip() for line in script.splitlines() if line.strip())
    for code in re.findall(r"`([^`]+)`", FENCE.sub("", text)):
        if _is_typed(line := " ".join(code.split())):
            yield line


def words(command: str) -> list[str]:
    """The words of a command, without what is said behind it; `[RATE=5]` may be left out, and is taken."""
    found = shlex.split(re.sub(r"\[(\w+=\S+)\]", r"\1", command), comments=True)
    return found[: found.index(">")] if ">" in found else found


def all_commands() -> list[str]:
    return sorted({command for page in PAGES for command in commands(page.read_text(encoding="utf-8"))})


def of(program: str) -> list[str]:
    return [command for command in all_commands() if words(command)[:1] == [program]]


# make -----------------------------------------------------------------------------------------------------------------


@cache
def planned(*asked: str) -> str:
    """What make would do. Raises ExampleError."""
    # As somebody would type it: not as a part of the make that runs these tests.
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    # As if the locks had changed, so that also the making of .venv is planned; told what it would else look for.
    known = [f"{name}=" for name in ("PYTHON", "PYTHON_RUNTIME", "OTHERS", "SOURCES") if f"{name}=" not in str(asked)]
    command = ["make", "--dry-run", "--what-if=requirements/dev.txt", *known, *asked]
    done = subprocess.run(command, cwd=ROOT, env=clean, check=False, capture_output=True, text=True)
    if done.returncode:
        raise ExampleError(f"make {' '.join(asked)}: {done.stderr.strip()}")
    return done.stdout


def check_make(command: str) -> None:
    """Raises ExampleError when a target is not there, or a variable changes nothing of what is planned."""
    asked = [word for word in words(command)[1:] if word != "..."]
    targets = [word for word in asked if "=" not in word]
    if unknown := set(targets) - targets_of((ROOT / "Makefile").read_text(encoding="utf-8")):
        raise ExampleError(f"{command}: make does not know {unknown}")
    variables = [word for word in asked if "=" in word]
    for variable in variables:
        others = [word for word in variables if word != variable]
        if planned(*targets, *variables) == planned(*targets, *others):
            raise ExampleError(f"{command}: {variable} changes nothing")


def targets_of(makefile: str) -> set[str]:
    """The targets that have a name to be asked by."""
    return set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))


@pytest.mark.parametrize("command", of("make"))
def test_make_does_what_it_is_asked(command: str) -> None:
    check_make(command)


@pytest.mark.parametrize(
    "command", ["make made-up", "make demo STACK=lifecert-dev", "make teardown STACK=x DATE=delete", "make test ARG=-x"]
)
def test_a_target_or_variable_that_make_does_not_know_is_found(command: str) -> None:
    with pytest.raises(ExampleError):
        check_make(command)


# Programs -------------------------------------------------------------------------------------------------------------

# What is run by a target that hands on ARGS.
BY_TARGET = {
    "bench": "lab.speed",
    "cost": "lab.costs",
    "bench-scale": "lab.scale",
    "bench-snapshots": "lab.scale.snapshots",
    "city": "lab.city",
    "load": "lab.speed.load",
}


@cache
def usage(*program: str) -> str:
    """What a program answers to --help. Raises ExampleError."""
    path = os.pathsep.join(str(ROOT / folder) for folder in ("layers/core", "layers/vision", "clients/verifier"))
    done = subprocess.run(
        [*program, "--help"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path},
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode or "usage:" not in done.stdout:
        raise ExampleError(f"{' '.join(program)} --help: {done.stderr.strip()[-500:]}")
    return done.stdout


def program_of(command: str) -> tuple[tuple[str, ...], list[str]] | None:
    """The program of the project that a command runs, and the options it is given."""
    first, *rest = words(_SHELL.sub("", command) if _SHELL.match(command) else command)
    if first == "make":
        [*arguments] = (word.removeprefix("ARGS=") for word in rest if word.startswith("ARGS=-"))
        target = rest[0] if rest else ""
        return (
            ((PYTHON, "-m", BY_TARGET[target]), options(arguments[0].split()))
            if arguments and target in BY_TARGET
            else None
        )
    if first in ("python", ".venv/bin/python") and rest[:1] == ["-m"]:
        return (PYTHON, "-m", rest[1]), options(rest[2:])
    if first == "python" and rest and rest[0].endswith(".py"):
        return (PYTHON, rest[0]), options(rest[1:])
    if first == "lifecert-verify":
        return (PYTHON, "-m", "lifecert_verify"), options(rest)
    if "/" in first and (ROOT / first).is_file() and not first.startswith(".venv"):
        return (first,), options(rest)
    return None


def options(arguments: list[str]) -> list[str]:
    return [word.partition("=")[0] for word in arguments if word.startswith("--") and word != "--help"]


def check_program(command: str) -> None:
    """Raises ExampleError when a program is not there, or does not know an option."""
    if found := program_of(command):
        program, given = found
        told = usage(*program)
        if unknown := [option for option in given if not re.search(rf"{option}\b", told)]:
            raise ExampleError(f"{command}: {program[-1]} does not know {unknown}")


RUN = [command for command in all_commands() if program_of(command)]


@pytest.mark.parametrize("command", RUN)
def test_a_program_knows_its_options(command: str) -> None:
    check_program(command)


def test_programs_are_found_at_all() -> None:
    named = {program_of(command)[0][-1] for command in RUN}  # type: ignore[index]
    assert {"ops.verify_ledger", "lab/calibration/lifecert-calibrate", "clients/payer/rebuild.py", "lab.costs"} <= named


@pytest.mark.parametrize(
    "command",
    [
        "python -m ops.made_up",
        "python -m ops.verify_ledger --made-up",
        "make bench ARGS=--made-up",
        "python clients/payer/made_up.py FOLDER",
    ],
)
def test_a_program_or_option_that_is_made_up_is_found(command: str) -> None:
    with pytest.raises(ExampleError):
        check_program(command)


# AWS ------------------------------------------------------------------------------------------------------------------

# Of the command line itself, and not of a call.
GLOBAL = {"--query", "--output", "--cli-binary-format", "--cli-read-timeout", "--region", "--profile"}


@cache
def _service(name: str) -> Any:
    return botocore.session.get_session().get_service_model(name)


def check_aws(command: str) -> None:
    """Raises ExampleError when AWS has no such service, call or parameter."""
    _, service, call, *rest = words(command)
    if service == "s3":  # of the command line alone
        if call not in ("cp", "ls", "sync", "rm", "mv"):
            raise ExampleError(f"{command}: aws s3 has no {call}")
        return
    model = _service(service)
    names = {xform_name(operation, "-"): operation for operation in model.operation_names}
    if call not in names:
        raise ExampleError(f"{command}: {service} has no {call}")
    taken = {f"--{xform_name(name, '-')}" for name in model.operation_model(names[call]).input_shape.members}
    if unknown := {word for word in rest if word.startswith("--")} - taken - GLOBAL:
        raise ExampleError(f"{command}: {call} has no {unknown}")


@pytest.mark.parametrize("command", of("aws"))
def test_aws_has_the_call(command: str) -> None:
    check_aws(command)


@pytest.mark.parametrize(
    "command",
    ["aws lambda call --payload {}", "aws lambda invoke --function F", "aws s3 copy a b", "aws dynamodb made-up"],
)
def test_a_call_that_aws_does_not_have_is_found(command: str) -> None:
    with pytest.raises(ExampleError):
        check_aws(command)


# JSON -----------------------------------------------------------------------------------------------------------------

TAKES: dict[str, Callable[[dict[str, Any]], object]] = {
    "$SWEEP": SweepEvent.read,
    "$IMPORT": ImportEvent.model_validate,
}


def objects(text: str) -> list[str]:
    """JSON objects that stand as code within lines; one with `...` in it is a sketch."""
    return [code for code in re.findall(r"`(\{[^`]*\})`", FENCE.sub("", text)) if '"' in code and "..." not in code]


def payload_of(command: str) -> tuple[str, dict[str, Any]] | None:
    """The function that a command invokes with a payload, and that."""
    asked = words(command)
    if "--payload" not in asked or "invoke" not in asked:
        return None
    return asked[asked.index("--function-name") + 1], json.loads(asked[asked.index("--payload") + 1])


PAYLOADS = [found for command in of("aws") if (found := payload_of(command))]


@pytest.mark.parametrize(("name", "payload"), PAYLOADS, ids=[f"{name} {payload}" for name, payload in PAYLOADS])
def test_a_function_takes_the_payload(name: str, payload: dict[str, Any]) -> None:
    TAKES["$SWEEP" if "Sweep" in name else name](payload)


def test_the_sweep_takes_every_payload_of_its_table() -> None:
    text = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    table = text.split("| payload | does |", 1)[1].split("\n\n", 1)[0]
    payloads = [json.loads(row.split("`")[1]) for row in table.splitlines() if row.startswith("| `")]
    assert len(payloads) == 4
    assert all(SweepEvent.read(payload) for payload in payloads)
    with pytest.raises(ValidationError):
        SweepEvent.read({"dry-run": True})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_json_can_be_read(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for code in (*objects(text), *(code for kind, code in FENCE.findall(text) if kind == "json")):
        json.loads(code)


def test_broken_json_is_found() -> None:
    [code] = objects('send `{"dry_run": true,}` to it')
    with pytest.raises(json.JSONDecodeError):
        json.loads(code)


# Shell and Python -----------------------------------------------------------------------------------------------------


def scripts(text: str) -> list[str]:
    """Python of a page: its blocks, and what a command is fed."""
    fed = (found for _, found in re.findall(r"<<'(\w+)'\n(.*?)^\1$", text, re.MULTILINE | re.DOTALL))
    return [*(code for kind, code in FENCE.findall(text) if kind == "python"), *fed]


def check_shell(block: str) -> None:
    """Raises ExampleError when the shell cannot read it. `<NameOfFunction>` is a word here."""
    done = subprocess.run(
        ["bash", "-n"], input=re.sub(r"<(\w+)>", r"\1", block), check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise ExampleError(done.stderr)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_shell_and_python_can_be_read(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for block in blocks(text):
        check_shell(block)
    for script in scripts(text):
        ast.parse(script)


def test_a_quotation_mark_that_is_missing_is_found() -> None:
    with pytest.raises(ExampleError):
        check_shell("make test ARGS='-k sweep\n")


class _AwsOnFakes:
    """boto3 for the example below: the ledger of an event file, and the publisher on fakes."""

    published: int = 0

    def client(self, service: str) -> Any:
        return SimpleNamespace(get_paginator=lambda _: self, invoke=self.invoke)

    def paginate(self, **query: Any) -> list[dict[str, Any]]:
        assert set(query) == {"TableName", "KeyConditionExpression", "ExpressionAttributeValues"}
        records = event("publish_events/whole_year")["Records"]
        return [{"Items": [record["dynamodb"]["NewImage"] for record in records]}]

    def invoke(self, FunctionName: str, Payload: str) -> dict[str, Any]:
        asked = json.loads(Payload)
        self.published += len(asked["Records"])
        answer = function("publish_events").handler(asked, Context())
        return {"Payload": BytesIO(json.dumps(answer).encode())}


def test_publishing_entries_again_does_what_the_page_says(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (ROOT / "docs/operations.md").read_text(encoding="utf-8").split("## Publish entries again", 1)[1]
    (script, *_) = scripts(text)
    fakes = _AwsOnFakes()
    monkeypatch.setattr(boto3, "client", fakes.client)
    with world_on_fakes():
        exec(compile(script, "operations.md", "exec"), {})
        assert fakes.published > 3
    [promised] = objects(text)
    assert promised in capsys.readouterr().out


# Files ----------------------------------------------------------------------------------------------------------------

# Where a page's reader is: at the root, or in the product's own folder, or beside the page.
FROM = (ROOT, ROOT / "layers/core/lifecert", ROOT / "layers/vision")
# What an operator makes.
TO_BE_MADE = {"layers/core/lifecert/policy-<version>.json"}


def files(text: str) -> set[str]:
    """What looks like a file or folder of the project: a path that begins with one of its folders, or a module."""
    found = set(re.findall(r"`([\w.<>{}*/-]+)`", FENCE.sub("", text)))
    # Lists of folders: a path, then what it is.
    listed = {line.split()[0] for _, code in FENCE.findall(text) for line in code.splitlines() if "  " in line.strip()}
    begins = {path.name for place in FROM for path in place.iterdir() if not path.name.startswith(".")}
    return {
        name
        for name in found | listed
        if name.endswith(".py")
        or ("/" in name and name.partition("/")[0] in begins and re.fullmatch(r"[\w.<>{}*/-]+", name))
    }


def is_there(name: str) -> bool:
    pattern = re.sub(r"<[^>]*>|\{[^}]*\}", "*", name).rstrip("/")
    if "/" not in name:  # a module by its name
        return any(
            True for place in ("layers", "lab", "local", "ops", "clients") for _ in (ROOT / place).rglob(pattern)
        )
    return any(True for place in FROM for _ in place.glob(pattern))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    assert not [name for name in files(page.read_text(encoding="utf-8")) - TO_BE_MADE if not is_there(name)]


@pytest.mark.parametrize(
    "name", ["lab/made_up.py", "made_up.py", "domain/made_up.py", "functions/<name>/made_up.py", "infra/made_up.yaml"]
)
def test_a_file_that_is_made_up_is_found(name: str) -> None:
    assert files(f"see `{name}`") == {name}
    assert not is_there(name)


def test_files_are_found_at_all() -> None:
    named = {name for page in PAGES for name in files(page.read_text(encoding="utf-8"))}
    assert {"functions/<name>/app.py", "layers/vision/models.json", "domain/errors.py", "infra/"} <= named
    assert len(named) > 60
