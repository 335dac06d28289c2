"""The tool embeds as the product does, and what was embedded once is not embedded again."""

import hashlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from lab.calibration.templates import Photo, Pipeline, embed_all
from lifecert.domain.challenge import Step
from lifecert.domain.policy import Policy
from lifecert.ports.vision import Frame
from lifecert_vision.analyser import VisionAnalyser
from lifecert_vision.embed import to_template
from tests.calibration.conftest import NAMES
from tests.support import pictures


@pytest.mark.parametrize(("name", "poor"), [("Barack_Obama_0001.jpg", False), ("Eileen_Collins_0001.png", True)])
def test_both_templates_are_the_products_own(
    name: str, poor: bool, people: Path, policy: Policy, pipeline: Pipeline
) -> None:
    content = (people / name).read_bytes()
    if name.endswith(".png"):
        content = pictures.frame(pictures.read(content))  # as photos of the register may be, and frames may not
    made, analyser = pipeline(content), VisionAnalyser(policy)
    enrolled = analyser.enrol(content).template
    assert enrolled is not None
    assert made.reference is not None
    assert made.frame is not None
    assert to_template(made.reference) == enrolled
    similarity = analyser.analyse([Frame(Step.NEUTRAL, content)] * 3, {"r": enrolled}).evidence.similarity
    assert similarity is not None
    assert similarity == pytest.approx(float(made.reference @ made.frame), abs=1e-6)
    assert (similarity > 0.9999) is poor, "of a frame as of the reference, where the face is small"


def test_a_photo_that_cannot_be_read_is_a_failure_to_acquire(pipeline: Pipeline, people: Path) -> None:
    whole = (people / "Joe_Biden_0001.jpg").read_bytes()
    for content, reason in ((b"", "not_a_picture"), (whole[: len(whole) // 2], "file_damaged")):
        photo = pipeline(content)
        assert photo.refused
        assert not photo.acquired
        assert photo.reference is None, reason


class Counting:
    """A pipeline that embeds nothing, counts, and stops like a killed process when it is told to."""

    def __init__(self, version: str, stop_after: int = 1000) -> None:
        self.version, self.calls, self._stop_after = version, 0, stop_after

    def __call__(self, content: bytes) -> Photo:
        if self.calls == self._stop_after:
            raise KeyboardInterrupt
        self.calls += 1
        return Photo(hashlib.sha256(content).hexdigest(), "no_face")


def test_a_stopped_run_goes_on_where_it_last_wrote(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.jpg" for number in range(120)]
    for path in paths:
        path.write_bytes(path.name.encode())
    cache = tmp_path / "deep/cache.sqlite"
    with pytest.raises(KeyboardInterrupt):
        embed_all(paths, Counting("1", stop_after=110), cache)
    again = Counting("1")
    shown: list[tuple[int, int]] = []
    photos = embed_all(paths, again, cache, lambda done, total: shown.append((done, total)))
    assert again.calls == 20, "two batches of fifty had been written"
    assert len(photos) == 120
    assert shown[-1] == (120, 120)
    paths[0].write_bytes(b"another picture")
    other = Counting("1")
    embed_all(paths, other, cache)
    assert other.calls == 1, "the key is the content, not the name"
    newer = Counting("2")
    embed_all(paths, newer, cache)
    assert newer.calls == 120, "templates of another version do not count"


def test_templates_come_back_from_the_cache_as_they_went_in(people: Path, pipeline: Pipeline, tmp_path: Path) -> None:
    path = people / "Joe_Biden_0001.jpg"
    first = embed_all([path], pipeline, tmp_path / "c.sqlite")[path]
    second = embed_all([path], pipeline, tmp_path / "c.sqlite")[path]
    assert first is not second
    assert first.reference is not None
    assert second.reference is not None
    assert first.reference.tobytes() == second.reference.tobytes()
    assert (first.digest, first.refused) == (second.digest, second.refused)


def test_the_central_face_is_not_always_the_dominant_one(people: Path, policy: Policy, pipeline: Pipeline) -> None:
    """A large face at the edge, a small one in the middle."""
    large = cv2.imread(str(people / "Joe_Biden_0001.jpg"))
    small = cv2.imread(str(people / "Eileen_Collins_0001.png"))
    assert large is not None
    assert small is not None
    scene = np.full((360, 800, 3), 128, np.uint8)
    scene[20:340, :272] = cv2.resize(large[180:620, 390:764], (272, 320))
    scene[55:305, 275:525] = cv2.resize(small[20:230, 120:330], (250, 250))
    content = cv2.imencode(".png", scene)[1].tobytes()
    others = {name: pipeline((people / name).read_bytes()).reference for name in NAMES.values()}
    for made, name in (
        (pipeline(content), "Joe_Biden_0001.jpg"),
        (Pipeline(policy, central=True)(content), "Eileen_Collins_0001.png"),
    ):
        assert made.refused == "several_faces"
        assert made.frame is not None
        scores = {other: made.frame @ vector for other, vector in others.items() if vector is not None}
        assert max(scores, key=lambda other: float(scores[other])) == name
