"""How many faces are stored (design.md §3 rule 7)."""

from lifecert.domain.faces import FaceCount


def test_counts_and_changes_of_them_add_up() -> None:
    assert FaceCount(people=3, faces=7) + FaceCount(people=-1, faces=-2) == FaceCount(people=2, faces=5)


def test_a_change_of_nothing_is_false() -> None:
    assert not FaceCount()
    assert FaceCount(faces=1)
    assert FaceCount(people=-1)
