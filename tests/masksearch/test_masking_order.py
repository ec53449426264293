import io
from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from masksearch.masking.order import Line, keys_of, places, write_in_order

LINES = st.lists(st.integers(1, 4), max_size=60).map(
    lambda masks: [Line(f"t{n}", of, f"{n} {of}\n".encode()) for n, of in enumerate(masks)]
)


@given(LINES, st.integers(0, 9), st.integers(1, 40))
def test_every_prefix_is_balanced_whatever_the_size_of_a_bucket(
    tmp_path_factory, lines, seed, size
):
    keys = keys_of(lines, seed)
    file = io.BytesIO()
    scratch = tmp_path_factory.mktemp("scratch")
    write_in_order((line.text for line in lines), keys, file, scratch, bucket_bytes=size)
    written = file.getvalue().splitlines(keepends=True)
    assert Counter(written) == Counter(line.text for line in lines)
    assert list(scratch.iterdir()) == []
    masks = [int(line.split()[1]) for line in written]
    fewest, kinds = min(Counter(masks).values(), default=0), sorted(set(masks))
    assert masks[: fewest * len(kinds)] == kinds * fewest
    whole = io.BytesIO()
    write_in_order((line.text for line in lines), keys, whole, scratch)
    assert whole.getvalue() == file.getvalue()


def test_the_order_is_drawn_from_the_seed_and_the_tasks_alone():
    lines = [Line(f"t{n}", 1 + n % 2, b"x\n") for n in range(50)]
    first, again, other = (places(keys_of(lines, seed)) for seed in (0, 0, 1))
    assert (first == again).all() and (first != other).any()
    shuffled = np.argsort(first)
    assert not (shuffled == np.arange(50)).all()
