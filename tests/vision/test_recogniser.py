"""Which engine embeds a face is the build's: OpenCV where there are no weights for the other."""

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from cv2.typing import MatLike
from numpy.typing import NDArray

from lifecert_vision import models, recogniser
from lifecert_vision.embed import Embedder
from lifecert_vision.models import FACE_RECOGNISER_WHOLE, ModelMissingError, is_built


def test_layers_have_no_weights_for_another_engine_and_take_opencv() -> None:
    assert not is_built(FACE_RECOGNISER_WHOLE)
    assert isinstance(recogniser.find_recogniser(), cv2.FaceRecognizerSF)
    assert "onnxruntime" not in sys.modules


def test_an_image_without_its_engine_does_not_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / FACE_RECOGNISER_WHOLE).write_bytes(b"weights")
    monkeypatch.setattr(models, "_DIRECTORY", tmp_path)
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ImportError):
        Embedder()


def test_layers_without_their_model_do_not_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "_DIRECTORY", tmp_path)
    with pytest.raises(ModelMissingError):
        Embedder()


def test_the_embedder_asks_the_recogniser_that_it_is_given() -> None:
    asked = []

    class Recogniser:
        def feature(self, aligned: MatLike) -> NDArray[np.generic]:
            asked.append(aligned)
            return np.full((1, 128), 2.0, np.float32)

    face = np.arange(112 * 112 * 3, dtype=np.uint8).reshape(112, 112, 3)
    embedding = Embedder(Recogniser()).embed(face, both_sides=True)
    assert embedding.strength == pytest.approx(2 * np.sqrt(128))
    assert np.linalg.norm(embedding.vector) == pytest.approx(1)
    assert [(one == face).all() for one in asked] == [True, False]
