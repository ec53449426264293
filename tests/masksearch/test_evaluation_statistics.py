import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from masksearch.evaluation.statistics import bootstrap_mean, estimate, paired_difference, wilson

VALUES = st.lists(st.floats(-5, 5), min_size=1, max_size=30)


def test_wilsons_interval_is_the_published_one():
    found = wilson(8, 10)
    assert (found.mean, found.n) == (0.8, 10)
    assert found.low == pytest.approx(0.4902, abs=1e-4)
    assert found.high == pytest.approx(0.9433, abs=1e-4)


def test_a_rate_of_none_or_all_keeps_a_width():
    none, every = estimate([0, 0, 0]), estimate([True] * 20)
    assert (none.low, every.high) == (0, 1)
    assert none.high > 0.5
    assert 0.8 < every.low < 0.9


def test_no_values_have_no_mean():
    for function in (estimate, bootstrap_mean):
        with pytest.raises(ValueError, match="no values"):
            function([])


def test_the_bootstrap_agrees_with_the_normal_interval_on_many_values():
    data = np.random.default_rng(1).normal(2, 1, 400)
    found = bootstrap_mean(list(data))
    half = 1.96 * data.std() / np.sqrt(400)
    assert found.low == pytest.approx(data.mean() - half, abs=0.02)
    assert found.high == pytest.approx(data.mean() + half, abs=0.02)


@given(values=VALUES)
def test_a_bootstrap_stays_within_the_values_and_its_seed_repeats_it(values):
    found = bootstrap_mean(values, seed=3)
    assert found.low - 1e-9 <= found.high + 1e-9
    assert min(values) - 1e-9 <= found.low
    assert found.high <= max(values) + 1e-9
    assert found == bootstrap_mean(values, seed=3)


def test_pairing_removes_what_both_sides_share():
    hard = list(np.random.default_rng(2).normal(0, 10, 50))
    found = paired_difference([value + 0.5 for value in hard], hard)
    assert found.low == pytest.approx(0.5)
    assert found.high == pytest.approx(0.5)
    with pytest.raises(ValueError, match="zip"):
        paired_difference([1.0], [])
