"""The names of districts from their file, which `make district-names` writes."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from lifecert.adapters.files.strict import Strict, load_strict
from lifecert.domain.districts import DistrictNames

DISTRICT_NAMES_FILE = Path(__file__).parents[2] / "district_names.json"

_Code = Annotated[str, Field(pattern=r"^(\d{2}){1,3}$")]


class _DistrictNamesFile(Strict):
    source: str
    licence: str
    package: str
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    as_of: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    names: dict[_Code, Annotated[str, Field(min_length=1, max_length=30)]]


def load_district_names(path: Path = DISTRICT_NAMES_FILE) -> DistrictNames:
    """Every division of the file. Raises ConfigError."""
    return DistrictNames(load_strict(path, _DistrictNamesFile).names)
