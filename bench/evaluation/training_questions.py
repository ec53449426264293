"""The data folder's questions as tasks, and runs that search the corpus of the same name."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from bench.harness.bar import Unmeasured
from masksearch.schemas import Evidence, Prompt, QuestionFacts, Task, TaskKind, question_task_id


def questions(data: Path, name: str, *splits: str) -> list[Task]:
    """The questions of a set's splits, in file order; raises Unmeasured."""
    path = data / "questions" / f"{name}.jsonl.gz"
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
    except OSError as error:
        raise Unmeasured(f"cannot read {path}: {error}") from error
    return [_task(name, row) for row in rows if row["split"] in splits]


def _task(name: str, row: dict[str, Any]) -> Task:
    facts = QuestionFacts(
        benchmark=name,
        split=row["split"],
        number=str(row["id"]),
        type=row.get("type", ""),
        aliases=row.get("answer_aliases", ()),
        supporting_titles=row.get("supporting_titles", ()),
        evidences=[Evidence(*triple) for triple in row.get("evidences", ())],
    )
    prompt = Prompt(kind=TaskKind.QUESTION, text=row["question"])
    number = question_task_id(name, facts.number)
    return Task(id=number, prompt=prompt, answers=(tuple(row["answers"]),), question=facts)
