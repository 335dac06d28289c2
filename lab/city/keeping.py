"""What a city is kept by between two runs of the command: its tables as the engine has them, and the rest as Python has
it. A year of a hundred thousand people is hours long, and a machine may be wanted for something else.

What is kept is read by the code that wrote it, and by no other: it is a run that goes on, and no record.
"""

import pickle
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.city.books import payer_example
from lab.city.city import City
from lab.city.faces import RememberingAnalyser
from lab.city.product import Streams
from lab.city.services import MemoryLambda

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEEP_EVERY_SECONDS = 600.0
_STATE, _TABLES, _UNFINISHED = "city.pickle", "tables", "unfinished"
# In memory, where there is such a folder: on a disk the engine waits for each write, ten times as long as it works.
_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it


class AnotherPlan(Exception):
    """What is kept there is another city."""


@dataclass(slots=True)
class Kept:
    """A city after so many `days`, what was found until then, how many holds were looked at, and the seconds it took.
    `analyser` and `images` are what the analyser remembers and the streams' last images."""

    asked: Any
    city: City
    outcome: Any
    analyser: dict[str, Any] = field(default_factory=dict)
    images: dict[str, Any] = field(default_factory=dict)
    days: int = 0
    held: int = 0
    seconds: float = 0.0


class _Pickler(pickle.Pickler):
    """Leaves out what the next run makes anew."""

    def __init__(self, file: Any, city: City) -> None:
        super().__init__(file, protocol=pickle.HIGHEST_PROTOCOL)
        made = {"client": city.services.dynamodb, "deciding": city.services.deciding, "stream": city.stream}
        self._names = {id(one): name for name, one in {**made, "say": city.say}.items()}

    def persistent_id(self, obj: Any) -> str | None:
        return self._names.get(id(obj))


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: Any, client: "DynamoDBClient", say: Callable[[str], None]) -> None:
        super().__init__(file)
        # The streams are those of the product, which is built over what is read here.
        self._made = {"client": client, "deciding": MemoryLambda(), "stream": None, "say": say}

    def persistent_load(self, pid: Any) -> Any:
        return self._made[pid]


@dataclass(slots=True)
class Keeping:
    """A folder with the newest state of a run; `tables` is where the engine has its own while it runs."""

    folder: Path
    tables: Path
    last: float = field(default_factory=time.monotonic)

    @property
    def is_due(self) -> bool:
        """Whether it is long ago that the city was kept."""
        return time.monotonic() - self.last > KEEP_EVERY_SECONDS

    def keep(self, kept: Kept, analyser: RememberingAnalyser, stream: Streams) -> None:
        """Keep the city as it is now. Nothing may be under way: the engine's files are copied as they lie there."""
        kept.analyser, kept.images = analyser.memory(), stream.images()
        kept.city.faces.forget_cameras()
        new = self.folder / _UNFINISHED
        shutil.rmtree(new, ignore_errors=True)
        shutil.copytree(self.tables, new / _TABLES)
        with (new / _STATE).open("wb") as file:
            _Pickler(file, kept.city).dump(kept)
        before = _newest(self.folder)
        new.rename(self.folder / f"day-{kept.days:04}-{time.time_ns()}")
        if before:
            shutil.rmtree(before)
        self.last = time.monotonic()

    def found(self, client: "DynamoDBClient", say: Callable[[str], None]) -> Kept | None:
        """What was kept, over this client; None where nothing was."""
        newest = _newest(self.folder)
        if newest is None:
            return None
        payer_example()  # whose books are read
        with (newest / _STATE).open("rb") as file:
            kept = _Unpickler(file, client, say).load()
        if not isinstance(kept, Kept):
            raise TypeError(f"{newest / _STATE} is no city")
        return kept


@contextmanager
def keeping(folder: Path) -> Iterator[Keeping]:
    """Keep a city in this folder; the engine's files lie where `tables` says as long as the block lasts, and are those
    of the state that is found."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="lifecert-city-", dir=_MEMORY if _MEMORY.is_dir() else folder) as working:
        tables = Path(working) / _TABLES
        newest = _newest(folder)
        if newest:
            shutil.copytree(newest / _TABLES, tables)
        else:
            tables.mkdir()
        yield Keeping(folder, tables)


def _newest(folder: Path) -> Path | None:
    """The newest state; an unfinished one is none."""
    return max(folder.glob("day-*"), default=None, key=lambda path: int(path.name.rpartition("-")[2]))
