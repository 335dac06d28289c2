"""Every measure of the packaged portraits, pinned: a change of a model, a version or a formula shows here.

After a change that is meant: `make test ARGS='-k golden'` prints what each value is now.
"""

import json
from pathlib import Path

import pytest

from lifecert_vision.analyser import VisionAnalyser

GOLDEN = json.loads((Path(__file__).parent / "golden.json").read_text("utf-8"))
# Between processors: the landmarks differ by a fraction of a pixel, the recogniser by a few parts in a hundred.
RELATIVE, ABSOLUTE = 0.05, {"degrees": 1.0, "grey": 2.0, "px": 1.5, "share": 0.02, "a*b*": 0.5, "": 0.03}


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_the_measures_are_the_pinned_ones(name: str, analyser: VisionAnalyser, portraits: Path) -> None:
    measures = analyser.enrol((portraits / name).read_bytes()).measures
    now = {one.name: (round(one.value, 4), one.unit) for one in measures if one.value is not None}

    assert set(now) == set(GOLDEN[name]), json.dumps({key: value for key, (value, _) in now.items()})
    wrong = {
        key: f"{value} instead of {GOLDEN[name][key]}"
        for key, (value, unit) in now.items()
        if value != pytest.approx(GOLDEN[name][key], rel=RELATIVE, abs=ABSOLUTE.get(unit, ABSOLUTE[""]))
    }
    assert wrong == {}
