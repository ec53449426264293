"""What the demo shows of each stage: one task, one trajectory, one before and after."""

from __future__ import annotations

from itertools import islice

from cli.show import task_text, trajectory_text
from cli.work import Work
from masksearch.evaluation.benchmarks.ramp import RampHeldout
from masksearch.evaluation.episodes import evaluated
from masksearch.evaluation.rows import learners
from masksearch.evaluation.stage import read_rows
from masksearch.evaluation.table import ScoredEpisode
from masksearch.stages import TRAIN

_LOOKED_AT = 200


def some_task(work: Work) -> list[str]:
    """A short task with its answers."""
    tasks = islice(work.run.tasks(TRAIN), _LOOKED_AT)
    shown = min(tasks, key=lambda task: (-task.num_masks, len(task.prompt.text)))
    return [
        "\nFor example (with the answers, which no solver sees):",
        task_text(shown, answers=True),
    ]


def solved_task(work: Work) -> list[str]:
    """A short kept trajectory."""
    traces = list(islice(work.run.traces(), _LOOKED_AT))
    if not traces:
        return []
    shown = min(traces, key=lambda trace: (len(trace.turns), len(trace.model_dump_json())))
    task = next((one for one in work.run.tasks(TRAIN) if one.id == shown.task_id), None)
    return ["\nFor example:", trajectory_text(shown, task)]


def before_and_after(work: Work) -> list[str]:
    """A held-out task as the model solved it before and after training."""
    there = {one.row for one in evaluated(work.run)}
    learnt = [name for name in learners() if name in there]
    if len(learnt) < 2:
        return []
    rows = read_rows(work.run, RampHeldout(), [learnt[0], learnt[-1]])
    before = {one.episode.key: one for one in rows.episodes[learnt[0]]}
    after = rows.episodes[learnt[-1]]
    pairs = [(before[key], one) for one in after if (key := one.episode.key) in before]
    if not pairs:
        return []
    old, new = (one.episode for one in max(pairs, key=_telling))
    task = rows.tasks[new.task_id]
    return [
        "\nOne of the tasks, before:",
        trajectory_text(old.trajectory, task),
        "\nand after:",
        trajectory_text(new.trajectory, task),
    ]


def _telling(pair: tuple[ScoredEpisode, ScoredEpisode]) -> tuple[float, float, int]:
    """The clearest gain first, then the shorter text."""
    old, new = pair
    gain = new.figures["em"] - old.figures["em"]
    return gain, new.figures["recall"], -len(new.episode.trajectory.model_dump_json())
