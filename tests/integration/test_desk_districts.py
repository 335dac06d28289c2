"""What the desk calls districts, held against the rule: the page's own code, run by Node.js."""

from pathlib import Path

from lifecert.bootstrap import parts
from lifecert.entry.http.web_files import json_asset
from tests.support.desk_code import answered, desk_module

AROUND = """
const {{names, asked}} = JSON.parse(require("fs").readFileSync(0, "utf8"));
globalThis.document = {{documentElement: {{dataset: {{districts: "here"}}}}}};
globalThis.fetch = async () => ({{json: async () => JSON.parse(names)}});
{page}
const before = asked.map(placed);
const echoes = () => asked.map((one) => echoed(one, "?"));
const first = echoes();
readDistricts().then(() => process.stdout.write(JSON.stringify([before, asked.map(placed), first, echoes()])));
"""
CODES = ["330106", "330100", "330000", "33", "3301", "110101", "999999", "330199", "", "542600", "3", "33010"]


def test_a_district_is_called_by_its_whole_name_or_by_its_code(tmp_path: Path) -> None:
    known = parts.district_names()
    _, file = json_asset("districts", known.names)
    script = AROUND.format(page=desk_module("districts", tmp_path))
    before, after, first, echoes = answered(script, {"names": file.body.decode(), "asked": CODES}, tmp_path)
    assert before == CODES, "without the file a district is its code"
    assert after == [one if known.of(one) == one else f"{one} {known.of(one)}" for one in CODES]
    assert after[0] == "330106 浙江省杭州市西湖区"
    # What somebody types is named beside it, and doubted only where the names are there.
    assert set(first) == {""}
    told = dict(zip(CODES, echoes, strict=True))
    assert (told["330106"], told["110101"]) == (after[0], after[CODES.index("110101")])
    assert (told["330199"], told["999999"]) == ("?", "?")
    assert {told[one] for one in CODES if len(one) != 6} == {""}
