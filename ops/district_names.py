"""Write the names of China's divisions into the core layer: `make district-names`, when a newer release is pinned.

Taken from the package that `ops/district_names.json` pins: provinces, prefectures and counties by GB/T 2260 code, each
with its own name alone. What the functions read is the file that is written, which is committed.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
MANIFEST = Path(__file__).with_suffix(".json")
FILE = ROOT / "layers/core/lifecert/district_names.json"


def names_of(divisions: Mapping[str, Any]) -> dict[str, str]:
    """Names by code: two digits for a province, four for a prefecture, six for a county. Sorted by code."""
    names = {}
    for province, inside in divisions["provinces"].items():
        names[inside["code"][:2]] = province
        for prefecture, within in inside["cities"].items():
            # Counties straight under a province stand under a prefecture without a name or a code.
            if within["code"]:
                names[within["code"][:4]] = prefecture
            names.update({code[:6]: county for county, code in within["counties"].items()})
    return dict(sorted(names.items()))


def written(package: Mapping[str, Any], divisions: Mapping[str, Any]) -> str:
    """The file's text: where the names come from, and the names, one a line so that a change can be read."""
    [file] = package["files"]
    head = {
        "source": file["source"],
        "licence": file["licence"],
        "package": package["requirement"],
        "sha256": file["sha256"],
        "as_of": divisions["meta"]["fetched_at"][:10],
        "names": None,
    }
    lines = ",\n".join(f'"{code}":{json.dumps(name, ensure_ascii=False)}' for code, name in names_of(divisions).items())
    return json.dumps(head, ensure_ascii=False, indent=1).replace("null", f"{{\n{lines}\n}}") + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the file."""
    parser = argparse.ArgumentParser(prog="python -m ops.district_names", description=__doc__)
    parser.add_argument("--out", type=Path, default=FILE, help="(%(default)s)")
    out = parser.parse_args(arguments).out
    [package] = json.loads(MANIFEST.read_text("utf-8"))["packages"]
    [file] = package["files"]
    divisions = json.loads((MANIFEST.parent / package["into"] / file["name"]).read_text("utf-8"))
    text = written(package, divisions)
    out.write_text(text, "utf-8")
    print(
        f"district-names: {len(names_of(divisions)):,} names as of {divisions['meta']['fetched_at'][:10]} in {out.name}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
