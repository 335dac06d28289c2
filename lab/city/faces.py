"""The city's faces: some hundred photos and challenges are drawn from the packaged portraits and really looked at; what
the real analyser said of a challenge that was accepted, it says again of whoever else shows the same frames."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from lifecert.domain.challenge import Step
from lifecert.domain.evidence import EnrolmentEvidence, Measure, Template
from lifecert.domain.imprint import NO_PHOTOS, KnownPhotos
from lifecert.ports.vision import Analysis, FaceAnalyser, Frame
from local.stack import BUILD

if TYPE_CHECKING:
    from local.demo.phone import Camera

# Of three people; of one of them there are two more photos.
PORTRAITS = ("obama.jpg", "biden.jpg", "astronaut.png")
# So many to draw are enough for three faces.
MANY = 30
# Behind the end of a JPEG nothing is read: what is written there makes a file that was not seen before.
_MARK = b"\nlifecert city "


def marked(photo: bytes, mark: str) -> bytes:
    """The same picture as another file."""
    return photo + _MARK + mark.encode()


def _unmarked(photo: bytes) -> bytes:
    return photo.rpartition(_MARK)[0] or photo


def _digest(photo: bytes) -> bytes:
    return hashlib.sha256(_unmarked(photo)).digest()


@dataclass(slots=True)
class RememberingAnalyser:
    """The product's own analyser, which is loaded when it is needed first. It looks at each picture once; `looked` is
    how often it did."""

    load: Callable[[], FaceAnalyser]
    looked: int = 0
    repeated: int = 0
    _real: FaceAnalyser | None = None
    _enrolled: dict[bytes, EnrolmentEvidence] = field(default_factory=dict)
    _analysed: dict[frozenset[bytes], Analysis] = field(default_factory=dict)

    def analyse(
        self, frames: Sequence[Frame], references: Mapping[str, Template], known: KnownPhotos = NO_PHOTOS
    ) -> Analysis:
        """What is seen on frames; on those that were seen before, the same, as like these references as those."""
        key = frozenset(_digest(frame.content) for frame in frames)
        if key not in self._analysed:
            self.looked += 1
            self._analysed[key] = self._analyser.analyse(frames, references, known)
            return self._analysed[key]
        self.repeated += 1
        seen = self._analysed[key]
        like, by_step = seen.evidence.matches[:1], {one.step: one for one in seen.evidence.frames}
        evidence = replace(
            seen.evidence,
            frames=tuple(by_step[frame.step] for frame in frames),
            matches=tuple(replace(one, reference_id=name) for name in references for one in like),
        )
        return replace(seen, evidence=evidence)

    def look(self, photo: bytes) -> tuple[Measure, ...]:
        """The quality of one frame."""
        return self._analyser.look(photo)

    def enrol(self, photo: bytes, known: KnownPhotos = NO_PHOTOS) -> EnrolmentEvidence:
        """What is seen on a photo to enrol."""
        key = _digest(photo)
        if key not in self._enrolled:
            self.looked += 1
            self._enrolled[key] = self._analyser.enrol(photo, known)
        else:
            self.repeated += 1
        return self._enrolled[key]

    def memory(self) -> dict[str, Any]:
        """What it remembers, for another one to go on with (`remember`)."""
        return {
            "looked": self.looked,
            "repeated": self.repeated,
            "_enrolled": self._enrolled,
            "_analysed": self._analysed,
        }

    def remember(self, memory: Mapping[str, Any]) -> None:
        """Go on with what another one remembered."""
        for name, value in memory.items():
            setattr(self, name, value)

    @property
    def _analyser(self) -> FaceAnalyser:
        if self._real is None:
            self._real = self.load()
        return self._real


@dataclass(slots=True)
class Faces:
    """Who shows what to a camera. The first `to_draw` photos and challenges of each kind are drawn anew; then whoever
    comes shows what was accepted of somebody before them, as another file."""

    seed: int
    to_draw: int
    photos_drawn: int = 0
    challenges_drawn: int = 0
    _cameras: "dict[str, Camera]" = field(default_factory=dict)
    _photos: dict[str, bytes] = field(default_factory=dict)
    # By whom and what they show, in whichever order.
    _accepted: dict[tuple[str, frozenset[Step]], Mapping[Step, bytes]] = field(default_factory=dict)

    def portrait(self, number: int) -> str:
        """Whose face somebody has. Where few are to be drawn all have one."""
        return PORTRAITS[number % len(PORTRAITS) if self.to_draw >= MANY else 0]

    def photo(self, portrait: str) -> bytes:
        """A photo of somebody that an office takes."""
        if portrait not in self._photos or self.photos_drawn < self.to_draw:
            self.photos_drawn += 1
            self._photos[portrait] = self._camera(portrait)(Step.NEUTRAL)
        return self._photos[portrait]

    def frames(self, portrait: str, steps: Sequence[Step], mark: str) -> tuple[bytes, ...]:
        """What somebody shows for a challenge."""
        known = self._accepted.get((portrait, frozenset(steps)))
        if known is None or self.challenges_drawn < self.to_draw:
            self.challenges_drawn += 1
            known = {step: self._camera(portrait)(step) for step in steps}
        return tuple(marked(known[step], mark) for step in steps)

    def accepted(self, portrait: str, steps: Sequence[Step], frames: Sequence[bytes]) -> None:
        """Keep what was accepted of somebody, to be shown again."""
        shown = {step: _unmarked(frame) for step, frame in zip(steps, frames, strict=True)}
        self._accepted.setdefault((portrait, frozenset(steps)), shown)

    def forget_cameras(self) -> None:
        """Let new ones be made, which draw other moments and another noise."""
        self._cameras.clear()

    def _camera(self, portrait: str) -> "Camera":
        if portrait not in self._cameras:
            # Before OpenCV is loaded: it sets the decoder's limit.
            import numpy as np

            import lifecert_vision  # noqa: F401
            from local.demo.phone import camera_before

            content = (BUILD / "portraits" / portrait).read_bytes()
            drawn = (self.seed, len(self._cameras), self.photos_drawn, self.challenges_drawn)
            self._cameras[portrait] = camera_before(content, np.random.default_rng(drawn))
        return self._cameras[portrait]
