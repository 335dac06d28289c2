"""What `make image` laid out is the layers, ONNX Runtime and the weights, and runs from that folder alone.

An engine was never here: what is tried is what an engine would add to AWS's own image, and not that image.
"""

import hashlib
import json
import subprocess
from importlib.metadata import Distribution
from pathlib import Path

import numpy as np
import pytest
import yaml
from numpy.typing import NDArray

from lab.speed import image as bench
from lab.speed.built import layers
from lab.speed.measure import prepare
from lab.speed.sizes import ROOT
from lifecert_vision.models import FACE_RECOGNISER, FACE_RECOGNISER_WHOLE
from ops.checks.dependencies import PERMISSIVE, licence_of
from ops.image.__main__ import LIMIT
from ops.image.template import looking_at_photos, with_image
from tests.support.builds import Build, builds
from tests.support.patience import PATIENCE_SECONDS
from tests.support.starting import Started, an_event, assert_it_answered

IMAGES = {python: build for python, build in builds().items() if build.image.is_dir()}
FUNCTIONS = ("EnrolReference", "FindDuplicates", "ImportReferences", "VerifyFace")
MODELS = "opt/python/lifecert_vision/models"
PORTRAITS = ROOT / ".build" / "portraits"
# What a build makes of photos: their templates, or none; its engine, and how many threads that starts.
ENROL = """
import json, os, sys
from pathlib import Path
from lifecert.adapters.files.policy import load_policy
from lifecert_vision.analyser import VisionAnalyser
from lifecert_vision.recogniser import find_recogniser
from numpy import zeros
def threads():
    return len(os.listdir("/proc/self/task"))
analyser = VisionAnalyser(load_policy())
made = {Path(name).name: analyser.enrol(Path(name).read_bytes()).template for name in sys.argv[1:]}
templates = {name: [one.model_version, one.vector.hex()] for name, one in made.items() if one}
before = threads()
recogniser = find_recogniser()
recogniser.feature(zeros((112, 112, 3), "uint8"))
told = {"engine": type(recogniser).__name__, "threads": threads() - before, "templates": templates}
print(json.dumps(told))
"""

pytestmark = pytest.mark.skipif(not IMAGES, reason="no image laid out: make image")


@pytest.fixture(params=IMAGES)
def build(request: pytest.FixtureRequest) -> Build:
    return IMAGES[request.param]


def sizes(folder: Path) -> dict[str, int]:
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return {str(path.relative_to(folder)): path.stat().st_size for path in files}


def enrolled(build: Build, path: str) -> tuple[str, dict[str, tuple[str, NDArray[np.float32]]]]:
    """The engine, which starts no thread, and by photo the model version and the vector of its template."""
    done = subprocess.run(
        [build.interpreter, "-c", ENROL, *sorted(map(str, PORTRAITS.glob("*.*")))],
        env={"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", "PATH": "/usr/bin:/bin", "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_SECONDS,
    )
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["threads"] == 0
    templates = {
        name: (version, np.frombuffer(bytes.fromhex(vector), "<f4"))
        for name, (version, vector) in told["templates"].items()
    }
    return told["engine"], templates


def test_it_has_both_layers_as_they_are_and_little_more(build: Build) -> None:
    found = sizes(build.image / "opt/python")
    built = {
        name: size for layer in layers(build.folder, "VerifyFace") for name, size in sizes(layer / "python").items()
    }
    assert len(built) > 1000
    assert found.items() >= built.items()
    more = {name.split("/")[0] for name in found.keys() - built.keys()}
    assert {name.split("-")[0] for name in more} == {"onnxruntime", "lifecert_vision"}
    assert set(sizes(build.image / "var/task")) == {f"{name}/app.py" for name in FUNCTIONS}
    assert {path.name for path in build.image.iterdir()} == {"opt", "var"}


def test_with_a_gigabyte_for_its_base_it_fits_in_lambda(build: Build) -> None:
    assert sum(sizes(build.image).values()) + 1_000_000_000 < LIMIT


def test_lambda_may_read_all_of_it(build: Build) -> None:
    everything = [build.image, *build.image.rglob("*")]
    assert [path for path in everything if not path.stat().st_mode & 0o004] == []
    assert [path for path in everything if path.is_dir() and not path.stat().st_mode & 0o001] == []


def test_the_weights_are_those_that_the_page_names(build: Build) -> None:
    content = (build.image / MODELS / FACE_RECOGNISER_WHOLE).read_bytes()
    digest, page = hashlib.sha256(content).hexdigest(), (ROOT / "docs/models.md").read_text("utf-8")
    assert f"`{FACE_RECOGNISER_WHOLE}`" in page
    assert f"| {len(content):,} | `{digest}` |" in page
    assert (build.image / MODELS / FACE_RECOGNISER).is_file()


def test_what_is_new_may_be_passed_on(build: Build) -> None:
    (new,) = (build.image / "opt/python").glob("onnxruntime-*.dist-info")
    assert PERMISSIVE.search(licence_of(Distribution.at(new)))
    assert (build.image / "opt/python/onnxruntime/LICENSE").is_file()


def test_byte_code_is_there_and_never_checked_against_sources(build: Build) -> None:
    compiled = list((build.image / "opt/python").rglob("*.pyc"))
    assert any("onnxruntime" in path.parts for path in compiled)
    # PEP 552: bytes 4 to 8 hold the flags; 1 = by hash, and without 2 = not checked.
    assert {path.read_bytes()[4:8] for path in compiled} == {b"\x01\0\0\0"}


def test_the_template_beside_it_is_that_of_the_build(build: Build) -> None:
    ours = yaml.safe_load((build.folder / "template.yaml").read_text("utf-8"))
    assert tuple(sorted(looking_at_photos(ours))) == FUNCTIONS
    derived = yaml.safe_load((build.folder / "image.yaml").read_text("utf-8"))
    assert derived == with_image(ours, f"lifecert-vision:{build.python}")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_its_functions_start_and_answer_from_that_folder_alone(build: Build, function: str) -> None:
    derived = yaml.safe_load((build.folder / "image.yaml").read_text("utf-8"))
    (handler,) = derived["Resources"][function]["Properties"]["ImageConfig"]["Command"]
    started = Started(build.interpreter, build.image / "var/task", str(build.image / "opt/python"), handler)
    assert_it_answered(*started.invoke(an_event(function), build.functions()[function]))


def test_templates_are_the_same_whatever_made_them(build: Build) -> None:
    ours = ":".join(str(layer / "python") for layer in layers(build.folder, "VerifyFace"))
    engine, templates = enrolled(build, str(build.image / "opt/python"))
    other_engine, others = enrolled(build, ours)
    assert (engine, other_engine) == ("OnnxRuntimeRecogniser", "FaceRecognizerSF")
    assert len(templates) == 5
    for name, (version, vector) in templates.items():
        assert version == others[name][0]
        # 32 bits have seven digits; the limits of a decision have two.
        assert np.abs(vector - others[name][1]).max() < 1e-6
    assert any((vector != others[name][1]).any() for name, (_, vector) in templates.items())


def test_it_decides_on_frames_and_is_measured_beside_the_layers(tmp_path: Path) -> None:
    if not bench.IMAGE.is_dir():
        pytest.skip("laid out for another Python than that of .venv")
    prepare(tmp_path, ())
    told = bench.once("image", tmp_path, 1)
    assert told["decided_cpu_ms"] > told["ready_cpu_ms"] > 100
    assert told["warm_cpu_ms"] > told["embed_cpu_ms"] > 1
