"""Questions and episodes of rows on them, made by hand."""

import json

from masksearch.evaluation.benchmarks.questions import QuestionSet
from masksearch.evaluation.episodes import EvalEpisode
from masksearch.evaluation.table import scored
from masksearch.schemas import (
    Guard,
    Hit,
    Prompt,
    QuestionFacts,
    Status,
    Task,
    TaskKind,
    Trajectory,
    Turn,
    Usage,
)


def a_question(name="q1", accepted=("Paris",), text="Which city?", lang="en", **facts):
    told = QuestionFacts(**{"benchmark": "2wiki", "split": "dev", "number": name, **facts})
    prompt = Prompt(kind=TaskKind.QUESTION, text=text, lang=lang)
    return Task(id=f"2wiki-{name}", prompt=prompt, answers=(tuple(accepted),), question=told)


def with_parts(answer, **facts):
    structure = json.dumps(answer)
    return a_question("parts", ("a: b; c: d",), benchmark="fanoutqa", structure=structure, **facts)


def a_hit(title, text=""):
    return Hit(id=f"{title}#0", title=title, text=text, score=1.0)


def an_answer(task, answer, *hits, searches=1, status=Status.ANSWERED, reason="", **fields):
    """The end of an episode that searched and then answered; malformed without an answer."""
    turns = [
        Turn(thought="t", queries=("q",), hits=hits, usage=Usage(prompt_tokens=100))
        for _ in range(searches)
    ]
    return Trajectory(
        task_id=task.id, status=status, answer=answer, turns=tuple(turns), reason=reason, **fields
    )


def an_episode(row, task, answer, *hits, sample=0, guard=Guard.NONE, **fields):
    ended = an_answer(task, answer, *hits, **fields)
    return EvalEpisode.of(row, "2wiki", guard, ended, sample)


def scored_rows(tasks, *episodes, judgements=None, prices=None):
    """The episodes with their figures, by row."""
    known = {task.id: task for task in tasks}
    every = scored(episodes, known, QuestionSet("2wiki"), judgements, prices)
    rows = dict.fromkeys(one.episode.row for one in every)
    return {row: [one for one in every if one.episode.row == row] for row in rows}
