"""The evaluation of a run: tables by guard, differences along the learning, the headline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from masksearch.evaluation.runner import EPISODES, EvalEpisode
from masksearch.evaluation.statistics import Estimate
from masksearch.evaluation.table import HEADINGS, Difference, Metric, Summary, compare, summarise
from masksearch.manifest import Stage
from masksearch.run_folder import RunFolder
from masksearch.schemas import Guard
from masksearch.stages import DAPO, EVAL, SFT
from masksearch.store import read_records

_HEADLINE = (Metric.RECALL, Metric.EM, Metric.EVIDENCE, Metric.FORMAT)


class RowFigures(NamedTuple):
    """A row's summaries under one guard, over all tasks and then per `num_masks`."""

    name: str
    unfinished: bool
    outdated: bool
    """Whether the model has been trained again since."""
    summaries: tuple[Summary, ...]


class GuardTable(NamedTuple):
    """The rows under one guard."""

    guard: Guard
    rows: tuple[RowFigures, ...]


class Headline(NamedTuple):
    """A figure before and after training, over all tasks; `before` is None for one row."""

    name: str
    before: Estimate | None
    after: Estimate


class Change(NamedTuple):
    """What a step of the learning changed on the `n` tasks that both rows have."""

    left: str
    right: str
    guard: Guard
    n: int
    figures: Mapping[Metric, Estimate]


class Results(NamedTuple):
    """What is told of an evaluation; all empty before the first episode."""

    episodes: Mapping[str, Sequence[EvalEpisode]]
    summaries: tuple[Summary, ...]
    tables: tuple[GuardTable, ...]
    changes: tuple[Change, ...]
    headlines: tuple[Headline, ...]
    compared: tuple[str, ...]
    """The rows of the headlines: before and after, or the only one."""


def results(run: RunFolder, learners: Sequence[str]) -> Results:
    """Read every row's episodes, also of an evaluation that goes on.

    `learners` are the rows of the model in the order of its learning. Raises InputError or
    SchemaError for a file that cannot be read.
    """
    episodes = _episodes(run, learners)
    summaries = tuple(summarise(one for row in episodes.values() for one in row))
    there = [name for name in learners if name in episodes]
    compared = tuple(dict.fromkeys([*there[:1], *there[-1:]]))
    return Results(
        episodes=episodes,
        summaries=summaries,
        tables=tuple(_table(run, guard, summaries) for guard in _guards(summaries)),
        changes=tuple(_changes(episodes, there)),
        headlines=tuple(_headlines(summaries, compared)),
        compared=compared,
    )


def _episodes(run: RunFolder, learners: Sequence[str]) -> dict[str, list[EvalEpisode]]:
    there = {path.parent.name: path for path in (run.path / EVAL.folder).glob(f"*/{EPISODES}")}
    names = [name for name in learners if name in there]
    others = sorted(there.keys() - set(names))
    read = {
        name: list(read_records(there[name], EvalEpisode, growing=True))
        for name in (*names, *others)
    }
    return {name: found for name, found in read.items() if found}


def _guards(summaries: Sequence[Summary]) -> list[Guard]:
    return [guard for guard in Guard if any(one.guard is guard for one in summaries)]


def _table(run: RunFolder, guard: Guard, summaries: Sequence[Summary]) -> GuardTable:
    under = [one for one in summaries if one.guard is guard]
    rows = [
        RowFigures(
            name,
            not run.stage(EVAL, name).done,
            _outdated(run, run.stage(EVAL, name)),
            tuple(one for one in under if one.row == name),
        )
        for name in dict.fromkeys(one.row for one in under)
    ]
    return GuardTable(guard, tuple(rows))


def _outdated(run: RunFolder, row: Stage) -> bool:
    """Whether a row is of a model that the run has made again since."""
    asked = row.manifest.inputs
    made = {"sft": run.stage(SFT), "dapo": run.stage(DAPO)}
    return any(name in asked and asked[name] != stage.hash for name, stage in made.items())


def _changes(
    episodes: Mapping[str, Sequence[EvalEpisode]], learners: Sequence[str]
) -> list[Change]:
    """Every row of the model against the one before it."""
    found = [
        [compare(episodes[later], episodes[earlier], metric, guard) for metric in HEADINGS]
        for earlier, later in pairwise(learners)
        for guard in Guard
    ]
    return [_change([one for one in line if one]) for line in found if any(line)]


def _change(line: Sequence[Difference]) -> Change:
    first = line[0]
    figures = {one.metric: one.estimate for one in line}
    return Change(first.left, first.right, first.guard, first.estimate.n, figures)


def _headlines(summaries: Sequence[Summary], compared: Sequence[str]) -> list[Headline]:
    """The first guard that all of the compared rows have."""
    overall = {(one.row, one.guard): one.figures for one in summaries if one.num_masks is None}
    for guard in Guard:
        if compared and all((name, guard) in overall for name in compared):
            before, after = overall[compared[0], guard], overall[compared[-1], guard]
            return [
                Headline(HEADINGS[m], before[m] if len(compared) > 1 else None, after[m])
                for m in _HEADLINE
                if m in after and m in before
            ]
    return []
