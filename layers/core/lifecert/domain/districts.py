"""Names of districts by their division code (GB/T 2260), for people; everything else goes by the code."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DistrictNames:
    """Names by code, of two digits for a province, four for a prefecture and six for a county: each its own alone."""

    names: Mapping[str, str]

    def of(self, district: str) -> str:
        """The whole name, from the province down; the code itself where its own name is not known."""
        own = district.removesuffix("00").removesuffix("00") if len(district) == 6 else district
        if own not in self.names:
            return district
        return "".join(self.names.get(own[:digits], "") for digits in range(2, len(own) + 1, 2))
