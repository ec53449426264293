"""Solved tasks as messages, to show a model what is wanted of it.

For masked texts they are training traces of the run; for questions one that is made up, in a
prompt file, so that a run of nothing but an index and questions can be evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from masksearch.messages import Message
from masksearch.protocol import ModelTurn, finished, retrieved
from masksearch.role_prompt import role_prompt
from masksearch.run_folder import RunFolder
from masksearch.schemas import Hit, Prompt, Task, TaskKind, Trajectory, Turn
from masksearch.stages import TRAIN
from prompts import PromptFile, PromptLibrary

Layout = Callable[[Prompt, Sequence[Turn], ModelTurn], list[Message]]
"""Lays a solved task out in messages, without the system message."""
EXAMPLE = "example"
"""The role of the prompt file."""
_SHOWN = 2
_SEARCHES = ("first", "second")


def searching(prompt: Prompt, turns: Sequence[Turn], final: ModelTurn) -> list[Message]:
    """As an agent solves a task."""
    return finished("", prompt, turns, final)[1:]


def at_once(prompt: Prompt, turns: Sequence[Turn], final: ModelTurn) -> list[Message]:
    """As a model answers that does not search."""
    return finished("", prompt, (), final)[1:]


def reading(prompt: Prompt, turns: Sequence[Turn], final: ModelTurn) -> list[Message]:
    """As a model answers that is shown what was found."""
    return [*retrieved("", prompt, turns)[1:], *at_once(prompt, turns, final)[1:]]


def worked_examples(
    run: RunFolder, num_masks: Sequence[int], layout: Layout
) -> tuple[Message, ...]:
    """One kept training trace for each of the two smallest of `num_masks`.

    Raises StoreError before `synth run`.
    """
    tasks = {task.id: task for task in run.tasks(TRAIN)}
    traces = list(run.traces())
    shown = [shortest(traces, tasks, masks) for masks in sorted(set(num_masks))[:_SHOWN]]
    return tuple(m for pair in shown if pair for m in example(*pair, layout))


def shortest(
    traces: list[Trajectory], tasks: dict[str, Task], num_masks: int
) -> tuple[Task, Trajectory] | None:
    """The trace that searches once per blank and takes the least room in a conversation."""
    known = [t for t in traces if t.task_id in tasks]
    fitting = [t for t in known if tasks[t.task_id].num_masks == num_masks]
    plain = [t for t in fitting if len(t.turns) == num_masks] or fitting
    chosen = min(plain, key=lambda t: (_length(tasks[t.task_id], t), t.task_id), default=None)
    return (tasks[chosen.task_id], chosen) if chosen else None


def example(task: Task, trace: Trajectory, layout: Layout) -> list[Message]:
    """A solved task as messages, without the system message."""
    final = ModelTurn(thought=trace.final_thought, answer=trace.answer)
    return layout(task.prompt, trace.turns, final)


def _length(task: Task, trace: Trajectory) -> int:
    return sum(len(message.content) for message in example(task, trace, searching))


def question_example(library: PromptLibrary, lang: str, layout: Layout) -> list[Message]:
    """The made-up question of the prompt file, solved by two searches; raises PromptError."""
    file = role_prompt(library, EXAMPLE, lang).file
    prompt = Prompt(kind=TaskKind.QUESTION, text=file.piece("question"), lang=lang)
    turns = [_turn(file, name) for name in _SEARCHES]
    return layout(
        prompt, turns, ModelTurn(thought=file.piece("last_thought"), answer=file.piece("answer"))
    )


def _turn(file: PromptFile, name: str) -> Turn:
    title, text = file.piece(f"{name}_title"), file.piece(f"{name}_text")
    return Turn(
        thought=file.piece(f"{name}_thought"),
        queries=(file.piece(f"{name}_query"),),
        hits=(Hit(id=name, title=title, text=text, score=1.0),),
    )
