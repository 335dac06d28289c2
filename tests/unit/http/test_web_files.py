"""A page of web/ as it is served, and what the phone page may weigh and may use."""

import gzip
import json
import re
from pathlib import Path

import pytest

from lifecert.domain.reasons import Reason
from lifecert.entry.http.texts import Language
from lifecert.entry.http.web_files import Site, load
from tests.support.templates import ROOT

WEB = ROOT / "web"
# Bytes on the way until the camera opens: ten seconds at 48 kb/s, the speed of 2G at its usual.
MOST_BYTES = 60_000
# Younger than WebView 67 and iOS 12.2, as it stands in scripts and styles. Syntax is read by acorn (tests/e2e).
TOO_YOUNG = {
    ".js": r"\?\?|\?\.[a-z(\[]|\(\?<|\bimport\(|import\.meta|\.flat\(|\.flatMap\(|fromEntries|allSettled|\.any\("
    r"|replaceAll|replaceChildren|matchAll|globalThis|queueMicrotask|structuredClone|toggleAttribute|randomUUID|\.at\("
    r"|BigInt|catch \{|\.finally\(|innerHTML|outerHTML|insertAdjacentHTML|\beval\(|localStorage|document\.cookie"
    r"|indexedDB",
    ".css": r"(?<!grid-)gap:|clamp\(|\bmin\(|\bmax\(|aspect-ratio|:focus-visible|:is\(|:where\(|:has\(|\binset\b"
    r"|\d[sdl]v[hw]\b|@layer|@container|@import url|url\(|&",
}
SOURCES = sorted(path for path in WEB.rglob("*") if path.suffix in TOO_YOUNG)


def site() -> Site:
    return load(WEB, "phone")


def words(language: Language) -> dict[str, str]:
    """The page's own words, as the file of a language has them."""
    text = (WEB / "phone" / f"words.{language}.js").read_text(encoding="utf-8")
    return dict(re.findall(r'^  (\w+): "((?:[^"\\]|\\.)*)",$', text, re.MULTILINE))


def test_the_document_names_its_files_by_their_content() -> None:
    found = site()
    named = re.findall(r'(?:href|src)="phone/([^"]+)"', found.html)
    below = load(WEB, "certificate", "../")
    assert sorted(re.findall(r'(?:href|src)="\.\./phone/([^"]+)"', below.html)) == sorted(below.assets)
    assert sorted(named) == sorted(found.assets)
    assert all(re.fullmatch(r"(main|phone|icon)\.[0-9a-f]{16}\.(js|css|svg)", name) for name in named)
    assert {asset.content_type.split(";")[0] for asset in found.assets.values()} == {
        "text/javascript",
        "text/css",
        "image/svg+xml",
    }


def test_another_content_is_another_name(tmp_path: Path) -> None:
    for name in ("phone", "shared"):
        (tmp_path / name).mkdir()
    (tmp_path / "phone" / "index.html").write_text(
        '<script type="module" src="phone/main.js"></script>', encoding="utf-8"
    )
    (tmp_path / "phone" / "main.js").write_text(
        'import {one} from "../shared/one.js";\nimport "./two.js";\nconsole.log(one);\n', encoding="utf-8"
    )
    (tmp_path / "shared" / "one.js").write_text("export const one = 1;\n", encoding="utf-8")
    (tmp_path / "phone" / "two.js").write_text(
        'import {one} from "../shared/one.js";\nlet two = one;\n', encoding="utf-8"
    )
    [(name, asset)] = load(tmp_path, "phone").assets.items()
    # What is used stands before who uses it, each once, and nothing is imported any more.
    assert asset.body.decode() == "const one = 1;\nlet two = one;\nconsole.log(one);\n"
    (tmp_path / "shared" / "one.js").write_text("export const one = 2;\n", encoding="utf-8")
    [other] = load(tmp_path, "phone").assets
    assert other != name


@pytest.mark.parametrize("line", ['import one from "./one.js";', 'export {one} from "./one.js";', "export default 1;"])
def test_what_cannot_be_joined_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "phone").mkdir()
    (tmp_path / "phone" / "index.html").write_text('<script src="phone/main.js"></script>', encoding="utf-8")
    (tmp_path / "phone" / "main.js").write_text(f"{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match="cannot be joined"):
        load(tmp_path, "phone")


def test_the_page_is_light() -> None:
    found = site()
    bodies = [found.html.encode(), *(asset.body for asset in found.assets.values())]
    assert sum(len(gzip.compress(body)) for body in bodies) <= MOST_BYTES


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_nothing_is_younger_than_the_oldest_phone(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/|^\s*//.*$", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    assert not re.findall(TOO_YOUNG[path.suffix], text)


@pytest.mark.parametrize("page", ["phone", "certificate", "desk"])
def test_the_document_runs_no_script_and_no_style_of_its_own(page: str) -> None:
    html = load(WEB, page).html
    assert not re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", html)
    # Relative: a stage stands before it, or a name of one's own, and the page knows neither.
    assert not re.findall(r'(?:href|src)="(?!phone/|tel:)', html)


def test_both_languages_say_the_same_things() -> None:
    chinese, english = (words(language) for language in Language)
    assert len(chinese) > 100
    assert list(chinese) == list(english)
    for key, text in chinese.items():
        assert sorted(re.findall(r"\{\w+\}", text)) == sorted(re.findall(r"\{\w+\}", english[key])), key


def test_every_word_is_used_and_none_is_missing() -> None:
    scripts = [
        path
        for path in SOURCES
        if path.suffix == ".js" and not path.name.startswith("words") and path.parent.name != "desk"
    ]
    code = "".join(path.read_text(encoding="utf-8") for path in scripts)
    known = set(words(Language.CHINESE))
    assert not set(re.findall(r'say\("(\w+)"', code)) - known
    # Some names are put together: `step_${...}`.
    begun = tuple(re.findall(r"say\(`(\w+)\$", code))
    assert begun
    assert not [key for key in known if not key.startswith(begun) and not re.search(rf'"{key}"|\)\.{key}\b', code)]


def test_every_reason_has_pictures() -> None:
    code = (WEB / "phone" / "pictures.js").read_text(encoding="utf-8")
    table = code[code.index("export const REASON_PICTURES") : code.index("export const PICTURES")]
    assert re.findall(r"^  (\w+): ", table, re.MULTILINE) == [reason.value for reason in Reason]


def test_every_kind_of_benefit_has_a_name() -> None:
    for language in Language:
        path = ROOT / "layers" / "core" / "lifecert" / "entry" / "http" / f"certificate_page.{language}.json"
        for code, name in json.loads(path.read_text(encoding="utf-8"))["category"].items():
            assert words(language)[f"category_{code}"] == name
