"""The books of the example payers: what clients/payer/rebuild.py comes to by what each payer was told, and by nothing
else."""

import importlib.util
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

from lab.city.services import MemoryS3
from local.stack import ROOT

BUCKET = "the-change-files-bucket"


@cache
def payer_example() -> ModuleType:
    """The example, which is no package: a payer takes the one file."""
    spec = importlib.util.spec_from_file_location("city_payer", ROOT / "clients/payer/rebuild.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError("clients/payer/rebuild.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@dataclass(slots=True)
class Books:
    """One book for each payer. `touched` are the people of whom a payer heard since that was asked last, and `held`
    those of whom a payer was told to hold, with the number of the entry."""

    payers: Sequence[str]
    by_payer: dict[str, Any] = field(init=False)
    touched: set[str] = field(default_factory=set)
    held: list[tuple[str, int, str]] = field(default_factory=list)
    twice: int = 0

    def __post_init__(self) -> None:
        self.by_payer = {payer: payer_example().State() for payer in self.payers}

    def take(self, kind: str, detail: dict[str, Any]) -> None:
        """Write down what a payer hears."""
        self.twice += not self.by_payer[detail["payer"]].apply(detail)
        self.touched.add(str(detail["beneficiary_id"]))
        if kind == "PaymentHeld":
            self.held.append((str(detail["beneficiary_id"]), int(detail["seq"]), str(detail["benefit"])))

    def rebuilt(self, payer: str, s3: MemoryS3, *, from_snapshot: bool) -> Any:
        """The same book by a payer's files alone, with the newest snapshot or without one."""
        with TemporaryDirectory(prefix="payer-") as folder:
            for path, content in _files(payer, s3):
                place = Path(folder) / path
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)
            return payer_example().rebuilt(Path(folder), from_snapshot=from_snapshot)


def _files(payer: str, s3: MemoryS3) -> Iterator[tuple[str, bytes]]:
    """A payer's own objects, by the names that they have in its folder."""
    for key, (content, _) in s3.buckets[BUCKET].items():
        if key.startswith(f"changes/{payer}/"):
            yield key.removeprefix(f"changes/{payer}/"), content
        if key.startswith(f"snapshots/{payer}/"):
            yield f"snapshots/{key.removeprefix(f'snapshots/{payer}/')}", content
