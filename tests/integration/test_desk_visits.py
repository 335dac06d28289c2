"""How the desk reads a list of visits: the page's own code, run by Node.js."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.desk_code import answered, desk_module

BEFORE = 'globalThis.document = {documentElement: {dataset: {zone: "Asia/Shanghai"}}};\n'
AFTER = """
const texts = JSON.parse(require("fs").readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(texts.map(visitLines)));
"""
ANNA, BERT = "0f8fad5b-d9cb-469f-a165-70867728950e", "7c9e6679-7425-40de-944b-e07fc1f90ae7"


def read(folder: Path, text: str) -> dict[str, Any]:
    [found] = answered(BEFORE + desk_module("visits", folder) + AFTER, [text], folder)
    answer: dict[str, Any] = found
    return answer


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{ANNA},seen,id_card", [{"beneficiary_id": ANNA, "outcome": "seen", "document": "id_card"}]),
        (
            f"姓名,人员编号,结果,死亡日期\n=1+1,{ANNA},已死亡,2026-02-11\n\n",
            [{"beneficiary_id": ANNA, "outcome": "died", "died_on": "2026-02-11"}],
        ),
        (
            f'Person\'s id\tName\tOutcome\n{ANNA}\t"a,b"\tNot seen\n{BERT}\t\tmoved away',
            [{"beneficiary_id": ANNA, "outcome": "not_seen"}, {"beneficiary_id": BERT, "outcome": "moved"}],
        ),
        (f'name,beneficiary_id,outcome\n,"{ANNA}",moved', [{"beneficiary_id": ANNA, "outcome": "moved"}]),
    ],
)
def test_codes_and_words_with_and_without_a_first_line(tmp_path: Path, text: str, said: list[dict[str, str]]) -> None:
    lines = read(tmp_path, text)["lines"]
    assert [one["said"] for one in lines] == said
    assert not any(one["fault"] for one in lines)


def test_what_a_line_lacks_is_known_before_it_is_sent_and_lines_keep_their_numbers(tmp_path: Path) -> None:
    text = f"beneficiary_id,outcome,document,ground,died_on\nnobody,seen,id_card\n\n{ANNA}\n{ANNA},gone\n{ANNA},seen\n"
    text += f"{ANNA},moved,id_card\n{ANNA},moved,,home_visit\n{ANNA},died,,,31.3.2026\n"
    text += f"{ANNA},seen,id_card,,2026-03-31\n"
    found = read(tmp_path, text)
    assert [(one["number"], one["fault"]) for one in found["lines"]] == [
        (2, "person"),
        (4, "no_outcome"),
        (5, "outcome"),
        (6, "document"),
        (7, "document"),
        (8, "ground"),
        (9, "died_on"),
        (10, "died_on"),
    ]
    assert found["head"].startswith("beneficiary_id")
