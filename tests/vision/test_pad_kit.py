"""The kit for an office's own recordings of attacks: what it counts, how sure that is, and what it refuses."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from lab.attacks import kit
from lab.attacks.pad_page import page, table
from lab.attacks.pad_rates import Part, Presentation, Species, clopper_pearson, measured, passes
from lab.attacks.recordings import KitError, Recording, frames_of, recordings, references
from lifecert.domain.challenge import Step
from lifecert.domain.policy import Policy
from lifecert_vision.models import PASSIVE, is_built
from tests.support import pictures
from tests.vision.conftest import Frames

SESSION = (Step.NEUTRAL, Step.TURN_LEFT, Step.OPEN_MOUTH)
FACE, NO_FACE = True, False


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


def _shown(species: str, subject: str, response: bool, instrument: str = "", **taken: bool) -> Presentation:
    return Presentation(
        species, subject, instrument, response, {Part[part.upper()]: said for part, said in taken.items()}
    )


def test_each_species_and_age_is_counted_by_itself_and_no_face_is_no_pass() -> None:
    shown = [
        _shown("live", "anna", FACE, cue=True),
        _shown("live/60-79", "anna", FACE, cue=False, product=False),
        _shown("live/80", "ben", NO_FACE, cue=False),
        _shown("screen/phone", "anna", FACE, "iphone12", cue=True, product=True),
        _shown("screen/phone", "ben", FACE, "mate9", cue=True),
        _shown("print", "anna", NO_FACE, cue=False),
        _shown("injection/swap", "anna", FACE, cue=True, product=True),
    ]
    assert measured(shown, Part.CUE) == (
        Species("live", 2, 0, 3, 2, 1),
        Species("live/60-79", 1, 0, 1, 1, 0),
        Species("live/80", 1, 0, 1, 1, 1),
        Species("print", 1, 0, 1, 0, 1),
        Species("screen/phone", 2, 2, 2, 2, 0),
    )
    # Who was not asked is not counted, and what was before no camera is told apart.
    assert measured(shown, Part.PRODUCT) == (
        Species("live", 1, 0, 1, 1, 0),
        Species("live/60-79", 1, 0, 1, 1, 0),
        Species("screen/phone", 1, 1, 1, 1, 0),
    )
    assert measured(shown, Part.PRODUCT, injected=True) == (Species("injection/swap", 1, 0, 1, 1, 0),)
    assert measured(shown, Part.MATCH) == ()


def test_the_page_and_the_table_say_what_they_are(policy: Policy) -> None:
    shown = [
        *(_shown("live", f"p{number}", FACE, cue=number > 0) for number in range(50)),
        *(_shown("screen/<b>", "anna", FACE, cue=number < 4, match=True) for number in range(40)),
    ]
    for told in (page(shown, policy.version, whole=True), table(shown)):
        for words in ("Self-tested, not certified.", "BPCER 2.0 %", "APCER 10.0 % ", "IAPMR 100.0 %"):
            assert words in told
        assert "IAPAR" not in told
    assert "screen/&lt;b&gt;" in page(shown, policy.version, whole=False)
    assert "None was recorded." in page(shown, policy.version, whole=False)
    sent = page([*shown, _shown("injection/swap", "anna", FACE, product=True)], policy.version, whole=True)
    assert sent.index("<h2>Injected") < sent.index("injection/swap")
    assert "None was recorded." not in sent


@pytest.mark.parametrize(
    ("files", "why"),
    [
        (("live/a.jpg",), "needs recordings in live/ and, of attacks, in other folders"),
        (("live/60-79/a.jpg", "references/a.jpg"), "needs recordings in live/ and, of attacks"),
        (("print/a.jpg",), "needs recordings in live/"),
        ((), "needs recordings in live/"),
        (("live/a.jpg", "print/a.jpg", "b.jpg"), "b.jpg lies in no folder"),
    ],
)
def test_a_folder_that_says_nothing_is_refused(files: tuple[str, ...], why: str, tmp_path: Path) -> None:
    _written(tmp_path, files)
    with pytest.raises(KitError, match=why):
        recordings(tmp_path)


def _written(folder: Path, files: tuple[str, ...]) -> None:
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"none")


def test_a_folder_tells_species_people_instruments_and_sessions(tmp_path: Path) -> None:
    session = tuple(f"screen/phone/anna_iphone12_1/{step}.jpg" for step in (*SESSION, "notes"))
    _written(tmp_path, ("references/anna.png", "live/60-79/ben_2.mp4", *session))
    living, attack = recordings(tmp_path)

    assert (living.species, living.subject, living.instrument, living.steps) == ("live/60-79", "ben", "", {})
    assert (attack.species, attack.subject, attack.instrument) == ("screen/phone", "anna", "iphone12")
    assert tuple(attack.steps) == SESSION
    assert references(tmp_path) == {"anna": tmp_path / "references/anna.png"}
    assert references(tmp_path / "live") == {}


def test_three_frames_of_a_clip_count_and_a_broken_file_is_named(tmp_path: Path) -> None:
    clip = tmp_path / "anna_1.avi"
    writer = cv2.VideoWriter(str(clip), cv2.VideoWriter.fourcc(*"MJPG"), 10, (64, 64))
    for grey in range(0, 240, 20):
        writer.write(np.full((64, 64, 3), grey, np.uint8))
    writer.release()
    assert [round(float(frame.mean()) / 20) for frame in frames_of(Recording("live", clip))] == [2, 6, 10]
    for name in ("broken.mp4", "broken.jpg"):
        (tmp_path / name).write_bytes(b"none")
        with pytest.raises(KitError, match=name):
            list(frames_of(Recording("live", tmp_path / name)))


@pytest.mark.skipif(not is_built(PASSIVE), reason="built without the passive model")
def test_sessions_are_asked_of_the_whole_product_and_sheets_are_no_people(
    tmp_path: Path, portraits: Path, frames: Frames, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "references").mkdir()
    (tmp_path / "references/obama.jpg").write_bytes((portraits / "obama.jpg").read_bytes())
    shown = {
        "live/obama_1": "obama.jpg",  # one moment's frames of the very photo are still new photos
        "print/obama_a4_1": "biden.jpg",  # another face answers: seen, and not matched
        "injection/redrawn/obama_1": "obama.jpg",
    }
    for name, portrait in shown.items():
        (tmp_path / name).mkdir(parents=True)
        for step in SESSION:
            (tmp_path / name / f"{step}.jpg").write_bytes(frames.content(portrait, step))
    room = np.full((1280, 960, 3), 40, np.uint8)
    room[380:900, 220:740] = 245
    cv2.imwrite(str(tmp_path / "print/obama_a4_2.png"), room)

    assert kit.main([str(tmp_path), "--out", str(tmp_path / "out")]) == 0
    assert "IAPMR 0.0 %" in capsys.readouterr().out
    told = json.loads((tmp_path / "out/report.json").read_text())
    found = {
        (one["part"], one["injected"], species["name"]): (species["presentations"], species["wrong"])
        for one in told["tables"]
        for species in one["species"]
    }
    assert found["challenge and quality", False, "print"] == (1, 1)
    assert found["match", False, "print"] == (2, 0)
    assert found["whole product", False, "print"] == (1, 0)
    assert found["whole product", False, "live"] == (1, 0)
    assert found["whole product", True, "injection/redrawn"] == (1, 1)
    assert (tmp_path / "out/report.html").stat().st_size > 1000
    assert kit.main([str(tmp_path / "live")]) == 2


def test_a_reference_that_would_not_be_enrolled_is_named(
    tmp_path: Path, portraits: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if not is_built(PASSIVE):
        pytest.skip("built without the passive model")
    dark = (pictures.read((portraits / "obama.jpg").read_bytes()) * 0.1).astype(np.uint8)
    for name in ("references/anna.jpg", "live/anna_1.jpg", "print/anna_1.jpg"):
        (tmp_path / name).parent.mkdir()
        cv2.imwrite(str(tmp_path / name), dark)

    assert kit.main([str(tmp_path)]) == 2
    assert "anna.jpg would not be enrolled: " in capsys.readouterr().err
