"""The native libraries of the layers fit the system that Lambda runs them on, by what their ELF headers ask for."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from elftools.elf.elffile import ELFFile

from lab.speed import sizes
from tests.support.builds import Build, builds

BUILDS = builds()
# Amazon Linux 2023 (python3.12 and later): glibc 2.34, libstdc++ of GCC 11. Amazon Linux 2 (python3.11): glibc 2.26.
AL2023 = {"GLIBC": (2, 34), "GLIBCXX": (3, 4, 29), "CXXABI": (1, 3, 13), "GCC": (7, 0, 0)}
AL2_GLIBC = (2, 26)
# What the images of Lambda's Python have by themselves.
SYSTEM = {
    "ld-linux-x86-64.so.2",
    "libc.so.6",
    "libdl.so.2",
    "libgcc_s.so.1",
    "libm.so.6",
    "libpthread.so.0",
    "librt.so.1",
    "libstdc++.so.6",
    "libz.so.1",
}

pytestmark = pytest.mark.skipif(not BUILDS, reason="nothing built: make build")


def libraries(build: Build) -> Iterator[Path]:
    for layer in (*build.folder.glob("*Layer"), build.image / "opt/python/onnxruntime"):
        yield from (path for path in layer.rglob("*.so*") if path.is_file() and not path.is_symlink())


def asks_for(library: Path) -> tuple[str, set[str], dict[str, tuple[int, ...]]]:
    """The machine, the libraries needed, and the newest version of each kind of symbol."""
    with library.open("rb") as stream:
        elf = ELFFile(stream)
        dynamic: Any = elf.get_section_by_name(".dynamic")
        needed = {tag.needed for tag in dynamic.iter_tags() if tag.entry.d_tag == "DT_NEEDED"} if dynamic else set()
        newest: dict[str, tuple[int, ...]] = {}
        versions: Any = elf.get_section_by_name(".gnu.version_r")
        for _, auxiliaries in versions.iter_versions() if versions else ():
            for auxiliary in auxiliaries:
                kind, _, number = auxiliary.name.partition("_")
                if kind in AL2023 and number.replace(".", "").isdigit():
                    newest[kind] = max(newest.get(kind, ()), tuple(map(int, number.split("."))))
        return elf.get_machine_arch(), needed, newest


@pytest.fixture(params=BUILDS)
def build(request: pytest.FixtureRequest) -> Build:
    return BUILDS[request.param]


def test_symbol_versions_fit_amazon_linux_2023(build: Build) -> None:
    too_new = {
        library.name: (kind, version)
        for library in libraries(build)
        for kind, version in asks_for(library)[2].items()
        if version > AL2023[kind]
    }
    assert too_new == {}


def test_libraries_come_with_the_layer_or_with_lambda(build: Build) -> None:
    found = list(libraries(build))
    assert len(found) > 25
    brought = {library.name for library in found}
    missing = {library.name: lacking for library in found if (lacking := asks_for(library)[1] - brought - SYSTEM)}
    assert missing == {}


def test_all_are_for_the_architecture_of_the_template(build: Build) -> None:
    assert {asks_for(library)[0] for library in libraries(build)} == {"x64"}


def test_python_311_is_for_this_machine_only() -> None:
    """Why the template refuses python3.11 outside `local`: on Amazon Linux 2 MediaPipe cannot be loaded. When this
    fails the rule can go."""
    build = next(iter(BUILDS.values()))
    too_new = {library.name for library in libraries(build) if asks_for(library)[2].get("GLIBC", ()) > AL2_GLIBC}
    assert "libmediapipe.so" in too_new


def test_every_build_fits_in_lambda(build: Build) -> None:
    assert sizes.heaviest_with_all_models(build.folder) <= sizes.LIMIT - sizes.SPARE
