"""Look at the dependencies as far as this machine can without a network: `make dependencies`.

Every lock names exact versions by hash; what is installed is what the locks say; each package finds what it needs; and
each licence is one that may be used beside Apache-2.0, those in the layers one that may be passed on.
"""

import importlib.metadata
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
TOOLS = (ROOT / "requirements" / "dev.txt",)
SHIPPED = tuple(ROOT / "layers" / layer / "requirements.txt" for layer in ("core", "tokens", "vision"))
# Installed into an environment of its own.
RUNTIME = ROOT / "requirements" / "runtime.txt"
# What the container image has beside the layers; tests/artefact/test_image.py asks for its licence.
IMAGE = ROOT / "requirements" / "image.txt"
# MediaPipe asks for more than its face landmarks need, and its wheel names a platform that pip does not know
# (docs/adr/0001).
KNOWN = re.compile(r"mediapipe \S+ (requires \S+, which is not installed|is not supported on this platform)\.?")
PERMISSIVE = re.compile(
    r"\b(MIT|MIT-0|BSD|[023]BSD|Apache|ISC|PSF|Python Software Foundation|CNRI|Unlicense|Public Domain|Artistic)\b",
    re.IGNORECASE,
)
# A file of it that is changed must be passed on with its source; nothing of it is changed here.
WEAK = re.compile(r"\b(MPL|Mozilla Public License)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Locked:
    """A requirement of a lock: name, version, and whether its files are told by hash. `here` when its marker holds."""

    name: str
    version: str
    hashed: bool
    here: bool


def locked(lock: Path) -> Iterator[Locked]:
    """The requirements of a lock. Raises ValueError for one that is not an exact version."""
    text = lock.read_text(encoding="utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        said, *options = line.partition(" --hash")
        if not said.strip() or said.startswith(("#", "-")):
            continue
        asked = Requirement(said)
        [*versions] = asked.specifier
        if len(versions) != 1 or versions[0].operator != "==" or "*" in versions[0].version:
            raise ValueError(f"{lock.name}: {asked.name} has no exact version")
        here = asked.marker is None or asked.marker.evaluate()
        yield Locked(canonicalize_name(asked.name), versions[0].version, any(options), here)


def differing(locks: Iterable[Locked], installed: Mapping[str, str]) -> Iterator[str]:
    """What is installed otherwise than the locks say."""
    wanted = {one.name: one.version for one in locks if one.here}
    for name, version in sorted(wanted.items()):
        if installed.get(name) != version:
            yield f"{name}: locked {version}, installed {installed.get(name, 'not at all')}"
    yield from (f"{name}: installed, and in no lock" for name in sorted(installed.keys() - wanted.keys()))


def licence_of(distribution: Distribution) -> str:
    """What a distribution says of its licence; empty when it says nothing."""
    said = distribution.metadata.json
    classified = [one.rpartition("::")[2].strip() for one in said.get("classifier", []) if one.startswith("License")]
    first_line = str(said.get("license") or "").strip().split("\n")[0]
    return str(said.get("license_expression") or " OR ".join(classified) or first_line)


def unsuitable(licences: Mapping[str, str], shipped: Iterable[str]) -> Iterator[str]:
    """Licences that are not known to be fine; of what is `shipped` a weaker copyleft is not."""
    strict = set(shipped)
    for name, licence in sorted(licences.items()):
        fine = PERMISSIVE.search(licence) or (WEAK.search(licence) and name not in strict)
        if not fine:
            yield f"{name}: licence {licence or 'not told'}"


def incomplete() -> Iterator[str]:
    """What `pip check` misses, beside what is known."""
    check = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True, check=False)
    lines = check.stdout.splitlines()
    yield from (
        line for line in lines if line and line != "No broken requirements found." and not KNOWN.fullmatch(line)
    )


def faults() -> Iterator[str]:
    """Everything that is wrong with the dependencies of this checkout and this environment."""
    locks = {path: list(locked(path)) for path in (*TOOLS, *SHIPPED, RUNTIME, IMAGE)}
    for path, requirements in locks.items():
        yield from (f"{path.relative_to(ROOT)}: {one.name} has no hash" for one in requirements if not one.hashed)
    found = {canonicalize_name(one.metadata["Name"]): one for one in importlib.metadata.distributions()}
    environment = [one for path in (*TOOLS, *SHIPPED) for one in locks[path]]
    yield from differing(environment, {name: one.version for name, one in found.items()})
    shipped = {one.name for path in SHIPPED for one in locks[path]}
    yield from unsuitable({name: licence_of(one) for name, one in found.items()}, shipped)
    yield from incomplete()


def main() -> int:
    """Exit status 1 when something is wrong, each on a line."""
    found = list(faults())
    for fault in found:
        print(f"dependencies: {fault}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
