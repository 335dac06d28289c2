"""How much of a face is left in a stored imprint: turned back into a picture, and compared with other photos.

    make imprints DATA=folder [ARGS='--people 60 --seed 1']

The folder is one of people with two photos or more each: a folder for each person, or names like Ada_0001.jpg. The
imprint of each person's first photo is inverted as whoever got hold of the table would: the edges that it consists of
are divided, in Fourier's space, by the filter that made them. The matcher then compares the picture with another photo
of the person, and with a photo of the next person. Inverted are the imprint itself, what is stored of it, and what is
stored of it to somebody who has another of the person's imprints both as it is and as it is stored.
"""

import argparse
import secrets
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from lab.calibration.manifest import ManifestError
from lab.people import photos_of
from lifecert.adapters.files.policy import load_policy
from lifecert.domain.policy import Policy
from lifecert.domain.sealed_imprint import ImprintSeal
from lifecert_vision import embed
from lifecert_vision.align import SIZE
from lifecert_vision.analyser import VisionAnalyser
from lifecert_vision.decode import Image
from lifecert_vision.imprint import EDGE, LIGHT, SIDE, STEP, WIDE, steps_of
from lifecert_vision.quiet import native_logs_hidden

_USUAL = 16.0  # grey values, the strength of a face's edges: the imprint leaves it out
_NOISE = 0.005  # share of noise that the inverse filter (Wiener) reckons with
_GREY = 110.0  # the light that the imprint leaves out
_BYTES = SIDE * SIDE // 2


def turned_back(imprint: bytes) -> Image:
    """A face out of an imprint, or out of any bytes that end like one, aligned for the matcher."""
    edges = steps_of(imprint[-_BYTES - 1 :]) * (STEP * _USUAL)
    around = np.pad(edges, SIDE, mode="symmetric")
    across, down = np.fft.fftfreq(3 * SIDE)[None, :], np.fft.fftfreq(3 * SIDE)[:, None]
    # What a Gaussian blur of LIGHT pixels, taken off the picture, leaves of each frequency.
    left = 1 - np.exp(-2 * (np.pi * LIGHT) ** 2 * (across**2 + down**2))
    picture = np.real(np.fft.ifft2(np.fft.fft2(around) * left / (left * left + _NOISE)))[SIDE:-SIDE, SIDE:-SIDE]
    grey = np.clip(picture + _GREY, 0, 255).astype(np.uint8)
    middle = cv2.resize(grey, (WIDE - 2 * EDGE,) * 2, interpolation=cv2.INTER_CUBIC)
    whole = cv2.copyMakeBorder(middle, EDGE, EDGE, EDGE, EDGE, cv2.BORDER_REPLICATE)
    aligned = cv2.resize(whole, (SIZE, SIZE), interpolation=cv2.INTER_CUBIC)
    return np.asarray(cv2.cvtColor(aligned, cv2.COLOR_GRAY2BGR), np.uint8)


@dataclass(frozen=True, slots=True)
class Stolen:
    """One person's imprint as it is and as it is stored, another one of theirs the same, and the other one's photo."""

    imprint: bytes
    stored: bytes
    known: bytes
    known_stored: bytes
    photo: embed.Vector

    @property
    def by_known_pair(self) -> bytes:
        """What is stored, undone by what separates the other imprint from what is stored of it."""
        pairs = zip(self.stored[-_BYTES:], self.known_stored[-_BYTES:], self.known[-_BYTES:], strict=True)
        return bytes([1, *(hidden ^ sealed ^ plain for hidden, sealed, plain in pairs)])


@dataclass(slots=True)
class Scores:
    """Similarities of pictures made out of imprints to another photo of the person, and of somebody else."""

    person: list[float] = field(default_factory=list)
    stranger: list[float] = field(default_factory=list)


def measure(stolen: Sequence[Stolen], embedder: embed.Embedder) -> dict[str, Scores]:
    """Invert everybody's imprints in three ways."""
    found: dict[str, Scores] = defaultdict(Scores)
    for place, one in enumerate(stolen):
        stranger = stolen[(place + 1) % len(stolen)]
        for way, taken in (
            ("the imprint itself", one.imprint),
            ("what is stored of it", one.stored),
            ("the same, another pair known", one.by_known_pair),
        ):
            vector = embedder.embed(turned_back(taken), both_sides=True).vector
            found[way].person.append(float(vector @ one.photo))
            found[way].stranger.append(float(vector @ stranger.photo))
    return found


def _stolen(people: Sequence[Sequence[bytes]], analyser: VisionAnalyser) -> Iterator[Stolen]:
    for photos in people:
        taken = [one for one in map(analyser.enrol, photos) if one.template and one.imprint][:2]
        if len(taken) < 2 or taken[1].template is None:
            continue
        seal = ImprintSeal(secrets.token_bytes(32), "1")
        one, other = (each.imprint for each in taken)
        yield Stolen(one, seal.close(one), other, seal.close(other), embed.from_template(taken[1].template))


def table(found: dict[str, Scores], policy: Policy) -> str:
    """The figures as text."""
    lines = [
        f"{'similarity: median, 95 %, highest':36}{'the person':>24}{'somebody else':>24}{'doubtful, accepted':>20}"
    ]
    for way, scores in found.items():
        taken = [sum(score >= limit for score in scores.person) for limit in (policy.match.review, policy.match.accept)]
        spread = ["{:.3f}, {:.3f}, {:.3f}".format(*np.quantile(each, [0.5, 0.95, 1])) for each in _both(scores)]
        lines.append(f"{way:36}{spread[0]:>24}{spread[1]:>24}{f'{taken[0]}, {taken[1]} of {len(scores.person)}':>20}")
    return "\n".join([*lines, f"doubtful from {policy.match.review} on, accepted from {policy.match.accept} on"])


def _both(scores: Scores) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return np.array(scores.person), np.array(scores.stranger)


def main(arguments: Sequence[str]) -> int:
    """Invert and print; 2 when nobody has photos for it."""
    parser = argparse.ArgumentParser(prog="make imprints", description="how much of a face an imprint gives away")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--people", type=int, default=60, help="people to try, at most (60)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    try:
        photos = photos_of(options.folder, options.seed)
    except ManifestError as error:
        print(error, file=sys.stderr)
        return 2
    policy = load_policy()
    with native_logs_hidden():
        analyser = VisionAnalyser(policy)
        stolen = list(islice(_stolen(list(photos.values()), analyser), options.people))
        found = measure(stolen, embed.Embedder()) if len(stolen) > 1 else None
    if found is None:
        print("imprints: fewer than two people have two photos that will do", file=sys.stderr)
        return 2
    print(table(found, policy))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
