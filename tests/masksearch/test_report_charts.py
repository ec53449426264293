import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masksearch.evaluation.statistics import Estimate
from masksearch.report.charts import Curve, Frame, Scale, chart, interval_bar, share_bar, ticks
from masksearch.report.curves import Point

FRAME = Frame("loss", "A <title>", 'It "falls" & rises.')
finite = st.floats(-1e9, 1e9)


def places(svg, kind):
    [path] = [
        node.get("d") for node in ElementTree.fromstring(svg).iter("path")
        if node.get("class") == kind
    ]  # fmt: skip
    return [tuple(map(float, pair.split())) for pair in re.findall(r"[ML]([^MLZ]+)", path)]


def test_a_scale_maps_its_ends_and_its_middle():
    scale = Scale(10, 20, 0, 100)
    assert [scale(10), scale(15), scale(20)] == [0, 50, 100]
    assert Scale(0, 1, 50, 0)(1) == 0


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (0, 23, [0, 5, 10, 15, 20]),
        (-1, 1, [-1, -0.5, 0, 0.5, 1]),
        (3, 4.1, [3, 3.5, 4]),
    ],
)
def test_ticks_are_round(low, high, expected):
    assert ticks(low, high) == expected


@given(finite, st.floats(1e-6, 1e9))
def test_ticks_are_few_and_within_their_range(low, width):
    found = ticks(low, low + width)
    assert len(found) <= 7
    slack = width * 1e-3 + abs(low) * 1e-9 + 1e-9
    assert all(low - slack <= value <= low + width + slack for value in found)


def test_a_chart_is_xml_that_says_what_it_shows():
    svg = chart([Curve("loss", [Point(1, 2), Point(2, 1)])], FRAME)
    root = ElementTree.fromstring(svg)
    assert (root.get("role"), root.get("aria-labelledby")) == ("img", "loss-t loss-d")
    assert [root.find(part).text for part in ("title", "desc")] == [
        "A <title>",
        'It "falls" & rises.',
    ]
    assert [node.find("title").text for node in root.iter("circle")] == [
        "loss, step 1: 2",
        "loss, step 2: 1",
    ]


def test_a_line_goes_through_its_points_from_zero_up():
    (left, high), (right, low) = places(
        chart([Curve("l", [Point(1, 4), Point(2, 0)])], FRAME), "line main"
    )
    assert left < right and high < low
    texts = [
        node.text
        for node in ElementTree.fromstring(chart([Curve("l", [Point(1, 4)])], FRAME)).iter("text")
    ]
    assert "0" in texts and "4" in texts


def test_a_band_lies_around_its_line():
    svg = chart([Curve("r", [Point(1, 0.5, 0.4, 0.7), Point(2, 0.6, 0.5, 0.7)])], FRAME)
    above, below = places(svg, "band main")[0], places(svg, "band main")[-1]
    assert above[1] < places(svg, "line main")[0][1] < below[1]
    assert "step 1: 0.5 [0.4, 0.7]" in svg


def test_points_without_an_interval_have_no_band():
    assert "band" not in chart([Curve("r", [Point(1, 0.5), Point(2, 0.6)])], FRAME)


def test_there_is_no_chart_of_nothing():
    with pytest.raises(ValueError, match="no points"):
        chart([Curve("r", [])], FRAME)


@given(st.lists(st.tuples(finite, finite), min_size=1, max_size=80))
def test_any_figures_are_drawn_inside_the_picture(given_points):
    svg = chart([Curve("<&>", [Point(x, y, y - 1, y + 1) for x, y in sorted(given_points)])], FRAME)
    width, height = map(float, ElementTree.fromstring(svg).get("viewBox").split()[2:])
    drawn = places(svg, "line main") + places(svg, "band main")
    assert all(0 <= x <= width and 0 <= y <= height for x, y in drawn)


def test_an_interval_bar_stays_on_its_line():
    bar = ElementTree.fromstring(interval_bar(Estimate(mean=1.5, low=-0.2, high=9, n=3)))
    assert bar.get("aria-hidden") == "true"
    assert bar.find("circle").get("cx") == "98"
    [reach] = [p.get("d") for p in bar.iter("path") if p.get("class") == "reach"]
    assert reach == "M2 5H98"


def test_a_bar_of_differences_shows_where_zero_is():
    figure = Estimate(mean=0.5, low=0, high=1, n=3)
    assert 'class="zero" d="M50 0V10"' in interval_bar(figure, -1, 1)
    assert "zero" not in interval_bar(figure)


def test_a_share_bar_is_kept_and_lost_side_by_side():
    bar = ElementTree.fromstring(share_bar(30, 10))
    assert [(r.get("x"), r.get("width")) for r in bar.iter("rect")] == [(None, "75"), ("75", "25")]
    assert share_bar(0, 0) == ""
