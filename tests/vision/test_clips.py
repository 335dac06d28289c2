"""Sessions out of clips: which frames are drawn, and the command on the one real clip of the tests."""

import random
import shutil
from collections import Counter
from pathlib import Path

import pytest

from lab import clips
from lab.clips import WAYS, Count, Event, Moments
from lifecert.domain.challenge import Step, has_expression
from lifecert.domain.policy import Policy
from lifecert_vision.analyser import VisionAnalyser

CLIP = "single_face.mp4"
EVENTS = f"""video,start_frame,end_frame,event,note
{CLIP},0,17,frontal_neutral,
{CLIP},26,28,blink,
{CLIP},36,60,smile,"teeth, and more"
"""


def _events(folder: Path, text: str) -> Path:
    path = folder / clips.EVENTS
    path.write_text(text, encoding="utf-8")
    return path


def test_what_happens_around_an_event_is_neither_done_nor_left_undone() -> None:
    found = clips.moments([Event(20, 27, "smile"), Event(40, 40, "waves"), Event(60, 63, "talking")], 80)
    assert found.steps == {Step.SMILE: [21, 22, 23, 24, 25, 26]}
    assert found.talking == [60, 61, 62, 63]
    assert found.nothing == [*range(12), *range(49, 52), *range(72, 80)]
    assert found.neutral == found.nothing, "no neutral event"


def test_an_event_beyond_the_clip_has_no_frames() -> None:
    assert clips.moments([Event(50, 60, "blink"), Event(0, 3, "frontal_neutral")], 10).steps == {}


MOMENTS = Moments(
    neutral=[1], nothing=[2], talking=[3], steps={Step.TURN_LEFT: [4], Step.TURN_RIGHT: [5], Step.SMILE: [6]}
)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: f"{way.name} {way.leaning}")
def test_each_way_draws_a_challenge_and_answers_it_as_it_says(way: clips.Way) -> None:
    shown = {step: numbers[0] for step, numbers in MOMENTS.steps.items()}
    for seed in range(20):
        answers = way.draw(MOMENTS, random.Random(seed), 2)
        assert answers is not None
        (first, neutral), *steps = answers
        assert first is Step.NEUTRAL
        assert neutral == (3 if "talking" in way.name else 1)
        assert has_expression([step for step, _ in steps])
        undone = sum(shown.get(step) != at for step, at in steps)
        assert undone == (0 if way.done else 1 if way.name.startswith("one") else 2)


def test_a_clip_with_one_step_has_no_session_of_two() -> None:
    one = Moments(neutral=[1], nothing=[2], steps={Step.SMILE: [6]})
    turns = Moments(neutral=[1], nothing=[2], steps={Step.TURN_LEFT: [4], Step.TURN_RIGHT: [5]})
    for moments in (one, turns, Moments()):
        assert WAYS[0].draw(moments, random.Random(1), 2) is None


def test_a_real_clip_is_accepted_where_the_steps_were_done_and_nowhere_else(
    tmp_path: Path, analyser: VisionAnalyser, policy: Policy, clip: object
) -> None:
    read = clips.read_events(_events(tmp_path, EVENTS))
    contents = clips.frames_of(Path(".build/clips") / CLIP)
    found = clips.try_clips({CLIP: (contents, clips.moments(read[CLIP], len(contents)))}, analyser, policy, 1, seed=3)

    for way, count in found.items():
        if count.ended:
            assert (count.ended[CLIP]["accepted"] == 1) is way.done, (way, count)
    assert {way.name for way, count in found.items() if count.ended} == {
        way.name for way in WAYS if "talking" not in way.name
    }
    told = clips.table(found)
    assert "both steps done: 1 of 1 sessions accepted, 1 clips; each clip counting the same 100.0%" in told
    assert "steps seen: close_eyes 1 of 1, smile 1 of 1" in told


def test_each_clip_counts_the_same() -> None:
    count = Count()
    count.ended["one"], count.ended["two"] = (
        Counter({"accepted": 10}),
        Counter({"retry turn_not_seen": 1, "retry smile_not_seen": 1, "review liveness_doubted": 2}),
    )
    told = clips.table({WAYS[0]: count})
    assert "10 of 14 sessions accepted, 2 clips; each clip counting the same 50.0%, to a human 25.0%" in told
    assert "asked again 25.0%" in told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("video,first,last\n", "the columns are video,start_frame"),
        (EVENTS + f"{CLIP},4,x,smile,\n", "line 5: frames are whole numbers"),
        (EVENTS + f"{CLIP},9,4,smile,\n", "line 5: the last frame is before the first"),
        (EVENTS.replace(CLIP, "gone.mp4"), "gone.mp4 is no clip"),
    ],
)
def test_a_faulty_folder_is_told_and_ends_with_2(
    text: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _events(tmp_path, text)
    assert clips.main([str(tmp_path)]) == 2
    assert told in capsys.readouterr().err


def test_a_folder_without_events_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(Path(".build/portraits/obama.jpg"), tmp_path)
    assert clips.main([str(tmp_path)]) == 2
    assert "no events.csv" in capsys.readouterr().err
