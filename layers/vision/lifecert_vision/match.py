"""Stage 6: compare templates."""

from collections.abc import Mapping

from lifecert.domain.evidence import ReferenceMatch, Template
from lifecert_vision.embed import MODEL_VERSION, Vector, from_template


def cosine(one: Vector, other: Vector) -> float:
    """The cosine of the angle between two unit vectors, -1 to 1."""
    return float(one @ other)


def compare(probe: Vector, steps: Vector | None, references: Mapping[str, Template]) -> tuple[ReferenceMatch, ...]:
    """The similarity of all frames' mean and of that of the `steps` alone to each reference, by id; those of another
    model version are left out."""

    def against(reference_id: str, reference: Vector) -> ReferenceMatch:
        return ReferenceMatch(
            reference_id, cosine(probe, reference), None if steps is None else cosine(steps, reference)
        )

    return tuple(
        against(reference_id, from_template(template))
        for reference_id, template in sorted(references.items())
        if template.model_version == MODEL_VERSION
    )
