"""What each quality limit keeps away: error versus discard, on photos as they are, in bad light, and spoilt.

    make discards DATA=folder [OUT=folder] [ARGS='--people 100 --seed 1']

The folder is one of people with two photos or more each. The first good one of a person is the reference; another is
tried as it is, in every bad light and with every fault of `lab/attacks/spoiling.py` that a limit could keep away. For
each limit: how many it refuses, and how often those would not have matched (FNMR) and a stranger's would have (FMR),
beside what no limit refuses. A limit whose refusals match as well as the rest keeps nothing away and only sends people
home.
Then sessions of three unspoilt frames: how many in a thousand honest ones end with which cause.
After ISO/IEC 29794-1 and NIST FATE Quality, whose measure this is: the error-versus-discard characteristic.
"""

import argparse
import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lab.attacks.spoiling import FAULTS, LIGHTS, Spoil
from lab.calibration.manifest import ManifestError
from lab.calibration.statistics import Rate
from lab.people import photos_of
from lab.plot import COLOURS, Axis, Line, Panel, lines
from lifecert.adapters.files.policy import load_policy
from lifecert.domain.challenge import Step
from lifecert.domain.evidence import Measure, Verdict
from lifecert.domain.policy import MatchLimits, Policy
from lifecert_vision import quality
from lifecert_vision.align import align
from lifecert_vision.decode import Image, decode
from lifecert_vision.detect import Detector
from lifecert_vision.embed import Embedder, Vector, mean
from lifecert_vision.header import PictureRefused
from lifecert_vision.landmarks import Face
from lifecert_vision.measures import is_poor
from lifecert_vision.quiet import native_logs_hidden

QUALITY = 90  # of the JPEG in which a spoilt photo is sent
AS_IT_IS = "as it is"
# Faults that leave the person's face to be matched: others show too little of it, or somebody else's beside it.
_OF_QUALITY = ("dark", "bright", "out of focus", "moved", "small", "one-sided light", "poor JPEG", "turned away")
_WAYS: tuple[tuple[str, Spoil], ...] = (*LIGHTS, *((one.name, one.spoil) for one in FAULTS if one.name in _OF_QUALITY))
_MOST_SESSIONS = 40  # of one person
_POINTS = 31  # of a curve


@dataclass(frozen=True, slots=True)
class Probe:
    """A photo that was tried: `how` it was spoilt, what was measured, and its template."""

    person: str
    how: str
    measures: tuple[Measure, ...]
    vector: Vector

    @property
    def failed(self) -> set[str]:
        """The names of the limits that refuse it."""
        return {measure.name for measure in self.measures if measure.verdict is Verdict.FAILED}


@dataclass(frozen=True, slots=True)
class Tried:
    """All probes, how many photos of each kind had no face, and each person's reference template."""

    probes: tuple[Probe, ...]
    no_face: Counter[str]
    references: Mapping[str, Vector]

    def genuine(self, probes: Sequence[Probe]) -> NDArray[np.float64]:
        """Each probe's similarity to the person's own reference."""
        return np.array([probe.vector @ self.references[probe.person] for probe in probes], np.float64)

    def impostor(self, probes: Sequence[Probe]) -> NDArray[np.float64]:
        """Every probe's similarities to all others' references."""
        names = list(self.references)
        every = np.array([self.references[name] for name in names])
        own = np.array([[probe.person == name for name in names] for probe in probes], bool).reshape(-1, len(names))
        return np.asarray((np.array([probe.vector for probe in probes]).reshape(-1, every.shape[1]) @ every.T)[~own])


class Stages:
    """Decode, detect, quality and embedding of a neutral frame, by a policy."""

    def __init__(self, policy: Policy) -> None:
        self._policy, self._detector, self._embedder = policy, Detector(), Embedder()

    def see(self, content: bytes) -> tuple[Image, tuple[Face, ...]]:
        """The picture and its faces; none for a picture that is refused."""
        try:
            image = decode(content, self._policy.image)
        except PictureRefused:
            return np.zeros((1, 1, 3), np.uint8), ()
        return image, self._detector.detect(image, others=True)

    def probe(self, person: str, how: str, image: Image, faces: tuple[Face, ...]) -> Probe:
        """A photo by the limits in force, with its template, made as of one frame of three. One that a limit refuses is
        embedded as the poor one that it would be if the limit let it in."""
        measures = quality.assess(image, faces, Step.NEUTRAL, self._policy.quality)
        poor = is_poor(measures) or any(measure.verdict is Verdict.FAILED for measure in measures)
        embedding = self._embedder.embed(align(image, faces[0]), both_sides=poor)
        return Probe(person, how, measures, embedding.vector)

    def reference(self, image: Image, face: Face) -> Vector:
        """The template of a reference photo."""
        return self._embedder.embed(align(image, face), both_sides=True).vector


def try_all(people: Mapping[str, Sequence[bytes]], policy: Policy, wanted: int, seed: int) -> Tried:
    """Try up to `wanted` people in every way, and all their other photos as they are."""
    stages, probes, no_face = Stages(policy), list[Probe](), Counter[str]()
    references: dict[str, Vector] = {}
    for number, (person, photos) in enumerate(people.items()):
        seen = [(image, faces) for image, faces in map(stages.see, photos) if faces]
        no_face[AS_IT_IS] += len(photos) - len(seen)
        plain = [stages.probe(person, AS_IT_IS, *one) for one in seen]
        first = next((place for place, probe in enumerate(plain) if not probe.failed), None)
        if first is None or len(seen) == 1:
            continue
        references[person] = stages.reference(seen[first][0], seen[first][1][0])
        rest = [place for place in range(len(seen)) if place != first]
        probes += [plain[place] for place in rest]
        spoilt = next((place for place in rest if not plain[place].failed), None)
        if spoilt is None or len(references) > wanted:
            continue
        image, faces = seen[spoilt]
        for way, (how, spoil) in enumerate(_WAYS):
            chance = np.random.default_rng((seed, number, way))
            encoded = cv2.imencode(".jpg", spoil(image, faces[0], chance), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1]
            found = stages.see(bytes(encoded))
            if found[1]:
                probes.append(stages.probe(person, how, *found))
            else:
                no_face[how] += 1
    return Tried(tuple(probes), no_face, references)


def limits_table(tried: Tried, match: MatchLimits) -> str:
    """For each limit what it refuses, and how that would have matched, beside what no limit refuses."""
    left = [probe for probe in tried.probes if not probe.failed]
    head = f"{'limit':16} {'refused':>8} {'alone':>6}  FNMR at {match.accept:.2f}{'':13} milder half"
    head = f"{head}{'':11} at {match.same_person:.3f}{'':14} FMR at {match.accept:.2f}"
    lines = [head, _line("(none: left)", left, left, len(left), tried, match)]
    for name in sorted({measure.name for probe in tried.probes for measure in probe.measures}):
        refused = [probe for probe in tried.probes if name in probe.failed]
        if refused:
            # Those nearest to the limit: where they match as well as the rest, the limit is too strict.
            mild = sorted(refused, key=lambda probe: -_score(probe, name))[: (len(refused) + 1) // 2]
            alone = sum(probe.failed == {name} for probe in refused)
            lines.append(_line(name, refused, mild, alone, tried, match))
    return "\n".join(lines)


def _score(probe: Probe, name: str) -> float:
    """The score of the measure of this name; 1 where it was not measured."""
    return next((measure.score or 0.0 for measure in probe.measures if measure.name == name), 1.0)


def _line(
    name: str, probes: Sequence[Probe], mild: Sequence[Probe], alone: int, tried: Tried, match: MatchLimits
) -> str:
    genuine, impostor, nearest = tried.genuine(probes), tried.impostor(probes), tried.genuine(mild)
    at_accept, at_least = (
        Rate(int((genuine < level).sum()), len(genuine)) for level in (match.accept, match.same_person)
    )
    matched = 100 * float((impostor >= match.accept).mean()) if impostor.size else 0.0
    of_mild = _rate(Rate(int((nearest < match.accept).sum()), len(nearest)))
    return f"{name:16} {len(probes):8} {alone:6}  {_rate(at_accept)} {of_mild} {_rate(at_least)} {matched:.4f} %"


def _rate(rate: Rate) -> str:
    low, high = rate.interval
    return f"{100 * (rate.value or 0):5.1f} % [{100 * low:.1f}, {100 * high:.1f}]".ljust(23)


def ways_table(tried: Tried, match: MatchLimits) -> str:
    """For each way of spoiling: refused by which limits, and how often those and the others would not have matched."""
    lines = [f"{'photos':26} {'tried':>6} {'no face':>8} {'refused':>8}  not matched of refused, of others; refused by"]
    for how in (AS_IT_IS, *(name for name, _ in _WAYS)):
        probes = [probe for probe in tried.probes if probe.how == how]
        refused = [probe for probe in probes if probe.failed]
        others = [probe for probe in probes if not probe.failed]
        lost = [f"{int((tried.genuine(some) < match.accept).sum())} of {len(some)}" for some in (refused, others)]
        by = Counter(name for probe in refused for name in probe.failed)
        named = ", ".join(f"{name} {times}" for name, times in by.most_common())
        lines.append(
            f"{how:26} {len(probes) + tried.no_face[how]:6} {tried.no_face[how]:8} {len(refused):8}  "
            f"{lost[0]}, {lost[1]}; {named}"
        )
    return "\n".join(lines)


def sessions(tried: Tried, match: MatchLimits, seed: int) -> dict[str, Counter[str]]:
    """How honest sessions of three good photos end, by person: a neutral frame and two that answer steps.

    Press photos of years stand for frames of a minute, and the challenge and the passive cue are not asked: this is
    what matching alone costs, and too dark a picture of it.
    """
    chance = random.Random(seed)  # noqa: S311 - to be drawn again
    by_person: dict[str, list[Vector]] = defaultdict(list)
    for probe in tried.probes:
        if probe.how == AS_IT_IS and not probe.failed:
            by_person[probe.person].append(probe.vector)
    ended: dict[str, Counter[str]] = {}
    for person, vectors in by_person.items():
        drawn = list(_threes(vectors, chance))
        if drawn:
            ended[person] = Counter(_ends(three, tried.references[person], match) for three in drawn)
    return ended


def _threes(vectors: Sequence[Vector], chance: random.Random) -> Iterator[tuple[Vector, Vector, Vector]]:
    """Sets of three that share no photo, drawn again and again, the first being the neutral frame."""
    for _ in range(_MOST_SESSIONS if len(vectors) >= len("abc") else 0):
        one, two, three = chance.sample(list(vectors), 3)
        yield one, two, three


def _ends(frames: tuple[Vector, Vector, Vector], reference: Vector, match: MatchLimits) -> str:
    neutral, *steps = frames
    if min(float(neutral @ step) for step in steps) < match.same_person:
        return "different_people (retry)"
    similarity = float(mean(list(frames)) @ reference)
    if similarity < match.review:
        return "not_matching (retry)"
    if similarity < match.accept:
        return "match_uncertain (review)"
    return "steps_uncertain (review)" if float(mean(steps) @ reference) < match.steps else "accepted"


def sessions_table(ended: Mapping[str, Counter[str]]) -> str:
    """In a thousand honest sessions, each person counting the same."""
    people = len(ended)
    share: Counter[str] = Counter()
    for counts in ended.values():
        for cause, times in counts.items():
            share[cause] += 1000 * times / counts.total() / people  # type: ignore[assignment]
    lines = [f"honest sessions of three good photos, {people} people; in 1,000:"]
    return "\n".join([*lines, *(f"  {cause:28} {times:6.1f}" for cause, times in share.most_common())])


def curves(tried: Tried, match: MatchLimits) -> dict[str, Any]:
    """Error versus discard: the FNMR of what is left when the worst by each measure are taken away first.

    Points are (share taken away, FNMR) up to three tenths; `ideal` is what the best of all measures could do.
    """
    genuine = tried.genuine(tried.probes)
    wrong = genuine < match.accept
    found: list[tuple[str, NDArray[np.float64]]] = []
    for name in sorted({measure.name for probe in tried.probes for measure in probe.measures}):
        scores = np.array([_score(probe, name) for probe in tried.probes])
        found.append((name, _left(wrong[np.argsort(scores, kind="stable")])))
    # Those that take away most errors with the first tenth.
    found.sort(key=lambda curve: curve[1][len(curve[1]) // 10])
    return {
        "accept": match.accept,
        "ideal": _points(_left(np.sort(wrong)[::-1])),
        "curves": [{"name": name, "left": _points(values)} for name, values in found[: len(COLOURS) - 1]],
    }


def _points(values: NDArray[np.float64]) -> list[list[float]]:
    last = len(values) - 1
    shares = [0.3 * place / (_POINTS - 1) for place in range(_POINTS)]
    return [[round(share, 3), round(float(values[round(share * last)]), 5)] for share in shares]


def picture(drawn: Mapping[str, Any]) -> str:
    """What `curves` found as SVG."""
    top = 1.1 * max(drawn["ideal"][0][1], 0.01)
    shown = [("if errors went first", drawn["ideal"]), *((one["name"], one["left"]) for one in drawn["curves"])]
    return lines(
        [
            Panel(
                "",
                Axis("taken away, worst first", 0, 0.3, [0, 0.1, 0.2, 0.3], _percent, logarithmic=False),
                Axis(
                    "FNMR of what is left", 0, top, [top * part / 3 for part in range(4)], _percent, logarithmic=False
                ),
                [Line(name, [(share, left) for share, left in points]) for name, points in shown],
            )
        ],
        "Error versus discard",
        [f"Accepted at {drawn['accept']:.2f}."],
    )


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _left(wrong: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The share of wrong ones among what is left after taking away the first 0, 1, 2 ..."""
    return np.asarray(wrong[::-1].cumsum()[::-1] / np.arange(len(wrong), 0, -1), np.float64)


def main(arguments: Sequence[str]) -> int:
    """Try, print, and draw where asked to; 2 when nobody can be tried."""
    parser = argparse.ArgumentParser(prog="make discards", description="what each quality limit keeps away")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, help="folder for discards.json and discards.svg")
    parser.add_argument("--people", type=int, default=100, help="people whose photos are spoilt (100)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    try:
        photos = photos_of(options.folder, options.seed)
    except ManifestError as error:
        print(error, file=sys.stderr)
        return 2
    policy = load_policy()
    with native_logs_hidden():
        cv2.setNumThreads(1)
        tried = try_all(photos, policy, options.people, options.seed)
    if not tried.probes:
        print("discards: nobody has two photos that will do", file=sys.stderr)
        return 2
    ended = sessions(tried, policy.match, options.seed)
    print(limits_table(tried, policy.match), ways_table(tried, policy.match), sessions_table(ended), sep="\n\n")
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        drawn = {"date": f"{datetime.now(UTC):%F}", **curves(tried, policy.match)}
        (options.out / "discards.json").write_text(json.dumps(drawn, indent=2) + "\n", encoding="utf-8")
        (options.out / "discards.svg").write_text(picture(drawn), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
