"""README.md and README.zh-CN.md say the same: sections, commands, names, links and figures."""

import re
from collections import Counter
from pathlib import Path

import pytest

from lab.state_chart import BEGIN, END

ROOT = Path(__file__).resolve().parents[2]
ENGLISH, CHINESE = "README.md", "README.zh-CN.md"
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TABLE_ROW = re.compile(r"^\|(.+)\|$", re.MULTILINE)
# 1,119 and 1.0e-5 are one number each; that of a name or a version (S3, python3.12) belongs to the name.
NUMBER = re.compile(r"(?<![A-Za-z0-9_.-])\d[\d,.]*(?:e-?\d+)?(?<![,.])")


def sections(page: str) -> list[tuple[int, str]]:
    """Depth and text of each section, in order; the heading is not part of the text."""
    without_code = FENCE.sub(lambda block: block.group().replace("\n#", "\n\0"), page)
    parts = re.split(r"^(#+) .+$", without_code, flags=re.MULTILINE)[1:]
    return [(len(depth), text.replace("\0", "#")) for depth, text in zip(parts[::2], parts[1::2], strict=True)]


def commands(text: str) -> list[list[str]]:
    """The code blocks of a text without what is said beside a command, and without the words of a drawing."""
    return [[_bare(line, kind) for line in code.splitlines()] for kind, code in FENCE.findall(text)]


def _bare(line: str, kind: str) -> str:
    if kind != "mermaid":
        return re.split(r"\s{2,}|\s+#", line)[0]
    without_labels = re.sub(r'"[^"]*"', '""', re.sub(r": .*$", "", line))
    return re.sub(r"[\[(]+[^\[\]()]*[\])]+", "[]", without_labels)


def names(text: str) -> Counter[str]:
    """What stands as code within lines; a line may end within it."""
    return Counter(" ".join(code.split()) for code in re.findall(r"`([^`]+)`", FENCE.sub("", text)))


def links(text: str) -> Counter[str]:
    """Where links lead, but for headings of the page itself and the other language's page."""
    return Counter(link for link in re.findall(r"\]\(([^)#]+)[^)]*\)", text) if not link.startswith("README"))


def numbers(text: str) -> list[str]:
    """The numbers in a text, sorted, without those in code."""
    return sorted(NUMBER.findall(re.sub(r"`[^`]*`|\]\([^)]*\)", "", FENCE.sub("", text))))


def rows(text: str) -> list[list[str]]:
    """The numbers in each row of a text's tables."""
    return [numbers(row) for row in TABLE_ROW.findall(text)]


def differences(english: str, chinese: str) -> list[str]:
    """What the two pages do not have alike, by the number of the section."""
    ours, theirs = sections(english), sections(chinese)
    if [depth for depth, _ in ours] != [depth for depth, _ in theirs]:
        return ["sections"]
    told = {"commands": commands, "names": names, "links": links, "numbers": numbers, "rows": rows}
    return [
        f"{what} of section {number}: {one(a)} {one(b)}"
        for number, ((_, a), (_, b)) in enumerate(zip(ours, theirs, strict=True))
        for what, one in told.items()
        if one(a) != one(b)
    ]


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_both_pages_say_the_same() -> None:
    assert not differences(_read(ENGLISH), _read(CHINESE))


def test_each_leads_to_the_other_at_its_top() -> None:
    assert f"({CHINESE})" in _read(ENGLISH).split("\n\n")[1]
    assert f"({ENGLISH})" in _read(CHINESE).split("\n\n")[1]


def test_nothing_is_left_in_english() -> None:
    """Every paragraph, row and item of the Chinese page has Chinese in it, but for rows of commands alone."""
    plain = FENCE.sub("", _read(CHINESE).replace(BEGIN, "").replace(END, ""))
    lines = [re.sub(r"`[^`]*`|\]\([^)]*\)", "", line) for line in plain.splitlines()]
    assert not [line for line in lines if len(re.findall(r"[A-Za-z]{3,}", line)) > 8 and not _chinese(line)]
    assert len(_chinese(plain)) > 2000


def _chinese(text: str) -> str:
    return "".join(re.findall(r"[\u4e00-\u9fff]", text))


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("## 实测数据", "### 实测数据", "sections"),
        ("make attacks  #", "make branches  #", "commands"),
        ("135 ms", "133 ms", "rows"),
        ("90 天", "30 天", "numbers"),
        ("`make audit`", "`make check`", "names"),
        ("](docs/scale.md)", "](docs/speed.md)", "links"),
        ("night --> purge", "night --> publish", "commands"),
    ],
)
def test_a_difference_is_found(old: str, new: str, what: str) -> None:
    chinese = _read(CHINESE)
    assert old in chinese
    assert any(found.startswith(what) for found in differences(_read(ENGLISH), chinese.replace(old, new)))
