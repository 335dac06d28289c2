"""The pipeline of `face_recognition` (dlib), measured: `python -m lab.speed.peer_dlib JOB` in the peers' environment.

The package's own calls with its own defaults: HOG detector on the picture enlarged once, five landmarks, ResNet
embedding of 128 values, Euclidean distance with the tolerance 0.6. Run by `lab.speed.peers`, never imported by it.
"""

import json
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import face_recognition
import numpy as np
from PIL import Image

from lab.speed.job import Job, measured

# How often the picture is enlarged before detection, and by how much it is reduced first. The package's default
# finds faces of 40 pixels; it is what its documentation and its command line use. Its quick example reduces by four.
SETTINGS: dict[str, tuple[int, int]] = {
    "dlib, HOG, as by default": (1, 1),
    "dlib, HOG, not enlarged": (0, 1),
    "dlib, HOG, reduced to a quarter": (0, 4),
}


def embedder(upsample: int, reduce: int) -> Callable[[Path], Any]:
    """From a file to the embedding of its dominant face, or None: decode, detect, landmarks, embed."""

    def embed(path: Path) -> Any:
        picture = face_recognition.load_image_file(str(path))
        small = picture
        if reduce > 1:
            size = picture.shape[1] // reduce, picture.shape[0] // reduce
            small = np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BILINEAR))
        found = face_recognition.face_locations(small, number_of_times_to_upsample=upsample, model="hog")
        if not found:
            return None
        face = tuple(side * reduce for side in dominant(found, small.shape))
        return face_recognition.face_encodings(picture, [face])[0]

    return embed


def dominant(found: Sequence[tuple[int, ...]], shape: Sequence[int]) -> tuple[int, ...]:
    """The face nearest to the middle of the picture; (top, right, bottom, left)."""
    middle = np.array([shape[0], shape[1]]) / 2

    def away(face: tuple[int, ...]) -> float:
        top, right, bottom, left = face
        return float(np.linalg.norm(np.array([(top + bottom) / 2, (left + right) / 2]) - middle))

    return min(found, key=away)


def main(job: Job) -> dict[str, Any]:
    """Every setting on the job's photos."""
    found = {}
    for name, setting in SETTINGS.items():
        embed = embedder(*setting)
        reference = embed(job.reference)

        def verify(embed: Callable[[Path], Any] = embed, reference: Any = reference) -> None:
            # As LifeCert compares: the mean of the frames with the reference.
            mean = np.mean([embed(frame) for frame in job.frames], axis=0)
            if not face_recognition.face_distance([reference], mean)[0] < 0.6:  # also when a face was not found
                raise RuntimeError("the sample frames were not accepted")

        found[name] = measured(job, verify, embed, lambda a, b: -float(face_recognition.face_distance([a], b)[0]))
    names = ("face_recognition", "dlib-bin", "numpy", "pillow")
    return {"settings": found, "threshold": -0.6, "libraries": {name: version(name) for name in names}}


if __name__ == "__main__":
    print(json.dumps(main(Job.read(Path(sys.argv[1])))))
