"""Ask a public database of advisories about every locked version: `make audit`.

It needs a network, and says when it has none. Only names and versions of published packages are sent.
"""

import argparse
import json
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from typing import Any

from ops.checks.dependencies import IMAGE, RUNTIME, SHIPPED, TOOLS, Locked, locked

# OSV's batch query: one request, and one result for each package in the same order.
SERVICE = "https://api.osv.dev/v1/querybatch"
TIMEOUT_SECONDS = 30
Ask = Callable[[dict[str, Any]], dict[str, Any]]


def known_faults(packages: Sequence[Locked], ask: Ask) -> dict[str, list[str]]:
    """Ids of advisories by package and version; a package without any is left out."""
    queries = [{"package": {"ecosystem": "PyPI", "name": one.name}, "version": one.version} for one in packages]
    results = ask({"queries": queries})["results"]
    return {
        f"{one.name} {one.version}": sorted(fault["id"] for fault in result["vulns"])
        for one, result in zip(packages, results, strict=True)
        if result.get("vulns")
    }


def asking(service: str) -> Ask:
    """Ask over HTTPS. Raises OSError without a network."""

    def ask(query: dict[str, Any]) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310 (the address is the operator's own)
            service, json.dumps(query).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            found: dict[str, Any] = json.load(answer)
        return found

    return ask


def main(arguments: Sequence[str] | None = None, ask: Ask | None = None) -> int:
    """Exit status: 0 nothing known, 1 something is, 3 the database cannot be reached, so nothing was checked."""
    parser = argparse.ArgumentParser(prog="python -m ops.checks.advisories", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--service", default=SERVICE, help="address of the batch query (%(default)s)")
    service = parser.parse_args(arguments).service
    packages = sorted(
        {one for lock in (*TOOLS, *SHIPPED, RUNTIME, IMAGE) for one in locked(lock)}, key=lambda one: one.name
    )
    try:
        found = known_faults(packages, ask or asking(service))
    except (OSError, ValueError, KeyError) as error:
        print(f"audit: {service} cannot be reached ({type(error).__name__}). NOTHING WAS CHECKED.", file=sys.stderr)
        print("audit: this needs a network; without one, make dependencies checks what it can.", file=sys.stderr)
        return 3
    for package, advisories in found.items():
        print(f"{package}: {', '.join(advisories)}")
    print(f"audit: {len(packages)} locked packages, {len(found)} with advisories")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
