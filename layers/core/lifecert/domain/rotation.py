"""A secret rotation of templates: lengths and angles stay, everything else of them is hidden.

Three times in a row the numbers change places, some change sign, and a Walsh-Hadamard transform mixes all of them;
places and signs come from the secret (Yu et al. 2016, "Orthogonal random features": three such stages are close to a
random rotation). A rotation keeps every cosine, so templates rotated under one secret compare as they did before, and
those under two secrets not at all. Plain arithmetic in double precision: the same on every machine.
"""

import hashlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import add, mul, sub

_STAGES = 3
_KEY = 8  # bytes that decide one number's place

Numbers = Sequence[float]


@dataclass(frozen=True)
class Rotation:
    """The rotation of one secret (32 bytes). Vectors must have a power of two of numbers."""

    secret: bytes
    size: int = 128

    def __post_init__(self) -> None:
        if self.size < 2 or self.size & (self.size - 1):
            raise ValueError("a rotation mixes a power of two of numbers")

    def apply(self, numbers: Numbers) -> list[float]:
        """The rotated vector. Raises ValueError for another size."""
        self._check(numbers)
        values = list(numbers)
        for places, signs in self._stages:
            values = _mixed(list(map(mul, signs, [values[place] for place in places])))
        return values

    def undo(self, numbers: Numbers) -> list[float]:
        """The vector that `apply` rotated. Raises ValueError for another size."""
        self._check(numbers)
        values = list(numbers)
        for places, signs in reversed(self._stages):
            signed, values = list(map(mul, signs, _mixed(values))), [0.0] * self.size
            for place, value in zip(places, signed, strict=True):
                values[place] = value
        return values

    def apply_bytes(self, vector: bytes) -> bytes:
        """`apply` on little-endian float32."""
        return _packed(self.apply(_unpacked(vector)))

    def undo_bytes(self, vector: bytes) -> bytes:
        """`undo` on little-endian float32."""
        return _packed(self.undo(_unpacked(vector)))

    @cached_property
    def _stages(self) -> list[tuple[list[int], list[int]]]:
        """Places and signs of each stage."""
        stream = hashlib.shake_256(b"lifecert rotation 1" + self.secret).digest(_STAGES * self.size * (_KEY + 1))
        stages = []
        for start in range(0, len(stream), self.size * (_KEY + 1)):
            keys = stream[start : start + self.size * _KEY]
            drawn = [keys[place : place + _KEY] for place in range(0, len(keys), _KEY)]
            order = sorted(range(self.size), key=drawn.__getitem__)
            signs = [1 - 2 * (byte & 1) for byte in stream[start + self.size * _KEY : start + self.size * (_KEY + 1)]]
            stages.append((order, signs))
        return stages

    def _check(self, numbers: Numbers) -> None:
        if len(numbers) != self.size:
            raise ValueError(f"{len(numbers)} numbers to rotate, not {self.size}")


def _mixed(values: list[float]) -> list[float]:
    """The Walsh-Hadamard transform, scaled to keep lengths: its own inverse. Each step adds and subtracts neighbours;
    after as many steps as the size has doublings every number is back in its place."""
    for _ in range(len(values).bit_length() - 1):
        one, other = values[0::2], values[1::2]
        values = [*map(add, one, other), *map(sub, one, other)]
    scale = len(values) ** -0.5
    return [scale * value for value in values]


def _unpacked(vector: bytes) -> Numbers:
    return array("f", vector)


def _packed(numbers: list[float]) -> bytes:
    return array("f", numbers).tobytes()
