"""Episodes of earlier versions are read, and an evaluation that holds some is resumed."""

import json
from pathlib import Path

import pytest

from masksearch.errors import SchemaError
from masksearch.evaluation.benchmarks.ramp import RampHeldout
from masksearch.evaluation.episodes import EvalEpisode, evaluated, own_row, read_episodes
from masksearch.evaluation.runner import arrange, evaluate, tries
from masksearch.evaluation.stage import read_rows
from masksearch.evaluation.table import scored, summarise
from masksearch.run_folder import RunFolder
from masksearch.schemas import (
    MASK,
    Guard,
    Interval,
    Prompt,
    Status,
    Task,
    TaskKind,
    Trajectory,
    read_record,
)
from masksearch.store import read_json, read_lines, write_json

TASKS = {
    name: Task(
        id=name,
        prompt=Prompt(kind=TaskKind.RAMP, text=f"x {MASK}", num_masks=1),
        answers=(("gold",),),
        masks=(Interval(2, 6),),
    )
    for name in ("t0", "t1")
}


def old_line(task="t0", row="trained", **fields):
    """A line as version 2 wrote it."""
    ended = {"schema_version": 2, "task_id": task, "status": "answered", "answer": "gold"}
    return {
        "schema_version": 2, "key": f"none/{task}", "row": row, "guard": "none", "task_id": task,
        "num_masks": 1, "score": {"em": 0.25, "of": "another metric"}, "trajectory": ended, **fields,
    }  # fmt: skip


def old_row(run, name):
    folder = run.path / "09-eval" / name
    write_json(folder / "manifest.json", {"inputs": {}, "settings": {}, "done": True})
    path = folder / "episodes.jsonl"
    path.write_text(json.dumps(old_line(row=name)) + "\n")
    return path


class Agent:
    name = "sft"

    def __init__(self):
        self.ran = []

    async def run(self, task):
        self.ran.append(task.id)
        return Trajectory(task_id=task.id, status=Status.ANSWERED, answer="gold")


def test_an_old_record_has_its_benchmark_its_key_and_its_rows_present_name(tmp_path):
    [found] = read_episodes(old_row(RunFolder(tmp_path), "trained"))
    assert (found.benchmark, found.row, found.key) == ("ramp", "sft", "ramp/none/t0/0")
    assert (found.sample, found.schema_version) == (0, 3)


def test_figures_are_computed_and_not_taken_from_what_was_stored(tmp_path):
    found = scored(read_episodes(old_row(RunFolder(tmp_path), "trained")), TASKS, RampHeldout())
    assert found[0].figures["em"] == 1


def test_a_field_that_no_version_had_is_refused():
    with pytest.raises(SchemaError, match="not a EvalEpisode"):
        read_record(EvalEpisode, {**old_line(), "schema_version": 3})


async def test_an_old_file_is_resumed_and_no_task_is_run_twice(tmp_path):
    path, agent = old_row(RunFolder(tmp_path), "trained"), Agent()
    before = path.read_text()
    tasks = list(TASKS.values())
    await evaluate(agent, tasks, path, benchmark="ramp", guard=Guard.NONE, concurrency=2)
    arrange(path, tasks, list(tries(tasks, "ramp", Guard.NONE)))
    assert agent.ran == ["t1"]
    assert [episode.key for episode in read_episodes(path)] == ["ramp/none/t0/0", "ramp/none/t1/0"]
    assert path.read_text().startswith(before)


def test_rows_under_their_old_names_are_found_and_resumed_in_their_folders(tmp_path):
    run = RunFolder(tmp_path)
    for name in ("untrained", "trained", "context-as-query"):
        old_row(run, name)
    assert [one.row for one in evaluated(run)] == ["sft", "agent", "context-as-query"]
    assert own_row(run, "ramp", "sft").folder.name == "trained"
    assert own_row(run, "ramp", "agent").folder.name == "untrained"
    assert own_row(run, "ramp", "dapo").folder.name == "dapo"
    assert own_row(RunFolder(tmp_path / "new"), "ramp", "sft").folder.name == "sft"


def test_a_row_has_a_folder_for_each_benchmark(tmp_path):
    assert own_row(RunFolder(tmp_path), "quiz", "sft").folder.name == "quiz@sft"


async def test_episodes_of_two_benchmarks_and_guards_have_keys_of_their_own(tmp_path):
    path = tmp_path / "e.jsonl"
    for benchmark, guard in (("ramp", Guard.NONE), ("quiz", Guard.NONE), ("ramp", Guard.PAGE)):
        await evaluate(
            Agent(), [TASKS["t0"]], path, benchmark=benchmark, guard=guard, concurrency=1
        )
    keys = [raw["key"] for _, raw in read_lines(path)]
    assert keys == ["ramp/none/t0/0", "quiz/none/t0/0", "ramp/page/t0/0"]


def test_the_figures_of_a_kept_run_are_those_that_were_stored_then():
    folder = Path(__file__).parents[1] / "fixtures" / "contracts-1"
    rows = read_rows(RunFolder(folder), RampHeldout())
    assert len(rows.episodes) == 6 and not rows.unknown
    for one in evaluated(RunFolder(folder)):
        now = {summary.stratum: summary for summary in summarise(rows.episodes[one.row])}
        for then in read_json(one.path.with_name("summary.json")):
            masks = then["num_masks"]
            found = now[None if masks is None else str(masks)]
            assert found.n == then["n"]
            assert then["figures"].items() <= found.model_dump(mode="json")["figures"].items()
