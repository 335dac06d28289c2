"""A record cannot walk to another face, however small the steps."""

import pytest

from lifecert.application.faces.continuity import Continuity, judge_continuity
from lifecert.domain.errors import ReferenceMismatch
from lifecert.domain.evidence import Template
from lifecert.domain.reference import MOST_REFERENCES, Replacement
from tests.support.builders import a_beneficiary, a_template, face

ACCEPT = 0.5


def judge(
    known: dict[str, Template], new: Template, replacement: Replacement | None = None, **earlier: Template
) -> Continuity:
    person = a_beneficiary(reference_ids=tuple(known))
    return judge_continuity(person, "new", new, {**known, **earlier}, ACCEPT, replacement, "clerk")


def test_the_first_reference_has_nothing_to_match() -> None:
    assert judge({}, face(0)) == Continuity(("new",))


@pytest.mark.parametrize("similarity", [0.5, 0.51, 0.9])
def test_what_matches_the_first_is_added(similarity: float) -> None:
    assert judge({"first": face(0)}, face(1, like=0, similarity=similarity + 1e-6)).reference_ids == ("first", "new")


def test_what_does_not_match_is_refused() -> None:
    with pytest.raises(ReferenceMismatch):
        judge({"first": face(0)}, face(1, like=0, similarity=0.49))


def test_a_chain_of_small_steps_ends_at_the_first_reference() -> None:
    """Each photo is like the one before it (0.8); the third is a stranger to the first."""
    second = face(1, like=0, similarity=0.8)
    third = face(2, like=1, similarity=0.8)
    assert third.similarity(second) > 0.45
    with pytest.raises(ReferenceMismatch):
        judge({"first": face(0), "second": second}, third)


def test_the_first_one_stays_however_many_are_added() -> None:
    known: dict[str, Template] = {f"r{number}": face(0) for number in range(MOST_REFERENCES)}
    found = judge(known, face(0)).reference_ids
    assert len(found) == MOST_REFERENCES
    assert (found[0], found[-1], "r1" in found) == ("r0", "new", False)


def test_a_clerks_reason_starts_anew() -> None:
    known: dict[str, Template] = {"first": face(0), "second": face(0)}
    assert judge(known, face(3), Replacement.WRONG_PHOTO) == Continuity(("new",), overridden=True)


def test_a_reason_that_is_not_needed_moves_nothing() -> None:
    """Or small steps, each with a reason, would walk all the same."""
    near = face(1, like=0, similarity=0.8)
    assert judge({"first": face(0)}, near, Replacement.AGED) == Continuity(("first", "new"), matched=True)


def test_a_first_reference_of_another_model_version_cannot_be_matched_around() -> None:
    with pytest.raises(ReferenceMismatch):
        judge_continuity(
            a_beneficiary(reference_ids=("first", "second")), "new", face(0), {"second": face(0)}, ACCEPT, None, "clerk"
        )


def test_templates_are_compared_plain_and_within_one_model_version() -> None:
    with pytest.raises(ValueError, match="one model version"):
        face(0).similarity(a_template("model/2"))
    with pytest.raises(ValueError, match="plain"):
        face(0).similarity(Template(face(0).vector, face(0).model_version, "1"))
