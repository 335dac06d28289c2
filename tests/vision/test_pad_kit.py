"""The kit for an office's own recordings of attacks: what it counts, how sure that is, and what it refuses."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from lab.attacks import kit
from lab.attacks.kit import KitError, Presentation, Species, clopper_pearson, frames_of, measured, page, passes
from lifecert.domain.policy import Policy
from lifecert_vision.models import PASSIVE, is_built
from tests.support import pictures


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [
        (0, 10, 0.0, 0.3085),
        (10, 10, 0.6915, 1.0),
        (5, 10, 0.1871, 0.8129),
        (1, 100, 0.0003, 0.0545),
        (40, 400, 0.0724, 0.1337),
        (0, 3, 0.0, 0.7076),
    ],
)
def test_intervals_are_the_exact_ones(count: int, total: int, low: float, high: float) -> None:
    assert clopper_pearson(count, total) == pytest.approx((low, high), abs=0.0001)


@pytest.mark.parametrize(
    ("scores", "whole", "expected"),
    [
        ((0.9, 0.5, 0.4), True, True),
        ((0.9, 0.49, 0.4), True, False),
        ((0.9, 0.9, 0.09), True, False),
        ((0.9, 0.3, 0.0), False, True),
        ((0.9, 0.29, 0.0), False, False),
        ((0.6, 0.5), True, True),
        ((0.5, 0.4), True, False),
        ((), True, False),
        ((0.9, float("nan"), 0.9), True, False),
    ],
)
def test_a_presentation_passes_as_a_session_would(
    scores: tuple[float, ...], whole: bool, expected: bool, policy: Policy
) -> None:
    assert passes(scores, policy.passive, whole=whole) is expected


def test_each_species_is_counted_by_itself_and_no_face_is_no_pass(policy: Policy) -> None:
    shown = [
        Presentation("live", "anna", (0.9, 0.9, 0.9)),
        Presentation("live", "anna", (0.2, 0.2, 0.2)),
        Presentation("live", "ben", ()),
        Presentation("screen/phone", "anna", (0.9, 0.9, 0.9)),
        Presentation("print", "anna", ()),
        Presentation("print", "ben", (0.1, 0.1, 0.1)),
    ]
    assert measured(shown, policy.passive, whole=True) == (
        Species("live", 2, 3, 2, 1),
        Species("print", 2, 2, 0, 1),
        Species("screen/phone", 1, 1, 1, 0),
    )


def test_the_page_and_the_table_say_what_they_are(policy: Policy) -> None:
    species = (Species("live", 2, 50, 1, 0), Species("screen/<b>", 2, 40, 4, 1))
    for told in (page(species, policy.version, whole=True), kit.table(species)):
        assert "Self-tested, not certified." in told
        assert "APCER" in told
        assert "10.0 %" in told
    assert "screen/&lt;b&gt;" in page(species, policy.version, whole=False)


@pytest.mark.parametrize(
    ("files", "why"),
    [
        (("live/a.jpg",), "needs recordings in live/ and, of attacks, in other folders"),
        (("print/a.jpg",), "needs recordings in live/"),
        ((), "needs recordings in live/"),
        (("live/a.jpg", "print/a.jpg", "b.jpg"), "b.jpg lies in no folder"),
    ],
)
def test_a_folder_that_says_nothing_is_refused(
    files: tuple[str, ...], why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in files:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"none")
    with pytest.raises(KitError, match=why):
        kit.recordings(tmp_path)


def test_three_frames_of_a_clip_count_and_a_broken_file_is_named(tmp_path: Path) -> None:
    clip = tmp_path / "anna_1.avi"
    writer = cv2.VideoWriter(str(clip), cv2.VideoWriter.fourcc(*"MJPG"), 10, (64, 64))
    for grey in range(0, 240, 20):
        writer.write(np.full((64, 64, 3), grey, np.uint8))
    writer.release()
    assert [round(float(frame.mean()) / 20) for frame in frames_of(clip)] == [2, 6, 10]
    for name in ("broken.mp4", "broken.jpg"):
        (tmp_path / name).write_bytes(b"none")
        with pytest.raises(KitError, match=name):
            list(frames_of(tmp_path / name))


@pytest.mark.skipif(not is_built(PASSIVE), reason="built without the passive model")
def test_portraits_and_sheets_are_told_apart_by_command(
    tmp_path: Path, portraits: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in ("live", "print"):
        (tmp_path / folder).mkdir()
    for name in ("obama.jpg", "obama2.jpg"):
        image = pictures.read((portraits / name).read_bytes())
        cv2.imwrite(str(tmp_path / "live" / name), image)
        room = np.full((1280, 960, 3), 40, np.uint8)
        room[380:900, 220:740] = 245
        cv2.imwrite(str(tmp_path / "print" / f"{Path(name).stem}_sheet.png"), room)
    assert kit.main([str(tmp_path), "--out", str(tmp_path / "out")]) == 0
    assert "BPCER   0.0 %" in capsys.readouterr().out
    told = {one["name"]: one for one in json.loads((tmp_path / "out" / "report.json").read_text())["species"]}
    assert (told["live"]["presentations"], told["live"]["wrong"]) == (2, 0)
    # A sheet without a face is no living person.
    assert (told["print"]["wrong"], told["print"]["without_response"]) == (0, 2)
    assert (tmp_path / "out" / "report.html").stat().st_size > 1000
    assert kit.main([str(tmp_path / "live")]) == 2
