"""Photos are uploaded by names that say nothing of whose they are."""

import csv
import re
from pathlib import Path

from lifecert.adapters.files.photo_lines import read_line
from lifecert.adapters.files.register_lines import Layout
from lifecert.domain.intake import Encoding, FileFormat, ImportKind
from lifecert.domain.photo_intake import PhotoRow
from ops.import_references import renamed
from tests.support.intake_world import LI, WANG
from tests.support.photo_world import PHOTOS, photo


def test_a_photo_that_is_called_by_a_number_is_uploaded_by_its_content(tmp_path: Path) -> None:
    (tmp_path / f"{WANG}.JPG").write_bytes(b"face")
    uploaded: dict[str, Path] = {}
    listed = "\n".join([PHOTOS, photo(f"{WANG}.JPG", WANG, "A-1"), photo("gone.jpg", LI), photo("../../etc/hosts", LI)])
    lines = list(renamed(listed, tmp_path, lambda path, key: uploaded.__setitem__(key, path)))
    rows = list(csv.DictReader(lines))
    name = rows[0]["photo"]
    assert uploaded == {f"photos/{name}": tmp_path / f"{WANG}.JPG"}
    assert not re.search(r"[0-9]{17}", name)
    assert [row["photo"] for row in rows[1:]] == ["missing-2", "missing-3"]
    layout = Layout(FileFormat.CSV, tuple(PHOTOS.split(",")), Encoding.UTF_8, ImportKind.REFERENCES)
    row = read_line(lines[1].encode(), 2, layout).row
    assert isinstance(row, PhotoRow)
    assert row.photo == name


def test_a_list_without_such_a_column_is_left_to_be_refused(tmp_path: Path) -> None:
    assert list(renamed("a,b\n1,2\n", tmp_path, lambda *_: None)) == ["a,b", "1,2"]
