"""Solved training tasks as messages, to show a model what is wanted of it."""

from __future__ import annotations

from collections.abc import Sequence

from masksearch.messages import Message
from masksearch.protocol import ModelTurn, finished
from masksearch.run_folder import RunFolder
from masksearch.schemas import Task, Trajectory
from masksearch.stages import TRAIN

_SHOWN = 2


def worked_examples(
    run: RunFolder, num_masks: Sequence[int], *, searching: bool
) -> tuple[Message, ...]:
    """One kept training trace for each of the two smallest of `num_masks`.

    They are shown with or without their searches. Raises StoreError before `synth run`.
    """
    tasks = {task.id: task for task in run.tasks(TRAIN)}
    traces = list(run.traces())
    shown = [shortest(traces, tasks, masks) for masks in sorted(set(num_masks))[:_SHOWN]]
    return tuple(m for pair in shown if pair for m in example(*pair, searching=searching))


def shortest(
    traces: list[Trajectory], tasks: dict[str, Task], num_masks: int
) -> tuple[Task, Trajectory] | None:
    """The trace that searches once per blank and takes the least room in a conversation."""
    known = [t for t in traces if t.task_id in tasks]
    fitting = [t for t in known if tasks[t.task_id].num_masks == num_masks]
    plain = [t for t in fitting if len(t.turns) == num_masks] or fitting
    chosen = min(plain, key=lambda t: (_length(tasks[t.task_id], t), t.task_id), default=None)
    return (tasks[chosen.task_id], chosen) if chosen else None


def example(task: Task, trace: Trajectory, *, searching: bool) -> list[Message]:
    """A solved task as messages, without the system message."""
    final = ModelTurn(thought=trace.final_thought, answer=trace.answer)
    return finished("", task.prompt, trace.turns if searching else (), final)[1:]


def _length(task: Task, trace: Trajectory) -> int:
    return sum(len(message.content) for message in example(task, trace, searching=True))
