"""The rotation of templates: angles stay, everything else is hidden, and no library decides how it turns."""

import hashlib
import math
import random
import struct

import pytest

from lifecert.domain.rotation import Rotation

GOLDEN = [-0.6969421212069912, -1.9718887933167046, -0.8458764869944079, 0.13727815244129443]
SECRETS = [hashlib.sha256(b"%d" % number).digest() for number in range(40)]


def unit(seed: int, size: int = 128) -> list[float]:
    draw = random.Random(seed)
    values = [draw.gauss(0, 1) for _ in range(size)]
    return [value / math.sqrt(sum(one * one for one in values)) for value in values]


def cosine(one: list[float], other: list[float]) -> float:
    return sum(x * y for x, y in zip(one, other, strict=True))


@pytest.mark.parametrize("seed", range(20))
def test_every_cosine_stays(seed: int) -> None:
    rotation, draw = Rotation(SECRETS[seed]), random.Random(seed)
    one, other = unit(2 * seed), unit(2 * seed + 1)
    # Unlike, alike and the very same
    for weight in (0.0, draw.random(), 1.0):
        mixed = [weight * x + (1 - weight) * y for x, y in zip(one, other, strict=True)]
        assert cosine(rotation.apply(one), rotation.apply(mixed)) == pytest.approx(cosine(one, mixed), abs=1e-12)


@pytest.mark.parametrize("size", [2, 8, 128, 512])
def test_what_was_rotated_can_be_turned_back_and_only_by_its_secret(size: int) -> None:
    vector = unit(1, size)
    rotated = Rotation(SECRETS[0], size).apply(vector)
    assert Rotation(SECRETS[0], size).undo(rotated) == pytest.approx(vector, abs=1e-12)
    if size >= 128:
        assert abs(cosine(Rotation(SECRETS[1], size).undo(rotated), vector)) < 0.35


def test_under_two_secrets_one_face_is_as_unlike_as_two_faces() -> None:
    """Of 780 pairs of secrets: mean 0 and deviation 1 / sqrt(128), as unrelated directions have."""
    face = unit(5)
    stored = [Rotation(secret).apply(face) for secret in SECRETS]
    found = [cosine(one, other) for index, one in enumerate(stored) for other in stored[:index]]
    mean = sum(found) / len(found)
    deviation = math.sqrt(sum((value - mean) ** 2 for value in found) / len(found))
    assert abs(mean) < 0.02
    assert deviation == pytest.approx(128**-0.5, rel=0.15)
    assert max(map(abs, found)) < 0.40


def test_even_a_face_of_one_number_is_spread_over_all() -> None:
    rotated = Rotation(SECRETS[3]).apply([1.0] + [0.0] * 127)
    assert max(map(abs, rotated)) < 0.4
    assert sum(abs(value) > 0.01 for value in rotated) > 100


def test_it_turns_the_same_way_for_good() -> None:
    """Stored templates depend on it: a change here makes every one of them worthless."""
    rotated = Rotation(SECRETS[0]).apply([index / 100 for index in range(128)])
    assert rotated[:4] == pytest.approx(GOLDEN, abs=1e-12)


def test_bytes_are_little_endian_float32() -> None:
    vector = unit(9)
    packed = struct.pack("<128f", *vector)
    rotated = Rotation(SECRETS[0]).apply_bytes(packed)
    assert struct.unpack("<128f", rotated) == pytest.approx(Rotation(SECRETS[0]).apply(vector), abs=1e-7)
    assert struct.unpack("<128f", Rotation(SECRETS[0]).undo_bytes(rotated)) == pytest.approx(vector, abs=1e-6)


def test_a_vector_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="64 numbers to rotate, not 128"):
        Rotation(SECRETS[0]).apply([0.0] * 64)
    with pytest.raises(ValueError, match="64 numbers"):
        Rotation(SECRETS[0]).undo_bytes(bytes(256))
    with pytest.raises(ValueError, match="power of two"):
        Rotation(SECRETS[0], 100)
