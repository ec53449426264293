"""Metrics as columns: named once, with their source, and with the interval that fits them."""

import pytest

from masksearch.evaluation.metrics import METRICS
from masksearch.evaluation.table import headings, interval


def test_the_columns_of_a_table():
    assert headings([], costs=False) == {}
    assert list(headings(costs=True)) == ["invalid", "tokens", "seconds", "usd"]
    assert {**headings(costs=False), **headings(costs=True)} == headings()


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_a_metric_says_what_it_is(metric):
    assert type(metric).__doc__ and len(metric.heading) > 1


def test_a_rate_and_a_count_have_intervals_of_their_own():
    for metric in METRICS:
        found = interval(metric, [1.0, 1.0, 1.0])
        assert (found.mean, found.n) == (1.0, 3)
        assert (found.low == 1.0) == (not metric.is_rate)
