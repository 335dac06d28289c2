"""Drawing a challenge."""

import random
from collections import Counter

import pytest

from lifecert.domain.challenge import NEEDS, TURNS, Ability, Step, draw


def test_the_neutral_frame_comes_first_and_steps_do_not_repeat() -> None:
    for seed in range(200):
        challenge = draw(set(), 2, random.Random(seed))
        assert challenge[0] is Step.NEUTRAL
        assert len(set(challenge)) == 3


def test_every_step_is_drawn_about_equally_often() -> None:
    chooser = random.Random(1)
    counts = Counter(step for _ in range(2000) for step in draw(set(), 2, chooser)[1:])
    assert set(counts) == set(NEEDS)
    # An expression is always among them, so turns are a little rarer.
    assert min(counts.values()) > 600


def test_turns_alone_are_asked_only_of_who_can_do_nothing_else() -> None:
    for seed in range(300):
        assert set(draw(set(), 2, random.Random(seed))) - TURNS - {Step.NEUTRAL}
    only_turns = set(Ability) - {Ability.TURN_HEAD}
    assert set(draw(only_turns, 2, random.Random(1))) == {Step.NEUTRAL, *TURNS}


@pytest.mark.parametrize("cannot", list(Ability))
def test_nobody_is_asked_what_they_cannot_do(cannot: Ability) -> None:
    for seed in range(100):
        assert all(NEEDS[step] is not cannot for step in draw({cannot}, 2, random.Random(seed))[1:])


def test_who_can_do_little_is_asked_little() -> None:
    only_smile = set(Ability) - {Ability.SMILE}
    assert draw(only_smile, 2, random.Random(1)) == (Step.NEUTRAL, Step.SMILE)
    assert draw(set(Ability), 2, random.Random(1)) == (Step.NEUTRAL,)
