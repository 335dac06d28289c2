"""Sizes of what `make build` built. As a program: a report by component, and a picture of it (`make size`)."""

from pathlib import Path

from lab.speed.plot import Bar, Chart, draw

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / ".build" / "sam"
CORE, VISION = BUILT / "CoreLayer", BUILT / "VisionLayer"
LAYERS = (CORE, VISION)
PICTURE = ROOT / ".build" / "bench" / "size.svg"

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


def components(layer: Path) -> list[tuple[int, str]]:
    """Bytes and names of what a layer consists of, the largest first."""
    return sorted(((size(part), part.name) for part in (layer / "python").iterdir()), reverse=True)


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


def picture() -> str:
    """SVG: all together against Lambda's limit, and every component of the layers above 500 kB."""
    layers = [size(layer) / 1e6 for layer in LAYERS]
    parts = sorted((part for layer in LAYERS for part in components(layer)), reverse=True)
    return draw(
        [
            Chart(
                "Both layers and the largest function, unzipped (line: Lambda's limit)",
                "MB",
                [Bar("together", [*layers, heaviest() / 1e6 - sum(layers)])],
                LIMIT / 1e6,
                ("core layer", "vision layer", "function"),
            ),
            Chart("By component", "MB", [Bar(name, [count / 1e6]) for count, name in parts if count >= 500_000]),
        ],
        "LifeCert: bytes by component",
    )


if __name__ == "__main__":
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    PICTURE.write_text(picture(), "utf-8")
    print(f"{report()}\n\nWritten: {PICTURE}")
