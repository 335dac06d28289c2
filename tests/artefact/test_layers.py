"""What `sam build` made is small enough, clean, complete, and runs on an interpreter that has boto3 alone."""

import hashlib
import json
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from lab.speed import sizes
from lab.speed.sizes import CORE, LAYERS, ROOT, VISION
from tests.support.patience import PATIENCE_SECONDS

RUNTIME = ROOT / ".build" / "runtime" / "bin" / "python"
MODELS = [
    {"optional": False, **package, **file}
    for package in json.loads((ROOT / "layers" / "vision" / "models.json").read_text("utf-8"))["packages"]
    for file in package["files"]
]

pytestmark = pytest.mark.skipif(not sizes.BUILT.is_dir(), reason="nothing built: make build")


def names(layer: Path) -> set[str]:
    return {path.name.lower() for path in (layer / "python").iterdir()}


def run(code: str) -> subprocess.CompletedProcess[str]:
    """Runs `code` as Lambda would see it: boto3 and the two layers, an empty environment, nothing else."""
    path = ":".join(str(layer / "python") for layer in LAYERS)
    return subprocess.run(
        [
            "/usr/bin/env",
            "-i",
            f"PYTHONPATH={path}",
            "PYTHONDONTWRITEBYTECODE=1",
            str(RUNTIME),
            "-W",
            "error",
            "-c",
            code,
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )


def test_layers_and_the_largest_function_fit_in_lambda() -> None:
    assert sizes.heaviest_with_all_models() <= sizes.LIMIT - sizes.SPARE, "\n" + sizes.report()


def test_the_picture_shows_every_large_component_against_the_limit() -> None:
    told = sizes.result("2026-11-29")
    texts = [text.text or "" for text in ET.fromstring(sizes.picture(told)).iter("{http://www.w3.org/2000/svg}text")]
    large = [name for layer in LAYERS for count, name in sizes.components(layer) if count >= 1_000_000]
    assert {"together", "cv2", "mediapipe", "all others"} <= set(texts)
    assert "(dashed: the limit, 262 MB)" in texts
    assert [name for name in texts if name in large] == list(told["components"])
    assert sorted(told["components"]) == sorted(large)
    assert sum(told["components"].values()) + told["others"] == sum(told["layers"].values())
    assert f"{sizes.heaviest() / 1e6:,.0f} MB" in texts


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.name)
def test_everything_lies_under_python(layer: Path) -> None:
    assert [path.name for path in layer.iterdir()] == ["python"]


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.name)
def test_no_tests_stubs_or_programs_are_shipped(layer: Path) -> None:
    unwanted = {"tests", "bin", "conftest.py"} - ({"conftest.py"} if layer == VISION else set())
    found = [
        str(path.relative_to(layer)) for path in layer.rglob("*") if path.name in unwanted or path.suffix == ".pyi"
    ]
    assert found == []


def test_haar_cascades_are_not_shipped() -> None:
    assert (VISION / "python" / "cv2").is_dir()
    assert not (VISION / "python" / "cv2" / "data").exists()


def test_layers_leave_to_lambda_what_lambda_has() -> None:
    assert (names(CORE) | names(VISION)) & {
        "boto3",
        "botocore",
        "s3transfer",
        "jmespath",
        "urllib3",
        "dateutil",
    } == set()


def test_layers_do_not_overlay_each_other() -> None:
    assert names(CORE) & names(VISION) <= {"__pycache__"}


def test_every_distribution_brings_its_licence() -> None:
    without = [
        info.name
        for layer in LAYERS
        for info in (layer / "python").glob("*.dist-info")
        if not any(path.name.upper().startswith(("LICENSE", "LICENCE", "COPYING")) for path in info.rglob("*"))
        and "License" not in (info / "METADATA").read_text("utf-8")
    ]
    assert without == []


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model["name"])
def test_models_are_the_pinned_ones(model: dict[str, str]) -> None:
    path = VISION / "python" / "lifecert_vision" / "models" / model["name"]
    if model["optional"] and not path.is_file():
        pytest.skip("built without this model: there was no npm, or it could not fetch the package")
    content = path.read_bytes()
    assert hashlib.sha256(content).hexdigest() == model["sha256"]


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.name)
def test_byte_code_is_shipped_and_never_checked_against_sources(layer: Path) -> None:
    compiled = list(layer.rglob("*.pyc"))
    assert len(compiled) > 100
    # PEP 552: bytes 4 to 8 hold the flags; 1 = by hash, and without 2 = not checked.
    assert {path.read_bytes()[4:8] for path in compiled} == {b"\x01\0\0\0"}


def test_files_are_readable_by_lambda() -> None:
    shut = [str(path) for layer in LAYERS for path in layer.rglob("*") if not path.stat().st_mode & 0o004]
    assert shut == []


def test_the_runtime_has_boto3_and_not_the_tools() -> None:
    done = run(
        "import boto3; from importlib.util import find_spec as f; print(f('pip'), f('moto'), f('yaml'), f('ministack'))"
    )
    assert done.stdout.strip() == "None None None None", done.stderr


def test_core_layer_runs_on_boto3_alone() -> None:
    done = run(
        "import pydantic, lifecert\n"
        "from zoneinfo import ZoneInfo; ZoneInfo('Asia/Shanghai')\n"
        "from aws_lambda_powertools import Logger, Metrics, Tracer\n"
        "from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer\n"
        "from aws_lambda_powertools.utilities.parser import parse\n"
        "import aws_xray_sdk.core\n"
        "Logger(service='t'); Metrics(namespace='t', service='t'); Tracer(service='t')\n"
        "print(pydantic.__file__)\n"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(CORE))


def test_vision_layer_finds_and_embeds_without_the_development_environment() -> None:
    done = run(
        "import cv2, numpy as np, mediapipe as mp\n"
        "from pathlib import Path\n"
        "import lifecert_vision\n"
        "from mediapipe.tasks.python.core.base_options import BaseOptions\n"
        "from mediapipe.tasks.python.vision.face_landmarker import FaceLandmarker, FaceLandmarkerOptions\n"
        "models = Path(lifecert_vision.__file__).parent / 'models'\n"
        "options = FaceLandmarkerOptions(BaseOptions(str(models / 'face_landmarker.task')))\n"
        "landmarker = FaceLandmarker.create_from_options(options)\n"
        "blank = np.full((240, 320, 3), 127, np.uint8)\n"
        "print(len(landmarker.detect(mp.Image(mp.ImageFormat.SRGB, blank)).face_landmarks))\n"
        "landmarker.close()\n"
        "sface = cv2.FaceRecognizerSF.create(str(models / 'face_recognition_sface_2021dec_int8bq.onnx'), '')\n"
        "print(sface.feature(blank[:112, :112].copy()).shape, mp.__file__)\n"
    )
    assert done.returncode == 0, done.stderr
    none, embedded = done.stdout.strip().splitlines()
    assert none == "0"
    assert embedded.startswith(f"(1, 128) {VISION}")
