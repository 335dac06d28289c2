"""The gallery in an index of Amazon S3 Vectors, for registers that outgrow an exact search in one function.

The index is approximate: it may miss a face that the files would find (docs/adr/0035). Templates are rotated as in the
files, under the deployment's secret, and lie under `<beneficiary>/<reference>` without anything else.
"""

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, TypeVar

from lifecert.adapters.aws_errors import translated
from lifecert.domain.gallery import Alike, GalleryFace
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.rotation import Rotation
from lifecert.ports.register import Ledger

# What the service takes at once, and gives for one query.
_AT_ONCE = 500
_MOST = 100
_Item = TypeVar("_Item")


@dataclass(slots=True)
class S3VectorsGallery:
    """`Gallery`. `secret` is asked for once, at the first use. `enrolled` gives the ids of all references that a person
    ever had: nothing in the index can be found by person."""

    client: Any  # S3 Vectors; the stubs of boto3 that are pinned do not know it
    index_arn: str
    secret: Callable[[], bytes]
    enrolled: Callable[[str], Iterable[str]]
    _rotation: Rotation | None = field(default=None, init=False, repr=False)

    def add(self, segment: str, faces: Sequence[GalleryFace]) -> None:
        """Keep faces. Each has a key of its own: the same again replaces itself, and `segment` names nothing here."""
        vectors = [{"key": _key(face), "data": {"float32": self._rotated(face)}} for face in faces]
        for some in _in_parts(vectors):
            with translated():
                self.client.put_vectors(indexArn=self.index_arn, vectors=some)

    def search(self, faces: Sequence[GalleryFace], at_least: float, most: int) -> Mapping[str, tuple[Alike, ...]]:
        """See the port. One query for each face, of the most that one gives: a person's own faces are among them."""
        return {face.reference_id: self._alike(face, at_least)[:most] for face in faces}

    def forget(self, beneficiary_ids: AbstractSet[str]) -> int:
        """Delete whatever these people ever enrolled; how many there may have been, as the service does not say."""
        keys = [f"{person}/{reference}" for person in sorted(beneficiary_ids) for reference in self.enrolled(person)]
        for some in _in_parts(keys):
            with translated():
                self.client.delete_vectors(indexArn=self.index_arn, keys=some)
        return len(keys)

    def _alike(self, face: GalleryFace, at_least: float) -> tuple[Alike, ...]:
        with translated():
            answer = self.client.query_vectors(
                indexArn=self.index_arn,
                topK=_MOST,
                queryVector={"float32": self._rotated(face)},
                returnDistance=True,
            )
        if answer["distanceMetric"] != "cosine":
            raise ValueError(f"the index of the gallery measures {answer['distanceMetric']}, and not cosine")
        best: dict[str, Alike] = {}
        for vector in answer["vectors"]:
            person, reference = vector["key"].split("/")
            found = Alike(person, reference, 1 - vector["distance"])
            known = best.get(person, found)
            if person != face.beneficiary_id and found.similarity >= max(at_least, known.similarity):
                best[person] = found
        return tuple(sorted(best.values(), key=lambda one: (-one.similarity, one.beneficiary_id)))

    def _rotated(self, face: GalleryFace) -> list[float]:
        if self._rotation is None:
            self._rotation = Rotation(self.secret())
        return self._rotation.apply(array("f", face.template.vector))


def enrolled_by_ledger(ledger: Ledger) -> Callable[[str], list[str]]:
    """Which references a person ever had: what is in the ledger stays there."""

    def enrolled(beneficiary_id: str) -> list[str]:
        return [
            str(entry.details["reference_id"])
            for entry in ledger.entries(beneficiary_id)
            if entry.event is LedgerEvent.REFERENCE_ENROLLED
        ]

    return enrolled


def _key(face: GalleryFace) -> str:
    return f"{face.beneficiary_id}/{face.reference_id}"


def _in_parts(items: Sequence[_Item]) -> Iterable[Sequence[_Item]]:
    return (items[start : start + _AT_ONCE] for start in range(0, len(items), _AT_ONCE))
