"""What the demo shows of each stage: one task, one trajectory, one before and after."""

from __future__ import annotations

from itertools import islice

from cli.evaluating import evaluated_rows, heldout_tasks, read_rows
from cli.rows import REWARDED, TRAINED, UNTRAINED
from cli.show import task_text, trajectory_text
from cli.work import Work
from masksearch.evaluation.runner import EvalEpisode
from masksearch.schemas import Task, Trajectory
from masksearch.stages import TASKS, TRACES
from masksearch.store import read_records

_LOOKED_AT = 200


def some_task(work: Work) -> list[str]:
    """A short task with its answers."""
    path = work.run.stage(TASKS).folder / "train.jsonl"
    tasks = islice(read_records(path, Task), _LOOKED_AT)
    shown = min(tasks, key=lambda task: (-task.num_masks, len(task.prompt.text)))
    return [
        "\nFor example (with the answers, which no solver sees):",
        task_text(shown, answers=True),
    ]


def solved_task(work: Work) -> list[str]:
    """A short kept trajectory."""
    folder = work.run.stage(TRACES).folder
    traces = list(islice(read_records(folder / "accepted.jsonl", Trajectory), _LOOKED_AT))
    if not traces:
        return []
    shown = min(traces, key=lambda trace: (len(trace.turns), len(trace.model_dump_json())))
    path = work.run.stage(TASKS).folder / "train.jsonl"
    task = next((one for one in read_records(path, Task) if one.id == shown.task_id), None)
    return ["\nFor example:", trajectory_text(shown, task)]


def before_and_after(work: Work) -> list[str]:
    """A held-out task as the model solved it before and after training."""
    last = REWARDED if REWARDED in evaluated_rows(work.run) else TRAINED
    rows = read_rows(work.run, [UNTRAINED, last])
    before = {episode.key: episode for episode in rows[UNTRAINED]}
    pairs = [(before[one.key], one) for one in rows[last] if one.key in before]
    if not pairs:
        return []
    old, new = max(pairs, key=_telling)
    task = next((one for one in heldout_tasks(work.run) if one.id == new.task_id), None)
    return [
        "\nOne of the tasks, before:",
        trajectory_text(old.trajectory, task),
        "\nand after:",
        trajectory_text(new.trajectory, task),
    ]


def _telling(pair: tuple[EvalEpisode, EvalEpisode]) -> tuple[float, float, int]:
    """The clearest gain first, then the shorter text."""
    old, new = pair
    return new.score.em - old.score.em, new.score.recall, -len(new.trajectory.model_dump_json())
