"""What the desk calls districts, held against the rule: the page's own code, run by Node.js."""

import json
import shutil
import subprocess
from pathlib import Path

from lifecert.bootstrap import parts
from lifecert.entry.http.web_files import json_asset, load
from tests.support.missing import missing
from tests.support.patience import PATIENCE_SECONDS
from tests.support.templates import ROOT

AROUND = """
const {{names, asked}} = JSON.parse(require("fs").readFileSync(0, "utf8"));
globalThis.document = {{documentElement: {{dataset: {{districts: "here"}}}}}};
globalThis.fetch = async () => ({{json: async () => JSON.parse(names)}});
{page}
const before = asked.map(placed);
readDistricts().then(() => process.stdout.write(JSON.stringify([before, asked.map(placed)])));
"""
CODES = ["330106", "330100", "330000", "33", "3301", "110101", "999999", "330199", "", "542600", "3", "33010"]


def test_a_district_is_called_by_its_whole_name_or_by_its_code(tmp_path: Path) -> None:
    if not shutil.which("node"):
        missing("Node.js is not installed: nothing here can run the desk's code")
    (tmp_path / "desk").symlink_to(ROOT / "web" / "desk")
    (tmp_path / "check").mkdir()
    (tmp_path / "check" / "index.html").write_text('<script src="desk/districts.js"></script>', encoding="utf-8")
    [asset] = load(tmp_path, "check").assets.values()
    script = tmp_path / "called.js"
    script.write_text(AROUND.format(page=asset.body.decode()), encoding="utf-8")
    known = parts.district_names()
    _, file = json_asset("districts", known.names)
    answered = subprocess.run(
        [str(shutil.which("node")), str(script)],
        input=json.dumps({"names": file.body.decode(), "asked": CODES}),
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_SECONDS,
    )
    before, after = json.loads(answered.stdout)
    assert before == CODES, "without the file a district is its code"
    assert after == [one if known.of(one) == one else f"{one} {known.of(one)}" for one in CODES]
    assert after[0] == "330106 浙江省杭州市西湖区"
