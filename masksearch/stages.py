"""The stages of a run: where each is kept, what makes it, and what it is made from.

Folder, command, recipe sections and output files of a stage are said here and nowhere else.
`made_from` is what a stage may have been made from; what it really was made from stands in
its manifest.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Generic

from typing_extensions import TypeVar

from masksearch.counts import (
    AnswerableCounts,
    Counts,
    DapoCounts,
    DocumentCounts,
    ExportCounts,
    IndexCounts,
    PassageCounts,
    QualityCounts,
    QuestionCounts,
    RowCounts,
    ScoreCounts,
    SftCounts,
    SpanCounts,
    TaskCounts,
    TraceCounts,
)

C = TypeVar("C", bound=Counts, default=Any)
"""The numbers of a stage."""


@dataclass(frozen=True)
class StageKind(Generic[C]):
    """What is true of a stage in every run.

    `counts` is what its manifest says of it in numbers.
    `sections` are those of the recipe that decide what it makes and nothing else. `outputs`
    are patterns of the files, in its folder, whose contents later stages depend on; a folder
    stands for all that is in it. Where `equal_rebuild`, making it again from the same inputs
    gives other bytes that mean the same. A family's members are folders within its own.
    """

    folder: str
    title: str
    purpose: str
    command: str
    counts: type[C]
    sections: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    made_from: tuple[StageKind, ...] = ()
    family: bool = False
    equal_rebuild: bool = False

    def __str__(self) -> str:
        return self.folder

    def __fspath__(self) -> str:
        """A stage may stand in a path, as its folder within the run."""
        return self.folder


TRAIN, HELDOUT, REFUSED_TASKS = "train.jsonl", "heldout.jsonl", "rejected.jsonl"
"""Of `TASKS`."""
REFUSED_QUESTIONS = "rejected.jsonl"
"""Of a set of `QUESTIONS`, beside a file of each split that it has."""
REACHES = "questions.jsonl"
"""Of a set with a retriever, of `ANSWERABLE`."""
ACCEPTED, REJECTED = "accepted.jsonl", "rejected.jsonl"
"""Of `TRACES`."""
CONVERSATIONS = "sft.jsonl"
"""Of `EXPORT`."""
MODEL, CHECKPOINTS, METRICS = "model", "checkpoints", "metrics.jsonl"
"""Of `SFT` and `DAPO`."""
EPISODES, SUMMARY = "episodes.jsonl", "summary.json"
"""Of a row of `EVAL`."""
SHARDS = "*.parquet"

DOCUMENTS = StageKind(
    "01-documents",
    "Documents",
    "Every page becomes plain text.",
    "corpus build",
    DocumentCounts,
    sections=("corpus",),
    outputs=(SHARDS,),
)
PASSAGES = StageKind(
    "02-passages",
    "Passages",
    "Every paragraph that is long enough becomes a passage.",
    "corpus build",
    PassageCounts,
    sections=("corpus",),
    outputs=(SHARDS,),
    made_from=(DOCUMENTS,),
)
INDEX = StageKind(
    "03-index",
    "Search index",
    "Passages can be found by words.",
    "index build",
    IndexCounts,
    outputs=("*",),
    made_from=(PASSAGES,),
    equal_rebuild=True,
)
QUALITY = StageKind(
    "03-quality",
    "Refused passages",
    "Passages of which no task is made, each with the reason.",
    "ramp clean",
    QualityCounts,
    sections=("quality",),
    outputs=("*.jsonl",),
    made_from=(PASSAGES,),
)
SPANS = StageKind(
    "04-spans",
    "Spans",
    "A language model names what is worth masking.",
    "ramp extract",
    SpanCounts,
    sections=("extract",),
    outputs=("*.jsonl",),
    made_from=(PASSAGES,),
)
SCORES = StageKind(
    "04-scores",
    "Scores",
    "A model says how hard each span is to guess.",
    "ramp score",
    ScoreCounts,
    outputs=("*.jsonl",),
    made_from=(PASSAGES, SPANS),
)
TASKS = StageKind(
    "04-tasks",
    "Tasks",
    "Names, dates and numbers are masked; to fill them in, one must search.",
    "ramp build",
    TaskCounts,
    sections=("ramp",),
    outputs=(TRAIN, HELDOUT, REFUSED_TASKS),
    made_from=(PASSAGES, QUALITY, SPANS, SCORES),
)
QUESTIONS = StageKind(
    "04-questions",
    "Questions",
    "The questions of a benchmark, each with its answers.",
    "questions import",
    QuestionCounts,
    outputs=("*.jsonl",),
    family=True,
)
ANSWERABLE = StageKind(
    "04-answerable",
    "Answerable questions",
    "Which questions can be answered from the corpus, and from what a search finds at once.",
    "questions answerable",
    AnswerableCounts,
    outputs=("*.jsonl",),
    made_from=(QUESTIONS, PASSAGES, INDEX),
    family=True,
)
TRACES = StageKind(
    "05-traces",
    "Traces",
    "Training tasks are solved by searching; a judge keeps what is right.",
    "synth run",
    TraceCounts,
    sections=("synth",),
    outputs=(ACCEPTED, REJECTED),
    made_from=(TASKS, QUESTIONS, INDEX),
)
EXPORT = StageKind(
    "06-export",
    "Conversations",
    "Kept traces as conversations: think, search, read, answer.",
    "export",
    ExportCounts,
    sections=("export",),
    outputs=(CONVERSATIONS,),
    made_from=(TASKS, QUESTIONS, TRACES),
)
SFT = StageKind(
    "07-sft",
    "Supervised fine-tuning",
    "The model learns its own part of the conversations, not what a search brought back.",
    "train sft",
    SftCounts,
    sections=("sft",),
    outputs=(MODEL,),
    made_from=(EXPORT,),
)
DAPO = StageKind(
    "08-dapo",
    "Reinforcement learning",
    "The model tries tasks in groups and learns from where its rewards differ (DAPO).",
    "train dapo",
    DapoCounts,
    sections=("dapo", "rollout", "reward", "curriculum"),
    outputs=(MODEL,),
    made_from=(TASKS, QUESTIONS, INDEX, EXPORT, SFT),
)
EVAL = StageKind(
    "09-eval",
    "Evaluation",
    "Agents solve tasks from pages that were never trained on, and questions of benchmarks.",
    "eval run",
    RowCounts,
    outputs=(EPISODES,),
    made_from=(TASKS, QUESTIONS, INDEX, TRACES, SFT, DAPO),
    family=True,
)

STAGES: tuple[StageKind, ...] = (
    DOCUMENTS,
    PASSAGES,
    INDEX,
    QUALITY,
    SPANS,
    SCORES,
    TASKS,
    QUESTIONS,
    ANSWERABLE,
    TRACES,
    EXPORT,
    SFT,
    DAPO,
    EVAL,
)
"""All of them, in the order of a run."""


@cache
def ancestors(kind: StageKind) -> frozenset[StageKind]:
    """All stages that a stage may have been made from, directly or not."""
    return frozenset(kind.made_from).union(*map(ancestors, kind.made_from))
