"""A page tells a slip in an ID number by GET /config, and never one that the server would take."""

import json
import shutil
import string
import subprocess
from pathlib import Path

import pytest

from lifecert.domain.number_schemes import SCHEMES, NumberSchemes
from tests.support.missing import missing
from tests.support.patience import PATIENCE_SECONDS
from tests.support.templates import ROOT
from tests.support.wiring.functions import run
from tests.unit.domain.test_number_schemes import RIGHT

ASK = """
import {readFileSync} from "node:fs";
import {numberFits, spelt} from "./numbers.mjs";
const {kinds, texts} = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(texts.map((text) => numberFits(spelt(text), kinds))));
"""


def by_the_page(kinds: list[dict[str, str]], texts: list[str], folder: Path) -> list[bool]:
    node = shutil.which("node")
    if not node:
        missing("Node is not installed: the page's own check cannot run")
    shutil.copy(ROOT / "web/shared/numbers.js", folder / "numbers.mjs")
    (folder / "ask.mjs").write_text(ASK, encoding="utf-8")
    told = subprocess.run(
        [node, "ask.mjs"],
        input=json.dumps({"kinds": kinds, "texts": texts}),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=True,
    )
    answer: list[bool] = json.loads(told.stdout)
    return answer


def by_the_server(chosen: NumberSchemes, text: str) -> bool:
    try:
        chosen.parse(text)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("codes", [["gb11643", "permanent_residence"], [one.code for one in SCHEMES]])
def test_the_page_goes_by_the_config(codes: list[str], tmp_path: Path) -> None:
    chosen = NumberSchemes.named(codes)
    kinds = [{"kind": one.code, "form": one.form, "checksum": one.checksum.value} for one in chosen.chosen]
    texts = [text[:-1] + one for text, *_ in RIGHT.values() for one in string.digits + string.ascii_uppercase]
    texts += ["", "1", "110105 1949-1231 002x", "１１０１０５１９４９１２３１００２Ｘ", "y-1234567-x", "X0000000T"]
    assert by_the_page(kinds, texts, tmp_path) == [by_the_server(chosen, text) for text in texts]
    unknown = [{**one, "checksum": "later"} for one in kinds]
    assert by_the_page(unknown, ["110105194912310020"], tmp_path) == [True], "what it does not know the server decides"


@pytest.mark.usefixtures("world")
def test_the_config_tells_what_was_chosen() -> None:
    told = json.loads(run("get_config/told")["body"])["id_numbers"]
    assert told == [
        {"kind": "gb11643", "form": "[1-8][0-9]{16}[0-9X]", "checksum": "mod_11_2"},
        {"kind": "permanent_residence", "form": "9[0-9]{16}[0-9X]", "checksum": "mod_11_2"},
    ]
