"""The network that embeds a face, by the engine of this build: ONNX Runtime in a container image, OpenCV in the layers.

Both give the same answer to the last digits of 32 bits (tests/artefact/test_image.py), so that their templates are of
one version and can be compared. Which it is nobody chooses but the build: an image has the network's weights multiplied
out, layers have no room for them (docs/adr/0070).
"""

from typing import Protocol

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from lifecert_vision.models import FACE_RECOGNISER, FACE_RECOGNISER_WHOLE, is_built, model_path


class Recogniser(Protocol):
    """SFace. Build once per process and use from one thread."""

    def feature(self, aligned: MatLike) -> NDArray[np.generic]:
        """The network's answer (1 x 128) to an aligned face (112 x 112 BGR), its length not made one."""
        ...


class OnnxRuntimeRecogniser:
    """SFace by ONNX Runtime, from weights of 32 bits."""

    def __init__(self) -> None:
        """Raises ModelMissingError, and ImportError where there is no ONNX Runtime."""
        import onnxruntime

        onnxruntime.disable_telemetry_events()  # does nothing on Linux in this version, and should it ever, nothing
        options = onnxruntime.SessionOptions()
        # A function has one core: more threads would wait for each other.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        model = str(model_path(FACE_RECOGNISER_WHOLE))
        self._network = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self._input = self._network.get_inputs()[0].name

    def feature(self, aligned: MatLike) -> NDArray[np.generic]:
        """See `Recogniser`."""
        # As OpenCV's own recogniser hands it over: RGB, 0 to 255.
        picture = cv2.dnn.blobFromImage(aligned, swapRB=True)
        answer: NDArray[np.generic] = self._network.run(None, {self._input: picture})[0]
        return answer


def find_recogniser() -> Recogniser:
    """The recogniser of this build. Raises ModelMissingError; an image without its ONNX Runtime raises ImportError, and
    does not go on with another engine that nobody chose."""
    if is_built(FACE_RECOGNISER_WHOLE):
        return OnnxRuntimeRecogniser()
    return cv2.FaceRecognizerSF.create(str(model_path(FACE_RECOGNISER)), "")
