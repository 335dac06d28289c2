"""How sessions of real clips end: steps that people did, and steps that nobody did, through a whole verification.

    make clips DATA=folder [ARGS='--sessions 60 --seed 1']

The folder holds clips and `events.csv` with the columns `video,start_frame,end_frame,event,note`, read off by eye and
never by the machine that is measured. Events are `frontal_neutral`, `blink`, `mouth_open`, `smile`, `yaw_image_left`,
`yaw_image_right` (as the picture shows it: the person's own right and left), and `talking`; during any other nothing is
drawn. A clip without `frontal_neutral` has its neutral frames where nothing happens. What answers a step comes out of
the middle half of its event.

Reference and frames are of one clip, so the match says little; whether the steps are seen, and whether something that
was not done is taken for done, is what this counts. Pictures are read where they are, and nothing is kept of them.
"""

import argparse
import csv
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from lifecert.adapters.files.policy import load_policy
from lifecert.domain.challenge import Step, draw, has_expression
from lifecert.domain.evidence import FrameEvidence, Template, Verdict
from lifecert.domain.policy import Policy, decide
from lifecert.ports.vision import Frame
from lifecert_vision.analyser import VisionAnalyser
from lifecert_vision.decode import Image
from lifecert_vision.quiet import native_logs_hidden

EVENTS = "events.csv"
_COLUMNS = ["video", "start_frame", "end_frame", "event", "note"]
_NEUTRAL, _TALKING = "frontal_neutral", "talking"
# Left and right are the person's own, and clips are not mirrored.
_STEPS = {
    "blink": Step.CLOSE_EYES,
    "mouth_open": Step.OPEN_MOUTH,
    "smile": Step.SMILE,
    "yaw_image_left": Step.TURN_RIGHT,
    "yaw_image_right": Step.TURN_LEFT,
}
_MARGIN = 8  # frames around an event in which it may have begun already, or not be over
_LEAST_LEAN, _MOST_LEAN = 20, 50  # degrees of a head on a pillow
_QUALITY = 92  # of the JPEG in which a frame is sent
_REFERENCES = 8  # frames that are tried for a reference


class ClipsError(Exception):
    """The folder cannot be measured."""


@dataclass(frozen=True, slots=True)
class Event:
    """What is seen from the first frame to the last, both included."""

    first: int
    last: int
    kind: str

    def middle(self) -> range:
        """The middle half, one frame at the least."""
        quarter = (self.last - self.first) // 4
        return range(self.first + quarter, self.last - quarter + 1)


@dataclass
class Moments:
    """Numbers of a clip's frames: neutral ones, those on which nothing is done, those while the person talks, and those
    that show each step."""

    neutral: list[int] = field(default_factory=list)
    nothing: list[int] = field(default_factory=list)
    talking: list[int] = field(default_factory=list)
    steps: dict[Step, list[int]] = field(default_factory=dict)


# A clip's moments and chance: what each step of a session is answered with, or None where the clip cannot.
_Draw = Callable[[Moments, random.Random, int], list[tuple[Step, int]] | None]


@dataclass(frozen=True, slots=True)
class Way:
    """One kind of session; `done` says whether both steps were."""

    name: str
    draw: _Draw
    done: bool
    leaning: bool = False


@dataclass
class Count:
    """How sessions of one way ended, by clip, and of each step how many frames showed it, and of how many."""

    ended: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    seen: Counter[Step] = field(default_factory=Counter)
    asked: Counter[Step] = field(default_factory=Counter)


def _both_done(moments: Moments, chance: random.Random, steps: int) -> list[tuple[Step, int]] | None:
    return _done(moments, moments.neutral, chance, steps)


def _done_after_talking(moments: Moments, chance: random.Random, steps: int) -> list[tuple[Step, int]] | None:
    return _done(moments, moments.talking, chance, steps)


def _done(moments: Moments, neutral: Sequence[int], chance: random.Random, steps: int) -> list[tuple[Step, int]] | None:
    shown = sorted(moments.steps)
    if not neutral or len(shown) < steps or not has_expression(shown):
        return None
    while not has_expression(asked := chance.sample(shown, steps)):
        pass
    return [(Step.NEUTRAL, chance.choice(neutral)), *((step, chance.choice(moments.steps[step])) for step in asked)]


def _one_left_out(moments: Moments, chance: random.Random, steps: int) -> list[tuple[Step, int]] | None:
    answers = _done(moments, moments.neutral, chance, steps)
    if answers is None or not moments.nothing:
        return None
    left_out = chance.randrange(1, len(answers))
    answers[left_out] = (answers[left_out][0], chance.choice(moments.nothing))
    return answers


def _nothing_done(moments: Moments, chance: random.Random, steps: int) -> list[tuple[Step, int]] | None:
    if not moments.neutral or not moments.nothing:
        return None
    asked = draw((), steps, chance)
    return [(step, chance.choice(moments.neutral if step is Step.NEUTRAL else moments.nothing)) for step in asked]


WAYS = (
    Way("both steps done", _both_done, done=True),
    Way("the same, the head leaning", _both_done, done=True, leaning=True),
    Way("the same, the neutral frame while talking", _done_after_talking, done=True),
    Way("one step not done", _one_left_out, done=False),
    Way("neither step done", _nothing_done, done=False),
    Way("the same, the head leaning", _nothing_done, done=False, leaning=True),
)


def read_events(path: Path) -> dict[str, list[Event]]:
    """The events of each clip. Raises ClipsError, naming the line, for a file of another make."""
    events: dict[str, list[Event]] = defaultdict(list)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file)
            if rows.fieldnames != _COLUMNS:
                raise ClipsError(f"{path.name}: the columns are {','.join(_COLUMNS)}")
            for row in rows:
                try:
                    first, last = int(row["start_frame"]), int(row["end_frame"])
                except (TypeError, ValueError):
                    raise ClipsError(f"{path.name} line {rows.line_num}: frames are whole numbers") from None
                if not 0 <= first <= last:
                    raise ClipsError(f"{path.name} line {rows.line_num}: the last frame is before the first")
                events[row["video"]].append(Event(first, last, row["event"]))
    except (OSError, UnicodeDecodeError):
        raise ClipsError(f"no {path.name} that can be read") from None
    return dict(events)


def moments(events: Sequence[Event], frames: int) -> Moments:
    """Which of a clip's frames show what."""
    found = Moments()
    taken = {
        number
        for event in events
        if event.kind != _NEUTRAL
        for number in range(event.first - _MARGIN, event.last + _MARGIN + 1)
    }
    found.nothing = [number for number in range(frames) if number not in taken]
    for event in events:
        shown = [number for number in event.middle() if number < frames]
        if event.kind == _NEUTRAL:
            found.neutral += range(event.first, min(event.last + 1, frames))
        elif event.kind == _TALKING:
            found.talking += shown
        elif step := _STEPS.get(event.kind):
            found.steps.setdefault(step, []).extend(shown)
    found.neutral = found.neutral or found.nothing
    found.steps = {step: numbers for step, numbers in found.steps.items() if numbers}
    return found


def frames_of(path: Path) -> list[bytes]:
    """All frames as a phone would send them. Raises ClipsError for no clip."""
    clip, frames = cv2.VideoCapture(str(path)), list[bytes]()
    try:
        while True:
            there, frame = clip.read()
            if not there:
                break
            frames.append(_encoded(np.asarray(frame, np.uint8)))
    finally:
        clip.release()
    if not frames:
        raise ClipsError(f"{path.name} is no clip that can be read")
    return frames


def _encoded(image: Image) -> bytes:
    return bytes(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1])


def _leaning(content: bytes, degrees: float) -> bytes:
    """The picture turned about its middle, its edges going on."""
    image = np.asarray(cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR), np.uint8)
    height, width = image.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return _encoded(np.asarray(cv2.warpAffine(image, turn, (width, height), borderMode=cv2.BORDER_REPLICATE), np.uint8))


def try_clips(
    clips: Mapping[str, tuple[list[bytes], Moments]], analyser: VisionAnalyser, policy: Policy, wanted: int, seed: int
) -> dict[Way, Count]:
    """Let up to `wanted` sessions of every way and clip through everything."""
    found = {way: Count() for way in WAYS}
    for clip, (contents, when) in clips.items():
        reference = _reference(contents, when, analyser)
        for number, way in enumerate(WAYS):
            chance = random.Random(f"{seed} {clip} {number}")  # noqa: S311 - to be drawn again
            for answers in _drawn(way, when, chance, policy.challenge.steps, wanted):
                lean = chance.choice((-1, 1)) * chance.uniform(_LEAST_LEAN, _MOST_LEAN) if way.leaning else 0.0
                frames = [
                    Frame(step, _leaning(contents[at], lean) if way.leaning else contents[at]) for step, at in answers
                ]
                evidence = analyser.analyse(frames, {"reference": reference}).evidence
                decision = decide(evidence, policy, tuple(step for step, _ in answers), 1)
                found[way].ended[clip][f"{decision.outcome} {decision.reason or ''}".strip()] += 1
                for frame in evidence.frames[1:]:
                    found[way].asked[frame.step] += 1
                    found[way].seen[frame.step] += _shown(frame)
    return found


def _drawn(way: Way, when: Moments, chance: random.Random, steps: int, wanted: int) -> Iterator[list[tuple[Step, int]]]:
    for _ in range(wanted):
        if answers := way.draw(when, chance, steps):
            yield answers


def _shown(frame: FrameEvidence) -> bool:
    """Whether the frame shows its step, whatever else is the matter with it."""
    return any(one.name == frame.step.value and one.verdict is Verdict.PASSED for one in frame.measures)


def _reference(contents: Sequence[bytes], when: Moments, analyser: VisionAnalyser) -> Template:
    """The template of a neutral frame that will do for a reference, of `_REFERENCES` from the whole clip.

    Raises ClipsError where none does.
    """
    step = max(1, len(when.neutral) // _REFERENCES)
    for number in when.neutral[::step]:
        if template := analyser.enrol(contents[number]).template:
            return template
    raise ClipsError("no neutral frame will do for a reference")


def table(found: Mapping[Way, Count]) -> str:
    """The figures as text: a share is the mean over clips, each counting the same."""
    lines = []
    for way, count in found.items():
        if not count.ended:
            continue
        total = sum((ends for ends in count.ended.values()), Counter[str]())
        lines.append(
            f"{way.name}: {total['accepted']} of {total.total()} sessions accepted, {len(count.ended)} clips; "
            f"each clip counting the same {_mean_share(count, 'accepted'):.1%}, "
            f"to a human {_mean_share(count, 'review'):.1%}, asked again {_mean_share(count, 'retry'):.1%}"
        )
        lines += [f"  {clip}: {_listed(ends)}" for clip, ends in count.ended.items()]
        shown = ", ".join(f"{step} {count.seen[step]} of {asked}" for step, asked in sorted(count.asked.items()))
        lines.append(f"  steps seen: {shown}")
    return "\n".join(lines)


def _mean_share(count: Count, outcome: str) -> float:
    """The share of sessions that ended so, whatever the reason: the mean over clips."""
    shares = [
        sum(times for how, times in ends.items() if how.split()[0] == outcome) / ends.total()
        for ends in count.ended.values()
    ]
    return sum(shares) / len(shares)


def _listed(ends: Counter[str]) -> str:
    return ", ".join(f"{how} {times}" for how, times in ends.most_common())


def main(arguments: Sequence[str]) -> int:
    """Count and print; 1 where a session in which a step was not done was accepted, 2 where nothing can be measured."""
    parser = argparse.ArgumentParser(prog="make clips", description="how sessions of real clips end")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sessions", type=int, default=60, help="sessions of each kind and clip (60)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    policy, clips = load_policy(), {}
    try:
        for name, events in read_events(options.folder / EVENTS).items():
            contents = frames_of(options.folder / name)
            clips[name] = (contents, moments(events, len(contents)))
        with native_logs_hidden():
            found = try_clips(clips, VisionAnalyser(policy), policy, options.sessions, options.seed)
    except ClipsError as error:
        print(f"clips: {error}", file=sys.stderr)
        return 2
    print(table(found))
    undone = sum(ends["accepted"] for way in WAYS if not way.done for ends in found[way].ended.values())
    return 1 if undone else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
