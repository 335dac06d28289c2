"""Learn the signs of sunglasses, masks and hands from photos: the weights that `lifecert_vision.covering` weighs with.

    python -m lab.learn_covering bare... --masks folder --sunglasses folder [--leave-out names.txt] --out covering.npz
    python -m lab.learn_covering bare... --only scarf --keep covering.npz --out covering.npz

`bare` are folders of faces that wear nothing of the kind, old and young, bearded and in spectacles; they are also put
in bad light, made to open the mouth, close the eyes and smile, and drawn over with masks, glasses and hands. Names in
`--leave-out` (one a line) are photos in the wrong folder. Half of the people are learned from and the other half asked,
and the other way round, which gives the figures; then all are learned from. It holds no photo afterwards, only weights.
`--only` learns one sign that is drawn, and keeps the weights of the others as they are.
"""

import argparse
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from lab.attacks.spoiling import FAULTS, LIGHTS, Spoil
from lab.calibration.manifest import PICTURES
from lifecert.adapters.files.policy import load_policy
from lifecert.domain.challenge import Step
from lifecert.domain.policy import ImageLimits
from lifecert_vision import covering
from lifecert_vision.decode import Image, decode
from lifecert_vision.detect import Detector
from lifecert_vision.header import PictureRefused
from lifecert_vision.quiet import native_logs_hidden
from local.camera.synthesis import frame_for

_LEAST_EYES = 24  # px between the eyes: a smaller face is refused as too small
_EVERY = 20  # so many bare photos, and one of them is drawn over
_STIFF = 3.0  # of the regression over edges: how much large weights cost (L2)
_ROUNDS = 15
_BARE, _MASK, _GLASSES, _HAND, _HAND_ON_EYE = "bare", "mask", "sunglasses", "hand on mouth", "hand on eye"
_SCARF, _EVERY_SCARF = "scarf", 2  # there are no photos of them: they are drawn over more of the bare ones
# So much surer than of a mask one has to be of a scarf, in log-odds: from 0.3 to 0.9. Drawn ones are alike, and easy.
_SURER_OF_A_SCARF = 3.0445
# What is drawn, and what it then shows. Light and steps leave a face bare.
_DRAWN = {
    "mask": _MASK,
    "scarf": _SCARF,
    "sunglasses": _GLASSES,
    "mirrored sunglasses": _GLASSES,
    "hand on mouth": _HAND,
    "hand on eye": _HAND_ON_EYE,
}
_STEPS = (Step.OPEN_MOUTH, Step.CLOSE_EYES, Step.SMILE)
# Which kinds each sign is told apart from.
_SIGNS = {
    "glasses": ((_GLASSES,), (_BARE, _HAND)),
    "hand_on_eye": ((_HAND_ON_EYE,), (_BARE, _HAND)),
    "mask": ((_MASK,), (_BARE, _GLASSES)),
    "scarf": ((_SCARF,), (_BARE, _GLASSES, _HAND_ON_EYE)),
    "hand_on_mouth": ((_HAND,), (_BARE, _GLASSES, _HAND_ON_EYE)),
}
_AT_MOUTH = ("mask", "scarf", "hand_on_mouth")

Numbers = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Sample:
    """One face: what it shows, how it was made, of which fourth of the people (0 to 3), and what the signs see."""

    kind: str
    how: str
    fourth: int
    look: covering.Look


class Looker:
    """From a photo's bytes to samples."""

    def __init__(self, limits: ImageLimits) -> None:
        self._limits, self._detector = limits, Detector()

    def samples(self, content: bytes, kind: str, how: str, fourth: int) -> list[Sample]:
        """The face and its mirror image; none for a photo without a face large enough."""
        try:
            image = decode(content, self._limits)
        except PictureRefused:
            return []
        faces = self._detector.detect(image)
        if not faces or faces[0].eye_distance < _LEAST_EYES:
            return []
        looks = (covering.look(image, faces[0], mirrored=mirrored) for mirrored in (False, True))
        return [Sample(kind, how, fourth, one) for one in looks]

    def drawn(self, content: bytes, fourth: int, chance: np.random.Generator) -> Iterator[Sample]:
        """The photo in bad light, with each step, and with everything drawn over."""
        image = decode(content, self._limits)
        face = self._detector.detect(image)[0]
        ways: list[tuple[str, str, Callable[[], bytes]]] = [
            (_DRAWN.get(name, _BARE), name, lambda spoil=spoil: _encoded(spoil(image, face, chance), chance))  # type: ignore[misc]
            for name, spoil in (*LIGHTS, *_faults())
        ]
        ways += [(_BARE, step.value, lambda step=step: frame_for(content, step)) for step in _STEPS]  # type: ignore[misc]
        for kind, how, make in ways:
            # A face found in a photo may be lost on what is drawn of it, as large as a phone would see it.
            with suppress(ValueError):
                yield from self.samples(make(), kind, how, fourth)

    def scarf(self, content: bytes, fourth: int, chance: np.random.Generator) -> list[Sample]:
        """The photo with a scarf drawn over."""
        image = decode(content, self._limits)
        spoil = next(spoil for name, spoil in _faults() if name == _SCARF)
        spoilt = spoil(image, self._detector.detect(image)[0], chance)
        return self.samples(_encoded(spoilt, chance), _SCARF, _SCARF, fourth)


def _faults() -> Iterator[tuple[str, Spoil]]:
    return ((one.name, one.spoil) for one in FAULTS if one.name in _DRAWN)


def _encoded(image: Image, chance: np.random.Generator) -> bytes:
    return bytes(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(chance.integers(50, 95))])[1])


def gather(folders: Sequence[tuple[Path, str]], left_out: frozenset[str], seed: int) -> list[Sample]:
    """The samples of all folders, each with what its photos show."""
    looker, found = Looker(load_policy().image), list[Sample]()
    for folder, kind in folders:
        paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in PICTURES)
        for number, path in enumerate(path for path in paths if path.name not in left_out):
            # Names like Ada_0001.jpg: all photos of one person are of one fourth.
            fourth = zlib.crc32(path.stem.rstrip("0123456789").encode() if kind == _BARE else path.name.encode()) % 4
            content = path.read_bytes()
            plain = looker.samples(content, kind, f"{kind}, {folder.name}", fourth)
            found += plain
            chance = np.random.default_rng((seed, number))
            if plain and kind == _BARE and number % _EVERY == 0:
                found += looker.drawn(content, fourth, chance)
            elif plain and kind == _BARE and number % _EVERY_SCARF == 0:
                found += looker.scarf(content, fourth, chance)
    return found


def learn_one(sign: str, samples: Sequence[Sample], kept: covering.Weights) -> covering.Weights:
    """Kept weights with those of one sign learned anew. Raises ValueError where one of its kinds is missing."""
    return replace(kept, **{sign: _sign(sign, samples)})


def learn(samples: Sequence[Sample]) -> covering.Weights:
    """The weights for telling each sign apart. Raises ValueError where one of its kinds is missing."""
    signs = {name: _sign(name, samples) for name in _SIGNS}
    # The sum of the glasses' edges is too sure of the photos it was learned from: the second step sees it from others.
    halves = [
        _regression(*_table("glasses", [one for one in samples if one.fourth // 2 == half]), _STIFF) for half in (0, 1)
    ]
    rows = [one for one in samples if one.kind in (_GLASSES, _BARE)]
    lenses = np.array(
        [np.append(one.look.lenses, covering.weighed(one.look.eyes, halves[1 - one.fourth // 2])) for one in rows],
        np.float32,
    )
    worn = np.array([one.kind == _GLASSES for one in rows])
    return covering.Weights(**signs, sunglasses=_regression(lenses, worn, 1.0))


def _sign(sign: str, samples: Sequence[Sample]) -> Numbers:
    weights = _regression(*_table(sign, samples), _STIFF)
    if sign == _SCARF:
        weights[-1] -= _SURER_OF_A_SCARF
    return weights


def _table(sign: str, samples: Sequence[Sample]) -> tuple[Numbers, NDArray[np.bool_]]:
    there, not_there = _SIGNS[sign]
    rows = [one for one in samples if one.kind in (*there, *not_there)]
    part = "mouth" if sign in _AT_MOUTH else "eyes"
    return np.array([getattr(one.look, part) for one in rows]), np.array([one.kind in there for one in rows])


def _regression(values: Numbers, there: NDArray[np.bool_], stiff: float) -> Numbers:
    """Weights and constant of a logistic regression with an L2 penalty, by Newton's method."""
    if there.all() or not there.any():
        raise ValueError("no photo with a sign, or none without")
    table = np.column_stack([values, np.ones(len(values), np.float32)]).astype(np.float64)
    penalty = np.append(np.full(values.shape[1], stiff), 1e-6)
    weights = np.zeros(table.shape[1])
    for _ in range(_ROUNDS):
        odds = 1 / (1 + np.exp(-np.clip(table @ weights, -30, 30)))
        slope = table.T @ (odds - there) + penalty * weights
        curve = (table * (odds * (1 - odds) + 1e-6)[:, None]).T @ table + np.diag(penalty)
        step = np.linalg.solve(curve, slope)
        weights -= step
        if np.abs(step).max() < 1e-4:
            break
    return weights.astype(np.float32)


def asked(samples: Sequence[Sample], learned: Callable[[Sequence[Sample]], covering.Weights]) -> str:
    """How the signs `learned` from one half of the people answer on the other, at the limits of the policy."""
    limits = load_policy().quality
    most = {
        "sunglasses": limits.max_sunglasses,
        "hand_on_eye": limits.max_hand_on_eye,
        "mask": limits.max_mask,
        "hand_on_mouth": limits.max_hand_on_mouth,
    }
    weights = [learned([one for one in samples if one.fourth % 2 == half]) for half in (0, 1)]
    counts: dict[str, list[int]] = {}
    for one in samples:
        found = covering.judged(one.look, weights[1 - one.fourth % 2])
        row = counts.setdefault(one.how, [0] * (2 + len(most)))
        told = [getattr(found, name) > limit for name, limit in most.items()]
        for place, yes in enumerate((True, any(told), *told)):
            row[place] += yes
    head = f"{'photos':34}{'faces':>8}{'told':>8}{''.join(f'{name:>15}' for name in most)}"
    lines = [
        f"{how:34}{row[0]:8}{row[1]:8}{''.join(f'{count:15}' for count in row[2:])}" for how, row in counts.items()
    ]
    return "\n".join([head, *lines])


def main(arguments: Sequence[str]) -> int:
    """Learn, print the figures, write the weights; 2 when there is too little to learn from."""
    parser = argparse.ArgumentParser(prog="python -m lab.learn_covering", description=__doc__.splitlines()[0])
    parser.add_argument("bare", type=Path, nargs="+", help="folders of bare faces")
    parser.add_argument("--masks", type=Path, action="append", default=[])
    parser.add_argument("--sunglasses", type=Path, action="append", default=[])
    parser.add_argument("--only", choices=sorted({*_SIGNS} - {"glasses"}), help="learn this sign alone")
    parser.add_argument("--keep", type=Path, help="with --only: where the weights of the other signs come from")
    parser.add_argument("--leave-out", type=Path, help="names of photos in the wrong folder, one a line")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    if bool(options.only) != bool(options.keep) or not (options.only or (options.masks and options.sunglasses)):
        parser.error("name --masks and --sunglasses, or --only and --keep")
    left_out = frozenset(options.leave_out.read_text(encoding="utf-8").split("\n") if options.leave_out else ())
    kinds = ((options.bare, _BARE), (options.masks, _MASK), (options.sunglasses, _GLASSES))
    with native_logs_hidden():
        cv2.setNumThreads(1)
        samples = gather([(folder, kind) for folders, kind in kinds for folder in folders], left_out, options.seed)
    learned: Callable[[Sequence[Sample]], covering.Weights] = learn
    if options.only:
        learned = partial(learn_one, options.only, kept=covering.read(options.keep))
    try:
        weights = learned(samples)
        print(asked(samples, learned))
    except ValueError as error:
        print(f"learn_covering: {error}", file=sys.stderr)
        return 2
    np.savez_compressed(options.out, **{name: getattr(weights, name) for name in covering.Weights.__slots__})
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
