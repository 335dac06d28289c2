"""Pages and pictures say what docs/figures.json says, and so does what costs reckon with."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from lab.costs.__main__ import IMAGE
from lab.costs.inputs import load as cost_inputs
from lab.costs.report import sheet
from lab.figures import FILE, PAGES, PICTURES, TAKEN, FiguresError, load, main, replaced, written
from tests.support.drawings import same_picture
from tests.support.templates import ROOT

FIGURES = load()


def squeezed(page: str) -> str:
    return re.sub(r"\s+", " ", page)


@pytest.mark.parametrize("page", PAGES)
def test_tables_say_what_the_file_says(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    assert replaced(text, PAGES[page](FIGURES)) == text, "run make figures"


@pytest.mark.parametrize("picture", PICTURES)
def test_pictures_show_what_the_file_says(picture: str) -> None:
    assert same_picture((ROOT / picture).read_text("utf-8"), PICTURES[picture](FIGURES)), "run make figures"


@pytest.mark.parametrize("page", PAGES)
def test_a_figure_in_a_page_that_differs_is_seen(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    for row in PAGES[page](FIGURES):
        line = next(line for line in text.split("\n") if line.startswith(f"| {row[0]} |"))
        head, figure, *rest = line.removeprefix(f"| {row[0]} |").partition(
            re.findall(r"\d", line[len(row[0]) + 4 :])[0]
        )
        wrong = f"| {row[0]} |{head}{(int(figure) + 1) % 10}{''.join(rest)}"
        assert replaced(text.replace(line, wrong), [row]) == text != text.replace(line, wrong)


@pytest.mark.parametrize("picture", PICTURES)
def test_a_picture_that_differs_is_seen(picture: str) -> None:
    svg = (ROOT / picture).read_text("utf-8")
    moved = re.sub(r'd="M (\d+\.\d)', lambda found: f'd="M {float(found[1]) + 0.3:.1f}', svg, count=3)
    named = re.sub(r"(<text[^>]*>)[^<]*\d[^<]*", r"\g<1>999", svg, count=1)
    assert not same_picture(svg, moved)
    assert not same_picture(svg, named)


def test_a_row_that_is_gone_or_twice_is_an_error() -> None:
    for page in ("", "| a | 1 |\n| a | 2 |"):
        with pytest.raises(FiguresError, match="begin with 'a'"):
            replaced(page, [["a", "3"]])


def test_every_picture_of_the_docs_is_drawn_from_figures_and_shown() -> None:
    drawn = {ROOT / name for name in PICTURES} | {IMAGE}
    # The screens of the phone page are photographed: make screenshots.
    assert {path for path in (ROOT / "docs/img").iterdir() if path.is_file()} == drawn
    pages = "".join(path.read_text("utf-8") for path in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
    assert [path.name for path in drawn if f"img/{path.name})" not in pages] == []


def test_every_section_says_when_on_what_and_how_it_was_measured() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert set(FIGURES) == {*TAKEN, "demo"}
    for section in FIGURES.values():
        assert re.fullmatch(r"2\d{3}-\d\d-\d\d", section["date"])
        target = section["command"].removeprefix("make ").split(",")[0].split(" ")[0]
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), section["command"]


def test_pages_name_the_machine_the_day_and_the_python_of_their_figures() -> None:
    fast, size = FIGURES["speed"], FIGURES["size"]
    readme, page = (squeezed((ROOT / name).read_text("utf-8")) for name in ("README.md", "docs/speed.md"))
    version = fast["python"].rpartition(".")[0]
    assert f"Measured on one core of an {fast['machine']} machine with Python {version};" in readme
    assert f"Measured on {fast['date']} on a quiet {fast['machine']} with Python {version}, CPU in ms" in page
    both = FIGURES["paths"]
    assert f"Measured on {both['date']} on an {both['machine']} with AVX-512, one core of it" in page
    assert f"medians of {both['processes']} processes of each" in page
    assert f"`{both['command']}`" in page
    assert f"Measured on {FIGURES['peers']['date']} on an {FIGURES['peers']['machine']}, Python" in page
    assert f"On {FIGURES['load']['date']}, on two cores that had other work" in page
    assert f"On {size['date']}, for Python {size['python']}:" in page
    told = FIGURES["scale"]
    [scale] = re.findall(r"Measured on [^\n]*", (ROOT / "docs/scale.md").read_text("utf-8"))
    for part in (told["date"], told["engine"], told["machine"], told["python"], f"{told['shards']} shards"):
        assert part in scale


def test_what_is_said_of_a_later_run_is_in_the_file_too() -> None:
    later = FIGURES["speed"].get("later")
    page = squeezed((ROOT / "docs/speed.md").read_text("utf-8"))
    assert ("a quick run" in page) == bool(later)
    if later:
        assert later["what"].removeprefix("with ") in page
        assert (
            f"gave **{later['three_frames_cpu_ms']} ms** for three frames, {later['detect_cpu_ms']} of them for "
            f"detection, {later['cold_start_cpu_ms']:,} ms for the cold start and {later['peak_mb']} MB at the peak"
        ) in page


def test_what_is_said_of_another_processor_is_in_the_file_too() -> None:
    other = FIGURES["speed"].get("elsewhere")
    page = squeezed((ROOT / "docs/speed.md").read_text("utf-8"))
    assert ("Other processors" in page) == bool(other)
    if other:
        assert (
            f"on a quiet {other['machine']} ({other['date']}) gave **{other['three_frames_cpu_ms']} ms** for three "
            f"frames, {other['embed_cpu_ms']} of them for embedding and {other['detect_cpu_ms']} for detection, "
            f"{other['cold_start_cpu_ms']:,} ms for the cold start and {other['peak_mb']} MB at the peak: there the "
            f"target of {FIGURES['speed']['limits']['warm_three_frames_cpu_ms']} ms is missed."
        ) in page


def test_what_is_said_of_the_peers_in_words_is_so() -> None:
    """Ten times, more than three times, and two times as quick; and in how many pairs no face was found."""
    pipelines = list(FIGURES["peers"]["pipelines"].values())
    ours, default, plain, quarter = (one["cpu_ms"]["median"] for one in pipelines)
    assert default / ours >= 10
    assert plain / ours > 3
    assert quarter / ours >= 2
    [title] = {title for title in pipelines[0]["accuracy"] if title != "portraits"}
    assert [one["accuracy"][title]["not_found"] for one in pipelines] == [0, 4, 2, 300]
    page = squeezed((ROOT / "docs/speed.md").read_text("utf-8"))
    assert "in 4 pairs by default, in 2 not enlarged, in none of LifeCert's" in page
    assert all(one["accuracy"]["portraits"]["by_folds"] == 1 for one in pipelines)


def test_costs_reckon_with_the_speed_that_was_measured() -> None:
    inputs, fast = cost_inputs(), FIGURES["speed"]
    assert inputs.measured.verification_cpu_ms == fast["warm_cpu_ms"]["threads_1"]["frames_3"]["median"]
    assert inputs.measured.cold_start_cpu_ms == fast["cold_start_cpu_ms"]["threads_1"]["decided"]["median"]
    assert inputs.measured.peak_mb == fast["peak_mb"]
    assert TAKEN["cost"](json.loads(json.dumps(sheet(inputs)))) == FIGURES["cost"], "make cost, and take cost.json"


def test_accuracy_says_what_the_file_says() -> None:
    told, page = FIGURES["accuracy"], (ROOT / "docs/accuracy.md").read_text("utf-8")
    good = told["good_quality"]
    assert f"| **good quality, both mirrored** | {100 * good['accuracy']:.2f} %" in page
    assert f"**{100 * good['fnmr_at_1e-4']:.2f} %**" in page
    assert len(told["curves"]) == 6


def test_the_file_is_written_as_it_stands() -> None:
    assert FILE.read_text("utf-8") == written(FIGURES), "run make figures"


def project(folder: Path) -> Path:
    for name in (*PAGES, str(FILE.relative_to(ROOT))):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((ROOT / name).read_bytes())
    (folder / "docs/img").mkdir()
    return folder


def test_the_command_takes_what_a_bench_wrote_into_file_pages_and_pictures(tmp_path: Path) -> None:
    root = project(tmp_path)
    told: dict[str, Any] = {**FIGURES["size"], "date": "2027-01-01", "together": 250_000_001}
    (tmp_path / "size.json").write_text(json.dumps(told), "utf-8")
    assert main([f"size={tmp_path / 'size.json'}", "--root", str(root)]) == 0
    assert load(root / "docs/figures.json")["size"] == told
    assert "| 250,000,001 of 262,144,000 bytes |" in (root / "README.md").read_text("utf-8")
    assert {path.name for path in (root / "docs/img").iterdir()} == {Path(name).name for name in PICTURES}
    # All the rest is as it was.
    assert (root / "docs/scale.md").read_bytes() == (ROOT / "docs/scale.md").read_bytes()


@pytest.mark.parametrize(
    ("taken", "told"),
    [("sped=x.json", "no section 'sped'"), ("speed=none.json", "No such file"), ("speed={}", "KeyError")],
)
def test_what_cannot_be_taken_changes_nothing(
    tmp_path: Path, taken: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    root = project(tmp_path)
    (tmp_path / "empty.json").write_text("{}", "utf-8")
    assert main([taken.replace("{}", str(tmp_path / "empty.json")), "--root", str(root)]) == 2
    assert told in capsys.readouterr().err
    assert (root / "docs/figures.json").read_bytes() == FILE.read_bytes()
    assert not list((root / "docs/img").iterdir())
