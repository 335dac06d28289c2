"""What to measure on: manifests of labelled pairs and of attacks, and folders of named people.

A file is read whole or not at all: every fault is reported with its line, and nothing is measured on the rest.
"""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

LABELS = {"live", "attack", "spoof"}
PICTURES = {".jpg", ".jpeg", ".png", ".webp"}
_LFW_NAME = re.compile(r"(?P<person>.+)_\d{4}")  # Name_Surname_0001.jpg
_SHOWN = 50  # faults, at most


class ManifestError(ValueError):
    """The input cannot be used. The message has one line for each fault."""

    def __init__(self, path: Path, faults: Sequence[str]) -> None:
        more = [f"and {len(faults) - _SHOWN} more"] if len(faults) > _SHOWN else []
        super().__init__("\n".join([f"{path}: nothing was measured", *faults[:_SHOWN], *more]))


@dataclass(frozen=True, slots=True)
class Pair:
    """Two photos: `reference` is embedded as one, `frame` as a challenge's frame. `same` person or not."""

    reference: Path
    frame: Path
    same: bool
    group: str = ""


@dataclass(frozen=True, slots=True)
class Presentation:
    """A photo shown to the camera, `live` or an attack of `kind`; `subject` is whom it shows, or empty."""

    photo: Path
    live: bool
    kind: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Dataset:
    """Photos in a fixed order, the pairs asked for (none for a folder), and who is on which photo if that is known.

    `group_name` is the heading of the manifest's fourth column. `people` is None, and `people_unknown` says why, when
    the identities cannot be derived from the file names.
    """

    photos: tuple[Path, ...]
    pairs: tuple[Pair, ...] = ()
    group_name: str = ""
    people: Mapping[Path, str] | None = None
    people_unknown: str = ""


def read_pairs(path: Path, root: Path) -> Dataset:
    """The manifest `img_a,img_b,same[,group]`, with pictures relative to `root`; the fourth column may have any name.

    `img_a` is the reference, `img_b` the frame, `same` 1 or 0. Raises ManifestError with every fault.
    """
    header, rows = _rows(path, ("img_a", "img_b", "same"), most=4)
    faults: list[str] = []
    pairs: list[Pair] = []
    first_line: dict[frozenset[str], int] = {}
    for line, row in rows:
        found = _faults(row, header, root, row[:2])
        if not found and row[2] not in ("0", "1"):
            found = [f"same is {row[2]!r}, not 1 or 0"]
        if not found and row[0] == row[1]:
            found = ["a photo is paired with itself"]
        if not found and (before := first_line.setdefault(frozenset(row[:2]), line)) != line:
            found = [f"the same two photos as on line {before}"]
        faults += [f"line {line}: {fault}" for fault in found]
        if not found:
            pairs.append(Pair(root / row[0], root / row[1], row[2] == "1", row[3] if len(header) > 3 else ""))
    if faults or not pairs:
        raise ManifestError(path, faults or ["no pair in it"])
    photos = tuple(sorted({photo for pair in pairs for photo in (pair.reference, pair.frame)}))
    people, unknown = _people(photos, pairs)
    return Dataset(photos, tuple(pairs), header[3] if len(header) > 3 else "", people, unknown)


def read_folder(path: Path) -> Dataset:
    """All pictures under a folder of people: one folder for each person, or names like `Ada_Lovelace_0001.jpg`.

    Raises ManifestError when there are none, or when it cannot be told who is on them.
    """
    photos = tuple(sorted(file for file in path.rglob("*") if file.suffix.lower() in PICTURES))
    if not photos:
        raise ManifestError(path, ["no picture in it"])
    # Folders first: cameras call everybody's photos IMG_0001.
    if all(photo.parent != path for photo in photos):
        return Dataset(photos, people={photo: photo.parent.relative_to(path).as_posix() for photo in photos})
    people, unknown = _people(photos, ())
    if people is None:
        raise ManifestError(path, [unknown, "and not every picture is in a person's own folder"])
    return Dataset(photos, people=people)


def read_presentations(path: Path, root: Path) -> tuple[Presentation, ...]:
    """The manifest `img,label,attack_type[,subject]`; `label` is live or attack (or spoof, the same).

    Raises ManifestError."""
    header, rows = _rows(path, ("img", "label", "attack_type"), most=4, fourth="subject")
    faults: list[str] = []
    shown: list[Presentation] = []
    for line, row in rows:
        found = _faults(row, header, root, row[:1])
        if not found and row[1] not in LABELS:
            found = [f"label is {row[1]!r}, not live, attack or spoof"]
        if not found and not row[2]:
            found = ["no attack_type"]
        faults += [f"line {line}: {fault}" for fault in found]
        if not found:
            shown.append(Presentation(root / row[0], row[1] == "live", row[2], row[3] if len(row) > 3 else ""))
    if faults or not shown:
        raise ManifestError(path, faults or ["no photo in it"])
    return tuple(shown)


def _rows(
    path: Path, wanted: tuple[str, ...], most: int, fourth: str | None = None
) -> tuple[list[str], Iterable[tuple[int, list[str]]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = next(reader, [])
            rows = [(reader.line_num, row) for row in reader if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ManifestError(path, [str(error)]) from error
    extra = header[len(wanted) :]
    if tuple(header[: len(wanted)]) != wanted or len(header) > most or (fourth and extra not in ([], [fourth])):
        columns = ",".join(wanted) + f"[,{fourth or 'group'}]"
        raise ManifestError(path, [f"line 1: the columns are {','.join(header) or 'missing'}, not {columns}"])
    return header, rows


def _faults(row: list[str], header: list[str], root: Path, pictures: list[str]) -> list[str]:
    if len(row) != len(header):
        return [f"{len(row)} fields instead of {len(header)}"]
    return [f"no file {name!r} under {root}" for name in pictures if not name or not (root / name).is_file()]


def _people(photos: Iterable[Path], pairs: Iterable[Pair]) -> tuple[dict[Path, str] | None, str]:
    """Who is on each photo by its name, unless a label says otherwise."""
    people: dict[Path, str] = {}
    for photo in photos:
        match = _LFW_NAME.fullmatch(photo.stem)
        if match is None:
            return None, f"{photo.name} is not named like Ada_Lovelace_0001.jpg"
        people[photo] = match["person"]
    for pair in pairs:
        if pair.same != (people[pair.reference] == people[pair.frame]):
            return None, f"names and label of {pair.reference.name}, {pair.frame.name} disagree"
    return people, ""
