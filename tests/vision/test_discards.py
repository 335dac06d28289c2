"""What each limit keeps away: the counts by hand, and the command on the portraits."""

import json
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from numpy.typing import NDArray

from lab import discards
from lab.attacks.spoiling import LIGHTS
from lab.discards import Probe, Tried
from lifecert.domain.evidence import Measure, Verdict
from lifecert.domain.policy import MatchLimits, Policy
from lifecert.domain.reasons import Reason
from tests.support import pictures

MATCH = MatchLimits("m/1", accept=0.56, review=0.363, same_person=0.363, steps=0.45, calibration_version="c")


def _at(similarity: float, person: int = 0) -> NDArray[np.float32]:
    """A unit vector so like one of two people's references, and unlike the other's."""
    vector = np.zeros(4, np.float32)
    vector[person], vector[3] = similarity, (1 - similarity**2) ** 0.5
    return vector


def _probe(similarity: float, *failed: str, how: str = "as it is", score: float = 0.9) -> Probe:
    measures = tuple(
        Measure(
            name,
            Verdict.FAILED if name in failed else Verdict.PASSED,
            1.0,
            "",
            0.1 if name in failed else score,
            Reason.BLURRED if name in failed else None,
        )
        for name in ("blur", "light")
    )
    return Probe("a", how, measures, _at(similarity))


TRIED = Tried(
    (
        _probe(0.9),
        _probe(0.8),
        _probe(0.3),
        _probe(0.2, "blur"),
        _probe(0.1, "blur"),
        _probe(0.9, "light"),
        _probe(0.8, "light", "blur"),
    ),
    Counter({"as it is": 2}),
    {"a": _at(1.0), "b": _at(1.0, 1)},
)


def test_each_limit_stands_beside_what_none_refuses() -> None:
    lines = {line.split()[0]: line for line in discards.limits_table(TRIED, MATCH).splitlines()}
    # Three that no limit refuses, of which one does not match; blur refuses errors, light only good photos.
    assert "33.3 %" in lines["(none:"]
    assert lines["blur"].split()[1:3] == ["3", "2"]
    assert "66.7 %" in lines["blur"]
    assert lines["light"].split()[1:3] == ["2", "1"]
    assert "  0.0 %" in lines["light"]


def test_every_way_of_spoiling_has_its_line() -> None:
    lines = discards.ways_table(TRIED, MATCH).splitlines()
    assert lines[1].split("  ")[-1].strip() == "2 of 4, 1 of 3; blur 3, light 2"
    assert {name for name, _ in LIGHTS} <= {line[:26].strip() for line in lines}


def test_taking_the_worst_away_first_takes_errors_away() -> None:
    curves = discards.curves(TRIED, MATCH)
    drawn = discards.picture(curves)
    ET.fromstring(drawn)
    assert {one["name"] for one in curves["curves"]} >= {"blur"}
    assert all(f">{one['name']}</text>" in drawn for one in curves["curves"])
    left = discards._left(np.array([True, True, False, False]))
    assert left.tolist() == pytest.approx([0.5, 1 / 3, 0, 0])


def test_sessions_end_as_the_policy_ends_them() -> None:
    reference = _at(1.0)
    ends = {
        "accepted": (_at(0.9), _at(0.9), _at(0.8)),
        "steps_uncertain (review)": (_at(1.0), _at(0.4), _at(0.4)),
        "match_uncertain (review)": (_at(0.5), _at(0.5), _at(0.5)),
        "not_matching (retry)": (_at(0.1), _at(0.1), _at(0.1)),
        "different_people (retry)": (_at(1.0), _at(0.2), _at(1.0)),
    }
    for cause, frames in ends.items():
        assert discards._ends(frames, reference, MATCH) == cause
    tried = Tried((_probe(0.9), _probe(0.9), _probe(0.9), _probe(0.1, "blur")), Counter(), {"a": reference})
    ended = discards.sessions(tried, MATCH, 1)
    assert ended == {"a": Counter({"accepted": 40})}, "refused photos are in no session"
    assert "accepted                     1000.0" in discards.sessions_table(ended)


def test_a_poor_photo_is_embedded_as_the_product_does_it(portraits: Path, policy: Policy) -> None:
    """As it is where it is good, from both sides where it is warned of, or would be if its limit let it in."""
    stages, mirrored = discards.Stages(policy), []
    content = (portraits / "obama.jpg").read_bytes()
    for light in (1.0, 0.35, 0.08):
        image, faces = stages.see(pictures.encode((pictures.read(content) * light).astype(np.uint8), ".png"))
        probe = stages.probe("a", "dim", image, faces)
        both = stages.reference(image, faces[0])
        mirrored.append((float(probe.vector @ both) > 1 - 1e-6, bool(probe.failed)))
    assert mirrored == [(False, False), (True, False), (True, True)]


def test_the_command_on_the_portraits(
    portraits: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, name in enumerate(("obama.jpg", "obama3.jpg"), 1):
        (tmp_path / f"Barack_Obama_000{number}.jpg").write_bytes((portraits / name).read_bytes())
    monkeypatch.setattr(discards, "_WAYS", LIGHTS[:1])
    assert discards.main([str(tmp_path), "--out", str(tmp_path / "out"), "--people", "1"]) == 0
    told = capsys.readouterr().out
    assert "(none: left)            2" in told
    assert "evening lamp" in told
    assert json.loads((tmp_path / "out/discards.json").read_text("utf-8"))["accept"] > 0
    assert (tmp_path / "out/discards.svg").is_file()


def test_a_folder_of_single_photos_is_an_error(
    portraits: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert discards.main([str(tmp_path)]) == 2
    (tmp_path / "Ada_0001.jpg").write_bytes((portraits / "biden.jpg").read_bytes())
    assert discards.main([str(tmp_path)]) == 2
    assert "two photos" in capsys.readouterr().err
