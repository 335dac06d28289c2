"""Which steps a photo on a sheet of paper shows, flat or bent, turned and nodded before the camera.

    make sheets DATA=folder [ARGS='--photos 12 --seed 1']

Each good photo is the neutral frame and, on a computed sheet, the answer to every step; a frame passes when quality,
step and, on turns, depth do. All sheets are drawn by this machine: nobody held one before a camera. Whose face it is,
whether the frames are copies, and the passive cue are not asked.
"""

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from lab.attacks.causes import Judge
from lifecert.adapters.files.policy import load_policy
from lifecert.domain.challenge import TURNS, Step
from lifecert.domain.evidence import Measure, Verdict
from lifecert.domain.policy import Policy
from lifecert_vision import liveness, quality
from lifecert_vision.decode import Image
from lifecert_vision.detect import Detector
from lifecert_vision.landmarks import Face
from lifecert_vision.quiet import native_logs_hidden

_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
_QUALITY = 92  # of the JPEG in which a sheet is sent
_MOST_SIDE = 480  # px: larger photos are shrunk first
_TURNS, _NODS, _DISTANCES = (-60, -40, -20, 0, 20, 40, 60), (-25, 0, 25), (0.8, 1.2, 2.0)
_STEPS = tuple(step for step in Step if step is not Step.NEUTRAL)
_EITHER = ((True, Step.TURN_LEFT), (False, Step.SMILE))


@dataclass(frozen=True, slots=True)
class Bend:
    """How a sheet is bent: it goes through this share of a whole turn, round an upright roll or a level one. Below 0 it
    is hollow; 0 is flat."""

    name: str
    share: float = 0.0
    level: bool = False


BENDS = (
    Bend("flat"),
    Bend("bent round an upright roll", 0.25),
    Bend("hollow, upright", -0.25),
    Bend("bent round a level roll", 0.25, level=True),
    Bend("hollow, level", -0.25, level=True),
)


@dataclass
class Count:
    """Of one kind of bend: sheets drawn, those on which a face was found, how many frames of these passed for each
    step, and the most by which each step's own measure changed on a frame of good quality."""

    drawn: int = 0
    faces: int = 0
    shown: Counter[Step] = field(default_factory=Counter)
    most: dict[Step, float] = field(default_factory=lambda: defaultdict(float))

    def add(self, image: Image, faces: Sequence[Face], neutral: Face, policy: Policy) -> None:
        """Count a sheet: its picture, and what was found on it."""
        self.drawn += 1
        if not faces:
            return
        self.faces += 1
        # Yaw and pitch, and what covers a face, are asked of frames that are no turn's.
        good = {turn: _passed(quality.assess(image, faces, step, policy.quality)) for turn, step in _EITHER}
        for step in _STEPS:
            measures = liveness.judge(step, faces[0], neutral, policy.challenge)
            if not good[step in TURNS]:
                continue
            self.shown[step] += _passed(measures)
            # Of eyes the lids may have been measured instead, in another unit.
            if measures[0].unit in ("degrees", "score change"):
                self.most[step] = max(self.most[step], measures[0].value or 0.0)


def _passed(measures: Iterable[Measure]) -> bool:
    return all(one.verdict in (Verdict.PASSED, Verdict.WARNED) for one in measures)


def sheet(image: Image, turn: float, nod: float = 0.0, distance: float = 1.2, bend: Bend = BENDS[0]) -> Image:
    """The picture on a sheet turned and nodded (degrees) about its middle, `distance` widths from the camera."""
    height, width = image.shape[:2]
    away = distance * width
    across, down = np.meshgrid(np.arange(width) - width / 2, np.arange(height) - height / 2)
    rays = np.stack([across, down, np.full_like(across, away)], axis=-1)
    turned = _about(1, -turn) @ _about(0, nod)
    # Camera and rays as the sheet has them: from pixels of the camera to places on the sheet.
    camera, rays = np.array([0.0, 0.0, -away]) @ turned, rays @ turned
    if bend.level:
        camera, rays = camera[[1, 0, 2]], rays[..., [1, 0, 2]]
    along, beside = _met(
        camera, rays, (height if bend.level else width) / (2 * np.pi * bend.share) if bend.share else 0
    )
    x, y = (beside, along) if bend.level else (along, beside)
    map_x, map_y = np.asarray(x + width / 2, np.float32), np.asarray(y + height / 2, np.float32)
    return np.asarray(cv2.remap(image, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def _met(
    camera: NDArray[np.float64], rays: NDArray[np.float64], radius: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where rays meet the sheet, along its bend and beside it; far outside where they miss it. Radius 0 is flat."""
    x, y, z = np.moveaxis(rays, -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        if not radius:
            reach = -camera[2] / z
            return _seen(camera[0] + reach * x, reach), _seen(camera[1] + reach * y, reach)
        behind = camera[2] - radius
        a, b, c = x**2 + z**2, camera[0] * x + behind * z, camera[0] ** 2 + behind**2 - radius**2
        # The near side of a roll, the far side of a hollow.
        reach = (-b - np.sign(radius) * np.sqrt(b**2 - a * c)) / a
        round_it = radius * np.arctan2((camera[0] + reach * x) / radius, -(behind + reach * z) / radius)
        return _seen(round_it, reach), _seen(camera[1] + reach * y, reach)


def _seen(places: NDArray[np.float64], reach: NDArray[np.float64]) -> NDArray[np.float64]:
    outside = ~np.isfinite(reach) | (reach <= 0)
    return np.asarray(np.where(outside, -1e5, places), np.float64)


def _about(axis: int, degrees: float) -> NDArray[np.float64]:
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    around = [index for index in range(3) if index != axis]
    turned = np.eye(3)
    turned[np.ix_(around, around)] = [[cos, sin], [-sin, cos]] if axis == 1 else [[cos, -sin], [sin, cos]]
    return turned


def hold_up(photos: Iterable[bytes], judge: Judge, policy: Policy, wanted: int) -> dict[str, Count]:
    """Hold up to `wanted` good photos before the camera in every way."""
    detector, found, good = Detector(), {bend.name: Count() for bend in BENDS}, 0
    for content in photos:
        reason, image, face = judge(_shrunk(content))
        if reason is not None or image is None or face is None:
            continue
        image = _around(image, face)
        neutral = next(iter(detector.detect(image)), None)
        if neutral is None:
            continue
        for bend, turn, nod, distance in product(BENDS, _TURNS, _NODS, _DISTANCES):
            held = _sent(sheet(image, turn, nod, distance, bend))
            found[bend.name].add(held, detector.detect(held), neutral, policy)
        good += 1
        if good == wanted:
            break
    return found


def _around(image: Image, face: Face) -> Image:
    """The face with four fifths of its size around it: of a larger photo the face would hardly be bent."""
    low, high = face.points[:, :2].min(axis=0), face.points[:, :2].max(axis=0)
    margin = 0.8 * (high - low)
    left, top = np.maximum(low - margin, 0).astype(int)
    right, bottom = (high + margin).astype(int)
    return np.ascontiguousarray(image[top:bottom, left:right])


def _shrunk(content: bytes) -> bytes:
    image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    if image is None or (scale := _MOST_SIDE / max(image.shape[:2])) >= 1:
        return content
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return bytes(cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1])


def _sent(image: Image) -> Image:
    encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1]
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), np.uint8)


def table(found: Mapping[str, Count]) -> str:
    """The figures as text."""
    lines = [f"{'sheet':28} {'drawn':>6} {'faces':>6}  shown (most that the step's measure changed)"]
    for name, count in found.items():
        told = ", ".join(f"{step} {count.shown[step]} ({count.most[step]:.2f})" for step in _STEPS)
        lines.append(f"{name:28} {count.drawn:6} {count.faces:6}  {told}")
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Hold up and print; 2 when there is no good photo."""
    parser = argparse.ArgumentParser(prog="make sheets", description="which steps a photo on a sheet shows")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--photos", type=int, default=12, help="good photos to hold up (12)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    paths = sorted(path for path in options.folder.rglob("*") if path.suffix.lower() in _SUFFIXES)
    np.random.default_rng(options.seed).shuffle(paths)
    policy = load_policy()
    with native_logs_hidden():
        cv2.setNumThreads(1)
        found = hold_up((path.read_bytes() for path in paths), Judge(policy), policy, options.photos)
    if not found[BENDS[0].name].drawn:
        print(f"sheets: no good photo under {options.folder}", file=sys.stderr)
        return 2
    print(table(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
