"""LifeCert's own pipeline beside its peers: `python -m lab.speed.peer_ours JOB` on the built layers.

A verification is all of it: quality, covers, challenge, flatness, passive cue and policy too, which peers do not have.
"""

import json
import sys
from pathlib import Path
from typing import Any, cast

import numpy as np

from lab.calibration.templates import Photo, Pipeline
from lab.speed.job import Job, measured
from lab.speed.probe import Bench
from lifecert.adapters.files.policy import load_policy
from lifecert_vision.embed import Vector

# What the model's authors publish for SFace.
PUBLISHED = 0.363


def main(job: Job) -> dict[str, Any]:
    """The job's photos through the analyser, and its pairs through the stages up to the template."""
    bench = Bench(job.reference.parent)
    pipeline = Pipeline(load_policy(), central=True)

    def embed(path: Path) -> Photo | None:
        photo = pipeline(path.read_bytes())
        return photo if photo.acquired else None

    def similarity(reference: Photo, frame: Photo) -> float:
        """Of two photos in which a face was found."""
        return float(np.dot(cast(Vector, reference.reference), cast(Vector, frame.frame)))

    return {"settings": {"LifeCert": measured(job, bench.verify, embed, similarity)}, "threshold": PUBLISHED}


if __name__ == "__main__":
    print(json.dumps(main(Job.read(Path(sys.argv[1])))))
