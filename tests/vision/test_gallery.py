"""The gallery: an exact search over packed files, in the memory of one chunk."""

import uuid
from array import array
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pytest

from lifecert.domain.errors import GalleryFileChanged
from lifecert.domain.evidence import Template
from lifecert.domain.gallery import Alike, GalleryFace, StoredFile
from lifecert_vision import gallery
from lifecert_vision.gallery import RECORD, PackedGallery, chunks
from tests.support.fakes.faces import MemoryGalleryFiles


def people(count: int, seed: int = 1) -> list[GalleryFace]:
    draw = np.random.default_rng(seed)
    vectors = draw.normal(size=(count, 128))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return [a_face(vector) for vector in vectors]


def a_face(vector: Sequence[float], beneficiary_id: str | None = None) -> GalleryFace:
    template = Template(array("f", vector).tobytes(), "model/1")
    return GalleryFace(beneficiary_id or str(uuid.uuid4()), str(uuid.uuid4()), template)


def a_gallery(files: MemoryGalleryFiles, secret: bytes = b"s" * 32, **more: int) -> PackedGallery:
    return PackedGallery(files, lambda: secret, **more)


def test_the_search_finds_exactly_what_comparing_each_with_each_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gallery, "CHUNK", 16)
    everybody = people(150)
    made = a_gallery(MemoryGalleryFiles())
    for start in range(0, 150, 30):
        made.add(f"{start:03}", everybody[start : start + 30])
    asked = everybody[:5]
    found = made.search(asked, at_least=0.15, most=100)
    for face in asked:
        by_hand = {
            other.beneficiary_id: face.template.similarity(other.template)
            for other in everybody
            if other is not face and face.template.similarity(other.template) >= 0.15
        }
        assert by_hand
        assert {alike.beneficiary_id: alike.similarity for alike in found[face.reference_id]} == pytest.approx(
            by_hand, abs=1e-5
        )
        similarities = [alike.similarity for alike in found[face.reference_id]]
        assert similarities == sorted(similarities, reverse=True)


def test_a_person_is_not_their_own_duplicate_and_another_is_named_once() -> None:
    me, twin = people(2)
    again = GalleryFace(me.beneficiary_id, str(uuid.uuid4()), me.template)
    theirs = [GalleryFace(twin.beneficiary_id, str(uuid.uuid4()), me.template) for _ in range(2)]
    made = a_gallery(MemoryGalleryFiles())
    made.add("1", [me, again, *theirs])
    (alike,) = made.search([me], 0.9, 5)[me.reference_id]
    assert alike.beneficiary_id == twin.beneficiary_id
    assert alike.similarity == pytest.approx(1, abs=1e-6)


def test_only_the_most_alike_are_told() -> None:
    (me,) = people(1)
    vector = np.frombuffer(me.template.vector, "<f4")
    others = [a_face(list(vector + noise * np.eye(128, dtype=np.float32)[3])) for noise in (0.1, 0.2, 0.3)]
    made = a_gallery(MemoryGalleryFiles())
    made.add("1", others)
    found: tuple[Alike, ...] = made.search([me], 0.5, 2)[me.reference_id]
    assert len(found) == 2


def test_files_hold_no_plain_template_and_two_deployments_cannot_be_linked() -> None:
    (me,) = people(1)
    ours, theirs = MemoryGalleryFiles(), MemoryGalleryFiles()
    a_gallery(ours).add("1", [me])
    a_gallery(theirs, b"t" * 32).add("1", [me])
    one, other = (np.frombuffer(files.content["1"], RECORD)["vector"][0] for files in (ours, theirs))
    plain = np.frombuffer(me.template.vector, "<f4")
    assert max(abs(float(one @ other)), abs(float(one @ plain))) < 0.4


def test_the_same_segment_twice_is_there_once() -> None:
    files = MemoryGalleryFiles()
    made, everybody = a_gallery(files), people(3)
    made.add("1", everybody)
    made.add("1", everybody)
    assert len(files.content["1"]) == 3 * RECORD.itemsize
    made.add("2", [])
    assert "2" not in files.content


def test_small_files_become_one_and_lose_nobody() -> None:
    files = MemoryGalleryFiles()
    made, everybody = a_gallery(files, most_files=4), people(12)
    for number, one in enumerate(everybody):
        made.add(f"{number:02}", [one])
        assert len(files.content) <= 5
    stranger = GalleryFace(str(uuid.uuid4()), str(uuid.uuid4()), everybody[0].template)
    found = made.search([stranger], -1.0, 100)[stranger.reference_id]
    assert {alike.beneficiary_id for alike in found} == {one.beneficiary_id for one in everybody}


def test_full_files_are_left_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gallery, "_MERGED", 3)
    files = MemoryGalleryFiles()
    made, everybody = a_gallery(files, most_files=1), people(9)
    made.add("full", everybody[:4])
    for number, one in enumerate(everybody[4:]):
        made.add(f"{number:02}", [one])
    assert len(files.content["full"]) == 4 * RECORD.itemsize
    assert sum(file.size for file in files.listed().values()) == 9 * RECORD.itemsize


def test_whom_it_forgets_is_in_no_file() -> None:
    files = MemoryGalleryFiles()
    made, everybody = a_gallery(files), people(6)
    made.add("1", everybody[:3])
    made.add("2", everybody[3:4])
    made.add("3", everybody[4:])
    gone = {everybody[1].beneficiary_id, everybody[3].beneficiary_id}
    assert made.forget(gone) == 2
    assert set(files.content) == {"1", "3"}, "an empty file is deleted"
    everything = b"".join(files.content.values())
    assert not any(uuid.UUID(one).bytes in everything for one in gone)
    assert len(everything) == 4 * RECORD.itemsize
    assert made.forget({str(uuid.uuid4())}) == 0


def test_whom_it_forgets_while_files_are_merged_is_in_no_file_either() -> None:
    """Another process forgets somebody after the small files were read, before the whole is written."""
    everybody, files = people(5), MemoryGalleryFiles()
    made, other = a_gallery(files, most_files=3), a_gallery(files)
    write = files.write

    def write_late(name: str, content: bytes, tag: str | None = None) -> str:
        if name.startswith("merged"):
            files.write = write  # type: ignore[method-assign]
            other.forget({everybody[1].beneficiary_id})
        return write(name, content, tag)

    for number, one in enumerate(everybody):
        if number == 3:
            files.write = write_late  # type: ignore[method-assign]
        made.add(f"{number}", [one])
    everything = b"".join(files.content.values())
    assert uuid.UUID(everybody[1].beneficiary_id).bytes not in everything
    assert all(uuid.UUID(one.beneficiary_id).bytes in everything for one in everybody if one is not everybody[1])


@pytest.mark.parametrize("left", [1, 0])
def test_two_who_take_faces_out_of_one_file_lose_neither_deletion(left: int) -> None:
    """Each read the file before the other wrote it, or deleted it because nobody is left."""
    everybody, files = people(2 + left), MemoryGalleryFiles()
    made, other = a_gallery(files), a_gallery(files)
    made.add("1", everybody)
    read = files.read

    def read_and_wait(name: str, tag: str | None = None) -> Iterator[bytes]:
        files.read = read  # type: ignore[method-assign]
        content = list(read(name, tag))
        other.forget({everybody[1].beneficiary_id})
        yield from content

    files.read = read_and_wait  # type: ignore[method-assign]
    made.forget({everybody[0].beneficiary_id})
    everything = b"".join(files.content.values())
    assert [uuid.UUID(one.beneficiary_id).bytes in everything for one in everybody] == [False, False] + [True] * left


def test_whom_it_forgets_is_not_put_back_by_who_hands_the_same_faces_over_again() -> None:
    """The file is written anew, with the face, after it was looked at: the next listing shows another version of it."""
    everybody, files = people(2), MemoryGalleryFiles()
    made, other = a_gallery(files), a_gallery(files)
    made.add("1", everybody)
    write = files.write

    def write_and_again(name: str, content: bytes, tag: str | None = None) -> str:
        files.write = write  # type: ignore[method-assign]
        written = write(name, content, tag)
        other.add("1", everybody)
        return written

    files.write = write_and_again  # type: ignore[method-assign]
    made.forget({everybody[0].beneficiary_id})
    assert uuid.UUID(everybody[0].beneficiary_id).bytes not in b"".join(files.content.values())


def test_it_gives_up_loudly_when_others_never_leave_off() -> None:
    everybody, files = people(2), MemoryGalleryFiles()
    made = a_gallery(files)
    made.add("1", everybody)
    listed, content = files.listed, files.content["1"]

    def listed_before_another_write() -> Mapping[str, StoredFile]:
        now = listed()
        files.write("1", content)
        return now

    files.listed = listed_before_another_write  # type: ignore[method-assign]
    with pytest.raises(GalleryFileChanged):
        made.forget({everybody[0].beneficiary_id})


def test_a_torn_file_is_not_searched_as_if_it_were_whole() -> None:
    with pytest.raises(ValueError, match="whole record"):
        list(chunks([b"x" * (RECORD.itemsize + 1)]))
