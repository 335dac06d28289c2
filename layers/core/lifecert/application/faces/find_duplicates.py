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
# What was not compared while the consent was withdrawn is compared then.
# A decision of a replaced face may bring back what it had replaced, which nobody compared meanwhile.
MAY_BE_USED_AGAIN = frozenset({LedgerEvent.WITHDRAWAL_UNDONE, LedgerEvent.CONSENT_GIVEN, LedgerEvent.REVIEW_DECIDED})


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
        """Search for the faces enrolled by `entries`, which are kept in the gallery under the name `segment`, and for
        those that may be used again, and take those out that were deleted. Nothing is told of a face while its consent
        is withdrawn.

        First kept, then searched for: of two enrolments of one face at the same moment at least one finds the other.
        """
        gone = {entry.beneficiary_id for entry in entries if entry.event is LedgerEvent.FACES_DELETED}
        forgotten = self.gallery.forget(gone) if gone else 0
        enrolled = [face for entry in entries if (face := self._face(entry))]
        self.gallery.add(segment, enrolled)
        known = {face.reference_id for face in enrolled}
        again = {one.reference_id: one for entry in entries for one in self._again(entry)}
        faces = [*enrolled, *(one for name, one in again.items() if name not in known)]
        limits = self.policy.duplicates
        matches = self.gallery.search(faces, limits.similarity, limits.most)
        reviews: set[str] = set()
        for face in faces:
            if matches[face.reference_id] and not self._may_be_used(face.beneficiary_id):
                continue
            for alike in matches[face.reference_id]:
                other = self.register.get(alike.beneficiary_id)
                if other is None or alike.reference_id not in other.reference_ids or other.consent_withdrawn_on:
                    continue  # replaced, deleted or withdrawn since
                # Of both: whoever is enrolled first may be the false one.
                reviews.add(self._open(face.beneficiary_id, alike.beneficiary_id))
                reviews.add(self._open(alike.beneficiary_id, face.beneficiary_id))
        return Searched(len(enrolled), forgotten, len(reviews))

    def _open(self, whose: str, other: str) -> str:
        return self.open_review(whose, ReviewKind.DUPLICATE_FACE, ACTOR, related_id=other, only_once=other)

    def _may_be_used(self, beneficiary_id: str) -> bool:
        person = self.register.get(beneficiary_id)
        return person is not None and person.consent_withdrawn_on is None

    def _again(self, entry: LedgerEntry) -> list[GalleryFace]:
        if entry.event not in MAY_BE_USED_AGAIN:
            return []
        if entry.event is LedgerEvent.REVIEW_DECIDED and not entry.details.get("references"):
            return []
        person = self.register.get(entry.beneficiary_id)
        counting = person.reference_ids if person else ()
        templates = self.references.templates(entry.beneficiary_id, self.policy.match.model_version) if counting else {}
        return [GalleryFace(entry.beneficiary_id, one, templates[one]) for one in counting if one in templates]

    def _face(self, entry: LedgerEntry) -> GalleryFace | None:
        if entry.event is not LedgerEvent.REFERENCE_ENROLLED:
            return None
        reference_id = str(entry.details["reference_id"])
        templates = self.references.templates(entry.beneficiary_id, self.policy.match.model_version)
        template = templates.get(reference_id)
        if template is None:
            return None  # deleted since, or made by another model version
        return GalleryFace(entry.beneficiary_id, reference_id, template)
