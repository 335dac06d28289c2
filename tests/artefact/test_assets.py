"""Models and portraits come whole and right out of their packages, or not at all."""

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.support.patience import PATIENCE_SECONDS

SCRIPT = Path(__file__).resolve().parents[2] / "layers" / "vision" / "assets.py"
CONTENT = b"weights"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class Shop:
    """A folder as pip's only source of packages, with one package in it, and a manifest that wants its one file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment: dict[str, str] = {}
        wheel = folder / "toy-1.0-py3-none-any.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr("toy/model.bin", CONTENT)
            archive.writestr("toy-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: toy\nVersion: 1.0\n")
            archive.writestr(
                "toy-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
            )
            archive.writestr("toy-1.0.dist-info/RECORD", "")
        self.file: dict[str, Any] = {
            "name": "model.bin",
            "member": "toy/model.bin",
            "bytes": len(CONTENT),
            "sha256": sha256(CONTENT),
        }
        self.package: dict[str, Any] = {
            "requirement": "toy==1.0",
            "form": "wheel",
            "sha256": sha256(wheel.read_bytes()),
            "into": "models",
            "files": [self.file],
        }
        self.model = folder / "models" / "model.bin"

    def fetch(self) -> subprocess.CompletedProcess[str]:
        manifest = self.folder / "manifest.json"
        manifest.write_text(json.dumps({"packages": [self.package]}), "utf-8")
        return subprocess.run(
            [sys.executable, str(SCRIPT), str(manifest)],
            env={
                "PIP_CONFIG_FILE": "/dev/null",
                "PIP_NO_INDEX": "1",
                "PIP_FIND_LINKS": str(self.folder),
                **self.environment,
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_SECONDS,
        )


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def test_fetches_and_leaves_nothing_else_behind(shop: Shop) -> None:
    done = shop.fetch()
    assert done.returncode == 0, done.stderr
    assert shop.model.read_bytes() == CONTENT
    assert shop.model.stat().st_mode & 0o777 == 0o644
    assert [path.name for path in shop.model.parent.iterdir()] == ["model.bin"]


def test_leaves_alone_what_is_right(shop: Shop) -> None:
    shop.fetch()
    (shop.folder / "toy-1.0-py3-none-any.whl").unlink()
    done = shop.fetch()
    assert (done.returncode, done.stdout) == (0, "")


def test_replaces_what_is_wrong_even_if_its_size_is_right(shop: Shop) -> None:
    shop.fetch()
    shop.model.write_bytes(CONTENT.upper())
    assert shop.fetch().returncode == 0
    assert shop.model.read_bytes() == CONTENT


@pytest.mark.parametrize(
    "wrong", [{"sha256": sha256(b"other")}, {"bytes": 8}, {"bytes": 6}], ids=["hash", "shorter", "longer"]
)
def test_refuses_other_content_and_says_what_was_expected(shop: Shop, wrong: dict[str, Any]) -> None:
    shop.file.update(wrong)
    done = shop.fetch()
    assert done.returncode == 1
    assert f"model.bin is not what the manifest says\n  expected {shop.file['bytes']} bytes" in done.stderr
    assert list(shop.model.parent.iterdir()) == []


def test_refuses_a_package_with_another_hash(shop: Shop) -> None:
    shop.package["sha256"] = sha256(b"other")
    done = shop.fetch()
    assert done.returncode == 1
    assert "pip could not download toy==1.0" in done.stderr
    assert not shop.model.exists()


def test_names_the_missing_member(shop: Shop) -> None:
    shop.file["member"] = "toy/none.bin"
    done = shop.fetch()
    assert done.returncode == 1
    assert "model.bin: no toy/none.bin in toy-1.0-py3-none-any.whl" in done.stderr


NPM = """#!/bin/sh
while [ $# -gt 0 ]; do [ "$1" = --pack-destination ] && to="$2"; shift; done
cp "$SHOP/toy-1.0.tgz" "$to/"
"""


class NpmShop(Shop):
    """The same file in an npm package, and a stand-in for npm that packs it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        archive = folder / "toy-1.0.tgz"
        (folder / "model.bin").write_bytes(CONTENT)
        with tarfile.open(archive, "w:gz") as packed:
            packed.add(folder / "model.bin", "package/model/model.bin")
        self.file["member"] = "package/model/model.bin"
        self.package |= {"requirement": "toy@1.0", "form": "npm", "sha256": sha256(archive.read_bytes())}
        self.package["optional"] = True
        self.npm = folder / "bin" / "npm"
        self.npm.parent.mkdir()
        self.write_npm(NPM)
        for tool in ("sh", "cp"):
            (self.npm.parent / tool).symlink_to(str(shutil.which(tool)))
        self.environment = {"PATH": str(self.npm.parent), "SHOP": str(folder)}

    def write_npm(self, script: str) -> None:
        self.npm.write_text(script, "utf-8")
        self.npm.chmod(0o755)


@pytest.fixture
def npm_shop(tmp_path: Path) -> NpmShop:
    return NpmShop(tmp_path)


def test_a_package_of_npm_is_packed_and_checked(npm_shop: NpmShop) -> None:
    done = npm_shop.fetch()
    assert done.returncode == 0, done.stderr
    assert npm_shop.model.read_bytes() == CONTENT


@pytest.mark.parametrize("why", ["there is no npm here", "npm could not download toy@1.0"])
def test_goes_on_without_what_npm_cannot_bring_and_says_so(why: str, npm_shop: NpmShop) -> None:
    if "no npm" in why:
        npm_shop.npm.unlink()
    else:
        npm_shop.write_npm("#!/bin/sh\nexit 1\n")
    done = npm_shop.fetch()
    assert done.returncode == 0, done.stderr
    assert f"assets: going on without model.bin: {why}" in done.stdout
    assert not npm_shop.model.exists()


def test_what_is_not_optional_is_not_done_without(npm_shop: NpmShop) -> None:
    npm_shop.npm.unlink()
    del npm_shop.package["optional"]
    done = npm_shop.fetch()
    assert (done.returncode, done.stderr) == (1, "assets: there is no npm here\n")


def test_other_bytes_from_npm_are_refused_even_though_optional(npm_shop: NpmShop) -> None:
    npm_shop.package["sha256"] = sha256(b"other")
    done = npm_shop.fetch()
    assert done.returncode == 1
    assert "toy@1.0 has SHA-256" in done.stderr
    assert not npm_shop.model.exists()
