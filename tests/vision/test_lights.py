"""How sessions of bad light end: the counts by hand, and the command on the portraits."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from lab import lights
from lab.lights import Shown, ended, other_limits
from lifecert.domain.policy import Policy
from lifecert_vision.embed import Vector

DIM, WINDOW = "dim room", "before a window"
REFERENCES = {name: np.eye(3, dtype=np.float32)[0] for name in ("a", "b")}


def _like(similarity: float) -> Vector:
    return np.array([similarity, (1 - similarity**2) ** 0.5, 0], np.float32)


def _photos(person: str, light: str, *similarities: float, passes: tuple[bool, ...] = (True, True)) -> list[Shown]:
    return [Shown(person, light, passes, _like(one)) for one in similarities]


def test_a_session_is_three_photos_of_one_light_and_matches_by_their_mean() -> None:
    shown = [
        *_photos("a", DIM, 0.9, 0.9, 0.1),  # below by itself, and not with the other two
        *_photos("b", DIM, 0.3, 0.3, 0.3),
        *_photos("b", WINDOW, 0.9, 0.9),  # no three of them
    ]
    end = ended(shown, REFERENCES, 0, 0.56, seed=1)
    assert (end.tried, end.passed, end.people, end.fnmr) == (8, 8, 2, 0.5)
    assert end.interval == (0, 1)


def test_everybody_counts_the_same_in_each_light() -> None:
    shown = [*_photos("a", DIM, *[0.9] * 6), *_photos("a", WINDOW, 0.1, 0.1, 0.1), *_photos("b", DIM, 0.9, 0.9, 0.9)]
    assert ended(shown, REFERENCES, 0, 0.56, seed=1).fnmr == pytest.approx(1 / 3)


def test_what_other_limits_let_pass_is_counted_apart() -> None:
    shown = [
        *_photos("a", DIM, 0.9, 0.9, 0.9),
        *_photos("b", DIM, 0.1, 0.1, 0.1, passes=(True, False)),
        Shown("b", DIM, (False, False), None),
    ]
    ours, others = (ended(shown, REFERENCES, which, 0.56, seed=1) for which in (0, 1))
    assert (ours.tried, ours.passed, ours.people, ours.fnmr) == (7, 6, 2, 0.5)
    assert (others.tried, others.passed, others.people, others.fnmr) == (7, 3, 1, 0)
    assert ended(shown[-1:], REFERENCES, 0, 0.56, seed=1).people == 0


def test_limits_are_named_as_in_the_policy(policy: Policy) -> None:
    other = other_limits("min_brightness=35, max_dark_share=0.35", policy.quality)
    assert (other.min_brightness, other.max_dark_share) == (35, 0.35)
    assert other.max_yaw_degrees == policy.quality.max_yaw_degrees
    with pytest.raises(ValueError, match="brightness is no limit of the policy"):
        other_limits("brightness=35", policy.quality)
    for number in ("min_brightness", "min_brightness=dark"):
        with pytest.raises(ValueError, match="could not convert"):
            other_limits(number, policy.quality)


def test_the_command_tries_portraits(portraits: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    person = tmp_path / "people" / "one"
    person.mkdir(parents=True)
    for number, name in enumerate(("obama", "obama2", "obama3", "obama", "obama2")):
        shutil.copy(portraits / f"{name}.jpg", person / f"{number}.jpg")
    assert lights.main([str(tmp_path / "people"), "--beside", "min_brightness=200"]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[-2].split()[:6] == ["all", "of", "them", "in", "force", "24"]
    assert printed[-1].split()[:6] == ["all", "of", "them", "beside", "24", "0"]
    assert lights.main([str(tmp_path / "people"), "--beside", "darkness=1"]) == 2
    empty = tmp_path / "empty"
    empty.mkdir()
    assert lights.main([str(empty)]) == 2
