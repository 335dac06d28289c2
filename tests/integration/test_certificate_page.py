"""The page of a certificate in headless Chromium: its own check, 360 pixels, one sheet of A4, readable codes."""

import re
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.support.browser import CHROMIUM, browse, served
from tests.support.missing import missing
from tests.support.wiring.factories import world_on_fakes
from tests.support.wiring.people import world_id

ADDRESS = f"/certificates/{world_id(401)}"


@pytest.fixture(autouse=True)
def chromium() -> None:
    if not CHROMIUM:
        missing("Chromium is not installed: nothing here can show the page")


def judged(folder: Path, change: Callable[[str, str], str], address: str = ADDRESS) -> str:
    """What the page says of itself once its script has run."""
    with world_on_fakes(), served(change) as base:
        dom = browse(folder, "--dump-dom", base + address)
    [result] = re.findall(r'<p class="check" id="check"[^>]*data-result="(\w+)"', dom)
    return str(result)


def no_change(_path: str, body: str) -> str:
    return body


def other_name(path: str, body: str) -> str:
    return body.replace('data-value="王*明"', 'data-value="李*"') if path == ADDRESS else body


def other_statement(path: str, body: str) -> str:
    if path != ADDRESS:
        return body
    statement = re.findall(r'data-statement="([^"]+)"', body)[0]
    head, payload, signature = statement.split(".")
    return body.replace(statement, f"{head}.{payload}.{'A' * len(signature)}")


def no_keys(path: str, body: str) -> str:
    return "broken" if path.startswith("/.well-known") else body


@pytest.mark.parametrize(
    ("change", "result"),
    [
        (no_change, "genuine"),
        (other_name, "forged"),
        (other_statement, "forged"),
        (no_keys, "unchecked"),
    ],
)
def test_the_page_judges_itself(tmp_path: Path, change: Callable[[str, str], str], result: str) -> None:
    assert judged(tmp_path, change) == result


def test_it_fits_a_small_phone_one_sheet_of_paper_and_both_codes_can_be_read(tmp_path: Path) -> None:
    with world_on_fakes() as world, served() as base:
        browse(tmp_path, f"--screenshot={tmp_path / 'page.png'}", "--force-device-scale-factor=2", base + ADDRESS)
        browse(tmp_path, f"--print-to-pdf={tmp_path / 'page.pdf'}", "--no-pdf-header-footer", base + ADDRESS)
        statement = world.store.certificates[world_id(401)].statement
    pdf = (tmp_path / "page.pdf").read_bytes()
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    picture = np.asarray(cv2.imread(str(tmp_path / "page.png")))
    assert picture.shape[1] == 2 * 360
    found, texts, *_ = cv2.QRCodeDetectorAruco().detectAndDecodeMulti(picture)
    assert found
    assert statement in texts
    assert any(text.endswith(ADDRESS) for text in texts)
