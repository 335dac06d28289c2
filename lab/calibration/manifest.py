"""What to measure on: manifests of labelled pairs and of attacks, and folders of named people.

A file is read whole or not at all: every fault is reported with its line, and nothing is measured on the rest.
"""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lab.calibration.lfw import Row, lfw_rows

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
    fold: str = ""
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

    `group_name` is the heading of the column of groups. `people` is None, and `people_unknown` says why, when the
    identities cannot be derived from the file names.
    """

    photos: tuple[Path, ...]
    pairs: tuple[Pair, ...] = ()
    group_name: str = ""
    people: Mapping[Path, str] | None = None
    people_unknown: str = ""


def read_pairs(path: Path, root: Path) -> Dataset:
    """The manifest `img_a,img_b,same[,fold][,group]`, with pictures relative to `root`; the group's column may have any
    name. A name ending in .txt is read as the `pairs.txt` of Labelled Faces in the Wild (`lab.calibration.lfw`).

    `img_a` is the reference, `img_b` the frame, `same` 1 or 0. Raises ManifestError with every fault.
    """
    if path.suffix == ".txt":
        return _dataset(path, lfw_rows(path), root)
    header, rows = _rows(path, ("img_a", "img_b", "same"), most=5)
    more = header[3:]
    if len(more) == 2 and "fold" not in more:
        raise ManifestError(path, ["line 1: of two more columns one must be fold"])
    found = []
    for line, row in rows:
        if len(row) != len(header):
            found.append(Row(line, f"{len(row)} fields instead of {len(header)}"))
            continue
        extra = dict(zip(more, row[3:], strict=True))
        fold = extra.pop("fold", "")
        found.append(Row(line, "", row[0], row[1], row[2], fold, next(iter(extra.values()), "")))
    return _dataset(path, found, root, next((name for name in more if name != "fold"), ""))


def _dataset(path: Path, rows: Iterable[Row], root: Path, group_name: str = "") -> Dataset:
    faults: list[str] = []
    pairs: list[Pair] = []
    first_line: dict[frozenset[str], int] = {}
    for row in rows:
        found = [row.fault] if row.fault else _missing((row.one, row.other), root)
        if not found and row.same not in ("0", "1"):
            found = [f"same is {row.same!r}, not 1 or 0"]
        if not found and row.one == row.other:
            found = ["a photo is paired with itself"]
        if not found and (before := first_line.setdefault(frozenset((row.one, row.other)), row.line)) != row.line:
            found = [f"the same two photos as on line {before}"]
        faults += [f"line {row.line}: {fault}" for fault in found]
        if not found:
            pairs.append(Pair(root / row.one, root / row.other, row.same == "1", row.fold, row.group))
    if faults or not pairs:
        raise ManifestError(path, faults or ["no pair in it"])
    photos = tuple(sorted({photo for pair in pairs for photo in (pair.reference, pair.frame)}))
    people, unknown = _people(photos, pairs)
    return Dataset(photos, tuple(pairs), group_name, people, unknown)


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


def read_presentation_folder(path: Path) -> tuple[Presentation, ...]:
    """A folder `live/` and one more for each kind of attack; in each, photos by subject as `read_folder` takes them.

    A subject is one by its folder or by its name like `Ada_Lovelace_0001.jpg`; a photo with neither has none.
    Raises ManifestError when there is no picture, or none live.
    """
    photos = sorted(file for file in path.rglob("*") if file.suffix.lower() in PICTURES)
    loose = [f"{photo.name} is in no folder" for photo in photos if photo.parent == path]
    shown = []
    for photo in photos:
        kind, *between = photo.relative_to(path).parts[:-1] or [""]
        named = _LFW_NAME.fullmatch(photo.stem)
        subject = "/".join(between) or (named["person"] if named else "")
        shown.append(Presentation(photo, kind == "live", kind, subject))
    if loose or not any(one.live for one in shown):
        raise ManifestError(path, loose or ["no folder `live` with pictures in it"])
    return tuple(shown)


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
        columns = ",".join(wanted) + (f"[,{fourth}]" if fourth else "[,fold][,group]")
        raise ManifestError(path, [f"line 1: the columns are {','.join(header) or 'missing'}, not {columns}"])
    return header, rows


def _faults(row: list[str], header: list[str], root: Path, pictures: list[str]) -> list[str]:
    if len(row) != len(header):
        return [f"{len(row)} fields instead of {len(header)}"]
    return _missing(pictures, root)


def _missing(pictures: Iterable[str], root: Path) -> list[str]:
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
