"""Prepare the container image: `make image` runs it, once ONNX Runtime and the weights are there.

    python -m ops.image BUILD FOLDER --base IMAGE --tag NAME

Takes from the folder BUILD, as SAM left it. In FOLDER there are onnxruntime/ and weights/; it makes context/, which is
what an engine builds from, and root/, which is what the image adds to its base. Beside BUILD's template it writes
image.yaml, which deploys it.
"""

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import yaml

from ops.image.dockerfile import DockerfileError, lay_out
from ops.image.template import looking_at_photos, with_image

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = ROOT / "infra/image/Dockerfile"
LIMIT = 10_000_000_000
"""Bytes that Lambda takes of an image, unpacked, with its base."""
_TOLD = 1_000_000  # bytes from which a component is told


def prepare(build: Path, folder: Path, functions: Sequence[str]) -> Path:
    """Make the context anew, of what was built and fetched: the folder of it. Raises FileNotFoundError."""
    context = folder / "context"
    shutil.rmtree(context, ignore_errors=True)
    context.mkdir(parents=True)
    parts = {"core": build / "CoreLayer/python", "vision": build / "VisionLayer/python"}
    parts |= {name: folder / name for name in ("onnxruntime", "weights")}
    parts |= {f"functions/{name}": build / name for name in functions}
    for name, source in parts.items():
        shutil.copytree(source, context / name, symlinks=True)
    shutil.copy(DOCKERFILE, context)
    return context


def report(root: Path) -> str:
    """What the image adds to its base, by component, against what Lambda takes."""
    sizes = {part: _bytes(part) for part in (*(root / "opt/python").iterdir(), root / "var/task")}
    told = sorted(((size, part) for part, size in sizes.items() if size >= _TOLD), reverse=True)
    lines = [f"{size:>14,}  {part.relative_to(root)}" for size, part in told]
    together = _bytes(root)
    lines.append(f"{together - sum(size for size, _ in told):>14,}  all others")
    lines.append(f"{together:>14,}  together, beside the base, whose size is not known here")
    lines.append(f"{LIMIT:>14,}  Lambda's limit")
    return "\n".join(lines)


def _bytes(path: Path) -> int:
    files = [path] if path.is_file() else path.rglob("*")
    return sum(one.stat().st_size for one in files if one.is_file() and not one.is_symlink())


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 1 when the Dockerfile asks for what it may not or is not there."""
    parser = argparse.ArgumentParser(prog="python -m ops.image", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("build", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--base", required=True, help="the image to build on")
    parser.add_argument("--tag", required=True, help="what the image is called on this machine")
    asked = parser.parse_args(arguments)
    template = yaml.safe_load((asked.build / "template.yaml").read_text("utf-8"))
    root = asked.folder / "root"
    shutil.rmtree(root, ignore_errors=True)
    try:
        context = prepare(asked.build, asked.folder, looking_at_photos(template))
        made = lay_out(context / DOCKERFILE.name, context, root, {"BASE": asked.base})
    except (DockerfileError, FileNotFoundError) as error:
        print(f"image: {error}", file=sys.stderr)
        return 1
    derived = yaml.safe_dump(with_image(template, asked.tag), sort_keys=False, allow_unicode=True)
    (asked.build / "image.yaml").write_text(derived, "utf-8")
    print(f"image: {root}, on {made.base}, starts {' '.join(made.command)}\n{report(root)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
