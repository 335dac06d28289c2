"""The desk's own code, run by Node.js: a module joined with what it needs, as a page is, and what it answers."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from lifecert.entry.http.web_files import load
from tests.support.missing import missing
from tests.support.patience import PATIENCE_SECONDS
from tests.support.templates import ROOT


def desk_module(name: str, folder: Path) -> str:
    """The text of `web/desk/<name>.js` with all that it imports. Skips, or fails where nothing may be missing, without
    Node.js."""
    if not shutil.which("node"):
        missing("Node.js is not installed: nothing here can run the desk's code")
    for part in ("desk", "shared"):
        (folder / part).symlink_to(ROOT / "web" / part)
    (folder / "check").mkdir()
    (folder / "check" / "index.html").write_text(f'<script src="desk/{name}.js"></script>', encoding="utf-8")
    [asset] = load(folder, "check").assets.values()
    return asset.body.decode()


def answered(script: str, asked: object, folder: Path) -> Any:
    """What a script writes, as JSON, that is given `asked` as JSON."""
    file = folder / "asked.js"
    file.write_text(script, encoding="utf-8")
    told = subprocess.run(
        [str(shutil.which("node")), str(file)],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_SECONDS,
    )
    return json.loads(told.stdout)
