"""How many computed attacks pass a whole verification: every stage, the challenge, and the policy over it.

    make attacks DATA=folder [ARGS='--people 60 --seed 1']

The folder is one of people with two photos or more each: a folder for each person, or names like Ada_0001.jpg. The
first that will do is enrolled; the attacker has the next, or the enrolled one itself, and answers a challenge drawn as
a session draws it. All attacks are drawn by this machine: nobody held a print or a screen before a camera.
"""

import argparse
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from lab.attacks.screens import shown_on_screen
from lab.calibration.manifest import ManifestError
from lab.calibration.statistics import Rate
from lab.people import photos_of
from lifecert.adapters.files.policy import load_policy
from lifecert.domain.challenge import Step, draw
from lifecert.domain.evidence import Evidence, Template
from lifecert.domain.imprint import KnownPhotos
from lifecert.domain.policy import PASSIVE_LEAST, PASSIVE_MEASURE, Outcome, PassiveUse, Policy, decide
from lifecert.ports.vision import Frame
from lifecert_vision.analyser import VisionAnalyser
from lifecert_vision.decode import Image
from lifecert_vision.quiet import native_logs_hidden
from local.camera.synthesis import frame_for

_MOMENT = 1
_QUALITY = 90  # of the JPEG in which a frame is sent

# A photo, a step and the attack's chance: the frame that answers the step.
Answer = Callable[[bytes, Step, np.random.Generator], bytes]


@dataclass(frozen=True, slots=True)
class Attack:
    """`of_reference`: the attacker has the enrolled photo, and not another one of the person."""

    name: str
    answer: Answer
    of_reference: bool = False


def _held_still(photo: bytes, _step: Step, chance: np.random.Generator) -> bytes:
    return _noisy(frame_for(photo, Step.NEUTRAL), chance)


def _re_drawn(photo: bytes, step: Step, chance: np.random.Generator) -> bytes:
    return _noisy(frame_for(photo, step), chance)


def _out_of_shape(photo: bytes, step: Step, chance: np.random.Generator) -> bytes:
    """Re-drawn from a face that was first changed a little all over, so that it is a copy of nothing."""
    return _noisy(frame_for(photo, step, _MOMENT), chance)


def _on_screen(photo: bytes, step: Step, chance: np.random.Generator) -> bytes:
    return _encoded(shown_on_screen(_decoded(frame_for(photo, step)), chance))


def _itself_then_re_drawn(photo: bytes, step: Step, chance: np.random.Generator) -> bytes:
    """The photo as it is for the neutral frame, saved anew."""
    return _noisy(photo, chance) if step is Step.NEUTRAL else _re_drawn(photo, step, chance)


ATTACKS = (
    Attack("photo held still", _held_still),
    Attack("photo re-drawn through its mesh", _re_drawn),
    Attack("the same, shown on a screen", _on_screen),
    Attack("enrolled photo re-drawn through its mesh", _re_drawn, of_reference=True),
    Attack("the same, put out of shape before", _out_of_shape, of_reference=True),
    Attack("enrolled photo itself, then re-drawn", _itself_then_re_drawn, of_reference=True),
)


@dataclass(frozen=True, slots=True)
class Victim:
    """A person with an enrolled photo, and another one."""

    template: Template
    imprint: bytes
    reference: bytes
    other: bytes


@dataclass(frozen=True, slots=True)
class Tried:
    """How one attack on one person ended, as decided and as a build without the passive model would have."""

    outcome: Outcome
    reason: str
    without_cue: Outcome


def attack(
    people: Mapping[str, Sequence[bytes]], analyser: VisionAnalyser, policy: Policy, wanted: int, seed: int
) -> dict[str, list[Tried]]:
    """Try every attack on up to `wanted` people."""
    found: dict[str, list[Tried]] = defaultdict(list)
    for number, victim in enumerate(_enrolled(people, analyser)):
        if number == wanted:
            break
        for kind in ATTACKS:
            found[kind.name].append(_try(kind, victim, analyser, policy, seed + number))
    return found


def _enrolled(people: Mapping[str, Sequence[bytes]], analyser: VisionAnalyser) -> Iterator[Victim]:
    """Who has a photo that will do for a reference, and another one."""
    for photos in people.values():
        for place, photo in enumerate(photos[:-1]):
            enrolled = analyser.enrol(photo)
            if enrolled.template and analyser.enrol(photos[place + 1]).template:
                yield Victim(enrolled.template, enrolled.imprint, photo, photos[place + 1])
                break


def _try(kind: Attack, victim: Victim, analyser: VisionAnalyser, policy: Policy, seed: int) -> Tried:
    chance = np.random.default_rng(seed)
    asked = draw((), policy.challenge.steps, random.Random(seed))  # noqa: S311 - to be drawn again
    photo = victim.reference if kind.of_reference else victim.other
    frames = [Frame(step, kind.answer(photo, step, chance)) for step in asked]
    seen = analyser.analyse(frames, {"reference": victim.template}, KnownPhotos((victim.imprint,))).evidence
    decision = decide(seen, policy, asked, 1)
    return Tried(decision.outcome, str(decision.reason or ""), _without_cue(seen, policy, asked))


def _without_cue(seen: Evidence, policy: Policy, asked: tuple[Step, ...]) -> Outcome:
    blind = replace(policy, passive=replace(policy.passive, use=PassiveUse.OFF))
    across = tuple(measure for measure in seen.across if measure.name not in (PASSIVE_MEASURE, PASSIVE_LEAST))
    return decide(replace(seen, across=across), blind, asked, 1).outcome


def table(found: Mapping[str, Sequence[Tried]]) -> str:
    """The figures as text."""
    lines = []
    for name, tries in found.items():
        lines.append(f"{name}: {len(tries)} people")
        for said, accepted in (
            ("accepted", sum(one.outcome is Outcome.ACCEPTED for one in tries)),
            ("accepted, did the passive cue not look", sum(one.without_cue is Outcome.ACCEPTED for one in tries)),
        ):
            rate = Rate(accepted, len(tries))
            low, high = rate.interval
            lines.append(f"  {said:40} {accepted:4}  {rate.value or 0:6.1%} [{low:.1%}, {high:.1%}]")
        stopped = Counter(f"{one.outcome} {one.reason}" for one in tries if one.outcome is not Outcome.ACCEPTED)
        lines += [f"  {reason:40} {times:4}" for reason, times in stopped.most_common()]
    return "\n".join(lines)


def _decoded(content: bytes) -> Image:
    return np.asarray(cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR), np.uint8)


def _encoded(image: Image) -> bytes:
    return bytes(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1])


def _noisy(content: bytes, chance: np.random.Generator) -> bytes:
    image = _decoded(content)
    return _encoded(np.clip(image + chance.normal(0, 1.5, image.shape), 0, 255).astype(np.uint8))


def main(arguments: Sequence[str]) -> int:
    """Attack and print; 2 when nobody can be attacked."""
    parser = argparse.ArgumentParser(prog="make attacks", description="how many computed attacks pass")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--people", type=int, default=60, help="people to attack (60)")
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
        found = attack(photos, analyser, policy, options.people, options.seed)
    if not found:
        print("attacks: nobody has two photos that will do", file=sys.stderr)
        return 2
    print(table(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
