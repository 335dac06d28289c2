"""The direction of imports (design.md §9), and what importing a handler costs."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.templates import ROOT

CORE, VISION, FUNCTIONS = ROOT / "layers/core/lifecert", ROOT / "layers/vision/lifecert_vision", ROOT / "functions"
PURE = set(sys.stdlib_module_names)
AWS = {
    "boto3",
    "botocore",
    "mypy_boto3_dynamodb",
    "mypy_boto3_events",
    "mypy_boto3_kms",
    "mypy_boto3_lambda",
    "mypy_boto3_s3",
    "mypy_boto3_sqs",
}
POWERTOOLS = {"aws_lambda_powertools"}
TRACES = {"aws_xray_sdk"}
PYDANTIC = {"pydantic", "pydantic_core"}
# Areas of the use cases, and what each may use of the others. `shared` is none: all may use it, and it uses no area.
AREAS: dict[str, set[str]] = {
    "certify": {"faces"},  # consent comes before the camera
    "faces": set(),
    "office": set(),
    "sweep": set(),
    "notices": set(),
    "feed": set(),
}
BOOTSTRAP = ("devices", "imports", "notices", "office", "pages", "phone", "proofs", "records", "streams", "sweep")
INWARDS = {"lifecert.domain", "lifecert.ports"}
# What the composition root puts together.
BUILT = INWARDS | {"lifecert.application", "lifecert.adapters", "lifecert.entry", "lifecert_vision"}
PARTS = {"lifecert.bootstrap.parts", "lifecert.bootstrap.stores"}
PRODUCT = {"lifecert", "lifecert_vision"}
ANYTHING = None
# Part of the project: what it may import of the project, and which libraries beside the standard one.
MAY: dict[str, tuple[set[str], set[str] | None]] = {
    "lifecert.domain": ({"lifecert.domain"}, set()),
    "lifecert.ports": (INWARDS, set()),
    **{
        f"lifecert.application.{area}": (
            INWARDS | {f"lifecert.application.{one}" for one in (area, "shared", *others)},
            set(),
        )
        for area, others in {**AREAS, "shared": set()}.items()
    },
    "lifecert.adapters": (INWARDS | {"lifecert.adapters"}, AWS | PYDANTIC | {"joserfc", "urllib3"}),
    # Lambda's runtime has it.
    "lifecert.entry.restored": (set(), {"snapshot_restore_py"}),
    "lifecert.entry": (
        INWARDS | {"lifecert.application", "lifecert.entry"},
        POWERTOOLS | TRACES | PYDANTIC | {"segno"},
    ),
    "lifecert.bootstrap.parts": (BUILT, AWS | POWERTOOLS),
    "lifecert.bootstrap.stores": (BUILT | {"lifecert.bootstrap.parts"}, POWERTOOLS),
    **{f"lifecert.bootstrap.{area}": (BUILT | PARTS, PYDANTIC) for area in BOOTSTRAP},
    # In a container image alone.
    "lifecert_vision.recogniser": (INWARDS | {"lifecert_vision"}, {"cv2", "numpy", "onnxruntime"}),
    "lifecert_vision": (INWARDS | {"lifecert_vision"}, {"cv2", "mediapipe", "numpy"}),
    "functions": (
        {"lifecert.domain", "lifecert.entry", *(f"lifecert.bootstrap.{area}" for area in BOOTSTRAP)},
        POWERTOOLS,
    ),
    # Beside the product: they use it, and it does not know of them.
    "local": (PRODUCT | {"local"}, ANYTHING),
    # It holds the ledger against the register as operators do.
    "lab.city": (PRODUCT | {"lab", "local", "ops"}, ANYTHING),
    # It measures what operators run.
    "lab.scale.migration": (PRODUCT | {"lab", "local", "ops"}, ANYTHING),
    "lab": (PRODUCT | {"lab", "local"}, ANYTHING),
    "ops": (PRODUCT | {"ops"}, ANYTHING),
    # Examples: of the project they know what is generated of its description, and each other.
    "clients.python": ({"office", "stack"}, {"httpx", "joserfc", "lifecert_client"}),
    "clients": (set(), {"joserfc"}),
}
OURS = PRODUCT | {"functions", "local", "lab", "ops", "clients", "lifecert_verify", "tests"}


def modules() -> Iterator[tuple[str, Path]]:
    for root in (CORE, VISION, ROOT / "local", ROOT / "lab", ROOT / "ops", ROOT / "clients"):
        for path in sorted(root.rglob("*.py")):
            if path.name == "__init__.py" and not list(imports(path.read_text(encoding="utf-8"))):
                continue  # a package that holds modules and no code
            yield ".".join(path.relative_to(root.parent).with_suffix("").parts).removesuffix(".__init__"), path
    for path in sorted(FUNCTIONS.glob("*/*.py")):
        yield f"functions.{path.parent.name}.{path.stem}", path


def imports(source: str) -> Iterator[str]:
    """Full names of what a module imports, wherever it does."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative import"
            # `from lifecert import bootstrap` imports lifecert.bootstrap.
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def inside(name: str, packages: set[str]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def wrong(module: str, source: str) -> list[str]:
    """What a module imports and may not."""
    part = next(part for part in MAY if inside(module, {part}))
    own, libraries = MAY[part]
    asked = [name for name in imports(source) if libraries is not ANYTHING or inside(name, OURS)]
    return [name for name in asked if not inside(name, own | (libraries or set()) | PURE)]


@pytest.mark.parametrize(("module", "path"), [pytest.param(*pair, id=pair[0]) for pair in modules()])
def test_imports_point_inwards(module: str, path: Path) -> None:
    assert wrong(module, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("function", sorted(path.parent.name for path in FUNCTIONS.glob("*/app.py")))
def test_a_handler_imports_one_module_of_the_composition_root(function: str) -> None:
    source = (FUNCTIONS / function / "app.py").read_text(encoding="utf-8")
    assert len([name for name in imports(source) if inside(name, {"lifecert.bootstrap"})]) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("lifecert.domain.year", "import pydantic"),
        ("lifecert.domain.year", "from lifecert.ports.clock import Clock"),
        ("lifecert.domain.year", "def f():\n    from lifecert import ports"),
        ("lifecert.application.sweep.work", "from lifecert.adapters.s3.photos import S3Photos"),
        ("lifecert.application.sweep.work", "import boto3"),
        ("lifecert.application.sweep.work", "from lifecert.application.office.set_contact import SetContact"),
        ("lifecert.application.faces.consent", "from lifecert.application.certify.shadow import Shadow"),
        ("lifecert.application.shared.changing", "from lifecert.application.faces.consent import GiveConsent"),
        ("lifecert.adapters.s3.photos", "from lifecert.application.sweep.work import WorkSweep"),
        ("lifecert.entry.http.api", "from lifecert.bootstrap import phone"),
        ("lifecert.entry.http.api", "import boto3"),
        ("lifecert_vision.embed", "from lifecert.adapters.files import policy"),
        ("lifecert_vision.embed", "import onnxruntime"),
        ("lifecert.bootstrap.phone", "import functions.start_session.app"),
        ("lifecert.bootstrap.phone", "from lifecert.bootstrap import office"),
        ("lifecert.bootstrap.parts", "from lifecert.bootstrap.phone import clock"),
        ("lifecert.bootstrap.parts", "from lifecert.bootstrap import stores"),
        ("functions.start_session.app", "from lifecert.bootstrap import parts"),
        ("functions.start_session.app", "from lifecert.adapters.s3.photos import S3Photos"),
        ("functions.start_session.app", "import functions.verify_face.app"),
        ("lifecert.domain.year", "import lab.speed"),
        ("local.stack", "from lab.speed.process import run"),
        ("local.stack", "from tests.support.builders import NOW"),
        ("ops.verify_ledger", "from local.aws import Aws"),
        ("clients.payer.rebuild", "import lifecert"),
        ("clients.payer.rebuild", "import boto3"),
    ],
)
def test_the_check_itself_sees_a_wrong_direction(module: str, source: str) -> None:
    assert wrong(module, source)


def loaded_by_importing(function: str) -> set[str]:
    """Top-level modules in memory after a handler's import, in a fresh interpreter."""
    program = "import sys, app; print(*{name.split('.')[0] for name in sys.modules})"
    answer = subprocess.run(
        [sys.executable, "-c", program],
        cwd=FUNCTIONS / function,
        env={"PYTHONPATH": f"{ROOT / 'layers/core'}:{ROOT / 'layers/vision'}"},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(answer.stdout.split())


@pytest.mark.parametrize("function", sorted(path.parent.name for path in FUNCTIONS.glob("*/app.py")))
def test_importing_a_handler_builds_nothing_and_needs_no_setting(function: str) -> None:
    heavy = {"boto3", "cv2", "mediapipe", "numpy", "lifecert_vision", "aws_xray_sdk"}
    assert loaded_by_importing(function) & heavy == set()


@pytest.mark.parametrize("function", sorted(path.parent.name for path in FUNCTIONS.glob("*/app.py")))
def test_a_handler_is_about_25_lines_of_logic(function: str) -> None:
    tree = ast.parse((FUNCTIONS / function / "app.py").read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    lines = {number for node in functions for number in range(node.lineno, (node.end_lineno or node.lineno) + 1)}
    assert 0 < len(lines) <= 25
