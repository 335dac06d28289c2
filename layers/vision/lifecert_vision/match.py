"""Stage 6: compare templates."""

from collections.abc import Mapping

from lifecert.domain.evidence import ReferenceMatch, Template
from lifecert_vision.embed import MODEL_VERSION, Vector, from_template


def cosine(one: Vector, other: Vector) -> float:
    """The cosine of the angle between two unit vectors, -1 to 1."""
    return float(one @ other)


def compare(probe: Vector, references: Mapping[str, Template]) -> tuple[ReferenceMatch, ...]:
    """The similarity to each reference, by id; those of another model version are left out."""
    return tuple(
        ReferenceMatch(reference_id, cosine(probe, from_template(template)))
        for reference_id, template in sorted(references.items())
        if template.model_version == MODEL_VERSION
    )
