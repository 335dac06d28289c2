"""Photos of people out of a folder, in an order that can be drawn again."""

import random
from collections import defaultdict
from pathlib import Path

from lab.calibration.manifest import read_folder


def photos_of(folder: Path, seed: int, *, least: int = 2) -> dict[str, list[bytes]]:
    """Of each person with at least so many photos all of them, by name; the people are in an order that `seed` draws.

    Raises ManifestError, as `read_folder`.
    """
    photos: dict[str, list[bytes]] = defaultdict(list)
    for path, person in (read_folder(folder).people or {}).items():
        photos[person].append(path.read_bytes())
    names = sorted(name for name, several in photos.items() if len(several) >= least)
    random.Random(seed).shuffle(names)  # noqa: S311 - to be drawn again
    return {name: photos[name] for name in names}
