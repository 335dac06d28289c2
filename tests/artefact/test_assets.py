"""Models and portraits come whole and right out of their packages, or not at all."""

import hashlib
import json
import os
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


class Mirror:
    """A folder MODELS beside a shop that has nothing to sell any more."""

    def __init__(self, shop: Shop) -> None:
        self.folder = shop.folder / "mirror"
        self.folder.mkdir()
        (shop.folder / "toy-1.0-py3-none-any.whl").unlink()
        shop.environment["MODELS"] = str(self.folder)


@pytest.mark.parametrize("name", ["model.bin", "weights.of.2020.bin"], ids=["its name here", "its name at the source"])
def test_a_folder_serves_what_a_package_no_longer_does(name: str, shop: Shop) -> None:
    shop.file["member"] = "toy/weights.of.2020.bin"
    (Mirror(shop).folder / name).write_bytes(CONTENT)
    done = shop.fetch()
    assert done.returncode == 0, done.stderr
    assert "model.bin from MODELS" in done.stdout
    assert shop.model.read_bytes() == CONTENT
    assert shop.model.stat().st_mode & 0o777 == 0o644


def test_the_digest_decides_in_a_folder_too(shop: Shop) -> None:
    (Mirror(shop).folder / "model.bin").write_bytes(CONTENT.upper())
    done = shop.fetch()
    assert done.returncode == 1
    assert "model.bin in MODELS is another file than the manifest's: not taken" in done.stdout
    assert "pip could not download toy==1.0" in done.stderr
    assert not shop.model.exists()


def test_what_a_folder_does_not_have_comes_from_where_it_did(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    shop.environment["MODELS"] = str(tmp_path / "empty")
    assert shop.fetch().returncode == 0
    assert shop.model.read_bytes() == CONTENT


def test_a_folder_that_is_none_stops_the_build(shop: Shop) -> None:
    shop.environment["MODELS"] = str(shop.folder / "nowhere")
    done = shop.fetch()
    assert (done.returncode, shop.model.exists()) == (1, False)
    assert "nowhere is no folder" in done.stderr


def git(*arguments: str, at: Path) -> str:
    settings = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.org")
    command = ["git", *settings, "-C", str(at), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


class GitShop(Shop):
    """The same file in a repository that gives out single commits, as public ones do. It was another file since."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.repository = folder / "repository"
        (self.repository / "weights").mkdir(parents=True)
        git("init", "--quiet", at=self.repository)
        self.commit = self._commit(CONTENT)
        self._commit(b"newer weights")
        git("config", "uploadpack.allowAnySHA1InWant", "true", at=self.repository)
        git("config", "uploadpack.allowFilter", "true", at=self.repository)
        self.file["member"] = "weights/model.bin"
        self.package |= {"form": "git", "requirement": f"file://{self.repository}@{self.commit}", "optional": True}
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}

    def _commit(self, content: bytes) -> str:
        (self.repository / "weights" / "model.bin").write_bytes(content)
        (self.repository / "run.sh").write_text("exit 1")
        git("add", ".", at=self.repository)
        git("commit", "--quiet", "--message", "weights", at=self.repository)
        return git("rev-parse", "HEAD", at=self.repository)


@pytest.fixture
def git_shop(tmp_path: Path) -> GitShop:
    return GitShop(tmp_path)


def test_a_file_of_a_repository_is_that_of_the_commit(git_shop: GitShop) -> None:
    done = git_shop.fetch()
    assert done.returncode == 0, done.stderr
    assert git_shop.model.read_bytes() == CONTENT
    assert "optional models of this build: model.bin" in done.stdout


@pytest.mark.parametrize("why", ["there is no git here", "git could not fetch"])
def test_goes_on_without_what_git_cannot_bring_and_asks_again_after_an_hour(why: str, git_shop: GitShop) -> None:
    if "no git" in why:
        git_shop.environment["PATH"] = ""
    else:
        shutil.rmtree(git_shop.repository)
    has = "assets: optional models of this build: none; without model.bin\n"
    for _ in range(2):
        done = git_shop.fetch()
        assert done.returncode == 0, done.stderr
        assert f"assets: going on without model.bin: {why}" in done.stdout
        assert done.stdout.endswith(has)
        assert git_shop.fetch().stdout == has
        (asked,) = git_shop.model.parent.glob(".unavailable-*")
        asked.write_text(f"{float(asked.read_text()) - 3601}")


def test_an_unavailable_model_is_taken_from_a_folder_at_once(git_shop: GitShop, tmp_path: Path) -> None:
    shutil.rmtree(git_shop.repository)
    assert "going on without" in git_shop.fetch().stdout
    (tmp_path / "mirror").mkdir()
    (tmp_path / "mirror" / "model.bin").write_bytes(CONTENT)
    git_shop.environment["MODELS"] = str(tmp_path / "mirror")
    assert git_shop.fetch().stdout.endswith("optional models of this build: model.bin\n")


def test_other_bytes_of_a_repository_are_refused(git_shop: GitShop) -> None:
    git_shop.file["sha256"] = sha256(b"other")
    done = git_shop.fetch()
    assert done.returncode == 1
    assert "model.bin is not what the manifest says" in done.stderr
    assert not git_shop.model.exists()
