"""All stages in their order: the port `FaceAnalyser` as this layer gives it."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from time import perf_counter

import cv2
import numpy as np

from lifecert.domain.challenge import TURNS, Step
from lifecert.domain.evidence import EnrolmentEvidence, Evidence, FrameEvidence, Measure, Template, Verdict
from lifecert.domain.imprint import NO_PHOTOS, KnownPhotos
from lifecert.domain.policy import PASSIVE_LEAST, PASSIVE_MEASURE, PassiveLimits, PassiveUse, Policy, QualityLimits
from lifecert.domain.reasons import Reason
from lifecert.ports.vision import Analysis, Frame
from lifecert_vision import embed, imprint, liveness, match, no_face, quality
from lifecert_vision.align import align
from lifecert_vision.decode import Image, decode
from lifecert_vision.detect import DetectionError, Detector
from lifecert_vision.header import Kind, PictureRefused
from lifecert_vision.landmarks import Face
from lifecert_vision.measures import at_least, at_most, failed, is_poor, not_assessed, passed
from lifecert_vision.models import ModelMissingError
from lifecert_vision.passive import PassiveCue, find_passive_cue

_LOG = logging.getLogger(__name__)
# What every phone's camera gives. Photos of an office's files come in all kinds, from its own staff.
_OF_FRAMES = frozenset({Kind.JPEG})
_ENOUGH_FRAMES = 3  # from here on a mean of templates of good frames gains nothing by mirror images


class _Stopwatch:
    """Milliseconds per stage by a clock of seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.spent: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = self._clock()
        try:
            yield
        finally:
            self.spent[name] = self.spent.get(name, 0.0) + (self._clock() - start) * 1000


@dataclass(frozen=True, slots=True)
class _Seen:
    """A frame after detection: the picture and its faces are there unless a measure says why not."""

    step: Step
    measures: tuple[Measure, ...]
    image: Image | None = None
    faces: tuple[Face, ...] = ()

    def first_face(self) -> tuple[Image, Face]:
        """The picture and its dominant face. Raises LookupError when there is none."""
        if self.image is None or not self.faces:
            raise LookupError("the frame has no face")
        return self.image, self.faces[0]


class VisionAnalyser:
    """`FaceAnalyser` by MediaPipe and SFace. Takes about 160 ms of CPU to build and loads both models;
    build it once per process and use it from one thread."""

    def __init__(self, policy: Policy, clock: Callable[[], float] = perf_counter) -> None:
        """`clock` gives the seconds by which stages are timed.

        Raises ValueError when `policy` is for templates of another model version, ModelMissingError when it requires
        the passive cue and this build is without its model.
        """
        if policy.match.model_version != embed.MODEL_VERSION:
            raise ValueError(f"the policy wants templates of {policy.match.model_version}, not {embed.MODEL_VERSION}")
        cv2.setNumThreads(1)  # a function has one core or less; more threads only wait for each other
        self._policy = policy
        self._clock = clock
        self._passive = _passive_cue(policy)
        self._detector = Detector()
        self._embedder = embed.Embedder()

    def analyse(
        self, frames: Sequence[Frame], references: Mapping[str, Template], known: KnownPhotos = NO_PHOTOS
    ) -> Analysis:
        """Measure a challenge's frames, the neutral one first, compare their mean template with the references, and
        look for copies of the person's `known` photos and of each other.

        Every frame with a face is embedded, however it was judged: who it is belongs in the evidence too.
        """
        watch, limits = _Stopwatch(self._clock), self._policy.quality
        seen = [self._see(frame.step, frame.content, limits, watch, _OF_FRAMES) for frame in frames]
        neutral = next((one.faces[0] for one in seen if one.step is Step.NEUTRAL and one.faces), None)
        if neutral is not None:
            seen = [_turned_out_of_sight(one) for one in seen]
        judged = [self._judge(one, neutral, limits, watch) for one in seen]
        # A mirror image gains what a third frame gains, and costs as much. Weak light and the like take as much away.
        few = sum(bool(one.faces) for one in seen) < _ENOUGH_FRAMES
        embedded = [
            self._embed(one, watch, both_sides=few or is_poor(measures)) if one.faces else None
            for one, measures in zip(seen, judged, strict=True)
        ]
        evidence = tuple(
            FrameEvidence(one.step, (*measures, *self._way_up(one, found, watch)))
            for one, measures, found in zip(seen, judged, embedded, strict=True)
        )
        with watch.stage("passive"):
            alive = self._alive(seen)
        vectors = {index: found.vector for index, found in enumerate(embedded) if found}
        with watch.stage("imprint"):
            imprints = [imprint.take(*one.first_face()) for one in seen if one.faces]
            new = self._new(imprints, known)
        with watch.stage("match"):
            across = (*self._same_person(seen, vectors), *new, *alive)
            steps = [vector for index, vector in vectors.items() if seen[index].step is not Step.NEUTRAL]
            matches = (
                match.compare(embed.mean(list(vectors.values())), embed.mean(steps) if steps else None, references)
                if vectors
                else ()
            )
        return Analysis(Evidence(evidence, across, matches, embed.MODEL_VERSION, watch.spent), tuple(imprints))

    def look(self, photo: bytes) -> tuple[Measure, ...]:
        """Measure the quality of a neutral frame by the limits of frames. Nobody is recognised: whether the face is the
        right way up, which takes the recogniser, is not asked."""
        watch, limits = _Stopwatch(self._clock), self._policy.quality
        return self._judge(self._see(Step.NEUTRAL, photo, limits, watch, _OF_FRAMES), None, limits, watch)

    def enrol(self, photo: bytes, known: KnownPhotos = NO_PHOTOS) -> EnrolmentEvidence:
        """Measure one reference photo as a neutral frame by stricter limits; its template is there if it kept them.
        Whether it is a copy of a known photo is told, and no measure: a photo may be enrolled twice."""
        watch, limits = _Stopwatch(self._clock), self._policy.reference
        seen = self._see(Step.NEUTRAL, photo, limits, watch)
        embedding = self._embed(seen, watch, both_sides=True) if seen.faces else None
        measures = (*self._judge(seen, None, limits, watch), *self._way_up(seen, embedding, watch, sure=False))
        good = all(measure.verdict in (Verdict.PASSED, Verdict.WARNED) for measure in measures)
        if embedding is None or not good:
            return EnrolmentEvidence(measures, None)
        taken = imprint.take(*seen.first_face())
        copy = any(one.verdict is Verdict.FAILED for one in self._new([taken], known))
        return EnrolmentEvidence(measures, embed.to_template(embedding.vector), taken, copy)

    def _see(
        self,
        step: Step,
        content: bytes,
        limits: QualityLimits,
        watch: _Stopwatch,
        kinds: frozenset[Kind] = frozenset(Kind),
    ) -> _Seen:
        try:
            with watch.stage("decode"):
                image = decode(content, self._policy.image, kinds)
        except PictureRefused as refused:
            return _Seen(step, (failed("decode", refused.reason),))
        try:
            with watch.stage("detect"):
                faces = self._detector.detect(image, others=step is Step.NEUTRAL)
            if not faces:
                with watch.stage("quality"):
                    cause = no_face.cause(image, self._detector.boxes(image), limits)
                return _Seen(step, (passed("decode"), failed("detect", cause)))
        except DetectionError:
            return _Seen(step, (passed("decode"), not_assessed("detect")))
        return _Seen(step, (passed("decode"), passed("detect")), image, faces)

    def _judge(
        self, seen: _Seen, neutral: Face | None, limits: QualityLimits, watch: _Stopwatch
    ) -> tuple[Measure, ...]:
        """The frame's measures so far, with quality and liveness if there is a face to measure."""
        if seen.image is None:
            return seen.measures
        with watch.stage("quality"):
            quality_measures = quality.assess(seen.image, seen.faces, seen.step, limits)
        with watch.stage("liveness"):
            step_measures = liveness.judge(seen.step, seen.faces[0], neutral, self._policy.challenge)
        return (*seen.measures, *quality_measures, *step_measures)

    def _embed(self, seen: _Seen, watch: _Stopwatch, *, both_sides: bool = False) -> embed.Embedding:
        image, face = seen.first_face()
        with watch.stage("align"):
            aligned = align(image, face)
        with watch.stage("embed"):
            return self._embedder.embed(aligned, both_sides=both_sides)

    def _way_up(
        self, seen: _Seen, embedding: embed.Embedding | None, watch: _Stopwatch, *, sure: bool = True
    ) -> tuple[Measure, ...]:
        """Whether a neutral face is the right way up; the other frames must show the same face, so one is enough.

        With `sure` a strong answer is enough, as hardly any face upside down gets one: it saves an embedding.
        """
        if embedding is None or seen.step is not Step.NEUTRAL:
            return ()
        strong = self._policy.quality.sure_strength
        if sure and embedding.strength >= strong:
            return (at_least("strength", embedding.strength, strong, "length", Reason.NOT_FACING_CAMERA),)
        with watch.stage("align"):
            aligned = align(*seen.first_face())
        with watch.stage("embed"):
            value = self._embedder.upright(aligned, embedding)
        limit = self._policy.quality.min_upright
        return (at_least("upright", value, limit, "ratio", Reason.NOT_FACING_CAMERA),)

    def _alive(self, seen: Sequence[_Seen]) -> tuple[Measure, ...]:
        """The middle one of the frames' passive scores, and, where all networks look, the least: the middle of three
        has no eye for one picture of another kind. The first network alone is wrong on single frames too often."""
        looked_at = [one.first_face() for one in seen if one.faces]
        if self._passive is None or not looked_at:
            return ()
        limits, reason = self._policy.passive, Reason.LIVENESS_DOUBTED
        scores: list[float] = []
        try:
            for image, face in looked_at:
                enough = _enough(scores, len(looked_at), limits)
                scores.append(self._passive.live(image, face, enough=enough))
        except cv2.error:
            return (not_assessed(PASSIVE_MEASURE),)
        # By numpy: Python's median and least pass over what is no number.
        middle, least = float(np.median(scores)), float(np.min(scores))
        if not self._passive.whole:
            return (at_least(PASSIVE_MEASURE, middle, limits.min_live_alone, "score", reason),)
        return (
            at_least(PASSIVE_MEASURE, middle, limits.min_live, "score", reason),
            at_least(PASSIVE_LEAST, least, limits.min_live_frame, "score", reason),
        )

    def _new(self, imprints: Sequence[bytes], known: KnownPhotos) -> tuple[Measure, ...]:
        """Whether the frames are new photos: the most that any is like a reference, a frame of an earlier session, and
        another frame. Left out where there is nothing to compare with."""
        limits = self._policy.replay
        before = (
            ("alike_reference", known.references, limits.max_alike),
            ("alike_earlier", known.frames, limits.max_alike),
            ("alike_recent", known.recent, limits.max_alike_recent),
        )
        found = [
            (name, [imprint.alike(one, photos) for one in imprints], limit, Reason.FRAME_SEEN_BEFORE)
            for name, photos, limit in before
        ]
        # Told after the steps: who shows none of them is as like themselves as a copy is.
        within = [imprint.alike(one, imprints[:number]) for number, one in enumerate(imprints)]
        found.append(("alike_within", within, limits.max_alike_within, Reason.FLAT_FACE))
        return tuple(
            at_most(name, max(chain(*values)), limit, "correlation", reason)
            for name, values, limit, reason in found
            if any(values)
        )

    def _same_person(self, seen: Sequence[_Seen], vectors: Mapping[int, embed.Vector]) -> tuple[Measure, ...]:
        """Whether all frames show one person: the least similarity of any frame to the neutral one.

        A face so far round that little of it is seen is like nobody's: who turned it there is told to turn less.
        """
        first = next((index for index in vectors if seen[index].step is Step.NEUTRAL), None)
        if first is None or len(vectors) == 1:
            return ()
        found = {index: match.cosine(vectors[first], vector) for index, vector in vectors.items() if index != first}
        limit = self._policy.match.same_person
        wide = self._policy.challenge.wide_turn_degrees
        neutral = seen[first].faces[0]
        too_far = all(
            seen[index].step in TURNS and liveness.turned(seen[index].faces[0], neutral) >= wide
            for index, similarity in found.items()
            if similarity < limit
        )
        reason = Reason.TURNED_TOO_FAR if too_far else Reason.DIFFERENT_PEOPLE
        # By numpy, whose least of a number and of none is none: Python's would pass it over.
        least = float(np.min(list(found.values())))
        return (at_least("same_person", least, limit, "cosine", reason),)


def _turned_out_of_sight(seen: _Seen) -> _Seen:
    """A turn on which no face was found, and nothing else the matter: the head was turned beyond what can be seen."""
    if seen.step not in TURNS or failed("detect", Reason.NO_FACE) not in seen.measures:
        return seen
    return replace(seen, measures=(*seen.measures[:-1], failed("detect", Reason.TURNED_TOO_FAR)))


def _enough(scores: Sequence[float], frames: int, limits: PassiveLimits) -> float:
    """The score above which nothing matters of the next of so many frames, after those with `scores`.

    The middle one of an even number is the mean of two, and needs them all. Where more than half have reached the limit
    of the middle one already, the next can only be the least.
    """
    if frames % 2 == 0:
        return 1.0
    settled = sum(score >= limits.min_live for score in scores) > frames / 2
    return limits.min_live_frame if settled else max(limits.min_live, limits.min_live_frame)


def _passive_cue(policy: Policy) -> PassiveCue | None:
    if policy.passive.use is PassiveUse.OFF:
        return None
    cue = find_passive_cue()
    if cue is None and policy.passive.use is PassiveUse.REQUIRED:
        raise ModelMissingError(
            f"policy {policy.version} requires the passive cue, and this build is without its model: "
            "build where npm can fetch it, or set passive.use to when_built or off"
        )
    if cue is None:
        _LOG.warning("built without the passive model: prints and screens are not looked for")
    elif not cue.whole:
        _LOG.warning("built with one of three passive models: most screens are taken for living")
    return cue
