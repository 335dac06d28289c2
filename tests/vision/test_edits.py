"""The command that measures which edits of a used photo look new."""

from pathlib import Path

import pytest

from lab.attacks.edits import EDITS, Edited, main, measure, table
from lifecert.domain.policy import Policy
from lifecert_vision.analyser import VisionAnalyser
from tests.support import pictures


def test_every_edit_is_made_to_every_photo_that_has_a_face(
    analyser: VisionAnalyser, portraits: Path, policy: Policy
) -> None:
    faceless = pictures.encode(pictures.read((portraits / "obama2.jpg").read_bytes())[:40, :40])
    found = measure([(portraits / "obama2.jpg").read_bytes(), faceless], analyser)
    assert list(found) == list(EDITS)
    assert {len(one.alike) + one.faceless for one in found.values()} == {1}
    limits = policy.replay
    assert found["saved anew"].passes(limits.max_alike) == 0
    assert found["turned by 8 degrees"].passes(limits.max_alike_recent) == 1


def test_the_table_counts_what_is_at_the_limit_or_below_as_new(policy: Policy) -> None:
    limits = policy.replay
    *_, row = table({"some edit": Edited((limits.max_alike, 0.8, limits.max_alike_recent + 0.001), 2)}, policy).split(
        "\n"
    )
    assert row == "| some edit | 3 | 0.800, 0.750 | 1 | 2 | 2 |"


def test_a_folder_without_pictures_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 2
    assert "no picture" in capsys.readouterr().err
