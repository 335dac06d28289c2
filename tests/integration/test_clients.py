"""Clients that public generators make of infra/openapi.yaml: generated anew, compiled, and taken the whole way.

The examples in `clients/` are what is run, on the stack of `make dev`.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest

from local.stack import BUILD, ROOT
from tests.support.dev import Dev
from tests.support.missing import missing
from tests.support.openapi import api
from tests.support.patience import PATIENCE_SECONDS

CLIENTS = BUILD / "clients"
PYTHON = CLIENTS / "env" / "bin" / "python"
READY = CLIENTS / "typescript" / ".ready"
LANGUAGES = ["python", "typescript"]
# What both clients meet, class by class, and what they read of it.
REFUSALS = [
    "400 idempotency_key_invalid",
    "401 signed_out",
    "403 not_allowed",
    "404 beneficiary_not_found",
    "call 12333",
    "422 consent_missing",
    "agree to {consent_version}",
    "422 invalid_request",
    "mend beneficiary.id_number",
    "410 session_expired",
    "409 frames_missing",
    "send 1 2 3",
    "429 camera_paused",
]

pytestmark = pytest.mark.skipif(not (BUILD / "sam").is_dir(), reason="nothing built: make build")

Run = Callable[..., str]


def output(*command: object, env: dict[str, str] | None = None) -> str:
    """What a command prints. It ends with 0, or the test fails with all that it said."""
    clean = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    # Loopback: a proxy of the environment could not reach it.
    clean |= {"NO_PROXY": "*", "no_proxy": "*", **(env or {})}
    done = subprocess.run(
        [str(word) for word in command],
        cwd=ROOT,
        env=clean,
        stdin=subprocess.DEVNULL,  # bash takes a socket for a log-in from afar, and reads its profile
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def generated() -> str:
    """Both clients, anew; what `make clients` printed."""
    return output("make", "clients")


@pytest.fixture
def run(dev: Dev, generated: str) -> Run:
    """Runs one of the examples against the stack: what it prints."""

    def example(language: str, name: str, *arguments: str) -> str:
        told = {"CLIENT_JSON": str(dev.folder / "client.json")}
        if language == "python":
            return output(PYTHON, f"clients/python/{name}.py", *arguments, env=told)
        if not (shutil.which("npm") and READY.exists()):
            missing("npm is not here, or cannot fetch: the TypeScript client cannot be generated")
        return output("node", CLIENTS / "typescript" / f"{name}.js", *arguments, env=told)

    return example


@pytest.fixture
def expired(dev: Dev) -> str:
    """A session of the user that is as good as ten minutes old."""
    person = dev.client["people"][2]
    session = dev.phone("user").start(person["name"], person["id_number"])
    stack = boto3.session.Session(dev.client["access_key_id"], dev.client["secret_access_key"])
    cloud = {"endpoint_url": dev.client["endpoint"], "region_name": dev.client["region"]}
    described = stack.client("cloudformation", **cloud).describe_stacks(StackName=dev.client["stack"])
    outputs = {one["OutputKey"]: one["OutputValue"] for one in described["Stacks"][0]["Outputs"]}
    stack.client("dynamodb", **cloud).update_item(
        TableName=outputs["SessionsTable"],
        Key={"session_id": {"S": session["session_id"]}},
        UpdateExpression="SET deadline = :past",
        ExpressionAttributeValues={":past": {"S": "2026-01-01T00:00:00+00:00"}},
    )
    return str(session["session_id"])


def test_the_generators_have_nothing_to_complain_of(generated: str) -> None:
    assert "arning" not in (CLIENTS / "python.log").read_text(encoding="utf-8")
    if shutil.which("npm") and READY.exists():
        assert "arning" not in (CLIENTS / "typescript" / "generate.log").read_text(encoding="utf-8")
        assert (CLIENTS / "typescript" / "refusals.js").is_file()


def test_the_python_examples_fit_the_types_of_the_generated_client(generated: str) -> None:
    """As `tsc` does for TypeScript within `make clients`."""
    told = ["--config-file=", "--strict", "--python-executable", PYTHON, "--cache-dir", CLIENTS / "mypy"]
    examples = sorted((ROOT / "clients/python").glob("*.py"))
    path = {"MYPYPATH": f"{CLIENTS / 'python'}:clients/python"}
    assert "no issues found in 4 source files" in output(sys.executable, "-m", "mypy", *told, *examples, env=path)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_drawn_face_is_certified_and_its_certificate_verified(run: Run, dev: Dev, language: str) -> None:
    person = dev.client["people"][1]
    outcome, standing, certificate = run(language, "certify").splitlines()
    assert outcome == "outcome accepted"
    assert re.fullmatch(r"status active until \d{4}-\d\d-\d\d", standing)
    assert certificate == f"certificate valid for {person['name'][0]}*{person['name'][-1]}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_office_registers_decides_and_ends(run: Run, language: str) -> None:
    certified, case, decided, proposal, *counts = run(language, "office").splitlines()
    assert certified == "proposal presence accept"
    assert case == "case of death_report opened by user"
    assert (decided, proposal) == ("case decided", "proposal end accept")
    assert [count.rpartition(" ")[0] for count in counts] == ["open cases", "hold batches"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_class_of_refusal_is_a_typed_problem(run: Run, dev: Dev, expired: str, language: str) -> None:
    printed = run(language, "refusals", expired).splitlines()
    *met, paused = [line.partition(" - ")[0].strip() for line in printed]
    assert met == [one.format(**dev.client) for one in REFUSALS]
    assert paused.startswith("come again after 20")


# What a script of a page might do, and what tsc says of it; nothing of what is right.
MISTAKES = {
    "await ask('GET', `staff/reviews/${id}`);": "",
    "await ask('POST', `staff/reviews/${id}/claim`, {take: true});": "",
    "(await ask('GET', `staff/lists${query({district: id})}`)).lists.map((one) => one.people);": "",
    "(await askAll(`staff/hold-batches/${id}`, 'candidates')).items[0].masked_name;": "",
    "await ask('GET', `staff/review/${id}`);": "arguments, but got",
    "await ask('PUT', `staff/reviews/${id}`);": "arguments, but got",
    "await ask('GET', `staff/reviews/${id}/claims`, undefined);": "'never'",
    "await ask('POST', `staff/reviews/${id}/claim`, {taken: true});": "'taken'",
    "await ask('POST', `staff/reviews/${id}/claim`, {take: 'yes'});": "'boolean'",
    "(await ask('GET', `beneficiaries/${id}`)).full_name;": "'full_name'",
    "(await ask('GET', `staff/lists${query({district: id})}`)).lists.map((one) => one.persons);": "'persons'",
    "await askAll(`staff/hold-batches/${id}`, 'people');": '"people"',
    "acting('x', [], '', `beneficiaries/${id}/helper-removal`, () => undefined, {id});": "arguments, but got",
    "acting('x', [], '', `staff/beneficiaries/${id}/end`, () => ({cause: 'moved'}), {id});": "'ended_on'",
    "(await call('GET', 'config')).consents;": "'consents'",
}


def test_what_a_page_calls_and_reads_is_what_is_described(generated: str, tmp_path: Path) -> None:
    """`make clients` has checked the pages themselves; this holds that it would have found something."""
    if not (shutil.which("npm") and READY.exists()):
        missing("npm is not here, or cannot fetch: nothing can check the types of the pages")
    begun = [
        f"import {{call}} from '{ROOT}/web/shared/api.js';",
        f"import {{acting}} from '{ROOT}/web/desk/acting.js';",
        f"import {{ask, askAll, query}} from '{ROOT}/web/desk/calls.js';",
    ]
    lines = [f"export async function of{n}(id) {{ {one} }}" for n, one in enumerate(MISTAKES)]
    (tmp_path / "page.js").write_text("\n".join([*begun, *lines]), encoding="utf-8")
    (tmp_path / "tsconfig.json").write_text(
        json.dumps({"extends": f"{ROOT}/web/tsconfig.json", "include": ["page.js"]}), encoding="utf-8"
    )
    compiler = CLIENTS / "typescript" / "node_modules" / ".bin" / "tsc"
    told = subprocess.run(
        [compiler, "-p", tmp_path], capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )
    found: dict[int, str] = {}
    for line, fault in re.findall(r"page\.js\((\d+),\d+\): (.*(?:\n .*)*)", told.stdout):
        found[int(line) - len(begun) - 1] = fault
    for number, (text, sign) in enumerate(MISTAKES.items()):
        assert (sign in found[number]) if sign else (number not in found), (text, found.get(number))


def test_a_generated_client_passes_on_what_came_after_it(generated: str) -> None:
    """An unknown value or member is no error: 'How answers may grow' of the description."""
    paths = api()["paths"]["/sessions/{session_id}/verify"]["post"]["responses"]["200"]
    session: dict[str, Any] = paths["content"]["application/json"]["examples"]["retry"]["value"]
    later = session | {"outcome": "later", "state": "later", "challenge": ["neutral", "later"], "later": 1}
    later["reason"] = session["reason"] | {"code": "later"}
    problem = {"type": "urn:lifecert:problem:later", "title": "", "status": 409, "detail": "", "code": "later"}
    read = (
        "import json, sys; from lifecert_client.models import Problem, Session, Step\n"
        "session, problem = map(json.loads, sys.argv[1:])\n"
        "known = Session.from_dict(session)\n"
        "print(known.outcome, known.state, known.challenge, known.reason.code, known.challenge[0] is Step.NEUTRAL)\n"
        "print(Problem.from_dict(problem).code)\n"
    )
    told = output(PYTHON, "-c", read, json.dumps(later), json.dumps(problem | {"request_id": "1"})).splitlines()
    assert told == ["later later [<Step.NEUTRAL: 'neutral'>, 'later'] later True", "later"]
