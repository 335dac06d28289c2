"""Sizes of what `make build` built. As a program: a report by component (`make size`)."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / ".build" / "sam"
CORE, VISION = BUILT / "CoreLayer", BUILT / "VisionLayer"
LAYERS = (CORE, VISION)

LIMIT = 262_144_000
"""Bytes that Lambda takes, unzipped: one function and all its layers."""
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


def report() -> str:
    """Every component of the layers above 100 kB, the functions, and the sum against the limit."""
    lines = []
    for layer in LAYERS:
        lines.append(f"{size(layer):>12,}  {layer.name}")
        parts = sorted(((size(part), part.name) for part in (layer / "python").iterdir()), reverse=True)
        lines += [f"{count:>12,}      {name}" for count, name in parts if count >= 100_000]
    lines += [f"{size(path):>12,}  {path.name}" for path in functions()]
    total = heaviest()
    lines.append(f"{total:>12,}  both layers and the largest function")
    lines.append(f"{LIMIT:>12,}  Lambda's limit: {LIMIT - total:,} bytes free, {SPARE:,} to be kept free")
    return "\n".join(lines)


if __name__ == "__main__":
    print(report())
