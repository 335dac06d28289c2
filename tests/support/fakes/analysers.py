"""Vision without pictures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from lifecert.domain.challenge import Step
from lifecert.domain.evidence import EnrolmentEvidence, Evidence, Measure, Template, Verdict
from lifecert.domain.imprint import NO_PHOTOS, KnownPhotos
from lifecert.domain.reasons import Reason
from lifecert.ports.vision import Analysis, Frame
from tests.support.builders import face, failed_evidence, good_evidence


@dataclass(slots=True)
class ScriptedAnalyser:
    """Answers with what the test set; `calls` keeps what it was shown."""

    evidence: Evidence | None = None
    enrolment: EnrolmentEvidence | None = None
    imprints: tuple[bytes, ...] = ()
    calls: list[tuple[tuple[Frame, ...], dict[str, Template]]] = field(default_factory=list)
    known: list[KnownPhotos] = field(default_factory=list)
    photos: list[bytes] = field(default_factory=list)
    looked: list[bytes] = field(default_factory=list)
    quality: tuple[Measure, ...] = ()

    def look(self, photo: bytes) -> tuple[Measure, ...]:
        self.looked.append(photo)
        return self.quality

    def analyse(
        self, frames: Sequence[Frame], references: Mapping[str, Template], known: KnownPhotos = NO_PHOTOS
    ) -> Analysis:
        self.calls.append((tuple(frames), dict(references)))
        self.known.append(known)
        assert self.evidence is not None, "the test has not set `evidence`"
        # What was compared is what was given, as similar as the test says.
        matches = tuple(replace(one, reference_id=name) for name in references for one in self.evidence.matches[:1])
        return Analysis(replace(self.evidence, matches=matches or self.evidence.matches), self.imprints)

    def enrol(self, photo: bytes) -> EnrolmentEvidence:
        self.photos.append(photo)
        assert self.enrolment is not None, "the test has not set `enrolment`"
        return self.enrolment


@dataclass(slots=True)
class ReadingAnalyser:
    """Reads the verdict off the frame: the content is `good`, `uncertain`, `other` or the name of a reason."""

    def analyse(
        self, frames: Sequence[Frame], references: Mapping[str, Template], known: KnownPhotos = NO_PHOTOS
    ) -> Analysis:
        evidence = self._evidence(frames)
        matches = tuple(replace(one, reference_id=name) for name in references for one in evidence.matches[:1])
        return Analysis(replace(evidence, matches=matches or evidence.matches))

    def _evidence(self, frames: Sequence[Frame]) -> Evidence:
        steps = tuple(frame.step for frame in frames)
        verdict = frames[0].content.decode().split("-")[0]
        if verdict in ("good", "uncertain", "other"):
            return good_evidence({"good": 0.9, "uncertain": 0.4, "other": 0.1}[verdict], steps)
        return failed_evidence(Reason(verdict), steps)

    def look(self, photo: bytes) -> tuple[Measure, ...]:
        return self._evidence([Frame(Step.NEUTRAL, photo)]).frames[0].measures

    def enrol(self, photo: bytes) -> EnrolmentEvidence:
        if photo in (b"good", b"stranger"):
            return EnrolmentEvidence((Measure("decode", Verdict.PASSED),), face(photo == b"stranger"))
        return EnrolmentEvidence((Measure("decode", Verdict.FAILED, reason=Reason(photo.decode())),), None)
