"""Sizes of what `make build` built. As a program: a report by component, and a picture of it (`make size`)."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lab.plot import Bar, Chart, bars

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / ".build" / "sam"
CORE, VISION = BUILT / "CoreLayer", BUILT / "VisionLayer"
LAYERS = (CORE, VISION)
OUT = ROOT / ".build" / "bench"

LIMIT = 262_144_000
"""Bytes that Lambda takes, unzipped: one function and all its layers."""
_DRAWN = 1_000_000  # bytes from which a component is named among the figures
SPARE = 8 * 1024 * 1024
"""Bytes we keep free below the limit."""


def size(path: Path) -> int:
    """Bytes of a file, or of all files below a folder."""
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


def functions(built: Path = BUILT) -> list[Path]:
    """The folders of the built functions."""
    return sorted(handler.parent for handler in built.glob("*/app.py"))


def heaviest(built: Path = BUILT) -> int:
    """Bytes of both layers and the largest function."""
    return sum(size(built / layer.name) for layer in LAYERS) + max(map(size, functions(built)))


def heaviest_with_all_models(built: Path = BUILT) -> int:
    """The same with every model: a build whose network reaches all their sources is no larger than this."""
    packages = json.loads((ROOT / "layers/vision/models.json").read_text("utf-8"))["packages"]
    folder = built / VISION.name / "python"
    lacking = (
        int(file["bytes"])
        for package in packages
        for file in package["files"]
        if not (folder / package["into"] / file["name"]).is_file()
    )
    return heaviest(built) + sum(lacking)


def components(layer: Path) -> list[tuple[int, str]]:
    """Bytes and names of what a layer consists of, the largest first."""
    return sorted(((size(part), part.name) for part in (layer / "python").iterdir()), reverse=True)


def result(date: str) -> dict[str, Any]:
    """The figures as plain values: bytes of both layers and the largest function together, and by component."""
    parts = sorted((part for layer in LAYERS for part in components(layer)), reverse=True)
    return {
        "date": date,
        "python": f"{sys.version_info[0]}.{sys.version_info[1]}",
        "limit": LIMIT,
        "together": heaviest(),
        "layers": {layer.name: size(layer) for layer in LAYERS},
        "components": {name: count for count, name in parts if count >= _DRAWN},
        "others": sum(count for count, _ in parts if count < _DRAWN),
    }


def report() -> str:
    """Every component of the layers above 100 kB, the functions, and the sum against the limit."""
    lines = []
    for layer in LAYERS:
        lines.append(f"{size(layer):>12,}  {layer.name}")
        lines += [f"{count:>12,}      {name}" for count, name in components(layer) if count >= 100_000]
    lines += [f"{size(path):>12,}  {path.name}" for path in functions()]
    total = heaviest()
    lines.append(f"{total:>12,}  both layers and the largest function")
    lines.append(f"{LIMIT:>12,}  Lambda's limit: {LIMIT - total:,} bytes free, {SPARE:,} to be kept free")
    return "\n".join(lines)


def picture(told: Mapping[str, Any]) -> str:
    """SVG: all together against Lambda's limit, and every component of the layers from 1 MB."""
    layers = [count / 1e6 for count in told["layers"].values()]
    parts = [*told["components"].items(), ("all others", told["others"])]
    return bars(
        [
            Chart(
                "Both layers and the largest function, unzipped",
                "MB",
                [Bar("together", [*layers, told["together"] / 1e6 - sum(layers)])],
                told["limit"] / 1e6,
                ("core layer", "vision layer", "function"),
            ),
            Chart("By component", "MB", [Bar(name, [count / 1e6]) for name, count in parts]),
        ],
        "LifeCert: bytes by component",
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the report; write the figures and the picture."""
    parser = argparse.ArgumentParser(prog="python -m lab.speed.sizes", description=__doc__)
    parser.add_argument("--out", type=Path, default=OUT, help="folder of size.json and size.svg")
    parser.add_argument("--date", required=True, help="written beside the figures")
    asked = parser.parse_args(arguments)
    told = result(asked.date)
    asked.out.mkdir(parents=True, exist_ok=True)
    (asked.out / "size.json").write_text(json.dumps(told, indent=2) + "\n", "utf-8")
    (asked.out / "size.svg").write_text(picture(told), "utf-8")
    print(f"{report()}\n\nWritten: {asked.out / 'size.json'}, {asked.out / 'size.svg'}")


if __name__ == "__main__":
    main()
