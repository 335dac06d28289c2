"""The name of a release changes with whatever verify_face runs with, and with nothing else."""

from pathlib import Path

import pytest

from ops.release import release


@pytest.fixture
def build(tmp_path: Path) -> Path:
    for part in ("CoreLayer/python/lifecert", "VisionLayer/python", "VerifyFace", "GetStatus"):
        (tmp_path / part).mkdir(parents=True)
        (tmp_path / part / "file").write_text(part)
    (tmp_path / "template.yaml").write_text("Resources: {}")
    return tmp_path


def test_the_same_content_has_the_same_name_whatever_the_order(build: Path) -> None:
    assert release(build, ["A=1", "B=2"]) == release(build, ["B=2", "A=1"])
    assert len(release(build, [])) <= 64


@pytest.mark.parametrize("changed", ["CoreLayer/python/lifecert/file", "VisionLayer/python/new", "template.yaml"])
def test_other_content_has_another_name(build: Path, changed: str) -> None:
    before = release(build, [])
    (build / changed).write_text("other")
    assert release(build, []) != before


def test_another_setting_has_another_name(build: Path) -> None:
    assert release(build, ["ShadowPolicy=2027-1"]) != release(build, [])


def test_byte_code_and_other_functions_do_not_count(build: Path) -> None:
    before = release(build, [])
    (build / "CoreLayer/python/module.pyc").write_bytes(b"1")
    (build / "GetStatus/file").write_text("other")
    assert release(build, []) == before


def test_nothing_built_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="not built"):
        release(tmp_path, [])
