"""The bare networks of a verification: the CPU time of their libraries' own calls, within the verification itself."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import cv2
from mediapipe.tasks.python.vision.face_landmarker import FaceLandmarker

from lifecert_vision import landmarks

_LANDMARKS = "landmarks"


class _Timed:
    """A network of which one call is timed; everything else is its own."""

    def __init__(self, network: Any, call: str, add: Callable[[float], None]) -> None:
        self._network, self._call, self._add = network, call, add

    def __getattr__(self, name: str) -> Any:
        own = getattr(self._network, name)
        if name != self._call:
            return own

        def timed(*arguments: Any) -> Any:
            start = time.process_time()
            answer = own(*arguments)
            self._add((time.process_time() - start) * 1000)
            return answer

        return timed


@contextmanager
def timed_networks() -> Iterator[dict[str, float]]:
    """Milliseconds of CPU by network, added to for as long as analysers live that are built meanwhile."""
    spent: dict[str, float] = {}

    def adding(name: str) -> Callable[[float], None]:
        def add(milliseconds: float) -> None:
            spent[name] = spent.get(name, 0.0) + milliseconds

        return add

    def timed(name: str, make: Callable[..., Any], call: str) -> Callable[..., Any]:
        return lambda *arguments: _Timed(make(*arguments), call, adding(name))

    build = FaceLandmarker.create_from_options

    def graph(options: Any) -> Any:
        made: Any = build(options)
        made._lib = _Timed(made._lib, "MpFaceLandmarkerDetectImage", adding(_LANDMARKS))
        return made

    finder = timed("further faces", cv2.FaceDetectorYN.create, "detect")
    recogniser = timed("recogniser", cv2.FaceRecognizerSF.create, "feature")
    cue = timed("passive cue", cv2.dnn.readNetFromONNX, "forward")
    with ExitStack() as replaced:
        for module, name, other in (
            (cv2, "FaceDetectorYN", SimpleNamespace(create=finder)),
            (cv2, "FaceRecognizerSF", SimpleNamespace(create=recogniser)),
            (cv2.dnn, "readNetFromONNX", cue),
            (landmarks, "FaceLandmarker", SimpleNamespace(create_from_options=graph)),
        ):
            replaced.enter_context(patch.object(module, name, other))
        yield spent
