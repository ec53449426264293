"""What a recipe may name as the source of what is trained on, and how several are mixed."""

import pytest
from finishing import finish
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from masksearch.config import Section
from masksearch.errors import InputError, StoreError
from masksearch.run_folder import RunFolder
from masksearch.schemas import Prompt, Task, TaskKind
from masksearch.sources import RAMP, Sources, mixed, names_of, sources_of, task_files, task_inputs
from masksearch.stages import QUESTIONS, TRACES, TRAIN
from masksearch.store import write_records

WIKI, HOTPOT = "questions:2wiki:train", "questions:hotpotqa:train"


class Named(Section):
    tasks: Sources = RAMP


class _Nothing(BaseModel):
    """Settings of a stage that has none."""


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("ramp", "ramp"),
        ("questions:2wiki:train", WIKI),
        ("questions:2wiki", WIKI),
        ("questions/2wiki", WIKI),
        (["questions:2wiki"], WIKI),
        ("ramp, questions:2wiki", (RAMP, WIKI)),
        (["ramp", "questions:2wiki:train"], (RAMP, WIKI)),
        ("ramp=1,questions:2wiki=3", ("ramp=1", f"{WIKI}=3")),
        ({"ramp": 0.25, "questions:2wiki": 0.75}, ("ramp=0.25", f"{WIKI}=0.75")),
        ("questions:2wiki=5", WIKI),
    ],
)
def test_one_source_or_several_are_named_in_many_ways(given, read):
    assert Named(tasks=given).tasks == read
    again = Named.model_validate(Named(tasks=given).model_dump(mode="json"))
    assert again.tasks == read, "what a manifest keeps is read as the same"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("questions:2wiki:dev", "no training split"),
        ("ramp, questions:2wiki:test", "no training split"),
        ("2wiki", "must be ramp or questions:NAME:train"),
        ("", "must be ramp"),
        ("questions:", "must be ramp"),
        ("questions:../2wiki:train", "must be ramp"),
        ("ramp, ramp", "different ones"),
        ([], "one source"),
        ("ramp=1, questions:2wiki", "every source a share"),
        ("ramp=0", "a number above 0"),
        ("ramp=-1, questions:2wiki=2", "a number above 0"),
        ("ramp=nan, questions:2wiki=2", "a number above 0"),
        ("ramp=inf, questions:2wiki=2", "a number above 0"),
        ("ramp=many", "a number above 0"),
        (3, "names of sources"),
        ([["ramp"]], "names of sources"),
    ],
)
def test_what_names_no_source_is_refused(given, said):
    with pytest.raises(ValidationError, match=said):
        Named(tasks=given)


SIZES = st.lists(st.integers(1, 30), min_size=1, max_size=4)


@given(SIZES)
def test_without_shares_everything_is_taken_once_and_evenly(sizes):
    parts = {f"questions:{n}:train": [(n, i) for i in range(s)] for n, s in enumerate(sizes)}
    taken = mixed(parts, tuple(parts))
    assert sorted(taken) == sorted(one for items in parts.values() for one in items)
    for count in range(1, len(taken) + 1):
        for n, size in enumerate(sizes):
            had = sum(one[0] == n for one in taken[:count])
            assert abs(had - count * size / len(taken)) < len(sizes)


@given(st.lists(st.tuples(st.integers(1, 30), st.integers(1, 9)), min_size=2, max_size=4))
def test_shares_hold_in_every_beginning_until_a_source_is_used_up(given_parts):
    names = [f"questions:{n}:train" for n in range(len(given_parts))]
    parts = {name: [name] * size for name, (size, _) in zip(names, given_parts, strict=True)}
    shares = {name: share for name, (_, share) in zip(names, given_parts, strict=True)}
    taken = mixed(parts, tuple(f"{name}={share}" for name, share in shares.items()))
    total = sum(shares.values())
    for count in range(1, len(taken) + 1):
        for name, share in shares.items():
            assert abs(taken[:count].count(name) - count * share / total) < len(names)
    assert any(taken.count(name) == len(items) for name, items in parts.items())


def test_a_source_with_nothing_in_it_is_refused_by_name():
    with pytest.raises(InputError, match=f"nothing of {HOTPOT}"):
        mixed({WIKI: [1], HOTPOT: []}, (WIKI, HOTPOT))


def a_run(path, *names: str) -> RunFolder:
    run = RunFolder(path)
    for name in names:
        stage = run.own(QUESTIONS, name)
        stage.begin({}, _Nothing())
        prompt = Prompt(kind=TaskKind.QUESTION, text=f"{name}?")
        write_records(stage.folder / TRAIN, [Task(id=name, prompt=prompt, answers=(("x",),))])
        finish(stage)
    return run


def test_the_tasks_of_sources_and_what_a_manifest_says_of_them(tmp_path):
    run = a_run(tmp_path, "2wiki", "hotpotqa")
    files = task_files(run, (WIKI, HOTPOT))
    assert [task.id for one in files.values() for task in one.tasks()] == ["2wiki", "hotpotqa"]
    stage = run.own(TRACES)
    stage.begin(task_inputs(files), _Nothing())
    assert sources_of(stage) == names_of((WIKI, HOTPOT)) == [WIKI, HOTPOT]
    assert list(task_inputs(task_files(run, WIKI))) == ["tasks"]


def test_a_set_that_was_not_imported_or_has_no_training_split_is_one_line(tmp_path):
    run = a_run(tmp_path, "2wiki")
    with pytest.raises(StoreError, match="questions import"):
        task_files(run, HOTPOT)
    (run.own(QUESTIONS, "2wiki").folder / TRAIN).unlink()
    with pytest.raises(InputError, match="no training questions"):
        task_files(run, WIKI)
