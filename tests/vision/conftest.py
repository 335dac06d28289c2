"""Real pictures and one analyser for all vision tests."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from lifecert.adapters.files.policy import load_policy
from lifecert.domain.challenge import Step
from lifecert.domain.policy import Policy
from lifecert.ports.vision import Frame
from lifecert_vision.analyser import VisionAnalyser
from lifecert_vision.decode import Image
from local.camera.synthesis import frame_for

_BUILD = Path(__file__).parents[2] / ".build"


def _folder(name: str, wanted: tuple[str, ...]) -> Path:
    folder = _BUILD / name
    missing = [file for file in wanted if not (folder / file).is_file()]
    if missing:
        pytest.fail(f"{', '.join(missing)} not in .build/{name}: run `make setup` first")
    return folder


@pytest.fixture(scope="session")
def portraits() -> Path:
    return _folder("portraits", ("obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg", "astronaut.png"))


@pytest.fixture(scope="session")
def clip() -> list[Image]:
    """All frames of a real clip: neutral 0-17, smile 20-68, eyes closed 26-28."""
    capture = cv2.VideoCapture(str(_folder("clips", ("single_face.mp4",)) / "single_face.mp4"))
    frames = []
    while (read := capture.read())[0]:
        frames.append(np.asarray(read[1], np.uint8))
    capture.release()
    return frames


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load_policy()


@pytest.fixture(scope="session")
def analyser(policy: Policy) -> VisionAnalyser:
    return VisionAnalyser(policy)


class Frames:
    """Challenge frames of the sample people, drawn once."""

    def __init__(self, portraits: Path) -> None:
        self._portraits = portraits
        self._drawn: dict[tuple[str, Step], bytes] = {}

    def __call__(self, name: str, *steps: Step) -> list[Frame]:
        return [Frame(step, self.content(name, step)) for step in steps]

    def content(self, name: str, step: Step) -> bytes:
        """The frame on which the person of the portrait `name` shows `step`."""
        if (name, step) not in self._drawn:
            self._drawn[name, step] = frame_for((self._portraits / name).read_bytes(), step)
        return self._drawn[name, step]


@pytest.fixture(scope="session")
def frames(portraits: Path) -> Frames:
    return Frames(portraits)
