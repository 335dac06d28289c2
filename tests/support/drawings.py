"""Pictures that were drawn on another machine."""

import re

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")


def same_picture(one: str, other: str) -> bool:
    """Whether two SVG are alike but for the last digits of places, which differ between processors."""
    if _NUMBER.sub("#", one) != _NUMBER.sub("#", other):
        return False
    numbers = [map(float, _NUMBER.findall(_without_names(text))) for text in (one, other)]
    return all(abs(a - b) < 0.01 for a, b in zip(*numbers, strict=True))


def _without_names(svg: str) -> str:
    # Names of clips and markers are hashes of what they hold.
    return re.sub(r'(id="|#)[pmDC][0-9a-f]{10,}', "", svg)
