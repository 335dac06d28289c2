"""What cites a section of docs/design.md finds it there, and the page names every route and table there is."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DESIGN = (ROOT / "docs/design.md").read_text(encoding="utf-8")
# Between the parts of a citation there may be the end of a line, and a comment's sign on the next.
_GAP = r"[\s#]+"
CITATION = re.compile(rf"design\.md{_GAP}§(\d+)(?:{_GAP}rule{_GAP}(\d+))?")
# A section sign alone says nothing: it belongs to this page or to a standard.
SIGN = re.compile(rf"(?:design\.md|RFC \d+){_GAP}§\d|§")
HEADING = re.compile(r"^## (\d+)\. ", re.MULTILINE)
RULE = re.compile(r"^(\d+)\. ", re.MULTILINE)


def pages() -> Iterator[Path]:
    """Every Python, YAML and Markdown file of the project but this one, which makes citations up."""
    for top in sorted(ROOT.iterdir()):
        if top.name.startswith((".", "node_modules")):
            continue
        for path in [top] if top.is_file() else sorted(top.rglob("*")):
            wanted = path.suffix in {".py", ".yaml", ".md"} and path != Path(__file__).resolve()
            if wanted and not any(part.startswith((".", "node_modules")) for part in path.relative_to(ROOT).parts):
                yield path


def sections(design: str) -> dict[str, set[str]]:
    """The numbered sections of the page, each with the numbers of its rules: the items of its numbered list."""
    parts = HEADING.split(design)[1:]
    return {number: set(RULE.findall(text)) for number, text in zip(parts[::2], parts[1::2], strict=True)}


def dangling(text: str, design: str) -> list[str]:
    """Citations in a text that lead nowhere."""
    there = sections(design)
    return [
        found.group()
        for found in CITATION.finditer(text)
        if (number := found.group(1)) not in there or (found.group(2) and found.group(2) not in there[number])
    ]


def nameless(text: str) -> list[str]:
    """Section signs that do not say of what."""
    return [found.group() for found in SIGN.finditer(text) if found.group() == "§"]


def test_every_citation_leads_to_a_section() -> None:
    wrong = {str(path.relative_to(ROOT)): found for path in pages() if (found := dangling(_text(path), DESIGN))}
    assert not wrong


def test_every_section_sign_says_of_what() -> None:
    wrong = [str(path.relative_to(ROOT)) for path in pages() if nameless(_text(path))]
    assert not wrong


def test_citations_are_found_at_all() -> None:
    """A pattern that finds nothing would pass everything."""
    cited = [found for path in pages() for found in CITATION.findall(_text(path))]
    assert len(cited) > 20
    assert {"2", "3", "8", "9"} <= {section for section, _ in cited}


@pytest.mark.parametrize(
    "citation",
    ["(design.md §12)", "design.md §3 rule 44", "design.md §8 rule 1", "design.md\n# §99", "see design.md §3\nrule 44"],
)
def test_a_made_up_citation_is_found(citation: str) -> None:
    assert dangling(citation, DESIGN)


@pytest.mark.parametrize(
    "citation", ["design.md §3 rule 4", "design.md §8", "design.md §3\n# rule 8", "RFC 9110 §12.5"]
)
def test_a_true_one_is_not(citation: str) -> None:
    assert not dangling(citation, DESIGN)
    assert not nameless(citation)


def test_a_section_sign_alone_is_found() -> None:
    assert nameless("as §4 has it")


def test_the_page_names_every_route_once() -> None:
    described = yaml.safe_load((ROOT / "infra/openapi.yaml").read_text(encoding="utf-8"))["paths"]
    routes = [f"{method.upper()} {path}" for path, calls in described.items() for method in calls if method in METHODS]
    assert sorted(re.findall(r"`((?:GET|POST|PUT|DELETE) /[^`]*)`", _section("5"))) == sorted(routes)


def test_the_page_says_of_every_call_that_needs_a_key_that_it_does_and_of_no_other() -> None:
    """Of those that `Idempotency-Key` protects from being done twice."""
    told = {
        route
        for row in re.findall(r"^\| `.+`Idempotency-Key` is required.*\|$", _section("5"), re.MULTILINE)
        for route in re.findall(r"`((?:GET|POST|PUT|DELETE) /[^`]*)`", row)
    }
    needing = {
        route
        for path in ROOT.glob("functions/*/app.py")
        for route, handler in re.findall(r'^@api\.on\("([^"]+)".*\n((?:.+\n)+)', _text(path), re.MULTILINE)
        if "required_idempotency_key" in handler
    }
    assert len(needing) > 10
    assert told == needing


def test_the_page_names_every_table_once() -> None:
    tables = re.findall(r"^  (\w+):\n    Type: AWS::DynamoDB::Table", _text(ROOT / "infra/data.yaml"), re.MULTILINE)
    assert len(tables) > 10
    assert sorted(re.findall(r"^\| `(\w+)` \|", _section("6"), re.MULTILINE)) == sorted(tables)


METHODS = ("get", "post", "put", "patch", "delete")


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _section(number: str) -> str:
    parts = HEADING.split(DESIGN)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))[number]
