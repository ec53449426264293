import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers.cache_utils import DynamicLayer

from training.models.cache import GrowingLayer


def states(rows: int, tokens: int) -> torch.Tensor:
    return torch.rand(rows, 2, tokens, 4)


@given(
    repeats=st.integers(1, 4),
    steps=st.lists(
        st.tuples(st.integers(1, 5), st.sets(st.integers(0, 3), min_size=1)), max_size=8
    ),
    room=st.integers(1, 6),
)
@settings(deadline=None)
def test_it_holds_what_the_cache_of_transformers_holds(repeats, steps, room):
    ours, theirs = GrowingLayer(room), DynamicLayer()
    first = states(1, 3), states(1, 3)
    for layer in (ours, theirs):
        layer.update(*first)
        layer.batch_repeat_interleave(repeats)
    rows = repeats
    for tokens, wanted in steps:
        new = states(rows, tokens), states(rows, tokens)
        kept = torch.tensor(sorted({row % rows for row in wanted}))
        for layer in (ours, theirs):
            layer.update(*new)
            layer.batch_select_indices(kept)
        rows = len(kept)
        assert ours.get_seq_length() == theirs.get_seq_length()
        assert torch.equal(ours.keys, theirs.keys)
        assert torch.equal(ours.values, theirs.values)


def test_within_its_room_nothing_is_copied_elsewhere():
    layer = GrowingLayer(room=8)
    layer.update(states(3, 5), states(3, 5))
    place = layer.keys.data_ptr()
    for _ in range(4):
        layer.update(states(3, 1), states(3, 1))
    layer.batch_select_indices(torch.tensor([1, 2]))
    for _ in range(4):
        layer.update(states(2, 1), states(2, 1))
    assert layer.keys.data_ptr() == place
    assert layer.keys.shape == (2, 2, 13, 4)
