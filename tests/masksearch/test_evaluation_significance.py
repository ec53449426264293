import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from masksearch.evaluation.mcnemar import mcnemar, mcnemar_effect, mcnemar_power
from masksearch.evaluation.significance import (
    holm,
    p_values,
    pass_at,
    sign_flips,
    smallest_effect,
)
from masksearch.evaluation.statistics import (
    bootstrap_mean,
    bootstrap_means,
    paired_difference,
    student,
)


@pytest.mark.parametrize(
    ("gains", "losses", "p"),
    [(0, 0, 1), (5, 0, 0.0625), (6, 0, 0.03125), (8, 2, 0.109375), (3, 3, 1), (10, 1, 0.01171875)],
)
def test_mcnemars_p_is_the_binomials(gains, losses, p):
    assert mcnemar(gains, losses) == mcnemar(losses, gains) == pytest.approx(p)


def test_a_large_table_does_not_overflow():
    assert mcnemar(2_600, 2_400) == pytest.approx(0.0049, abs=2e-4)


def test_random_signs_agree_with_the_exact_test_that_they_stand_for():
    changed = [1.0] * 14 + [-1.0] * 5 + [0.0] * 30
    assert p_values([changed]) == [mcnemar(14, 5)]
    assert sign_flips([changed])[0] == pytest.approx(mcnemar(14, 5), abs=0.01)
    assert sign_flips([[0.0] * 9]) == [1.0]
    assert sign_flips([[0.3] * 40])[0] < 0.001


def test_columns_are_resampled_together_as_they_are_alone():
    rng = np.random.default_rng(0)
    columns = [list(rng.random(n)) for n in (40, 7, 40)]
    assert bootstrap_means(columns) == pytest.approx([bootstrap_mean(one) for one in columns])
    assert p_values(columns) == [p_values([one])[0] for one in columns]


def test_intervals_of_few_values_are_as_wide_as_students():
    values = list(np.random.default_rng(3).normal(0, 1, 12))
    found = bootstrap_mean(values)
    half = 2.201 * np.std(values, ddof=1) / math.sqrt(12)
    assert found.high - found.low == pytest.approx(2 * half, rel=0.1)


@pytest.mark.parametrize(("freedom", "quantile"), [(3, 3.182), (9, 2.262), (100, 1.984)])
def test_students_quantiles_are_those_of_the_tables(freedom, quantile):
    assert student(0.975, freedom) == pytest.approx(quantile, abs=0.005)


def test_a_difference_that_few_tasks_show_is_not_taken_for_certain():
    nothing = paired_difference([1.0] * 50, [1.0] * 50)
    assert nothing.mean == 0 and nothing.low < -0.02 and nothing.high > 0.02
    two = paired_difference([1, 1, *[0] * 48], [0] * 50)
    assert two.low < 0 < two.mean < two.high
    assert paired_difference([1.0] * 3, [0.0] * 3).high == 1


@given(st.lists(st.floats(0, 1), max_size=8))
def test_holms_p_are_larger_and_in_the_same_order(values):
    adjusted = holm(values)
    assert all(a >= p for a, p in zip(adjusted, values, strict=True))
    assert all(
        a <= b for p, a in zip(values, adjusted, strict=True)
        for q, b in zip(values, adjusted, strict=True) if p < q
    )  # fmt: skip


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_the_smallest_effect_of_rates_has_the_power_it_is_said_to_have():
    least = mcnemar_effect(200, 0.2, 0.8)
    assert mcnemar_power(200, 0.2, least) == pytest.approx(0.8, abs=0.001)
    assert mcnemar_effect(800, 0.2, 0.8) == pytest.approx(least / 2, rel=0.1)
    assert mcnemar_effect(5, 0.2, 0.8) is None
    assert smallest_effect([0.0] * 200) == pytest.approx(mcnemar_effect(200, 0.0, 0.8))


def test_the_smallest_effect_of_scores_goes_by_their_spread():
    spread = list(np.random.default_rng(1).normal(0, 0.5, 100))
    expected = 2.83 * np.std(spread, ddof=1) / 10
    assert smallest_effect(spread) == pytest.approx(expected, rel=0.01)
    assert smallest_effect([0.5]) is None


def test_pass_at_k_counts_the_choices_of_k_samples():
    assert pass_at(1, 4, 1) == 0.25 and pass_at(4, 4, 1) == 1 and pass_at(2, 4, 0) == 0
    assert pass_at(2, 4, 1) == 0.5
    with pytest.raises(ValueError, match="pass@3 of 2"):
        pass_at(3, 2, 1)
