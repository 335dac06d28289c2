"""Find one face under two beneficiaries, after an enrolment, and let a human look."""

from collections.abc import Sequence
from dataclasses import dataclass

from lifecert.application.shared.reviewing import OpenReview
from lifecert.domain.actor import Actor, Role
from lifecert.domain.gallery import GalleryFace
from lifecert.domain.ledger import LedgerEntry, LedgerEvent
from lifecert.domain.policy import Policy
from lifecert.domain.review import ReviewKind
from lifecert.ports.gallery import Gallery
from lifecert.ports.references import References
from lifecert.ports.register import Register

ACTOR = Actor("find_duplicates", Role.SYSTEM)


@dataclass(frozen=True, slots=True)
class Searched:
    """What came of some ledger entries: faces added and removed, reviews there are now."""

    added: int = 0
    forgotten: int = 0
    reviews: int = 0


@dataclass(frozen=True, slots=True)
class FindDuplicates:
    """The use case. `references` gives plain templates. Running it again for the same entries changes nothing."""

    register: Register
    references: References
    gallery: Gallery
    open_review: OpenReview
    policy: Policy

    def __call__(self, entries: Sequence[LedgerEntry], segment: str) -> Searched:
        """Search for the faces enrolled by `entries`, which are kept in the gallery under the name `segment`, and take
        those out that were deleted.

        First kept, then searched for: of two enrolments of one face at the same moment at least one finds the other.
        """
        gone = {entry.beneficiary_id for entry in entries if entry.event is LedgerEvent.FACES_DELETED}
        forgotten = self.gallery.forget(gone) if gone else 0
        faces = [face for entry in entries if (face := self._face(entry))]
        self.gallery.add(segment, faces)
        limits = self.policy.duplicates
        matches = self.gallery.search(faces, limits.similarity, limits.most)
        reviews = 0
        for face in faces:
            for alike in matches[face.reference_id]:
                other = self.register.get(alike.beneficiary_id)
                if other is None or alike.reference_id not in other.reference_ids:
                    continue  # replaced or deleted since
                self.open_review(
                    face.beneficiary_id,
                    ReviewKind.DUPLICATE_FACE,
                    ACTOR,
                    related_id=alike.beneficiary_id,
                    only_once=alike.beneficiary_id,
                )
                reviews += 1
        return Searched(len(faces), forgotten, reviews)

    def _face(self, entry: LedgerEntry) -> GalleryFace | None:
        if entry.event is not LedgerEvent.REFERENCE_ENROLLED:
            return None
        reference_id = str(entry.details["reference_id"])
        templates = self.references.templates(entry.beneficiary_id, self.policy.match.model_version)
        template = templates.get(reference_id)
        if template is None:
            return None  # deleted since, or made by another model version
        return GalleryFace(entry.beneficiary_id, reference_id, template)
