"""The one place that draws: the same picture for the same figures, nothing struck out, nothing outside."""

import re
from xml.etree import ElementTree as ET

import pytest

from lab.calibration.plot import Curve, det, percent
from lab.plot import Axis, Bar, Chart, Line, Panel, Point, bars, decade, lines, unsized
from lab.speed.pictures import by_stage

SVG = "{http://www.w3.org/2000/svg}"
CHART = Chart("Title", "ms", [Bar("a", [10, 20]), Bar("b<c>", [60], 90), Bar("none", [0])], 120, ("one", "two"))
ACROSS = Axis("people", 500, 200_000, [1e3, 1e4, 1e5], decade)
UP = Axis("", 1, 1e4, [1, 10, 100, 1e3, 1e4], decade)
TWO = [
    Line("flat", [(1e3, 10), (1e5, 10)], [Point(1e3, 10), Point(1e5, 10)]),
    Line("steep", [(1e3, 12), (1e5, 900)], [Point(1e3, 12), Point(1e5, 900, hollow=True)]),
]


def tree(svg: str) -> ET.Element:
    return ET.fromstring(svg)


def texts(svg: str) -> dict[str, tuple[float, float]]:
    """Where each text stands."""
    return {one.text or "": (float(one.attrib["x"]), float(one.attrib["y"])) for one in tree(svg).iter(f"{SVG}text")}


def drawn_bars(svg: str) -> list[tuple[float, float, float, float]]:
    """Left, right, top and bottom of what is filled with a colour."""
    found = []
    for path in tree(svg).iter(f"{SVG}path"):
        if re.search(r"fill: #(?!ffffff)[0-9a-f]{6}", path.attrib.get("style", "")):
            numbers = [float(number) for number in re.findall(r"-?[\d.]+", path.attrib["d"])]
            found.append((min(numbers[::2]), max(numbers[::2]), min(numbers[1::2]), max(numbers[1::2])))
    return found


def test_the_same_figures_are_the_same_file_without_a_day_or_a_version() -> None:
    assert bars([CHART], "label") == bars([CHART], "label")
    assert lines([Panel("p", ACROSS, UP, TWO)], "label") == lines([Panel("p", ACROSS, UP, TWO)], "label")
    assert not re.search(r"matplotlib|<metadata|<!|<\?|20\d\d-\d\d", bars([CHART], "label"))


def test_bars_are_as_long_as_their_values_and_the_parts_lie_end_to_end() -> None:
    first, second, third = drawn_bars(bars([CHART], "label"))
    assert second[0] == pytest.approx(first[1])
    assert second[1] - second[0] == pytest.approx(2 * (first[1] - first[0]), rel=1e-3)
    assert third[1] - third[0] == pytest.approx(6 * (first[1] - first[0]), rel=1e-3)


def test_names_and_values_stand_above_their_bars_where_no_line_meets_them() -> None:
    svg = bars([CHART], "label")
    places, found = texts(svg), drawn_bars(svg)
    for name, value, bar in (("a", "30 ms", found[0]), ("b<c>", "60 ms", found[2])):
        assert places[name][1] == places[value][1] < bar[2]
    assert places["60 ms"][1] > found[0][3]
    limits = re.findall(r'<path d="M (\S+) (\S+) \nL \S+ (\S+) \n"[^>]*stroke-dasharray', svg)
    assert len(limits) == len(CHART.bars)
    baselines = [places[name][1] for name in ("a", "b<c>", "none")]
    for (_, top, bottom), baseline in zip(limits, baselines, strict=True):
        # Below the words of its own bar, and above those of the next, which are 11 high.
        assert baseline < float(top) < float(bottom) < baseline + 0.4 * 72 - 11


def test_text_is_text_in_words_that_cannot_become_markup_and_stays_inside() -> None:
    svg = bars([CHART, by_stage({"a_b": 20.0, "c": 0.9})], 'a "label" <b>')
    assert {"Title (dashed: the limit, 120 ms)", "b<c>", "0 ms", "a b", "one", "two"} <= set(texts(svg))
    assert "c" not in texts(svg), "under one millisecond"
    assert tree(svg).attrib["aria-label"] == 'a "label" <b>'
    width, height = (float(number) for number in tree(svg).attrib["viewBox"].split()[2:])
    assert width < 360, "points: a phone shows it at nearly its own size"
    assert all(0 < x < width and 0 < y < height for x, y in texts(svg).values())


def test_a_long_title_is_broken_and_long_names_of_parts_stand_below_one_another() -> None:
    long = Chart(
        " ".join(f"word{number}" for number in range(18)),
        "ms",
        [Bar("a", [1, 2])],
        legend=("short", "nights with nobody due, and keys"),
    )
    places = texts(bars([long], "label"))
    assert len([text for text in places if text.startswith("word")]) == 3
    assert places["short"][0] == places["nights with nobody due, and keys"][0]


def test_numbers_have_a_decimal_where_one_of_the_chart_has() -> None:
    assert [CHART.written(bar) for bar in CHART.bars] == ["30 ms", "60 ms", "0 ms"]
    parts = Chart("t", "MB", [Bar("a", [12.0]), Bar("b", [3.25]), Bar("c", [1234.5])])
    assert [parts.written(bar) for bar in parts.bars] == ["12.0 MB", "3.2 MB", "1,234 MB"]


def test_labels_of_two_curves_do_not_meet() -> None:
    svg = lines([Panel("Panel", ACROSS, UP, TWO, labels=True)], "label", ["A note."])
    places = texts(svg)
    assert places["12.0"][1] < places["10.0"][1] - 22, "the higher above its mark, the lower below its own"
    assert {"Panel", "people", "flat", "steep", "A note.", "900", "1,000", "100,000"} <= set(places)
    assert svg.count("<use ") == 4
    assert len(re.findall(r"<use [^>]*fill: #ffffff", svg)) == 1


def test_a_picture_inside_a_page_takes_the_pages_width() -> None:
    svg = bars([CHART], "label")
    assert {"width", "height"} <= set(tree(svg).attrib)
    assert not {"width", "height"} & set(tree(unsized(svg)).attrib)
    assert tree(unsized(svg)).attrib["viewBox"] == tree(svg).attrib["viewBox"]


def test_a_curve_ends_where_there_are_no_errors_left() -> None:
    rates = [(1e-5, 0.1), (1e-4, 0.05), (1e-3, 0.0), (0.0, 0.2)]
    svg = det([Curve("set", rates, (1e-4, 0.05), (1e-3, 0.0))], 0.5, 0.363)
    assert svg.count("<use ") == 1, "no place for a rate of zero on this axis"
    assert {"set", "Dot: accept at 0.500. Ring: review at 0.363.", "0.0001 %", "100 %"} <= set(texts(svg))


@pytest.mark.parametrize(("share", "told"), [(1e-6, "0.0001 %"), (1e-3, "0.1 %"), (0.01, "1 %"), (1.0, "100 %")])
def test_shares_are_written_in_full(share: float, told: str) -> None:
    assert percent(share) == told
