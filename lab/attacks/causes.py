"""How often the true cause is named: good photos are spoilt in known ways and refused, or not.

    make causes DATA=folder [ARGS='--photos 60 --seed 1']

Every photo under the folder is tried in a random order, until as many good ones as asked for have been spoilt in each
way. Photos that the quality stage refuses as they are, are counted with their reasons and not spoilt.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from lab.attacks.spoiling import FAULTS, Fault
from lifecert.adapters.files.policy import load_policy
from lifecert.domain.challenge import Step
from lifecert.domain.evidence import first_reason
from lifecert.domain.policy import Policy
from lifecert.domain.reasons import Reason
from lifecert_vision import no_face, quality
from lifecert_vision.decode import Image, decode
from lifecert_vision.detect import Detector
from lifecert_vision.header import PictureRefused
from lifecert_vision.landmarks import Face
from lifecert_vision.quiet import native_logs_hidden

_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
_QUALITY = 92  # of the JPEG in which a spoilt photo is sent


class Judge:
    """Decode, detect and quality, as a verification's neutral frame passes them; nothing is embedded."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._detector = Detector()

    def __call__(self, content: bytes) -> tuple[Reason | None, Image | None, Face | None]:
        """The reason that would be told, if any, with the picture and its face where there are any."""
        try:
            image = decode(content, self._policy.image)
        except PictureRefused as refused:
            return refused.reason, None, None
        faces = self._detector.detect(image, others=True)
        limits = self._policy.quality
        if not faces:
            return no_face.cause(image, self._detector.boxes(image), limits), image, None
        return first_reason(quality.assess(image, faces, Step.NEUTRAL, limits)), image, faces[0]


@dataclass
class Count:
    """What was named: of photos as they are (None for a good one), and of spoilt ones by the name of the fault."""

    untouched: Counter[Reason | None] = field(default_factory=Counter)
    spoilt: dict[str, Counter[Reason | None]] = field(default_factory=dict)

    def right(self, fault: Fault) -> int:
        """How many photos spoilt so were refused for the true cause."""
        return sum(self.spoilt[fault.name][cause] for cause in fault.causes)


def count(photos: Sequence[bytes], judge: Judge, wanted: int, chance: np.random.Generator) -> Count:
    """Spoil up to `wanted` good ones of `photos` in every way and count what is named."""
    found = Count(spoilt={fault.name: Counter() for fault in FAULTS})
    # Each fault draws for itself: a new one, put last, leaves the others as they are.
    chances = chance.spawn(len(FAULTS))
    for content in photos:
        reason, image, face = judge(content)
        found.untouched[reason] += 1
        if reason is not None or image is None or face is None:
            continue
        for fault, own in zip(FAULTS, chances, strict=True):
            spoilt = fault.spoil(image, face, own)
            encoded = bytes(cv2.imencode(".jpg", spoilt, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1])
            found.spoilt[fault.name][judge(encoded)[0]] += 1
        if found.untouched[None] == wanted:
            break
    return found


def table(found: Count) -> str:
    """The figures as text."""
    tried = found.untouched.total()
    refused: Counter[Reason | None] = Counter({reason: times for reason, times in found.untouched.items() if reason})
    lines = [f"{tried} photos as they are: {refused.total()} refused ({_listed(refused)})", ""]
    for fault in FAULTS:
        named = found.spoilt[fault.name]
        others = Counter({reason: times for reason, times in named.items() if reason not in fault.causes})
        lines.append(f"{fault.name:16} {found.right(fault):4} of {named.total():4}   {_listed(others)}")
    return "\n".join(lines)


def _listed(counts: Counter[Reason | None]) -> str:
    return ", ".join(f"{reason or 'not refused'} {times}" for reason, times in counts.most_common())


def main(arguments: Sequence[str]) -> int:
    """Count and print; 2 when there is no photo."""
    parser = argparse.ArgumentParser(prog="make causes", description="how often the true cause is named")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--photos", type=int, default=60, help="good photos to spoil (60)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    paths = sorted(path for path in options.folder.rglob("*") if path.suffix.lower() in _SUFFIXES)
    if not paths:
        print(f"causes: no photo under {options.folder}", file=sys.stderr)
        return 2
    chance = np.random.default_rng(options.seed)
    chance.shuffle(paths)
    with native_logs_hidden():
        cv2.setNumThreads(1)
        judge = Judge(load_policy())
        found = count([path.read_bytes() for path in paths[: 4 * options.photos]], judge, options.photos, chance)
    print(table(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
