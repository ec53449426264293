"""The user messages in which roles are shown a task and what was found, escaped."""

from __future__ import annotations

from collections.abc import Sequence

from masksearch.protocol import escape, render_information, render_task
from masksearch.schemas import Prompt, Task, Turn


def show_task(prompt: Prompt) -> str:
    """The task under its heading."""
    return f"Task:\n{render_task(prompt)}"


def show_sub_question(prompt: Prompt, sub_question: str, turns: Sequence[Turn]) -> str:
    """What a rewriter is shown."""
    asked = [f"- {escape(query)}" for turn in turns for query in turn.queries]
    before = "\n".join(asked) or "(none)"
    return (
        f"{show_task(prompt)}\n\nSub-question:\n{escape(sub_question)}\n\n"
        f"Queries already asked:\n{before}"
    )


def show_turns(prompt: Prompt, turns: Sequence[Turn]) -> str:
    """What an observer is shown: every search with its results."""
    return "\n\n".join([show_task(prompt), *map(_show_turn, range(1, len(turns) + 1), turns)])


def _show_turn(number: int, turn: Turn) -> str:
    queries = "; ".join(map(escape, turn.queries))
    return (
        f"Search {number}\nThought: {escape(turn.thought)}\nQueries: {queries}\n"
        f"Results:\n{render_information(turn.hits, turn.error)}"
    )


def show_answer(task: Task, answer: str) -> str:
    """What a judge is shown; not the thoughts, which could talk it round."""
    accepted = [
        f"{number}. {' | '.join(map(escape, aliases))}"
        for number, aliases in enumerate(task.answers, 1)
    ]
    correct = "\n".join(accepted)
    return (
        f"{show_task(task.prompt)}\n\nCorrect answers:\n{correct}\n\n"
        f"Given answer:\n{escape(answer)}"
    )
