"""`make pad DATA=folder`: the passive cue on an office's own recordings, by the method of ISO/IEC 30107-3:2023.

    live/        anna_kitchen.mp4   anna_2.jpg    ben_1.jpg
    print/       anna_a4.mp4
    screen/phone/anna_iphone.mp4
    screen/tablet/...
    mask/paper/...

Each file is one presentation: a photo, or a clip of which three frames count, as of a session. The folders below the
first are species of attack instruments; what a name has before its first `_` is the person. Self-tested: the word says
that no laboratory took part, and nothing here is a certificate.

- APCER: the share of a species' attack presentations that the cue lets pass. Stated for each species, never as a mean.
- BPCER: the share of living presentations that it doubts. For this product a doubt is a look by a human.
- Without a face in any of its frames a presentation got no response (APNRR, BPNRR); it stays in what is counted, as
  doubted: no such session is accepted.

Only the cue is asked; a whole session also has its challenge and the match (docs/accuracy.md). Pictures are read where
they are, and nothing is kept of them but the counts.
"""

import argparse
import json
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from lab.plot import PAGE_STYLE
from lifecert.adapters.files.policy import load_policy
from lifecert.domain.policy import PassiveLimits
from lifecert_vision.decode import Image
from lifecert_vision.detect import Detector
from lifecert_vision.passive import PassiveCue, find_passive_cue

LIVE = "live"
FRAMES = 3
_PHOTOS, _CLIPS = {".jpg", ".jpeg", ".png", ".webp"}, {".mp4", ".webm", ".mov", ".avi", ".mkv"}
_CONFIDENCE = 0.95
NOTE = "Self-tested, not certified."


class KitError(Exception):
    """The folder cannot be measured."""


@dataclass(frozen=True, slots=True)
class Presentation:
    """One file: what it shows, whose face, and the cue's scores of its frames that have a face."""

    species: str
    subject: str
    scores: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Species:
    """The figures of one kind of presentations. `wrong` are attacks that passed, or living people who were doubted."""

    name: str
    subjects: int
    presentations: int
    wrong: int
    without_response: int

    @property
    def live(self) -> bool:
        """Whether these are bona fide presentations."""
        return self.name == LIVE

    @property
    def interval(self) -> tuple[float, float]:
        """The exact 95 % interval of the share that is wrong."""
        return clopper_pearson(self.wrong, self.presentations)


def passes(scores: Sequence[float], limits: PassiveLimits, *, whole: bool) -> bool:
    """Whether the cue lets a presentation pass: as the product decides (lifecert_vision/analyser.py)."""
    if not scores or any(map(math.isnan, scores)):
        return False
    middle = sorted(scores)[len(scores) // 2] if len(scores) % 2 else sum(sorted(scores)[:2]) / 2
    if not whole:
        return middle >= limits.min_live_alone
    return middle >= limits.min_live and min(scores) >= limits.min_live_frame


def measured(presentations: Sequence[Presentation], limits: PassiveLimits, *, whole: bool) -> tuple[Species, ...]:
    """The figures of each species, the living first."""
    found = []
    for name in sorted({one.species for one in presentations}, key=lambda one: (one != LIVE, one)):
        mine = [one for one in presentations if one.species == name]
        passed = sum(passes(one.scores, limits, whole=whole) for one in mine)
        wrong = len(mine) - passed if name == LIVE else passed
        subjects = len({one.subject for one in mine})
        found.append(Species(name, subjects, len(mine), wrong, sum(not one.scores for one in mine)))
    return tuple(found)


def clopper_pearson(count: int, total: int, confidence: float = _CONFIDENCE) -> tuple[float, float]:
    """The exact interval of a share (Clopper and Pearson 1934, Biometrika 26): the shares under which what was counted,
    or more, and what was counted, or less, is not rarer than half of what the confidence leaves."""
    rest = (1 - confidence) / 2

    def at_most(share: float) -> float:
        return sum(_binomial(k, total, share) for k in range(count + 1))

    low = 0.0 if count == 0 else _share_where(lambda share: 1 - at_most(share) + _binomial(count, total, share) > rest)
    high = 1.0 if count == total else _share_where(lambda share: at_most(share) < rest)
    return low, high


def _binomial(k: int, n: int, share: float) -> float:
    if share in (0.0, 1.0):
        return float(k == n * share)
    ways = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return math.exp(ways + k * math.log(share) + (n - k) * math.log1p(-share))


def _share_where(holds: Callable[[float], bool]) -> float:
    """From where on something holds that does not hold at 0."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return (low + high) / 2


# --- recordings ----------------------------------------------------------------------------------------------------


def recordings(folder: Path) -> list[tuple[str, Path]]:
    """The files and their species. Raises KitError where none is living, or none an attack."""
    found = [
        ("/".join(path.relative_to(folder).parts[:-1]), path)
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in _PHOTOS | _CLIPS
    ]
    loose = [path.name for species, path in found if not species]
    if loose:
        raise KitError(f"{loose[0]} lies in no folder: is it live/, print/, screen/phone/ ...?")
    living = [path for species, path in found if species == LIVE]
    if not living or len(living) == len(found):
        raise KitError(f"{folder} needs recordings in {LIVE}/ and, of attacks, in other folders")
    return found


def frames_of(path: Path) -> Iterator[Image]:
    """The photo, or three frames of the clip: in the middle of each of its thirds. Raises KitError for no picture."""
    if path.suffix.lower() in _PHOTOS:
        photo = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if photo is None:
            raise KitError(f"{path.name} is no photo that can be read")
        yield np.asarray(photo, np.uint8)
        return
    clip = cv2.VideoCapture(str(path))
    frames = []
    try:
        while True:
            there, frame = clip.read()
            if not there:
                break
            frames.append(np.asarray(frame, np.uint8))
    finally:
        clip.release()
    if not frames:
        raise KitError(f"{path.name} is no clip that can be read")
    yield from (frames[len(frames) * (2 * number + 1) // (2 * FRAMES)] for number in range(FRAMES))


def look(folder: Path, cue: PassiveCue, say: Callable[[str], None]) -> list[Presentation]:
    """Score every recording. Raises KitError."""
    files, detector, found = recordings(folder), Detector(), []
    for number, (species, path) in enumerate(files, start=1):
        scores = []
        for frame in frames_of(path):
            faces = detector.detect(frame)
            if faces:
                scores.append(cue.live(frame, faces[0]))
        found.append(Presentation(species, path.stem.partition("_")[0], tuple(scores)))
        if number % 20 == 0 or number == len(files):
            say(f"{number} of {len(files)} recordings")
    return found


# --- telling -------------------------------------------------------------------------------------------------------


def table(species: Sequence[Species]) -> str:
    """The figures as text."""
    lines = [f"{'species':24} {'people':>6} {'shown':>6} {'wrong':>6} {'no face':>7}  error, 95 % interval"]
    for one in species:
        low, high = one.interval
        rate = f"{'BPCER' if one.live else 'APCER'} {100 * one.wrong / one.presentations:5.1f} %"
        lines.append(
            f"{one.name:24} {one.subjects:6} {one.presentations:6} {one.wrong:6} {one.without_response:7}  "
            f"{rate} [{100 * low:.1f}, {100 * high:.1f}]"
        )
    return "\n".join((*lines, NOTE))


def figures(species: Sequence[Species], limits: PassiveLimits, *, whole: bool) -> dict[str, Any]:
    """The same as JSON holds it."""
    return {
        "note": NOTE,
        "method": "ISO/IEC 30107-3:2023",
        "networks": "all" if whole else "the first alone",
        "limits": {"middle": limits.min_live, "least": limits.min_live_frame}
        if whole
        else {"middle": limits.min_live_alone},
        "species": [
            {
                "name": one.name,
                "subjects": one.subjects,
                "presentations": one.presentations,
                "wrong": one.wrong,
                "without_response": one.without_response,
                "interval": [round(end, 4) for end in one.interval],
            }
            for one in species
        ],
    }


def page(species: Sequence[Species], policy_version: str, *, whole: bool) -> str:
    """The same as a page that needs nothing else."""
    networks = "all three networks" if whole else "one network of three"
    head = "".join(f"<th>{name}" for name in _COLUMNS)
    return "\n".join(
        (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            "<title>LifeCert: presentation attack detection</title>",
            f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{PAGE_STYLE}</style></head>',
            f"<body><h1>Presentation attack detection</h1><p class=warning><b>{NOTE}</b> The passive cue alone,",
            f"{networks}, policy {escape(policy_version)}; by the method of ISO/IEC 30107-3:2023. Intervals are exact",
            f"(Clopper and Pearson), 95 %.<table><thead><tr>{head}</thead><tbody>{''.join(map(_row, species))}</tbody>",
            "</table></body></html>\n",
        )
    )


_COLUMNS = ("species", "people", "shown", "wrong", "no face", "error")


def _row(one: Species) -> str:
    low, high = one.interval
    error = f"{'BPCER' if one.live else 'APCER'} {100 * one.wrong / one.presentations:.1f} %"
    error += f" <small>[{100 * low:.1f}, {100 * high:.1f}]</small>"
    cells = (escape(one.name), one.subjects, one.presentations, one.wrong, one.without_response, error)
    told = (f"<td data-of='{name}'>{cell}" for name, cell in zip(_COLUMNS, cells, strict=True))
    return f"<tr>{''.join(told)}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 measured, 2 the folder or the build cannot be measured."""
    parser = argparse.ArgumentParser(
        prog="python -m lab.attacks.kit", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="recordings, as above")
    parser.add_argument("--out", type=Path, help="folder for report.html and report.json")
    asked = parser.parse_args(arguments)
    policy, cue = load_policy(), find_passive_cue()
    try:
        if cue is None:
            raise KitError("this build has no passive model: make setup where npm can fetch it, or with MODELS=folder")
        found = look(asked.folder, cue, lambda line: print(line, file=sys.stderr, flush=True))
    except KitError as error:
        print(f"pad: {error}", file=sys.stderr)
        return 2
    species = measured(found, policy.passive, whole=cue.whole)
    print(table(species))
    if asked.out:
        asked.out.mkdir(parents=True, exist_ok=True)
        told = figures(species, policy.passive, whole=cue.whole)
        (asked.out / "report.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
        (asked.out / "report.html").write_text(page(species, policy.version, whole=cue.whole), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
