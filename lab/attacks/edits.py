"""Which edits of a photo that was used before make it look new: each at several strengths, by the imprint alone.

    make edits DATA=folder [ARGS='--photos 60 --seed 1']

The folder is one of people, as for `make attacks`. A photo is saved once, as a phone sends it, and is what is
remembered; the edit is made to that file and saved again. An edit passes where the copy has a face and its likeness to
what is remembered is not above the limit: `max_alike` for photos of more than a day ago, `max_alike_recent` for later
ones. Whether the frame would pass everything else (quality, steps, match) is not asked: most strong edits fail there.
"""

import argparse
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import cv2
import numpy as np

from lab.calibration.manifest import ManifestError
from lab.people import photos_of
from lifecert.adapters.files.policy import load_policy
from lifecert.domain.challenge import Step
from lifecert.domain.policy import Policy
from lifecert.ports.vision import Frame
from lifecert_vision import imprint
from lifecert_vision.analyser import VisionAnalyser
from lifecert_vision.decode import Image
from lifecert_vision.quiet import native_logs_hidden

_QUALITY = 92  # of the JPEG in which a frame is sent

Edit = Callable[[Image], bytes]


def _jpeg(image: Image, quality: int = _QUALITY) -> bytes:
    return bytes(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1])


def _cropped(share: float) -> Edit:
    """So much of each side cut off, unevenly: a crop about the middle would be a scaling."""

    def edit(image: Image) -> bytes:
        height, width = image.shape[:2]
        top, left = round(height * share), round(width * share * 0.7)
        return _jpeg(image[top : height - top // 2, left : width - left // 2])

    return edit


def _saved(quality: int) -> Edit:
    return lambda image: _jpeg(image, quality)


def _resized(share: float) -> Edit:
    def edit(image: Image) -> bytes:
        way = cv2.INTER_AREA if share < 1 else cv2.INTER_CUBIC
        return _jpeg(np.asarray(cv2.resize(image, None, fx=share, fy=share, interpolation=way), np.uint8))

    return edit


def _brighter(factor: float) -> Edit:
    return lambda image: _jpeg(np.clip(image.astype(np.float32) * factor, 0, 255).astype(np.uint8))


def _turned(degrees: float, *, mirrored: bool = False) -> Edit:
    def edit(image: Image) -> bytes:
        height, width = image.shape[:2]
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
        turned = cv2.warpAffine(image, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
        return _jpeg(np.ascontiguousarray(turned[:, ::-1] if mirrored else turned))

    return edit


def _softened(pixels: float) -> Edit:
    return lambda image: _jpeg(np.asarray(cv2.GaussianBlur(image, (0, 0), pixels), np.uint8))


def _several(image: Image) -> bytes:
    """Mirrored, turned by 4 degrees, softened and saved poorly: what somebody does who knows of the imprint."""
    turned = _decoded(_turned(4, mirrored=True)(image))
    return _jpeg(np.asarray(cv2.GaussianBlur(turned, (0, 0), 1.2), np.uint8), 60)


EDITS: Mapping[str, Edit] = {
    "saved anew": _saved(_QUALITY),
    **{f"JPEG quality {quality}": _saved(quality) for quality in (75, 40, 20)},
    **{f"cropped by {share:.0%}": _cropped(share) for share in (0.05, 0.1, 0.15)},
    **{f"scaled to {share:g}": _resized(share) for share in (0.75, 0.5, 1.5)},
    **{f"brightness times {factor:g}": _brighter(factor) for factor in (0.6, 0.8, 1.2, 1.5)},
    "mirrored": _turned(0, mirrored=True),
    **{f"turned by {degrees} degrees": _turned(degrees) for degrees in (2, 4, 8)},
    "softened by 1.2 px": _softened(1.2),
    "mirrored, turned, softened, JPEG 60": _several,
}


@dataclass(frozen=True, slots=True)
class Edited:
    """The likeness to what is remembered of each photo that still has a face after an edit; how many have none."""

    alike: tuple[float, ...]
    faceless: int

    def passes(self, limit: float) -> int:
        """How many copies a limit takes for new photos."""
        return sum(one <= limit for one in self.alike)


def measure(photos: Sequence[bytes], analyser: VisionAnalyser) -> dict[str, Edited]:
    """Every edit of every photo that has a face."""
    alike: dict[str, list[float]] = {name: [] for name in EDITS}
    faceless = dict.fromkeys(EDITS, 0)
    for content in photos:
        sent = _jpeg(_decoded(content))
        remembered = _imprint(sent, analyser)
        if remembered is None:
            continue
        for name, edit in EDITS.items():
            copy = _imprint(edit(_decoded(sent)), analyser)
            if copy is None:
                faceless[name] += 1
            else:
                alike[name] += imprint.alike(copy, [remembered])
    return {name: Edited(tuple(found), faceless[name]) for name, found in alike.items() if found or faceless[name]}


def table(found: Mapping[str, Edited], policy: Policy) -> str:
    """The figures as rows of a page."""
    limits = policy.replay
    old, recent = f"pass, older than a day ({limits.max_alike})", f"pass, of the last day ({limits.max_alike_recent})"
    lines = [
        f"| edit | photos | likeness: median, least | {old} | {recent} | no face left |",
        "|---|---|---|---|---|---|",
    ]
    for name, one in found.items():
        median = f"{statistics.median(one.alike):.3f}, {min(one.alike):.3f}" if one.alike else "-"
        passed = f"{one.passes(limits.max_alike)} | {one.passes(limits.max_alike_recent)}"
        lines.append(f"| {name} | {len(one.alike)} | {median} | {passed} | {one.faceless} |")
    return "\n".join(lines)


def _imprint(content: bytes, analyser: VisionAnalyser) -> bytes | None:
    return next(iter(analyser.analyse([Frame(Step.NEUTRAL, content)], {}).imprints), None)


def _decoded(content: bytes) -> Image:
    return np.asarray(cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR), np.uint8)


def main(arguments: Sequence[str]) -> int:
    """Measure and print; 2 when there is no photo with a face."""
    parser = argparse.ArgumentParser(prog="make edits", description="which edits of a photo make it look new")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--photos", type=int, default=60, help="one photo each of so many people (60)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    try:
        photos = photos_of(options.folder, options.seed, least=1)
    except ManifestError as error:
        print(error, file=sys.stderr)
        return 2
    policy = load_policy()
    with native_logs_hidden():
        analyser = VisionAnalyser(policy)
        found = measure([one[0] for one in islice(photos.values(), options.photos)], analyser)
    if not found:
        print("edits: no photo has a face", file=sys.stderr)
        return 2
    print(table(found, policy))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
