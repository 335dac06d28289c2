"""Pairs and their people, on made-up vectors; the bootstrap on them."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from lab.calibration.bootstrap import spread
from lab.calibration.comparisons import FLOOR, of_all, of_means, of_pairs
from lab.calibration.manifest import Dataset, Pair
from lab.calibration.templates import Photo


def faces(people: int, photos: int) -> tuple[dict[Path, Photo], dict[Path, str]]:
    """Vectors in 8 dimensions, near their person's own direction."""
    draw = np.random.default_rng(3)
    made: dict[Path, Photo] = {}
    who: dict[Path, str] = {}
    for person in range(people):
        centre = draw.normal(size=8)
        for number in range(photos):
            both = [centre + draw.normal(scale=0.7, size=8) for _ in range(2)]
            reference, frame = ((vector / np.linalg.norm(vector)).astype(np.float32) for vector in both)
            path = Path(f"P{person}_{number:04}.jpg")
            made[path] = Photo(f"{person}-{number}", None, reference, frame)
            who[path] = f"P{person}"
    return made, who


def test_all_pairs_are_those_counted_one_by_one_over_several_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lab.calibration.comparisons._BLOCK", 7)
    photos, who = faces(people=6, photos=5)
    made = of_all("all", list(photos), photos, who)
    genuine: list[float] = []
    impostor: list[float] = []
    for one, other in combinations(photos, 2):
        reference, frame = photos[one].reference, photos[other].frame
        assert reference is not None
        assert frame is not None
        (genuine if who[one] == who[other] else impostor).append(float(reference @ frame))
    assert (made.curve.genuine_total, made.curve.impostor_total) == (6 * 10, 15 * 25)
    assert made.curve.fmr(0.5).count == sum(one >= 0.5 for one in impostor)
    assert made.curve.fnmr(0.5).count == sum(one < 0.5 for one in genuine)
    assert made.people is not None
    assert len(made.people.impostor.similarity) == sum(one >= FLOOR for one in impostor)


def test_photos_without_a_template_lose_their_pairs() -> None:
    photos, who = faces(people=2, photos=2)
    first = next(iter(photos))
    photos[first] = Photo("lost", "no_face")
    assert of_all("all", list(photos), photos, who).lost == 3
    pairs = tuple(Pair(first, other, who[first] == who[other]) for other in list(photos)[1:])
    made = of_pairs("pairs", pairs, photos, Dataset(tuple(photos), pairs, people=who))
    assert (made.lost, made.curve.genuine_total, made.curve.impostor_total) == (3, 0, 0)


def test_the_closed_form_of_all_weighted_pairs_is_their_sum() -> None:
    photos, who = faces(people=5, photos=3)
    everyone = of_all("all", list(photos), photos, who).people
    assert everyone is not None
    weights = np.array([0.0, 1.0, 3.0, 2.0, 1.0])
    by_hand = sum(weights[one] * weights[other] * 9 for one, other in combinations(range(5), 2))
    assert everyone.impostor_total(weights) == pytest.approx(by_hand)


def test_labelled_pairs_weigh_as_often_as_both_people_are_drawn() -> None:
    photos, who = faces(people=3, photos=1)
    pairs = tuple(Pair(one, other, same=False) for one, other in combinations(photos, 2))
    made = of_pairs("pairs", pairs, photos, Dataset(tuple(photos), pairs, people=who)).people
    assert made is not None
    assert made.impostor_total(np.array([2.0, 1.0, 0.0])) == 2


def test_bootstrap_is_the_same_for_the_same_seed_and_holds_the_rate() -> None:
    photos, who = faces(people=40, photos=4)
    made = of_all("all", list(photos), photos, who)
    assert made.people is not None
    first = spread(made.people, [0.5], repeats=200, seed=5)
    assert spread(made.people, [0.5], repeats=200, seed=5) == first
    assert spread(made.people, [0.5], repeats=200, seed=6) != first
    for interval, rate in ((first[0.5].fmr, made.curve.fmr(0.5)), (first[0.5].fnmr, made.curve.fnmr(0.5))):
        assert interval is not None
        assert rate.value is not None
        assert interval[0] < rate.value < interval[1]


def test_people_who_differ_widen_the_bootstrap_beyond_wilson() -> None:
    """One of ten people is never recognised: 10 % of pairs, but it could have been two people or none."""
    photos: dict[Path, Photo] = {}
    for person in range(10):
        for number in range(6):
            frame = np.eye(20, dtype=np.float32)[person if person else 10 + number]
            photos[Path(f"P{person}_{number:04}.jpg")] = Photo(f"{person}-{number}", None, frame, frame)
    who = {path: path.stem.split("_")[0] for path in photos}
    made = of_all("all", list(photos), photos, who)
    rate = made.curve.fnmr(0.5)
    assert (rate.count, rate.total) == (15, 150)
    assert made.people is not None
    wide = spread(made.people, [0.5], repeats=500, seed=1)[0.5]
    assert wide.fnmr is not None
    assert wide.fnmr[0] == 0
    assert wide.fnmr[1] > rate.interval[1] + 0.05
    assert wide.fmr is None, "no false match among these: nothing to resample"


def test_no_bootstrap_where_impostors_were_not_kept() -> None:
    photos, who = faces(people=2, photos=2)
    made = of_all("all", list(photos), photos, who).people
    assert made is not None
    with pytest.raises(ValueError, match=r"0\.3"):
        spread(made, [0.29], repeats=1, seed=1)


def test_means_of_frames_are_compared_with_photos_that_are_not_in_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lab.calibration.comparisons.DIMENSIONS", 8)
    photos, who = faces(people=3, photos=5)
    made = of_means("means", list(photos), photos, who, 2)
    # Four others make two means for each of 3 x 5 references; five photos make two means, for 3 people x 10 strangers.
    assert (made.curve.genuine_total, made.curve.impostor_total) == (30, 60)
    assert made.people is not None
    assert made.people.impostor_total(np.ones(3)) == 60
    assert made.people.impostor_total(np.array([2.0, 1.0, 0.0])) == 2 * (5 * 2 + 5 * 2)
    first = [photos[Path(f"P0_{number:04}.jpg")] for number in range(5)]
    frames = [photo.frame for photo in first if photo.frame is not None]
    by_hand = frames[1] + frames[2]
    assert first[0].reference is not None
    expected = float(first[0].reference @ (by_hand / np.linalg.norm(by_hand)))
    assert made.people.genuine.similarity[0] == pytest.approx(expected, abs=1e-6)


def test_people_with_too_few_photos_have_no_means(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lab.calibration.comparisons.DIMENSIONS", 8)
    photos, who = faces(people=3, photos=2)
    made = of_means("means", list(photos), photos, who, 3)
    assert (made.curve.genuine_total, made.curve.impostor_total) == (0, 0)
    assert of_means("none", [], {}, {}, 3).curve.impostor_total == 0
