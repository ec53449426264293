import json
from collections import Counter
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masksearch.errors import InputError, StoreError
from training.config import CurriculumConfig
from training.curriculum import Curriculum, TaskStream

OFF = CurriculumConfig()
SCHEDULE = CurriculumConfig(by="schedule")
LEVELS = (1, 2, 3, 4)


class Item(NamedTuple):
    name: int
    num_masks: int


def mastery(threshold=0.5, window=2):
    return CurriculumConfig(by="mastery", mastery=threshold, window=window)


def items(*counts):
    """So many items with 1, 2, 3… masks, mixed."""
    masks = [level for level, count in enumerate(counts, 1) for _ in range(count)]
    return [Item(name, level) for name, level in enumerate(masks)]


def saved(state):
    """A state as a checkpoint gives it back."""
    return json.loads(json.dumps(state))


def test_off_admits_every_task_and_stays_so():
    curriculum = Curriculum(OFF, LEVELS)
    curriculum.advance(0.1, [(4, 0.0)])
    assert curriculum.level == 4
    assert all(map(curriculum.admits, (0, 1, 4, 9)))


@pytest.mark.parametrize(
    ("share", "level"),
    [(0, 1), (0.24, 1), (0.25, 2), (0.49, 2), (0.5, 3), (0.75, 4), (0.99, 4), (1, 4)],
)
def test_a_schedule_opens_levels_at_equal_shares(share, level):
    curriculum = Curriculum(SCHEDULE, LEVELS)
    curriculum.advance(share)
    assert curriculum.level == level
    assert [n for n in LEVELS if curriculum.admits(n)] == list(range(1, level + 1))


@pytest.mark.parametrize("levels", range(1, 8))
def test_a_schedule_gives_every_level_the_same_number_of_steps(levels):
    for steps_each in (1, 3, 7, 10):
        steps, curriculum = levels * steps_each, Curriculum(SCHEDULE, range(1, levels + 1))
        seen = Counter()
        for step in range(steps):
            curriculum.advance(step / steps)
            seen[curriculum.level] += 1
        assert seen == dict.fromkeys(range(1, levels + 1), steps_each)


def test_levels_are_those_that_occur_and_the_easiest_is_open_first():
    curriculum = Curriculum(SCHEDULE, [4, 0, 2, 2])
    opened = []
    for share in (0, 1 / 3, 2 / 3):
        curriculum.advance(share)
        opened.append(curriculum.level)
    assert opened == [0, 2, 4]


@given(shares=st.lists(st.floats(0, 1), max_size=8))
def test_a_level_that_is_open_stays_open(shares):
    curriculum = Curriculum(SCHEDULE, LEVELS)
    reached = 1
    for share in shares:
        curriculum.advance(share)
        assert curriculum.level >= reached
        reached = curriculum.level


def test_mastery_of_the_hardest_open_level_opens_the_next():
    curriculum = Curriculum(mastery(0.5, window=2), LEVELS)
    curriculum.advance(0.9, [(1, 1.0)])
    assert curriculum.level == 1  # one score is no window
    curriculum.advance(0.9, [(1, 0.0)])
    assert curriculum.level == 2  # the mean of 1 and 0 is 0.5
    curriculum.advance(0.9, [(1, 1.0), (1, 1.0), (1, 1.0)])
    assert curriculum.level == 2  # easier levels do not count
    curriculum.advance(0.9, [(2, 0.9), (2, 0.0), (2, 0.0), (2, 0.9)])
    assert curriculum.level == 2  # only 0.45 over any two
    curriculum.advance(0.9, [(2, 0.2)])
    assert curriculum.level == 3  # 0.55 over the last two


def test_a_new_level_starts_with_no_scores():
    curriculum = Curriculum(mastery(0.5, window=2), LEVELS)
    curriculum.advance(0, [(1, 1.0), (1, 1.0), (2, 1.0)])
    assert curriculum.level == 2
    curriculum.advance(0, [(2, 1.0)])
    assert curriculum.level == 3


def test_a_window_at_the_threshold_is_mastery():
    curriculum = Curriculum(mastery(0.6, window=5), LEVELS)
    curriculum.advance(0, [(1, 0.6)] * 5)
    assert curriculum.level == 2


def test_the_hardest_level_is_the_last():
    curriculum = Curriculum(mastery(window=1), (1, 2))
    curriculum.advance(1, [(1, 1.0), (2, 1.0), (2, 1.0)])
    assert curriculum.level == 2


@given(scores=st.lists(st.tuples(st.integers(1, 4), st.floats(0, 1)), max_size=40), at=st.data())
def test_a_curriculum_goes_on_from_its_state(scores, at):
    cut = at.draw(st.integers(0, len(scores)))
    whole = Curriculum(mastery(window=3), LEVELS)
    whole.advance(0, scores[:cut])
    resumed = Curriculum(mastery(window=3), LEVELS)
    resumed.load_state_dict(saved(whole.state_dict()))
    for score in scores[cut:]:
        whole.advance(0, [score])
        resumed.advance(0, [score])
        assert resumed.level == whole.level
    assert resumed.state_dict() == whole.state_dict()


def test_nothing_to_train_on_is_one_clear_line():
    with pytest.raises(InputError, match="no task to train on"):
        Curriculum(OFF, [])
    stream = TaskStream(items(0, 3), Curriculum(SCHEDULE, LEVELS))
    with pytest.raises(InputError, match="no task has 1 masks or fewer"):
        stream.take(1)


def test_states_of_other_tasks_are_refused():
    four, one = Curriculum(SCHEDULE, LEVELS), Curriculum(SCHEDULE, [1])
    four.advance(1)
    with pytest.raises(StoreError, match="of other tasks"):
        one.load_state_dict(four.state_dict())
    with pytest.raises(StoreError, match="of other tasks"):
        TaskStream(items(3), one).load_state_dict(TaskStream(items(4), one).state_dict())


def open_stream(pool, seed=0, **place):
    return TaskStream(pool, Curriculum(OFF, LEVELS), seed=seed, **place)


def test_an_epoch_holds_every_item_once_and_the_next_has_another_order():
    pool = items(10, 10)
    stream = open_stream(pool)
    first, second = stream.take(20), stream.take(20)
    assert sorted(first) == sorted(second) == pool
    assert first != second != pool != first
    assert open_stream(pool).take(40) == first + second
    assert open_stream(pool, seed=1).take(20) != first


def test_what_is_not_admitted_is_passed_over_and_drawn_once_its_level_opens():
    pool = items(5, 5)
    curriculum = Curriculum(SCHEDULE, (1, 2))
    stream = TaskStream(pool, curriculum)
    easy = stream.take(3)
    assert {one.num_masks for one in easy} == {1}
    curriculum.advance(0.5)
    rest = stream.take(7)
    assert sorted(easy + rest) == pool  # one epoch: nothing twice, nothing lost
    assert stream.epoch == 0
    assert sorted(stream.take(10)) == pool


def test_an_epoch_ends_when_all_that_is_admitted_was_drawn():
    pool = items(2, 50)
    curriculum = Curriculum(SCHEDULE, (1, 2))
    stream = TaskStream(pool, curriculum)
    assert Counter(stream.take(6)) == {pool[0]: 3, pool[1]: 3}
    curriculum.advance(0.5)
    assert Counter(one.num_masks for one in stream.take(50)) == {2: 50}


def test_a_level_that_opens_is_mixed_with_what_is_left():
    curriculum = Curriculum(SCHEDULE, (1, 2))
    stream = TaskStream(items(200, 200), curriculum)
    stream.take(50)
    curriculum.advance(0.5)
    drawn = Counter(one.num_masks for one in stream.take(100))
    assert min(drawn.values()) > 30


@given(
    counts=st.lists(st.integers(0, 6), min_size=1, max_size=4).filter(lambda c: c[0] > 0),
    moves=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 9)), max_size=12),
    seed=st.integers(0, 3),
)
def test_no_item_comes_twice_in_an_epoch_and_only_what_is_admitted(counts, moves, seed):
    pool = items(*counts)
    curriculum = Curriculum(SCHEDULE, {one.num_masks for one in pool})
    stream = TaskStream(pool, curriculum, seed=seed)
    drawn, share = [], 0.0
    for more, count in moves:
        share = max(share, more)
        curriculum.advance(share)
        for _ in range(count):
            (one,) = stream.take(1)
            assert curriculum.admits(one.num_masks)
            drawn.append((stream.epoch, one))
    assert len(drawn) == len(set(drawn))


@given(
    counts=st.lists(st.integers(0, 6), min_size=1, max_size=4).filter(lambda c: c[0] > 0),
    moves=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 9)), min_size=1, max_size=12),
    seed=st.integers(0, 3),
    place=st.integers(1, 3).flatmap(lambda n: st.tuples(st.integers(0, n - 1), st.just(n))),
    at=st.data(),
)
def test_a_stream_goes_on_from_its_state(counts, moves, seed, place, at):
    pool = items(*counts)
    levels = {one.num_masks for one in pool}

    def begun():
        curriculum = Curriculum(SCHEDULE, levels)
        stream = TaskStream(pool, curriculum, seed=seed, rank=place[0], world=place[1])
        return curriculum, stream

    cut = at.draw(st.integers(0, len(moves)))
    curriculum, stream = begun()
    again = None
    for number, (share, count) in enumerate([*moves, (1.0, 5)]):
        if number == cut:
            again = begun()
            again[0].load_state_dict(saved(curriculum.state_dict()))
            again[1].load_state_dict(saved(stream.state_dict()))
        curriculum.advance(share)
        taken = stream.take(count)
        if again:
            again[0].advance(share)
            assert again[1].take(count) == taken
    assert again and again[1].state_dict() == stream.state_dict()


@given(rounds=st.lists(st.integers(0, 5), max_size=6), world=st.integers(1, 4))
def test_processes_share_the_items_of_an_epoch_among_them(rounds, world):
    pool = items(10, 10)
    streams = [open_stream(pool, rank=rank, world=world) for rank in range(world)]
    taken = [[stream.take(count) for stream in streams] for count in rounds]
    assert len({json.dumps(stream.state_dict()) for stream in streams}) == 1
    together = [
        one for shares in taken for draw in zip(*shares, strict=True) for one in draw
    ]  # in the order in which one process alone would have drawn them
    assert together == open_stream(pool).take(len(together))
    for start in range(0, len(together), len(pool)):
        epoch = together[start : start + len(pool)]
        assert len(set(epoch)) == len(epoch)
