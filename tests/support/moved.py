"""Every measure moved by some times the most that it moves between processors: what fails then sits too near a limit.

    python -m pytest tests/vision -p tests.support.moved --moved 3
    python -m pytest tests/vision -p tests.support.moved --moved=-3

`make margins` runs both. What is held to be exactly so is left out then. The moves are the greatest that
`make processors` measured on the sample portraits (docs/accuracy.md).
"""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from lifecert_vision import analyser, imprint, liveness, match, quality

# By the measure's name, in its unit, rounded up; 0 or 0.0001 where none was seen.
MOVES = {
    "second_face": 0.0001,
    "eye_distance": 0.0224,
    "face_in_frame": 0.0001,
    "roll": 0.0023,
    "yaw": 0.0024,
    "pitch": 0.0051,
    "brightness": 0.1843,
    "overexposure": 0.1843,
    "dark_share": 0.0005,
    "bright_share": 0.0001,
    "evenness": 0.0017,
    "blockiness": 0.0011,
    "colour": 0.0104,
    "sharpness": 0.0013,
    "sunglasses": 0.0001,
    "mask": 0.0004,
    "glare": 0.0,
    "least_glare": 0.0,
    "hand_on_mouth": 0.0001,
    "hand_on_eye": 0.0002,
    "upright": 0.0027,
    "strength": 0.0079,
    "turn_left": 0.003,
    "turn_right": 0.006,
    "depth": 0.0002,
    "width_kept": 0.0001,
    "open_mouth": 0.0002,
    "close_eyes": 0.0001,
    "smile": 0.0002,
    "same_person": 0.0003,
    "alike_reference": 0.004,
    "alike_earlier": 0.004,
    "alike_recent": 0.004,
    "alike_within": 0.0029,
    "passive_live": 0.0004,
    "passive_least": 0.0054,
}
EXACT = (
    "test_who_looks_flat_on_most_frames_is_seen_by_a_human",
    "test_who_shows_few_frames_is_embedded_from_both_sides",
    "test_imprints_are_small_and_alike_only_within_their_version",
    "test_one_frame_of_another_kind_is_seen_by_a_human_where_all_networks_look",
    "test_what_is_not_asked_of_three_frames_changes_no_decision",
)
SIMILARITY, ALIKE = 0.0002, 0.004


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--moved", type=float, required=True, help="times the greatest move between processors")


def pytest_configure(config: pytest.Config) -> None:
    times = float(config.getoption("--moved"))

    def moved(judge: Callable[..., Any]) -> Callable[..., Any]:
        return lambda name, value, *rest, **more: judge(name, value + times * MOVES[name], *rest, **more)

    for module in (analyser, liveness, quality):
        for name in {"at_least", "at_most"} & set(vars(module)):
            setattr(module, name, moved(getattr(module, name)))
    cosine, alike = match.cosine, imprint.alike

    def moved_alike(one: bytes, others: Sequence[bytes]) -> list[float]:
        return [value + times * ALIKE for value in alike(one, others)]

    match.cosine = lambda one, other: cosine(one, other) + times * SIMILARITY
    imprint.alike = moved_alike


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what is about the same numbers on the same machine."""
    items[:] = [item for item in items if not item.name.startswith(EXACT)]
