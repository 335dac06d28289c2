"""How honest sessions of bad light end: what the quality limits let pass, and how well that matches.

    make lights DATA=folder [ARGS='--people 110 --seed 1 --beside min_brightness=35,max_dark_share=0.35']

The folder is one of people with five photos or more each. The first good one of a person is the reference; up to six
others are tried as they are and in every bad light of `lab/attacks/spoiling.py`. A session is three photos of one light
that all pass, and it matches when their mean reaches the accept threshold: that is how the product decides, and no
single frame is. Everybody counts the same in each light. `--beside` tries the same photos by other limits, for what a
limit that is moved lets in.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np

from lab.attacks.spoiling import LIGHTS
from lab.calibration.manifest import ManifestError
from lab.discards import AS_IT_IS, QUALITY, Stages
from lab.people import photos_of
from lifecert.adapters.files.policy import load_policy
from lifecert.domain.challenge import Step
from lifecert.domain.evidence import Verdict
from lifecert.domain.policy import Policy, QualityLimits
from lifecert_vision import quality
from lifecert_vision.decode import Image
from lifecert_vision.embed import Vector, mean
from lifecert_vision.landmarks import Face
from lifecert_vision.quiet import native_logs_hidden

_LEAST, _MOST = 5, 6  # photos of a person; of these tried, besides the reference
_FRAMES = 3
_TELL_EVERY = 10  # people
_DRAWN = 1000  # sets of people, drawn anew with repetition
_INTERVAL = (2.5, 97.5)


@dataclass(frozen=True, slots=True)
class Shown:
    """A photo of somebody in a light: by which limits it passes, in their order, and its template; None where no face
    was found."""

    person: str
    light: str
    passes: tuple[bool, ...]
    vector: Vector | None


@dataclass(frozen=True, slots=True)
class Ended:
    """Of a light and some limits: photos `tried` and those that `passed`; people with a session, and the share of these
    sessions that do not match (FNMR), with its 95 % interval over people."""

    tried: int
    passed: int
    people: int
    fnmr: float
    interval: tuple[float, float]


def other_limits(text: str, limits: QualityLimits) -> QualityLimits:
    """Limits with some set to other values: "min_brightness=35,max_dark_share=0.35". Raises ValueError, naming what
    is no limit or no number."""
    changed: dict[str, float] = {}
    for part in text.split(","):
        name, _, value = (one.strip() for one in part.partition("="))
        if name not in {one.name for one in fields(limits)}:
            raise ValueError(f"{name} is no limit of the policy")
        changed[name] = float(value)
    return replace(limits, **changed)


def show_all(
    people: Mapping[str, Sequence[bytes]], policy: Policy, limits: Sequence[QualityLimits], seed: int
) -> tuple[list[Shown], dict[str, Vector]]:
    """Everybody's photos in every light, and each person's reference."""
    stages, shown, references = Stages(policy), list[Shown](), dict[str, Vector]()
    for number, (person, photos) in enumerate(people.items()):
        if number % _TELL_EVERY == 0:
            print(f"{number} of {len(people)} people tried", flush=True)
        seen = [(image, faces) for image, faces in map(stages.see, photos) if faces]
        good = [not stages.probe(person, AS_IT_IS, *one).failed for one in seen]
        if True not in good:
            continue
        first = good.index(True)
        references[person] = stages.reference(seen[first][0], seen[first][1][0])
        for place, (image, faces) in list(enumerate(seen))[: _MOST + 1]:
            if place == first:
                continue
            shown.append(_shown(stages, person, AS_IT_IS, (image, faces), limits))
            for way, (light, spoil) in enumerate(LIGHTS):
                chance = np.random.default_rng((seed, number, way, place))
                encoded = cv2.imencode(".jpg", spoil(image, faces[0], chance), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1]
                shown.append(_shown(stages, person, light, stages.see(bytes(encoded)), limits))
    return shown, references


def _shown(
    stages: Stages, person: str, light: str, seen: tuple[Image, tuple[Face, ...]], limits: Sequence[QualityLimits]
) -> Shown:
    image, faces = seen
    if not faces:
        return Shown(person, light, (False,) * len(limits), None)
    passes = (
        all(one.verdict is not Verdict.FAILED for one in quality.assess(image, faces, Step.NEUTRAL, by))
        for by in limits
    )
    return Shown(person, light, tuple(passes), stages.probe(person, light, image, faces).vector)


def ended(shown: Sequence[Shown], references: Mapping[str, Vector], which: int, accept: float, seed: int) -> Ended:
    """How sessions of three end by the limits of number `which`, over all lights that are in `shown`."""
    of: dict[tuple[str, str], list[Vector]] = defaultdict(list)
    for one in shown:
        if one.passes[which] and one.vector is not None:
            of[one.person, one.light].append(one.vector)
    passed = sum(map(len, of.values()))
    lost: dict[str, list[float]] = defaultdict(list)
    for (person, _), vectors in of.items():
        if len(vectors) >= _FRAMES:
            alike = [float(mean(list(three)) @ references[person]) for three in combinations(vectors, _FRAMES)]
            lost[person].append(float(np.mean([similarity < accept for similarity in alike])))
    sums = np.array([(sum(one), len(one)) for one in lost.values()], float).reshape(-1, 2)
    if not len(sums):
        return Ended(len(shown), passed, 0, float("nan"), (float("nan"), float("nan")))
    chance = np.random.default_rng(seed)
    drawn = [sums[chance.integers(0, len(sums), len(sums))].sum(axis=0) for _ in range(_DRAWN)]
    low, high = np.percentile([wrong / total for wrong, total in drawn], _INTERVAL)
    whole = sums.sum(axis=0)
    return Ended(len(shown), passed, len(sums), float(whole[0] / whole[1]), (float(low), float(high)))


def table(
    shown: Sequence[Shown], references: Mapping[str, Vector], names: Sequence[str], accept: float, seed: int
) -> str:
    """A line for each light and each set of limits."""
    return "\n".join(_lines(shown, references, names, accept, seed))


def _lines(
    shown: Sequence[Shown], references: Mapping[str, Vector], names: Sequence[str], accept: float, seed: int
) -> Iterator[str]:
    head = f"{'photos':26} {'limits':10} {'tried':>6} {'pass':>6} {'people':>7}"
    yield f"{head}  FNMR at {accept:.2f} of the mean of three"
    lights = list(dict.fromkeys(one.light for one in shown))
    groups = [(light, [one for one in shown if one.light == light]) for light in lights]
    for light, some in [*groups, ("all of them", list(shown))]:
        for which, name in enumerate(names):
            end = ended(some, references, which, accept, seed)
            low, high = (100 * one for one in end.interval)
            yield (
                f"{light:26} {name:10} {end.tried:6} {end.passed:6} {end.people:7}  "
                f"{100 * end.fnmr:5.2f} % [{low:.2f}, {high:.2f}]"
            )


def main(arguments: Sequence[str]) -> int:
    """Try and print; 2 when nobody can be tried."""
    parser = argparse.ArgumentParser(prog="make lights", description="how honest sessions of bad light end")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--people", type=int, default=110, help="at most so many (110)")
    parser.add_argument("--beside", metavar="LIMIT=VALUE,...", help="other limits, tried on the same photos")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    policy = load_policy()
    try:
        limits = [policy.quality, *([other_limits(asked.beside, policy.quality)] if asked.beside else [])]
        photos = photos_of(asked.folder, asked.seed, least=_LEAST)
    except (ManifestError, ValueError) as error:
        print(f"lights: {error}", file=sys.stderr)
        return 2
    with native_logs_hidden():
        cv2.setNumThreads(1)
        chosen = dict(list(photos.items())[: asked.people])
        shown, references = show_all(chosen, policy, limits, asked.seed)
    if not shown:
        print(f"lights: nobody has {_LEAST} photos that will do", file=sys.stderr)
        return 2
    print(table(shown, references, ("in force", "beside")[: len(limits)], policy.match.accept, asked.seed))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
