"""References, how many faces there are, the gallery, and the photos seen before, in memory."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from lifecert.domain.errors import GalleryFileChanged
from lifecert.domain.evidence import Template
from lifecert.domain.faces import FaceCount
from lifecert.domain.gallery import Alike, GalleryFace, StoredFile
from lifecert.domain.imprint import KnownPhotos
from lifecert.domain.reference import Enrolment, ReferencePhoto

if TYPE_CHECKING:
    from tests.support.fakes.store import MemoryStore


@dataclass(frozen=True, slots=True)
class MemoryReferences:
    store: "MemoryStore"

    def templates(self, beneficiary_id: str, model_version: str) -> Mapping[str, Template]:
        return {
            reference_id: reference.template
            for (owner, reference_id), reference in self.store.references_by_id.items()
            if owner == beneficiary_id and reference.template.model_version == model_version
        }

    def faces(
        self, beneficiary_id: str, model_version: str, since: datetime
    ) -> tuple[Mapping[str, Template], KnownPhotos]:
        mine = [one for (owner, _), one in self.store.references_by_id.items() if owner == beneficiary_id]
        kept = [one for (owner, *_), one in self.store.frame_imprints.items() if owner == beneficiary_id]
        own = [(one.imprint, one.enrolled_at >= since) for one in mine if one.imprint]
        frames = [(imprint, one.at >= since) for one in kept for imprint in one.imprints]
        known = KnownPhotos(
            tuple(imprint for imprint, recent in own if not recent),
            tuple(imprint for imprint, recent in frames if not recent),
            tuple(imprint for imprint, recent in (*own, *frames) if recent),
        )
        return self.templates(beneficiary_id, model_version), known

    def enrolled(self, beneficiary_id: str) -> Sequence[str]:
        return sorted(reference_id for owner, reference_id in self.store.references_by_id if owner == beneficiary_id)

    def photos(self, beneficiary_id: str) -> tuple[ReferencePhoto, ...]:
        mine = [one for (owner, _), one in self.store.references_by_id.items() if owner == beneficiary_id]
        return tuple(
            ReferencePhoto(one.reference_id, one.photo_key, one.source, one.captured_on, one.enrolled_at)
            for one in sorted(mine, key=lambda one: one.enrolled_at, reverse=True)
        )

    def begin(self, enrolment: Enrolment) -> None:
        self.store.enrolments[enrolment.beneficiary_id, enrolment.reference_id] = enrolment

    def begun(self, beneficiary_id: str, reference_id: str) -> Enrolment | None:
        return self.store.enrolments.get((beneficiary_id, reference_id))


@dataclass(frozen=True, slots=True)
class MemoryFaceCounts:
    store: "MemoryStore"

    def total(self) -> FaceCount:
        return self.store.faces


@dataclass
class MemoryGallery:
    """Compares each with each."""

    segments: dict[str, Sequence[GalleryFace]] = field(default_factory=dict)

    def add(self, segment: str, faces: Sequence[GalleryFace]) -> None:
        self.segments[segment] = faces

    def search(self, faces: Sequence[GalleryFace], at_least: float, most: int) -> Mapping[str, tuple[Alike, ...]]:
        known = [one for faces in self.segments.values() for one in faces]
        found = {}
        for asked in faces:
            alike = [
                Alike(one.beneficiary_id, one.reference_id, one.template.similarity(asked.template))
                for one in known
                if one.beneficiary_id != asked.beneficiary_id
            ]
            best = sorted(alike, key=lambda one: -one.similarity)
            found[asked.reference_id] = tuple(one for one in best if one.similarity >= at_least)[:most]
        return found

    def forget(self, beneficiary_ids: AbstractSet[str]) -> int:
        before = sum(map(len, self.segments.values()))
        self.segments = {
            name: [one for one in faces if one.beneficiary_id not in beneficiary_ids]
            for name, faces in self.segments.items()
        }
        return before - sum(map(len, self.segments.values()))


class MemoryGalleryFiles:
    """Files that are read in pieces as odd as a network's. A file's tag is how many writes there had been of any."""

    def __init__(self) -> None:
        self.content: dict[str, bytes] = {}
        self.tags: dict[str, str] = {}
        self.writes = 0

    def listed(self) -> Mapping[str, StoredFile]:
        return {name: StoredFile(len(one), self.tags[name]) for name, one in sorted(self.content.items())}

    def read(self, name: str, tag: str | None = None) -> Iterator[bytes]:
        content = self.content.get(name, b"")
        if name in self.content:
            self._check(name, tag)
        yield from (content[start : start + 777] for start in range(0, len(content), 777))

    def write(self, name: str, content: bytes, tag: str | None = None) -> str:
        self._check(name, tag)
        self.writes += 1
        self.content[name], self.tags[name] = content, f'"{self.writes}"'
        return self.tags[name]

    def delete(self, name: str, tag: str | None = None) -> None:
        if name in self.content:
            self._check(name, tag)
            del self.content[name]
            del self.tags[name]

    def _check(self, name: str, tag: str | None) -> None:
        if tag is not None and self.tags.get(name) != tag:
            raise GalleryFileChanged(name)


@dataclass(frozen=True, slots=True)
class MemorySeenFrames:
    store: "MemoryStore"

    def any_seen(self, digests: Sequence[str]) -> bool:
        return not self.store.digests.isdisjoint(digests)
