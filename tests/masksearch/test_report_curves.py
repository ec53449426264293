import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masksearch.report.curves import (
    Point,
    last_of_each_step,
    points,
    read_metrics,
    running_mean,
    thinned,
)

finite = st.floats(-1e6, 1e6)


def test_what_was_done_again_after_a_kill_replaces_the_first_try(tmp_path):
    path = tmp_path / "metrics.jsonl"
    lines = [
        {"step": step, "loss": loss} for step, loss in ((1, 9), (2, 8), (3, 7), (2, 5), (3, 4))
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert [(line["step"], line["loss"]) for line in read_metrics(path)] == [(1, 9), (2, 5), (3, 4)]


@pytest.mark.parametrize("torn", ['{"step": 2, "lo', '{"step": 2, "é'.encode()[:-1], "[]\n", "\n"])
def test_a_torn_line_is_left_out(tmp_path, torn):
    path = tmp_path / "metrics.jsonl"
    path.write_bytes(
        b'{"step": 1, "loss": 3}\n' + (torn if isinstance(torn, bytes) else torn.encode())
    )
    assert read_metrics(path) == [{"step": 1, "loss": 3}]


def test_no_file_is_no_line(tmp_path):
    assert read_metrics(tmp_path / "metrics.jsonl") == []


def test_only_finite_figures_become_points():
    values = [1, None, float("nan"), float("inf"), "2", True, 0.5]
    lines = [{"step": n, "loss": value} for n, value in enumerate(values)]
    assert points([*lines, {"step": 9}], "loss") == [Point(0, 1), Point(6, 0.5)]
    assert last_of_each_step([{"step": "1"}, {"loss": 2}, {"step": True}]) == []


def test_a_point_has_the_interval_that_its_line_has():
    lines = [{"step": 1, "r": 0.5, "lo": 0.4, "hi": 0.6}, {"step": 2, "r": 0.7}]
    assert points(lines, "r", "lo", "hi") == [Point(1, 0.5, 0.4, 0.6), Point(2, 0.7)]


def test_a_running_mean_looks_back_as_far_as_there_are_figures():
    given = [Point(n, y) for n, y in enumerate((4, 2, 0, 6))]
    assert [point.y for point in running_mean(given, 2)] == [4, 3, 1, 3]


@given(st.lists(finite, min_size=1, max_size=200), st.integers(1, 50))
def test_thinning_keeps_to_its_bound_and_within_the_figures(values, most):
    given = [Point(n, y, y - 1, y + 1) for n, y in enumerate(values)]
    found = thinned(given, most)
    assert 1 <= len(found) <= most or len(values) <= most
    low, high = min(values), max(values)
    assert all(low - 1e-6 <= p.y <= high + 1e-6 and p.low < p.y < p.high for p in found)
    assert [p.x for p in found] == sorted(p.x for p in found)
