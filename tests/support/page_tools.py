"""Tools that npm brings, at the integrity that a lock pins: axe-core (accessibility), acorn (syntax). Tests only."""

import shutil
import subprocess
from functools import cache
from pathlib import Path

from tests.support.missing import missing
from tests.support.patience import PATIENCE_SECONDS
from tests.support.templates import ROOT

PINNED = ROOT / "tests" / "e2e" / "phone_page"
FOLDER = ROOT / ".build" / "phone-page"


@cache
def installed() -> Path:
    """The folder `node_modules`. Without npm the test is left out, and fails under CI=true."""
    npm = shutil.which("npm")
    if not npm or not shutil.which("node"):
        missing("npm is not installed: nothing here can look at the page's accessibility and syntax")
    FOLDER.mkdir(parents=True, exist_ok=True)
    lock, kept = PINNED / "package-lock.json", FOLDER / "package-lock.json"
    if not kept.exists() or kept.read_bytes() != lock.read_bytes() or not (FOLDER / "node_modules").exists():
        for name in ("package.json", "package-lock.json"):
            shutil.copy(PINNED / name, FOLDER)
        fetch = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        fetched = subprocess.run(fetch, cwd=FOLDER, capture_output=True, timeout=PATIENCE_SECONDS, check=False)
        if fetched.returncode:
            kept.unlink()
            missing("npm cannot fetch axe-core and acorn here: nothing can look at the page's accessibility and syntax")
    return FOLDER / "node_modules"
