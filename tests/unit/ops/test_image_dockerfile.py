"""What a Dockerfile lays out without an engine: ours as it is, and nothing that is not understood."""

from pathlib import Path

import pytest

from ops.image.__main__ import DOCKERFILE
from ops.image.dockerfile import DockerfileError, LaidOut, lay_out
from tests.support.templates import parent

OURS = (
    "core/a.py",
    "vision/b.py",
    "vision/lifecert_vision/models/small.onnx",
    "onnxruntime/onnxruntime/__init__.py",
    "weights/large.onnx",
    "functions/VerifyFace/app.py",
    "functions/EnrolReference/app.py",
)
FROM = "FROM base\n"
CMD = '\nCMD ["a.handler"]\n'


@pytest.fixture
def context(tmp_path: Path) -> Path:
    for name in OURS:
        path = tmp_path / "context" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path / "context"


def laid_out(text: str, context: Path, **arguments: str) -> LaidOut:
    (context.parent / "Dockerfile").write_text(text)
    return lay_out(context.parent / "Dockerfile", context, context.parent / "root", arguments)


def files(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def test_ours_puts_everything_where_lambda_looks(context: Path) -> None:
    root = context.parent / "root"
    made = lay_out(DOCKERFILE, context, root, {"BASE": "public.ecr.aws/lambda/python@sha256:0"})
    assert made == LaidOut("public.ecr.aws/lambda/python@sha256:0", ("VerifyFace.app.handler",))
    assert files(root) == {
        "opt/python/a.py",
        "opt/python/b.py",
        "opt/python/lifecert_vision/models/small.onnx",
        "opt/python/lifecert_vision/models/large.onnx",
        "opt/python/onnxruntime/__init__.py",
        "var/task/VerifyFace/app.py",
        "var/task/EnrolReference/app.py",
    }


def test_ours_builds_on_the_runtime_that_the_template_has(context: Path) -> None:
    runtime = parent()["Parameters"]["PythonRuntime"]["Default"]
    made = lay_out(DOCKERFILE, context, context.parent / "root", {})
    assert made.base == f"public.ecr.aws/lambda/python:{runtime.removeprefix('python')}"


def test_ours_fetches_and_runs_nothing() -> None:
    instructions = [line.split()[0] for line in DOCKERFILE.read_text("utf-8").splitlines() if line and line[0] != "#"]
    assert set(instructions) == {"ARG", "FROM", "COPY", "CMD"}


@pytest.mark.parametrize("missing", ["weights", "functions"])
def test_what_is_not_in_the_context_is_missed(missing: str, context: Path) -> None:
    (context / missing).rename(context / "elsewhere")
    with pytest.raises(DockerfileError, match=rf"Dockerfile, line \d+: COPY {missing}/: not in the context"):
        lay_out(DOCKERFILE, context, context.parent / "root", {})


def test_what_comes_later_covers_what_came_before_and_not_the_context(context: Path) -> None:
    (context / "weights/a.py").write_text("later")
    laid_out(f"{FROM}COPY core/ /opt/\nCOPY weights/ /opt/\nCOPY core/a.py /srv/{CMD}", context)
    assert (context.parent / "root/opt/a.py").read_text() == "later"
    assert (context / "core/a.py").read_text() == "core/a.py"
    assert (context.parent / "root/srv/a.py").read_text() == "core/a.py"


@pytest.mark.parametrize(
    "line",
    [
        "RUN pip install onnxruntime",
        'RUN ["pip", "install", "onnxruntime"]',
        "ADD https://example.org/weights.onnx /opt/",
        "USER root",
        "FROM another",
        "FROM base AS stage",
        "ARG LATE=1",
        "COPY --from=elsewhere core/ /opt/",
        "COPY core/ vision/ /opt/",
        "COPY core/*.py /opt/",
        "COPY ${PART}/ /opt/",
        "COPY /etc/ /opt/",
        "COPY core/../../ /opt/",
        "COPY core/ opt/",
        "COPY core/ /opt",
        "COPY core/ /../etc/",
        "COPY core/a.py/ /opt/",
        "COPY nothing/ /opt/",
        "COPY core/ \\\n  /opt/",
        "COPY <<END /opt/",
        "# escape=`",
        "#syntax=somebody/else",
        "CMD a.handler",
        "CMD []",
        "CMD [1]",
        "copy",
    ],
)
def test_what_is_not_understood_is_an_error(line: str, context: Path) -> None:
    laid_out(f"{FROM}COPY core/ /opt/{CMD}", context)
    (context.parent / "root").rename(context.parent / "good")
    with pytest.raises(DockerfileError):
        laid_out(f"{FROM}{line}{CMD}", context)


@pytest.mark.parametrize(
    ("text", "arguments", "told"),
    [
        (f"COPY core/ /opt/\n{FROM}{CMD}", {}, "COPY core/ /opt/: not understood"),
        (FROM, {}, "no CMD"),
        ("# nothing\n", {}, "no FROM"),
        (f"ARG BASE\nFROM $BASE{CMD}", {}, "BASE has no value"),
        (f"ARG BASE=\nFROM ${{BASE}}{CMD}", {}, "not understood"),
        (f"FROM ${{BSAE}}{CMD}", {}, "BSAE is not set"),
        (f"ARG BASE=a\nFROM ${{BASE:-b}}{CMD}", {}, "not understood"),
        (f"ARG BASE=a\nFROM $BASE{CMD}", {"BSAE": "b"}, "no ARG BSAE"),
    ],
)
def test_bases_and_arguments_are_known_or_refused(
    text: str, arguments: dict[str, str], told: str, context: Path
) -> None:
    with pytest.raises(DockerfileError, match=told):
        laid_out(text, context, **arguments)


def test_an_argument_takes_the_place_of_its_default(context: Path) -> None:
    assert laid_out(f"ARG BASE\nFROM $BASE{CMD}", context, BASE="given").base == "given"
