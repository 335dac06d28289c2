"""`make profile`: where the time goes, for people who want to take some of it away.

Two tables: what each module's import costs in a cold start (`-X importtime`), and which functions a warm verification
spends its time in (cProfile; native code counts for the function that calls it).
"""

import re
import subprocess
import sys
from dataclasses import dataclass

from lab.speed.measure import FUNCTION, QUICK, prepare, settings
from lab.speed.process import BUILD, LAYERS, ROOT, RUNTIME, BenchError, environment, run

_SHOWN = 20
_LINE = re.compile(r"import time:\s+(\d+) \|\s+(\d+) \|(\s+)(\S+)")


@dataclass(frozen=True, slots=True)
class Import:
    """One module's import in microseconds: by itself, and with all that it imported first."""

    name: str
    own: int
    whole: int


def imports(text: str) -> list[Import]:
    """What `-X importtime` wrote, the dearest by itself first."""
    found = [Import(match[4], int(match[1]), int(match[2])) for match in _LINE.finditer(text)]
    return sorted(found, key=lambda one: one.own, reverse=True)


def by_package(found: list[Import]) -> list[tuple[str, int]]:
    """Microseconds of each top-level package, the dearest first."""
    spent: dict[str, int] = {}
    for one in found:
        package = one.name.split(".")[0]
        spent[package] = spent.get(package, 0) + one.own
    return sorted(spent.items(), key=lambda pair: pair[1], reverse=True)


def main() -> int:
    """Print both tables; 2 when they could not be made."""
    try:
        photos = BUILD / "bench/photos"
        prepare(photos, QUICK.photos)
        cold = subprocess.run(
            [RUNTIME, "-X", "importtime", "-m", "lab.speed.cold", photos],
            cwd=ROOT,
            env=environment((FUNCTION, *LAYERS, ROOT), 1, settings()),
            capture_output=True,
            text=True,
            check=True,
        )
        warm = run([RUNTIME, "-m", "lab.speed.probe", "profile", photos, "20"], path=(*LAYERS, ROOT))
    except (BenchError, subprocess.CalledProcessError) as error:
        print(f"profile: {error}", file=sys.stderr)
        return 2
    found = imports(cold.stderr)
    print(f"Imports of a cold start: {sum(one.own for one in found) / 1000:.0f} ms of wall time (with the clock on)\n")
    print("\n".join(f"{spent / 1000:9.1f} ms  {package}" for package, spent in by_package(found)[:_SHOWN]))
    print("\nThe dearest modules by themselves\n")
    print("\n".join(f"{one.own / 1000:9.1f} ms  {one.name}" for one in found[:_SHOWN]))
    print(f"\nWarm verifications of three frames\n\n{warm['table']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
