"""`make cues DATA=folder`: what cues that need no model would add to the networks, on recordings not chosen on.

The folder is that of `make pad` (lab/attacks/recordings.py). Five cues, each a number that is greater the more a
presentation is like a print or a screen:

- one sheet: what lies just around the face moves with it, as on a sheet held up. Of a burst within a second of a clip;
- still: what is far from the face does not change at all, as before a stand. Of the same burst;
- edge: long straight edges on several sides of the face, as of a sheet or a bezel;
- stripes: peaks in the spectrum of the face that no face has, as of a screen's grid;
- from below: in surroundings darker than the face, more light on the chin than on the forehead.

Each cue's limit is the most that any living person reads but the one who is judged: chosen on some, tested on others.
It earns its place where it doubts attacks that the networks let pass, and hardly anybody living (docs/adr/0062).
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from lab.attacks.pad_rates import clopper_pearson, passes
from lab.attacks.recordings import KitError, Recording, burst_of, frames_of, is_live, recordings
from lifecert.adapters.files.policy import load_policy
from lifecert.domain.policy import PassiveLimits
from lifecert_vision.align import similarity
from lifecert_vision.decode import Image
from lifecert_vision.detect import Detector
from lifecert_vision.landmarks import Face
from lifecert_vision.passive import PassiveCue, find_passive_cue

# Points of the mesh that hardly move with an expression: corners of the eyes, bridge of the nose; forehead and chin.
_STEADY = (33, 133, 263, 362, 168, 6, 197, 195)
_FOREHEAD, _CHIN = (10, 67, 297, 109, 338), (152, 148, 377, 176, 400)
_CORNERS = 8  # of the ring: fewer say nothing
_MOVED = 0.03  # eye distances: a face that moved less says nothing of what moves with it
_SMALL = 480  # px, the longest side of a burst's frame, as a page could send it
_PATCH = 256  # px of the face whose spectrum is taken, as the camera gave them
_TURNED = np.radians(12)  # of a side of a sheet, against the picture's
_EDGE = 0.8  # widths of the face: the shortest edge that counts

Seen = tuple[Image, Face]
Cue = Callable[[Sequence[Seen], Sequence[Seen]], float | None]


@dataclass(frozen=True, slots=True)
class Look:
    """One recording: whose, of what, whether the networks let it pass, and what each cue reads (None: it cannot)."""

    species: str
    subject: str
    passed: bool
    read: dict[str, float | None]


def one_sheet(_frames: Sequence[Seen], burst: Sequence[Seen]) -> float | None:
    """The share of the face's movement that the ring around it makes with it: 1 on a sheet, about 0 before a wall."""
    shares = []
    for (first, face), (second, later) in pairwise(burst):
        moved = similarity(_steady(face), _steady(later))
        ring = _mask(first, face, 2.2) & ~_mask(first, face, 1.4)
        grey, then = (cv2.cvtColor(image, cv2.COLOR_BGR2GRAY) for image in (first, second))
        # None, and so no table, where there is none.
        corners = np.asarray(cv2.goodFeaturesToTrack(grey, 60, 0.02, 5, mask=ring.astype(np.uint8)), np.float32)
        if corners.ndim == 0 or len(corners) < _CORNERS:
            continue
        found, kept, _ = cv2.calcOpticalFlowPyrLK(grey, then, corners, np.empty_like(corners))
        there = kept.ravel().astype(bool)
        start, end = corners.reshape(-1, 2)[there], found.reshape(-1, 2)[there]
        expected = start @ moved[:, :2].T + moved[:, 2]
        far = float(np.median(np.linalg.norm(expected - start, axis=1))) if len(start) else 0.0
        if far >= _MOVED * face.eye_distance:
            shares.append(1 - float(np.median(np.linalg.norm(end - expected, axis=1))) / far)
    return float(np.median(shares)) if shares else None


def still(_frames: Sequence[Seen], burst: Sequence[Seen]) -> float | None:
    """How little changes far from the face: minus the logarithm of the mean difference in grey values."""
    changes = []
    for (first, face), (second, _) in pairwise(burst):
        away = ~_mask(first, face, 2.2)
        if away.mean() > 0.1:
            grey, then = (cv2.GaussianBlur(cv2.cvtColor(one, cv2.COLOR_BGR2GRAY), (0, 0), 2) for one in (first, second))
            changes.append(float(cv2.absdiff(grey, then)[away].mean()))
    return -float(np.log(np.median(changes) + 0.01)) if changes else None


def edge(frames: Sequence[Seen], _burst: Sequence[Seen]) -> float | None:
    """On how many sides of the face lies a long straight edge, and (after the point) how long they are together."""
    return _middle([_edges(image, face) for image, face in frames])


def stripes(frames: Sequence[Seen], _burst: Sequence[Seen]) -> float | None:
    """How far the highest peak of the face's spectrum stands out of its ring, in logarithms of the amplitude."""
    return _middle([_peak(image, face) for image, face in frames])


def from_below(frames: Sequence[Seen], _burst: Sequence[Seen]) -> float | None:
    """The logarithm of the light on the chin against the forehead's; none where the surroundings are no darker."""
    return _middle([_lower_light(image, face) for image, face in frames])


CUES: dict[str, Cue] = {
    "one sheet": one_sheet,
    "still": still,
    "edge": edge,
    "stripes": stripes,
    "from below": from_below,
}


def _middle(values: Sequence[float | None]) -> float | None:
    known = [one for one in values if one is not None]
    return float(np.median(known)) if known else None


def _steady(face: Face) -> NDArray[np.float64]:
    return face.points[list(_STEADY), :2].astype(np.float64)


def _mask(image: Image, face: Face, sides: float) -> NDArray[np.bool_]:
    """The pixels within so many times the face's box."""
    low, high = face.points[:, :2].min(axis=0), face.points[:, :2].max(axis=0)
    middle, half = (low + high) / 2, (high - low) * sides / 2
    rows, columns = np.ogrid[: image.shape[0], : image.shape[1]]
    return np.asarray((np.abs(columns - middle[0]) < half[0]) & (np.abs(rows - middle[1]) < half[1]))


def _edges(image: Image, face: Face) -> float:
    scale = 160 / face.width
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    middle, reach = face.middle * scale, 160.0
    found = cv2.HoughLinesP(cv2.Canny(small, 60, 150), 1, np.pi / 180, 60, None, _EDGE * reach, 6)
    lines = np.asarray(found, np.float64)
    sides: dict[str, float] = {}
    for x1, y1, x2, y2 in lines.reshape(-1, 4) if lines.ndim else ():
        length, angle = float(np.hypot(x2 - x1, y2 - y1)), float(np.arctan2(abs(y2 - y1), abs(x2 - x1)))
        across, down = (x1 + x2) / 2 - middle[0], (y1 + y2) / 2 - middle[1]
        if angle > np.pi / 2 - _TURNED and 0.6 * reach < abs(across) < 2 * reach:
            side = "left" if across < 0 else "right"
        elif angle < _TURNED and 0.7 * reach < abs(down) < 2.5 * reach:
            side = "above" if down < 0 else "below"
        else:
            continue
        sides[side] = max(sides.get(side, 0.0), length)
    return len(sides) + min(sum(sides.values()) / reach / 100, 0.99)


def _peak(image: Image, face: Face) -> float | None:
    left, top = (face.middle - _PATCH / 2).astype(int)
    patch = image[max(0, top) : top + _PATCH, max(0, left) : left + _PATCH]
    side = min(patch.shape[:2])
    if side < _PATCH / 4:
        return None
    grey = cv2.cvtColor(np.ascontiguousarray(patch[:side, :side]), cv2.COLOR_BGR2GRAY).astype(np.float64)
    window = np.outer(np.hanning(side), np.hanning(side))
    strength = np.log(np.abs(np.fft.fftshift(np.fft.fft2((grey - grey.mean()) * window))) + 1)
    places = np.fft.fftshift(np.fft.fftfreq(side))
    radius = np.hypot(places[:, None], places[None])
    peaks = []
    for inner in np.arange(0.15, 0.5, 0.025):
        ring = strength[(radius >= inner) & (radius < inner + 0.025)]
        peaks.append(float(ring.max() - np.median(ring)))
    return max(peaks)


def _lower_light(image: Image, face: Face) -> float | None:
    grey = cv2.GaussianBlur(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), (0, 0), max(1.0, face.eye_distance / 20))
    inside = _mask(image, face, 1.0)
    if not inside.any() or grey[~_mask(image, face, 1.6)].mean() > grey[inside].mean():
        return None

    def light(points: Sequence[int]) -> float:
        x, y = face.points[list(points), :2].mean(axis=0) * 0.85 + face.middle * 0.15
        row, column = np.clip((int(y), int(x)), 0, np.array(grey.shape) - 1)
        return float(grey[row, column]) + 1

    return float(np.log(light(_CHIN) / light(_FOREHEAD)))


# --- telling -------------------------------------------------------------------------------------------------------


def look(folder: Path, networks: PassiveCue, limits: PassiveLimits) -> list[Look]:
    """Read every cue of every recording. Raises KitError."""
    detector = Detector()
    return [_look(recording, detector, networks, limits) for recording in recordings(folder)]


def _look(recording: Recording, detector: Detector, networks: PassiveCue, limits: PassiveLimits) -> Look:
    def seen(images: Sequence[Image]) -> list[Seen]:
        return [(image, faces[0]) for image in images if (faces := detector.detect(image))]

    frames, burst = seen(tuple(frames_of(recording))), seen(burst_of(recording, _SMALL))
    passed = passes([networks.live(*one) for one in frames], limits, whole=networks.whole)
    read = {name: cue(frames, burst) for name, cue in CUES.items()}
    return Look(recording.species, recording.subject, passed, read)


def doubted(looks: Sequence[Look], name: str) -> list[Look]:
    """Whom a cue doubts, by the most that anybody else living reads."""
    found = []
    for one in looks:
        others = [other.read[name] for other in looks if is_live(other.species) and other.subject != one.subject]
        known, mine = [value for value in others if value is not None], one.read[name]
        if mine is not None and known and mine > max(known):
            found.append(one)
    return found


def table(looks: Sequence[Look]) -> str:
    """The figures as text."""
    species = sorted({one.species for one in looks}, key=lambda one: (not is_live(one), one))
    lines = [
        f"{'':12} {'species':18} {'read':>5} {'doubted':>8}  share, 95 %        {'of those the networks let pass':>30}"
    ]
    for name in CUES:
        who = doubted(looks, name)
        for kind in species:
            mine = [one for one in looks if one.species == kind and one.read[name] is not None]
            count, passed = sum(one.species == kind for one in who), [one for one in mine if one.passed]
            low, high = clopper_pearson(count, len(mine)) if mine else (0.0, 1.0)
            share = f"{100 * count / len(mine):5.1f} %" if mine else "    -  "
            more = f"{sum(one in passed for one in who)} of {len(passed)}"
            lines.append(
                f"{name:12} {kind:18} {len(mine):5} {count:8}  {share} [{100 * low:.1f}, {100 * high:.1f}]  {more:>12}"
            )
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 measured, 2 the folder or the build cannot be measured."""
    parser = argparse.ArgumentParser(prog="make cues", description="what cues without a model would add")
    parser.add_argument("folder", type=Path, help="recordings, see lab/attacks/recordings.py")
    asked = parser.parse_args(arguments)
    networks = find_passive_cue()
    try:
        if networks is None:
            raise KitError("this build has no passive model: make setup where npm can fetch it, or with MODELS=folder")
        print(table(look(asked.folder, networks, load_policy().passive)))
    except KitError as error:
        print(f"cues: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
