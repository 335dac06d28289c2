"""`pairs.txt` of Labelled Faces in the Wild: numbered photos of named people, in folds.

Its first line holds the folds and the pairs of each kind in a fold (`10 300`; one number alone means one fold). A line
`name 1 4` pairs two photos of a person, `name 1 other 2` photos of two. Each fold has the genuine pairs first.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    """One line of any manifest of pairs, as texts; `fault` says what is wrong with it as a line."""

    line: int
    fault: str = ""
    one: str = ""
    other: str = ""
    same: str = ""
    fold: str = ""
    group: str = ""


def lfw_rows(path: Path) -> Iterator[Row]:
    """Its pairs, with photos as `name/name_0001.jpg`. A file that cannot be read is one faulty row."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        yield Row(1, str(error))
        return
    head = lines[0].split() if lines else []
    if len(head) not in (1, 2) or not all(number.isdecimal() and int(number) for number in head):
        yield Row(1, "the first line is not the number of folds and of pairs")
        return
    in_fold = 2 * int(head[-1])
    pairs = [(number, line.split()) for number, line in enumerate(lines[1:], 2) if line.strip()]
    expected = in_fold * (int(head[0]) if len(head) == 2 else 1)
    if len(pairs) != expected:
        yield Row(1, f"{expected} pairs are announced, there are {len(pairs)}")
    for index, (line, words) in enumerate(pairs):
        fold = str(index // in_fold + 1) if len(head) == 2 else ""
        numbers = [word for place, word in enumerate(words) if place in ((1, 2) if len(words) == 3 else (1, 3))]
        if len(words) not in (3, 4) or not all(number.isdecimal() for number in numbers):
            yield Row(line, "neither `name 1 4` nor `name 1 other 2`")
            continue
        first, second = (words[0], words[0]) if len(words) == 3 else (words[0], words[2])
        same = "1" if len(words) == 3 else "0"
        yield Row(line, "", _photo(first, numbers[0]), _photo(second, numbers[1]), same, fold)


def _photo(name: str, number: str) -> str:
    return f"{name}/{name}_{int(number):04}.jpg"
