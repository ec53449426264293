import pytest
import torch

from training.data import IGNORED, Example
from training.rate import affordable, training_rate


@pytest.mark.parametrize(
    ("rate", "minutes", "epochs", "length", "count"),
    [
        (100, 1, 1, 48, 100),  # 100 tokens/s for 60 s at 0.8
        (100, 1, 2, 48, 50),
        (100, 2, 0.5, 48, 400),
        (1, 0.01, 1, 5000, 1),  # one at least
    ],
)
def test_counts_what_a_budget_allows(rate, minutes, epochs, length, count):
    assert affordable(rate, minutes, epochs, length) == count


def test_without_a_budget_everything_is_affordable():
    assert affordable(0.001, None, 1, 1000) > 10**9


def test_measures_tokens_a_second_and_leaves_the_model_as_it_was(loaded):
    before = [parameter.clone() for parameter in loaded.model.parameters()]
    examples = [Example([20 + n] * n, [IGNORED] * (n - 3) + [20 + n] * 3) for n in range(8, 20)]
    assert training_rate(loaded.model, examples, 2, bfloat16=False) > 100
    for one, parameter in zip(before, loaded.model.parameters(), strict=True):
        assert torch.equal(one, parameter) and parameter.grad is None


def test_counts_the_tokens_of_short_and_few_examples(loaded, monkeypatch):
    ticks = iter([10.0, 12.0])
    monkeypatch.setattr("training.rate.time.perf_counter", lambda: next(ticks))
    examples = [Example([20] * 10, [20] * 10)]
    # Eight batches of two examples of ten tokens, in two seconds.
    assert training_rate(loaded.model, examples, 2, bfloat16=True) == 80.0
