import random
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from masksearch.masking.strategies import (
    drawn_by_weight,
    hardest_first,
    order_of,
    reference_weights,
)
from masksearch.schemas import Span


def spans(*texts, surprisals=()):
    nats = [*surprisals, *[None] * len(texts)]
    return [
        Span(start=20 * n, end=20 * n + len(text), text=text, type="entity", source="link",
             surprisal=nats[n])
        for n, text in enumerate(texts)
    ]  # fmt: skip


def test_the_weights_are_the_references():
    found = spans("Ada Byron", "1984", "gravity", "House of Lords", "12 km")
    assert reference_weights(found) == [2, 3, 1, 3, 2]
    assert reference_weights(spans("爱因斯坦", "1984", "德国")) == [4, 4, 2]
    assert reference_weights(spans("1984", "12")) == [1, 1]
    assert reference_weights([]) == []


@given(st.lists(st.integers(1, 9), min_size=1, max_size=8), st.integers(0, 99))
def test_drawing_by_weight_is_without_replacement_and_seeded(weights, seed):
    items = list(range(len(weights)))
    drawn = drawn_by_weight(items, weights, random.Random(seed))
    assert sorted(drawn) == items
    assert drawn == drawn_by_weight(items, weights, random.Random(seed))


def test_the_first_drawn_is_drawn_in_proportion_to_its_weight():
    rng = random.Random(0)
    first = Counter(drawn_by_weight("abc", [1, 2, 7], rng)[0] for _ in range(4000))
    assert 300 < first["a"] < 500 and 700 < first["b"] < 900 and 2650 < first["c"] < 2950


def test_the_hardest_come_first_and_those_never_scored_last():
    found = spans("a", "b", "c", "d", surprisals=(1.0, None, 9.5, 0.0))
    assert [span.text for span in hardest_first(found)] == ["c", "a", "d", "b"]
    assert order_of("perplexity", found, random.Random(0))() == hardest_first(found)


def test_a_random_order_is_another_one_every_time():
    order = order_of("random", spans(*"abcdefgh"), random.Random(0))
    assert len({tuple(span.text for span in order()) for _ in range(5)}) == 5
