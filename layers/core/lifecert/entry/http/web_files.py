"""A page of `web/` as it is served: one document, one script, one style sheet and its pictures.

The folder is copied as it is. What is joined is joined here, when a function starts: a page of a dozen modules would
ask a slow network a dozen times. Names follow from the content, so that a browser may keep a file for good.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
# Modules say what they use and what they give on lines of their own; the joined module needs neither.
_IMPORT = re.compile(r'^import (?:\{[^}]*\} from )?"(?P<path>\.[^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=const |let |function |async function |class )", re.MULTILINE)
# What is said to whoever reads the source; a browser on a slow network does without.
_COMMENT = re.compile(r"^ *//.*\n", re.MULTILINE)
_STYLE_IMPORT = re.compile(r'^@import "(?P<path>[^"]+)";\n', re.MULTILINE)
_NAMED = re.compile(r'(?P<before>(?:href|src)=")(?P<path>[a-z]+/[\w.-]+\.(?:css|js|svg))(?=")')
# Where the files of every page are found, below the API's stage: one route, and one function that has them ready.
ASSETS = "phone/"
_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of a page."""

    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Site:
    """A page: its document, and the assets that the document names, by their names."""

    html: str
    assets: Mapping[str, Asset]


def load(web: Path, page: str, root: str = "") -> Site:
    """The page `web/<page>/index.html`, which names its files by where they lie in `web/`. Their addresses are
    relative: `root` leads from the page's own address to the API's stage ("../" for a page one level below it).

    Raises OSError for a file that is named and not there, and ValueError for a module that is joined wrongly.
    """
    assets: dict[str, Asset] = {}

    def named(found: re.Match[str]) -> str:
        file = web / found["path"]
        body = _content(file)
        name = f"{file.stem}.{hashlib.sha256(body).hexdigest()[:_DIGITS]}{file.suffix}"
        assets[name] = Asset(_TYPES[file.suffix], body)
        return f"{found['before']}{root}{ASSETS}{name}"

    html = _NAMED.sub(named, (web / page / "index.html").read_text(encoding="utf-8"))
    return Site(html, assets)


def json_asset(stem: str, content: Mapping[str, str]) -> tuple[str, Asset]:
    """A file that a page asks for by itself: its address below the API's stage, and the file."""
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    address = f"{ASSETS}{stem}.{hashlib.sha256(body).hexdigest()[:_DIGITS]}.json"
    return address, Asset("application/json; charset=utf-8", body)


def _content(file: Path) -> bytes:
    if file.suffix == ".js":
        return _module(file).encode()
    if file.suffix == ".css":
        return "".join(_parts(file, _STYLE_IMPORT, [])).encode()
    return file.read_bytes()


def _module(file: Path) -> str:
    joined = _COMMENT.sub("", "".join(_EXPORT.sub("", part) for part in _parts(file, _IMPORT, [])))
    if left := re.search(r"^(?:import|export)\b.*", joined, re.MULTILINE):
        raise ValueError(f"{file.name}: cannot be joined: {left.group()}")
    return joined


def _parts(file: Path, names: re.Pattern[str], seen: list[Path]) -> Iterator[str]:
    """A file's text without the lines that name others, after the texts of these, each once."""
    file = file.resolve()
    if file in seen:
        return
    seen.append(file)
    text = file.read_text(encoding="utf-8")
    for found in names.finditer(text):
        yield from _parts(file.parent / found["path"], names, seen)
    yield names.sub("", text)
