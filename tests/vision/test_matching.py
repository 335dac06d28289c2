"""The same person matches, another does not; the similarities are pinned, so that a change of model shows."""

from pathlib import Path

import numpy as np
import pytest

from lifecert.domain.evidence import Template
from lifecert.domain.policy import Policy
from lifecert_vision import embed, match
from lifecert_vision.align import similarity
from lifecert_vision.analyser import VisionAnalyser

NAMES = ("obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg", "astronaut.png")
TOLERANCE = 0.03  # between processors
GOLDEN = {
    ("obama.jpg", "obama2.jpg"): 0.776,
    ("obama.jpg", "obama3.jpg"): 0.817,
    ("obama.jpg", "biden.jpg"): 0.140,
    ("obama.jpg", "astronaut.png"): 0.093,
    ("obama2.jpg", "obama3.jpg"): 0.759,
    ("obama2.jpg", "biden.jpg"): 0.271,
    ("obama2.jpg", "astronaut.png"): 0.141,
    ("obama3.jpg", "biden.jpg"): 0.168,
    ("obama3.jpg", "astronaut.png"): 0.080,
    ("biden.jpg", "astronaut.png"): 0.195,
}


@pytest.fixture(scope="module")
def templates(analyser: VisionAnalyser, portraits: Path) -> dict[str, Template]:
    made = {name: analyser.enrol((portraits / name).read_bytes()).template for name in NAMES}
    return {name: template for name, template in made.items() if template is not None}


@pytest.mark.parametrize("pair", GOLDEN, ids="-".join)
def test_similarities_are_the_pinned_ones(
    pair: tuple[str, str], templates: dict[str, Template], policy: Policy
) -> None:
    one, other = (embed.from_template(templates[name]) for name in pair)
    measured = match.cosine(one, other)

    assert measured == pytest.approx(GOLDEN[pair], abs=TOLERANCE)
    same = all(name.startswith("obama") for name in pair)
    assert measured > policy.match.accept if same else measured < policy.match.review


def test_a_template_is_a_unit_vector_of_its_version(templates: dict[str, Template]) -> None:
    template = templates["biden.jpg"]

    assert template.model_version == embed.MODEL_VERSION
    assert len(template.vector) == 128 * 4
    assert np.linalg.norm(np.frombuffer(template.vector, "<f4")) == pytest.approx(1, abs=1e-5)


def test_only_templates_of_this_version_are_compared(templates: dict[str, Template]) -> None:
    probe = embed.from_template(templates["obama.jpg"])
    references = {
        "now": templates["obama2.jpg"],
        "earlier": Template(templates["obama2.jpg"].vector, "sface-2021dec-int8bq/5pt/1"),
    }

    assert [found.reference_id for found in match.compare(probe, None, references)] == ["now"]


def test_a_template_of_the_wrong_length_is_an_error() -> None:
    with pytest.raises(ValueError, match="length"):
        embed.from_template(Template(bytes(64), embed.MODEL_VERSION))


def test_another_shape_is_not_embedded(analyser: VisionAnalyser) -> None:
    with pytest.raises(ValueError, match="112"):
        analyser._embedder.embed(np.zeros((100, 112, 3), np.uint8))


def test_the_least_squares_transform_finds_a_known_one() -> None:
    source = np.random.default_rng(5).uniform(0, 100, (22, 2))
    angle, scale, shift = np.radians(33), 0.7, np.array([12.0, -5.0])
    rotation = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])

    found = similarity(source, source @ rotation.T + shift)

    assert found == pytest.approx(np.column_stack([rotation, shift]))


def test_the_transform_never_mirrors() -> None:
    source = np.random.default_rng(5).uniform(0, 100, (22, 2))
    found = similarity(source, source * (-1, 1))

    assert np.linalg.det(found[:, :2]) > 0
