"""An office's own recordings of people and of attacks: how the folder is laid out, and what is read of it.

    references/  anna.jpg                       a photo of each person, as it would be enrolled
    live/        anna_pixel8_1.mp4   ben_1.jpg  or by age: live/60-79/anna_pixel8_1.mp4
    print/       anna_laser.mp4                 shown to a camera: one folder for each species of instrument
    screen/phone/anna_iphone12_1/               a session: neutral.jpg, turn_left.jpg, smile.jpg ...
    screen/tablet/...   mask/paper/...
    injection/swap/anna_1/                      sent to the service and shown to no camera: told apart

Each file, and each folder with a `neutral` picture, is one presentation. Of a name the part before its first `_` is the
person and, where there are more than one, the next is the instrument: the sheet, the phone, the printer.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from lifecert.domain.challenge import Step
from lifecert_vision.decode import Image

LIVE, INJECTED, REFERENCES = "live", "injection", "references"
FRAMES = 3
_PHOTOS, _CLIPS = {".jpg", ".jpeg", ".png", ".webp"}, {".mp4", ".webm", ".mov", ".avi", ".mkv"}


class KitError(Exception):
    """The folder cannot be measured."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One presentation: its species by its folders (`screen/phone`), and the file, or the folder of a session."""

    species: str
    path: Path

    @property
    def subject(self) -> str:
        """Whose face it shows."""
        return self.path.stem.partition("_")[0]

    @property
    def instrument(self) -> str:
        """What it was shown with; empty where the name has no word for it."""
        words = self.path.stem.split("_")[1:]
        return words[0] if words and not words[0].isdecimal() else ""

    @property
    def steps(self) -> dict[Step, Path]:
        """The frames of a session by their steps, the neutral one first; none of a photo or a clip."""
        if self.path.is_file():
            return {}
        found = {path.stem: path for path in self.path.iterdir() if path.suffix.lower() in _PHOTOS}
        return {step: found[step] for step in Step if step in found}


def recordings(folder: Path) -> list[Recording]:
    """All presentations of a folder. Raises KitError where none is living, or none an attack."""
    files = [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in _PHOTOS | _CLIPS]
    files = [path for path in files if path.relative_to(folder).parts[0] != REFERENCES]
    sessions = {path.parent for path in files if path.stem == Step.NEUTRAL and path.suffix.lower() in _PHOTOS}
    shown = sorted({path.parent if path.parent in sessions else path for path in files})
    found = [Recording("/".join(path.relative_to(folder).parts[:-1]), path) for path in shown]
    for one in found:
        if not one.species:
            raise KitError(f"{one.path.name} lies in no folder: is it live/, print/, screen/phone/ ...?")
    living = [one for one in found if is_live(one.species)]
    if not living or len(living) == len(found):
        raise KitError(f"{folder} needs recordings in {LIVE}/ and, of attacks, in other folders")
    return found


def is_live(species: str) -> bool:
    """Whether these are bona fide presentations, of all ages or of one."""
    return species.split("/", maxsplit=1)[0] == LIVE


def is_injected(species: str) -> bool:
    """Whether these were before no camera."""
    return species.split("/", maxsplit=1)[0] == INJECTED


def references(folder: Path) -> dict[str, Path]:
    """The photo that is enrolled of each person; none where the folder has none."""
    here = folder / REFERENCES
    photos = sorted(here.iterdir()) if here.is_dir() else []
    return {path.stem: path for path in photos if path.suffix.lower() in _PHOTOS}


def frames_of(recording: Recording) -> Iterator[Image]:
    """The photo, the session's frames, or three frames of the clip: in the middle of each of its thirds. Raises
    KitError for no picture."""
    if recording.path.suffix.lower() in _CLIPS and recording.path.is_file():
        yield from _of_clip(recording.path)
        return
    for path in recording.steps.values() or (recording.path,):
        photo = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if photo is None:
            raise KitError(f"{path.name} is no photo that can be read")
        yield np.asarray(photo, np.uint8)


def burst_of(recording: Recording, side: int, seconds: float = 1.0, frames: int = 5) -> list[Image]:
    """So many frames of a second in the middle of a clip, their longest side shrunk to `side` px; else none."""
    if recording.path.suffix.lower() not in _CLIPS or not recording.path.is_file():
        return []
    whole, rate = _whole(recording.path)
    reach = min(len(whole) - 1, max(frames - 1, round(rate * seconds)))
    start = (len(whole) - 1 - reach) // 2
    chosen = [whole[start + reach * number // (frames - 1)] for number in range(frames)]
    scale = min(1.0, side / max(chosen[0].shape[:2]))
    return [
        np.asarray(cv2.resize(one, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8) for one in chosen
    ]


def _of_clip(path: Path) -> Iterator[Image]:
    frames, _ = _whole(path)
    yield from (frames[len(frames) * (2 * number + 1) // (2 * FRAMES)] for number in range(FRAMES))


def _whole(path: Path) -> tuple[list[Image], float]:
    """All frames of a clip, and how many make a second."""
    clip = cv2.VideoCapture(str(path))
    frames = []
    try:
        rate = float(clip.get(cv2.CAP_PROP_FPS))
        while True:
            there, frame = clip.read()
            if not there:
                break
            frames.append(np.asarray(frame, np.uint8))
    finally:
        clip.release()
    if not frames:
        raise KitError(f"{path.name} is no clip that can be read")
    return frames, rate
