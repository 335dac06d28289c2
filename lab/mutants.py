"""`make mutants`: whether the unit tests of the rules notice when a rule is changed.

cosmic-ray (requirements/mutation.txt, an environment of its own) changes one thing at a time in a copy of the domain:
a comparison, a number, an `and`, a sign, a decorator. For each such mutant the tests of that module run; a mutant that
they pass has survived, and is shown. The score is the share of those that did not.

Exits with 1 when a module's score is below LEAST, or when a survivor is not in `lab/mutants.json`, which has those that
behave like the original, each with the reason.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
WORK = ROOT / ".build/mutants"
TOOLS = ROOT / ".build/mutation/bin"
EQUIVALENT = ROOT / "lab/mutants.json"
COPIED = ("layers/core", "tests", "pyproject.toml")
DOMAIN = "layers/core/lifecert/domain"
TESTED = {
    "status": ("test_status", "test_values"),
    "hold": ("test_hold", "test_values"),
    "year": ("test_year", "test_values"),
    "policy": ("test_policy", "test_values"),
}
"""The modules, and the tests of tests/unit/domain that must notice."""
LEAST = 0.9
_TIMEOUT_S = 60.0
# Of a sum or difference only the other one: a date divided by a number fails whatever the tests say, and so does a
# type that is not a union.
_LEFT_OUT = r"core/ReplaceBinaryOperator_(?!Add_Sub$|Sub_Add$).*"


class MutantsError(Exception):
    """It cannot be told. The message says why."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: by which operator, of which line (as it was and as it became), and whether a test noticed."""

    module: str
    operator: str
    before: str
    after: str
    killed: bool

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is known by in EQUIVALENT: line numbers move."""
        return self.module, self.before, self.after


def copied(to: Path) -> None:
    """Copy what the tests of the domain need, without byte code: mutants are made in the copy."""
    shutil.rmtree(to, ignore_errors=True)
    listed = _run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *COPIED], ROOT)
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)


def configuration(module: str) -> str:
    """cosmic-ray's settings for one module."""
    files = " ".join(f"tests/unit/domain/{test}.py" for test in TESTED[module])
    python = ROOT / ".venv/bin/python"
    command = f"{python} -B -m pytest {files} --noconftest -p no:cacheprovider -q -x"
    return "\n".join(
        [
            "[cosmic-ray]",
            f'module-path = "{DOMAIN}/{module}.py"',
            f"timeout = {_TIMEOUT_S}",
            "excluded-modules = []",
            f"test-command = {json.dumps(command)}",
            "[cosmic-ray.distributor]",
            'name = "local"',
            "[cosmic-ray.filters.operators-filter]",
            f"exclude-operators = [{json.dumps(_LEFT_OUT)}]",
        ]
    )


def mutants(module: str) -> list[Mutant]:
    """Make and try every mutant of a module. Raises MutantsError, also when the tests fail on the original."""
    tree, settings, session = WORK / "tree", str(WORK / f"{module}.toml"), str(WORK / f"{module}.sqlite")
    Path(settings).write_text(configuration(module), encoding="utf-8")
    Path(session).unlink(missing_ok=True)
    _run([f"{TOOLS}/cosmic-ray", "init", settings, session], tree)
    _run([f"{TOOLS}/cr-filter-operators", session, settings], tree)
    _run([f"{TOOLS}/cosmic-ray", "baseline", settings], tree)
    _run([f"{TOOLS}/cosmic-ray", "exec", settings, session], tree)
    return list(tried(module, _run([f"{TOOLS}/cosmic-ray", "dump", session], tree).splitlines()))


def tried(module: str, dump: Sequence[str]) -> Iterator[Mutant]:
    """The mutants of a session's dump that were not left out. Raises MutantsError for one that no test was run on."""
    for line in dump:
        work, result = json.loads(line)
        (mutation,) = work["mutations"]
        if result and result["worker_outcome"] == "skipped":
            continue
        outcome = result["test_outcome"] if result else None
        if outcome not in ("killed", "survived"):
            raise MutantsError(f"{module}: {mutation['operator_name']} was not tried: {outcome}")
        yield Mutant(module, _name(mutation), *_changed(result["diff"]), killed=outcome == "killed")


def _name(mutation: dict[str, Any]) -> str:
    return str(mutation["operator_name"]).removeprefix("core/")


def _changed(diff: str) -> tuple[str, str]:
    """The line that a diff takes away, and the one that it puts there."""
    lines = [line for line in diff.splitlines() if not line.startswith(("---", "+++"))]
    gone, come = ([line[1:].strip() for line in lines if line.startswith(sign)] for sign in "-+")
    return " ".join(gone), " ".join(come)


def known() -> dict[tuple[str, str, str], str]:
    """The mutants that behave like the original, and why."""
    listed = json.loads(EQUIVALENT.read_text(encoding="utf-8"))
    return {(one["module"], one["before"], one["after"]): one["why"] for one in listed}


def told(tries: Sequence[Mutant], equivalent: dict[tuple[str, str, str], str]) -> tuple[str, list[str]]:
    """A table of the scores with the survivors below it, and what is wrong."""
    rows, survivors, wrong = ["| module | mutants | killed | score |", "|---|---|---|---|"], [], []
    for module in sorted({one.module for one in tries}):
        of_it = [one for one in tries if one.module == module]
        killed = sum(one.killed for one in of_it)
        rows.append(f"| `{module}` | {len(of_it)} | {killed} | {killed / len(of_it):.1%} |")
        if killed < LEAST * len(of_it):
            wrong.append(f"{module}: less than {LEAST:.0%}")
    for one in tries:
        if not one.killed:
            why = equivalent.get(one.key)
            survivors.append(
                f"{one.module} {one.operator}\n  - {one.before}\n  + {one.after}\n  {why or '(not known)'}"
            )
            if why is None:
                wrong.append(f"{one.module}: survived, and not listed as equivalent: {one.after}")
    gone = equivalent.keys() - {one.key for one in tries if not one.killed}
    tested = {one.module for one in tries}
    wrong += [f"{key[0]}: listed as equivalent, and no survivor: {key[2]}" for key in sorted(gone) if key[0] in tested]
    total = sum(one.killed for one in tries)
    rows.append(f"| all | {len(tries)} | {total} | {total / len(tries):.1%} |")
    return "\n".join([*rows, "", *survivors]), wrong


def _run(command: Sequence[str], folder: Path) -> str:
    # Without the plug-ins of other tests pytest starts in a fifth of a second.
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, check=False, capture_output=True, text=True)
    if done.returncode:
        raise MutantsError(f"{Path(command[0]).name} {command[1]}: {(done.stdout + done.stderr).strip()[-2000:]}")
    return done.stdout


def main() -> int:
    """Try the mutants of each module and say what survived."""
    parser = argparse.ArgumentParser(prog="make mutants", description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--only", choices=TESTED, help="one module alone")
    only = parser.parse_args().only
    try:
        copied(WORK / "tree")
        tries = [one for module in TESTED if only in (None, module) for one in mutants(module)]
    except MutantsError as error:
        print(f"mutants: {error}", file=sys.stderr)
        return 2
    table, wrong = told(tries, known())
    print(table)
    for fault in wrong:
        print(f"mutants: {fault}", file=sys.stderr)
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
