"""What was built: for the Python of this environment by `make build`, for others by `make build-all`."""

from dataclasses import dataclass
from pathlib import Path

from lab.speed.built import layers, variables
from lab.speed.sizes import BUILT, ROOT

OTHERS = ROOT / ".build" / "builds"


@dataclass(frozen=True, slots=True)
class Build:
    """One build: `folder` as SAM left it, and the interpreter that has what Lambda's runtime has, and no more."""

    python: str
    folder: Path
    interpreter: Path

    def path(self, function: str) -> str:
        """Where the packages of a function's layers are found, in Lambda /opt/python."""
        return ":".join(str(layer / "python") for layer in layers(self.folder, function))

    @property
    def image(self) -> Path:
        """What `make image` laid out beside its base, if it did."""
        return ROOT / ".build" / "image" / self.python / "root"

    def functions(self) -> dict[str, dict[str, str]]:
        """The functions' names with their variables."""
        return variables(self.folder)


def builds() -> dict[str, Build]:
    """The builds that are there, by Python version, the oldest first."""
    found = {}
    here = ROOT / ".build" / "runtime"
    if BUILT.is_dir() and here.is_dir():
        python = next((here / "lib").glob("python3.*")).name
        found[python] = Build(python, BUILT, here / "bin" / "python")
    for folder in OTHERS.glob("python3.*"):
        if (folder / "sam" / "template.yaml").is_file():
            found[folder.name] = Build(folder.name, folder / "sam", folder / "runtime" / "bin" / "python")
    return dict(sorted(found.items()))
