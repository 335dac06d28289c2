"""The pages' scripts read by acorn as a browser of 2018 reads it: whole, as it is served, and each module."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from lifecert.entry.http.web_files import load
from tests.support.page_tools import installed
from tests.support.patience import PATIENCE_SECONDS
from tests.support.templates import ROOT

WEB = ROOT / "web"
READ = """
const {parse} = require(process.argv[1]);
const found = {};
for (const [name, text] of Object.entries(JSON.parse(require("fs").readFileSync(0, "utf8")))) {
  found[name] = "";
  try { parse(text, {ecmaVersion: 2018, sourceType: "module"}); } catch (error) { found[name] = error.message; }
}
process.stdout.write(JSON.stringify(found));
"""


@pytest.fixture(scope="module")
def acorn() -> Path:
    return installed() / "acorn"


def read(acorn: Path, texts: dict[str, str]) -> dict[str, str]:
    """What is wrong with each text; empty where nothing is."""
    node = str(shutil.which("node"))
    told = subprocess.run(
        [node, "-e", READ, str(acorn)],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_SECONDS,
    )
    found: dict[str, str] = json.loads(told.stdout)
    return found


def test_a_browser_of_2018_reads_the_page(acorn: Path) -> None:
    texts = {path.name: path.read_text(encoding="utf-8") for path in WEB.rglob("*.js")}
    # Joined, two modules with a name in common would be wrong too.
    joined = {
        f"{page}/{name}": asset.body.decode()
        for page in ("phone", "certificate", "desk")
        for name, asset in load(WEB, page).assets.items()
        if name.endswith(".js")
    }
    assert len(texts) > 10
    assert len(joined) == 3
    assert not {name: fault for name, fault in read(acorn, texts | joined).items() if fault}


@pytest.mark.parametrize(
    "text", ["a?.b;", "a ?? b;", "try {} catch {}", "import(a);", "const a = 1; const a = 2;", "1n;"]
)
def test_what_is_younger_is_told(acorn: Path, text: str) -> None:
    assert read(acorn, {"one": text})["one"]
