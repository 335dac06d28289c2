"""Where the packaged model files are. They are fetched and checked by SHA-256 when the layer is built."""

from pathlib import Path

_DIRECTORY = Path(__file__).parent / "models"

FACE_FINDER = "face_detection_yunet_2023mar_int8bq.onnx"
FACE_LANDMARKER = "face_landmarker.task"
FACE_RECOGNISER = "face_recognition_sface_2021dec_int8bq.onnx"
# The same with its weights multiplied out to 32 bits: in a container image alone, and made when that is (ops/image).
FACE_RECOGNISER_WHOLE = "face_recognition_sface_2021dec_fp32.onnx"
# Against prints and screens. A build may be without them: the first comes by npm, the others from a repository.
PASSIVE = "fr_liveness.onnx"
PASSIVE_NEAR = "minifasnet_v2_2.7.onnx"
PASSIVE_FAR = "minifasnet_v1se_4.0.onnx"


class ModelMissingError(RuntimeError):
    """A model file is not in the package: the layer was not built."""


def is_built(name: str) -> bool:
    """Whether this build has the model file `name`."""
    return (_DIRECTORY / name).is_file()


def model_path(name: str) -> Path:
    """The path of the model file `name`. Raises ModelMissingError when it is not there.

    Checked here because the native libraries answer a missing file with an abort or an unreadable error.
    """
    if not is_built(name):
        raise ModelMissingError(f"model file {name} is missing from the vision layer")
    return _DIRECTORY / name
