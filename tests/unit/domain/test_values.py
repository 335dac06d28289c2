"""What the domain passes around are values: nobody changes one, nor gives it a member that it does not have."""

import importlib
import pkgutil
from dataclasses import is_dataclass

import pytest

from lifecert import domain
from lifecert.domain.data_match import Import
from lifecert.domain.intake import ImportTally
from lifecert.domain.rotation import Rotation
from lifecert.domain.sweep import Tally

# What counts up while something runs, and what keeps what it worked out.
COUNTS = (Import, Tally, ImportTally)
CACHES = (Rotation,)
MODULES = [importlib.import_module(f"lifecert.domain.{found.name}") for found in pkgutil.iter_modules(domain.__path__)]
VALUES = [
    value
    for module in MODULES
    for value in vars(module).values()
    if isinstance(value, type) and is_dataclass(value) and value.__module__ == module.__name__
]


def test_values_are_found() -> None:
    assert len(VALUES) > 70


@pytest.mark.parametrize("value", VALUES, ids=lambda value: f"{value.__module__.rpartition('.')[2]}.{value.__name__}")
def test_a_value_cannot_be_changed_nor_take_a_new_member(value: type) -> None:
    assert value.__dataclass_params__.frozen is (value not in COUNTS)  # type: ignore[attr-defined]
    assert ("__slots__" in vars(value)) is (value not in CACHES)
