"""A manifest is read whole or refused with every fault by its line."""

from pathlib import Path

import pytest

from lab.calibration.manifest import (
    ManifestError,
    read_folder,
    read_pairs,
    read_presentation_folder,
    read_presentations,
)

HEAD = "img_a,img_b,same"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("Ada_L_0001.jpg", "Ada_L_0002.jpg", "Bo_0001.jpg"):
        (tmp_path / name).write_bytes(b"")
    return tmp_path


def write(folder: Path, *lines: str) -> Path:
    path = folder / "pairs.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_pairs_groups_and_people(folder: Path) -> None:
    rows = ("Ada_L_0001.jpg,Ada_L_0002.jpg,1,1,60-70", "Ada_L_0002.jpg,Bo_0001.jpg,0,2,over 70")
    data = read_pairs(write(folder, f"{HEAD},fold,age", *rows), folder)
    assert [(pair.reference.name, pair.frame.name, pair.same, pair.fold, pair.group) for pair in data.pairs] == [
        ("Ada_L_0001.jpg", "Ada_L_0002.jpg", True, "1", "60-70"),
        ("Ada_L_0002.jpg", "Bo_0001.jpg", False, "2", "over 70"),
    ]
    assert (data.group_name, len(data.photos)) == ("age", 3)
    assert data.people is not None
    assert set(data.people.values()) == {"Ada_L", "Bo"}


def test_every_bad_line_is_named_and_nothing_is_taken(folder: Path) -> None:
    path = write(
        folder,
        HEAD,
        "Ada_L_0001.jpg,Ada_L_0002.jpg,1",
        "Ada_L_0001.jpg,gone.jpg,0",
        "Ada_L_0001.jpg,Bo_0001.jpg,yes",
        "Ada_L_0001.jpg,Bo_0001.jpg",
        "Bo_0001.jpg,Bo_0001.jpg,1",
        "Ada_L_0002.jpg,Ada_L_0001.jpg,0",
    )
    with pytest.raises(ManifestError) as refused:
        read_pairs(path, folder)
    assert str(refused.value).splitlines() == [
        f"{path}: nothing was measured",
        f"line 3: no file 'gone.jpg' under {folder}",
        "line 4: same is 'yes', not 1 or 0",
        "line 5: 2 fields instead of 3",
        "line 6: a photo is paired with itself",
        "line 7: the same two photos as on line 2",
    ]


def test_a_fold_is_no_group_and_a_group_no_fold(folder: Path) -> None:
    row = "Ada_L_0001.jpg,Ada_L_0002.jpg,1"
    (fold,) = read_pairs(write(folder, f"{HEAD},fold", f"{row},7"), folder).pairs
    (group,) = read_pairs(write(folder, f"{HEAD},sex", f"{row},f"), folder).pairs
    assert ((fold.fold, fold.group), (group.fold, group.group)) == (("7", ""), ("", "f"))


def lfw(folder: Path, *lines: str) -> Path:
    for name in ("Ada_L/Ada_L_0001.jpg", "Ada_L/Ada_L_0004.jpg", "Bo/Bo_0012.jpg"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"")
    (folder / "pairs.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / "pairs.txt"


def test_the_pairs_of_labelled_faces_in_the_wild(folder: Path) -> None:
    data = read_pairs(lfw(folder, "1\t1", "Ada_L\t1\t4", "Ada_L\t4\tBo\t12"), folder)
    assert [(pair.reference.name, pair.frame.name, pair.same, pair.fold) for pair in data.pairs] == [
        ("Ada_L_0001.jpg", "Ada_L_0004.jpg", True, "1"),
        ("Ada_L_0004.jpg", "Bo_0012.jpg", False, "1"),
    ]
    assert set((data.people or {}).values()) == {"Ada_L", "Bo"}


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("ten",), "line 1: the first line is not the number"),
        (("2\t1", "Ada_L\t1\t4"), "line 1: 4 pairs are announced, there are 1"),
        (("1\t1", "Ada_L\t1", "Ada_L\t4\tBo\t12"), "line 2: neither"),
        (("1\t1", "Ada_L\t1\tx", "Ada_L\t4\tBo\t12"), "line 2: neither"),
        (("1\t1", "Ada_L\t1\t3", "Ada_L\t4\tBo\t12"), "line 2: no file 'Ada_L/Ada_L_0003.jpg'"),
    ],
)
def test_bad_lines_of_pairs_are_named(folder: Path, lines: tuple[str, ...], said: str) -> None:
    with pytest.raises(ManifestError) as refused:
        read_pairs(lfw(folder, *lines), folder)
    assert said in str(refused.value)


def test_a_folder_of_live_photos_and_attacks(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    shown = tmp_path_factory.mktemp("shown")
    for name in ("live/ada/1.jpg", "live/Bo_0001.jpg", "print/ada/1.jpg", "screen/x.jpg"):
        (shown / name).parent.mkdir(parents=True, exist_ok=True)
        (shown / name).write_bytes(b"")
    assert [(one.live, one.kind, one.subject) for one in read_presentation_folder(shown)] == [
        (True, "live", "Bo"),
        (True, "live", "ada"),
        (False, "print", "ada"),
        (False, "screen", ""),
    ]
    with pytest.raises(ManifestError, match="no folder `live`"):
        read_presentation_folder(shown / "print")
    (shown / "loose.jpg").write_bytes(b"")
    with pytest.raises(ManifestError, match=r"loose\.jpg is in no folder"):
        read_presentation_folder(shown)


@pytest.mark.parametrize("head", ["a,b,same", "img_a,img_b", "", f"{HEAD},age,sex", f"{HEAD},fold,age,sex"])
def test_other_columns_are_refused(folder: Path, head: str) -> None:
    with pytest.raises(ManifestError, match="line 1: "):
        read_pairs(write(folder, head, "Ada_L_0001.jpg,Ada_L_0002.jpg,1"), folder)


def test_an_empty_or_missing_or_binary_manifest_is_refused(folder: Path) -> None:
    with pytest.raises(ManifestError, match="no pair in it"):
        read_pairs(write(folder, HEAD), folder)
    with pytest.raises(ManifestError, match="No such file"):
        read_pairs(folder / "gone.csv", folder)
    (folder / "binary.csv").write_bytes(b"\xff\xd8\xff\xe0")
    with pytest.raises(ManifestError, match="decode"):
        read_pairs(folder / "binary.csv", folder)


def test_thousands_of_faults_are_not_all_printed(folder: Path) -> None:
    with pytest.raises(ManifestError, match="and 1950 more") as refused:
        read_pairs(write(folder, HEAD, *(["x.jpg,y.jpg,2"] * 1000)), folder)
    assert len(str(refused.value).splitlines()) == 52


def test_people_are_unknown_when_a_label_disagrees_with_the_names(folder: Path) -> None:
    data = read_pairs(write(folder, HEAD, "Ada_L_0001.jpg,Ada_L_0002.jpg,0"), folder)
    assert data.people is None
    assert "disagree" in data.people_unknown


def test_a_folder_of_people_by_name_or_by_folder(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert len(set((read_folder(folder).people or {}).values())) == 2
    other = tmp_path_factory.mktemp("by_folder")
    for name in ("ada/IMG_0001.jpg", "ada/two.PNG", "bo/IMG_0001.webp", "bo/notes.txt"):
        (other / name).parent.mkdir(exist_ok=True)
        (other / name).write_bytes(b"")
    data = read_folder(other)
    assert sorted((data.people or {}).values()) == ["ada", "ada", "bo"]
    (other / "who.jpg").write_bytes(b"")
    with pytest.raises(ManifestError, match="own folder"):
        read_folder(other)


def test_presentations(folder: Path) -> None:
    path = write(folder, "img,label,attack_type,subject", "Bo_0001.jpg,live,webcam,bo", "Ada_L_0001.jpg,attack,print,")
    assert [(one.live, one.kind, one.subject) for one in read_presentations(path, folder)] == [
        (True, "webcam", "bo"),
        (False, "print", ""),
    ]
    with pytest.raises(ManifestError, match="line 2: label is 'fake'"):
        read_presentations(write(folder, "img,label,attack_type", "Bo_0001.jpg,fake,print"), folder)
    with pytest.raises(ManifestError, match="line 2: no attack_type"):
        read_presentations(write(folder, "img,label,attack_type", "Bo_0001.jpg,live,"), folder)
