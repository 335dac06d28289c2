"""Evidence: what the vision stages measured, as plain values that the policy can judge and an auditor can read."""

import hashlib
import json
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum

from lifecert.domain.challenge import Step
from lifecert.domain.reasons import Reason


class Verdict(StrEnum):
    """What a measure means. `NOT_ASSESSED` is not zero and never counts as passed."""

    PASSED = "passed"
    WARNED = "warned"
    FAILED = "failed"
    NOT_ASSESSED = "not_assessed"


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure of one frame or of the frames together.

    `value` is raw, in `unit`; `score` is the same on a 0 (worst) to 1 (best) scale. Both are None when
    the measure could not be assessed. `reason` says what to tell the person when it failed.
    """

    name: str
    verdict: Verdict
    value: float | None = None
    unit: str = ""
    score: float | None = None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class FrameEvidence:
    """What was measured on the frame that answers `step`, in the order of the stages.

    Stages after a failed decode or detection are absent: they had nothing to look at.
    """

    step: Step
    measures: tuple[Measure, ...]


@dataclass(frozen=True, slots=True)
class ReferenceMatch:
    """Cosine similarity (-1 to 1) of the frames' mean template to one reference.

    `steps` is that of the mean of the frames that answer steps, without the neutral one; None where no such frame had
    a face.
    """

    reference_id: str
    similarity: float
    steps: float | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything the machine saw of one verification. Holds no image and no template.

    `across` are measures over all frames (same person). `matches` is empty when no frame could be embedded
    or no reference has a template of `model_version`. `timings_ms` is wall time per stage, summed over frames.
    """

    frames: tuple[FrameEvidence, ...]
    across: tuple[Measure, ...] = ()
    matches: tuple[ReferenceMatch, ...] = ()
    model_version: str = ""
    timings_ms: Mapping[str, float] = field(default_factory=dict)

    def measures(self) -> Iterator[Measure]:
        """All measures: frame by frame, then those across frames."""
        for frame in self.frames:
            yield from frame.measures
        yield from self.across

    @property
    def similarity(self) -> float | None:
        """The best reference's similarity, or None when nothing could be compared."""
        return max((match.similarity for match in self.matches), default=None)

    @property
    def steps_similarity(self) -> float | None:
        """The same of the frames that answer steps alone."""
        return max((match.steps for match in self.matches if match.steps is not None), default=None)

    def digest(self) -> str:
        """SHA-256 (hex) of the evidence without its timings, for the certificate and the ledger."""
        content = asdict(self)
        del content["timings_ms"]
        return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Template:
    """An embedded face: `vector` is little-endian float32, unit length, comparable only within `model_version`.

    `protection` names the version of the secret it is rotated under as it is stored; empty for a plain one.
    """

    vector: bytes
    model_version: str
    protection: str = ""

    def similarity(self, other: "Template") -> float:
        """The cosine of two plain templates, -1 to 1. Raises ValueError when they cannot be compared."""
        if self.protection or other.protection or self.model_version != other.model_version:
            raise ValueError("only plain templates of one model version are compared")
        return sum(one * two for one, two in zip(array("f", self.vector), array("f", other.vector), strict=True))


@dataclass(frozen=True, slots=True)
class EnrolmentEvidence:
    """What was measured on one reference photo, and its template and imprint if every measure allowed one. `copy`: of
    a photo that is known of the person, which is no reason to refuse it."""

    measures: tuple[Measure, ...]
    template: Template | None
    imprint: bytes = b""
    copy: bool = False

    @property
    def quality(self) -> float:
        """The least score of the measures that have one; 0 when none has."""
        return min((measure.score for measure in self.measures if measure.score is not None), default=0.0)

    @property
    def reason(self) -> Reason | None:
        """The first reason to refuse the photo, or None."""
        return first_reason(self.measures)


def first_reason(measures: Iterator[Measure] | tuple[Measure, ...]) -> Reason | None:
    """The failed measure's reason that is most worth telling (the order of `Reason`), or None when none failed."""
    failed = {measure.reason for measure in measures if measure.verdict is Verdict.FAILED}
    return next((reason for reason in Reason if reason in failed), None)
