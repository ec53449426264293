"""The evaluation of a run: tables by guard, differences along the learning, the headline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from masksearch.errors import StoreError
from masksearch.evaluation.benchmark import Benchmark
from masksearch.evaluation.benchmarks import benchmark_named
from masksearch.evaluation.caption import caption
from masksearch.evaluation.early_ends import early_end_lines
from masksearch.evaluation.episodes import Evaluated, evaluated, evaluated_benchmarks
from masksearch.evaluation.rows import learners, row_named
from masksearch.evaluation.stage import EvaluatedRows, read_paths, unknown_lines
from masksearch.evaluation.statistics import Estimate
from masksearch.evaluation.table import (
    Difference,
    ScoredEpisode,
    Summary,
    differences,
    headings,
    summarise,
)
from masksearch.run_folder import RunFolder
from masksearch.schemas import Guard, Task

_HEADLINE = ("recall", "em", "evidence", "format")


class RowFigures(NamedTuple):
    """A row's summaries under one guard, over all tasks and then per stratum."""

    name: str
    unfinished: bool
    outdated: bool
    """Whether the model has been trained again since."""
    summaries: tuple[Summary, ...]


class GuardTable(NamedTuple):
    """The rows of a benchmark under one guard."""

    benchmark: str
    stratum: str
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
    benchmark: str
    guard: Guard
    n: int
    figures: Mapping[str, Estimate]


class Results(NamedTuple):
    """What is told of an evaluation; all empty before the first episode.

    `episodes` and `tasks` are those of the first benchmark, which the cases are taken from.
    """

    episodes: Mapping[str, Sequence[ScoredEpisode]]
    tasks: Mapping[str, Task]
    tables: tuple[GuardTable, ...]
    changes: tuple[Change, ...]
    headlines: tuple[Headline, ...]
    compared: tuple[str, ...]
    """The rows of the headlines: before and after, or the only one."""
    notes: tuple[str, ...]
    """What a reader of the tables must know."""


def results(run: RunFolder) -> Results:
    """Read every row's episodes, also of an evaluation that is running.

    Raises InputError or SchemaError for a file that cannot be read.
    """
    there = [(benchmark_named(name), evaluated(run, name)) for name in evaluated_benchmarks(run)]
    read = [_read(run, benchmark, rows) for benchmark, rows in there]
    summaries = [summarise(_flat(one.episodes)) for one in read]
    first = read[0].episodes
    learnt = [name for name in learners() if name in first]
    compared = tuple(dict.fromkeys([*learnt[:1], *learnt[-1:]]))
    return Results(
        episodes=first,
        tasks=read[0].tasks,
        tables=tuple(
            _table(run, benchmark, guard, rows, found)
            for (benchmark, rows), found in zip(there, summaries, strict=True)
            for guard in _guards(found)
        ),
        changes=tuple(change for one in read for change in _changes(one.episodes)),
        headlines=tuple(_headlines(summaries[0], compared)),
        compared=compared,
        notes=(
            *_notes(read, [one for found in summaries for one in found]),
            *early_end_lines(run, (one for _, rows in there for one in rows)),
        ),
    )


def _read(run: RunFolder, benchmark: Benchmark, rows: Sequence[Evaluated]) -> EvaluatedRows:
    """The rows that have episodes; where the tasks cannot be read, all are of unknown ones."""
    paths = {one.row: one.path for one in rows}
    if not paths:
        return EvaluatedRows(benchmark, {}, {}, {})
    try:
        found = read_paths(paths, benchmark.tasks(run), benchmark)
    except StoreError:
        found = read_paths(paths, (), benchmark)
    return found._replace(episodes={name: row for name, row in found.episodes.items() if row})


def _flat(episodes: Mapping[str, Sequence[ScoredEpisode]]) -> list[ScoredEpisode]:
    return [one for row in episodes.values() for one in row]


def _notes(read: Iterable[EvaluatedRows], summaries: Sequence[Summary]) -> list[str]:
    left_out = [line for one in read for line in unknown_lines(one)]
    lines = [*(caption(summaries) if summaries else []), *left_out]
    return [line.strip() for line in lines]


def _guards(summaries: Sequence[Summary]) -> list[Guard]:
    return [guard for guard in Guard if any(one.guard is guard for one in summaries)]


def _table(
    run: RunFolder,
    benchmark: Benchmark,
    guard: Guard,
    rows: Sequence[Evaluated],
    summaries: Sequence[Summary],
) -> GuardTable:
    under = [one for one in summaries if one.guard is guard]
    figures = [
        RowFigures(
            one.row,
            not one.stage.done,
            row_named(one.row).is_outdated(run, one.stage.manifest.inputs),
            tuple(summary for summary in under if summary.row == one.row),
        )
        for one in rows
    ]
    shown = tuple(row for row in figures if row.summaries)
    return GuardTable(benchmark.name, benchmark.stratum, guard, shown)


def _changes(episodes: Mapping[str, Sequence[ScoredEpisode]]) -> list[Change]:
    """Every row of the model against the one before it, guard by guard."""
    learnt = [name for name in learners() if name in episodes]
    found = [
        [one for one in differences(episodes[later], episodes[earlier]) if one.guard is guard]
        for earlier, later in pairwise(learnt)
        for guard in Guard
    ]
    return [_change(line) for line in found if line]


def _change(line: Sequence[Difference]) -> Change:
    first = line[0]
    figures = {one.metric: one.estimate for one in line}
    return Change(first.left, first.right, first.benchmark, first.guard, first.estimate.n, figures)


def _headlines(summaries: Sequence[Summary], compared: Sequence[str]) -> list[Headline]:
    """The first guard that all of the compared rows have."""
    overall = {(one.row, one.guard): one.figures for one in summaries if one.stratum is None}
    for guard in Guard:
        if compared and all((name, guard) in overall for name in compared):
            before, after = overall[compared[0], guard], overall[compared[-1], guard]
            return [
                Headline(headings()[m], before[m] if len(compared) > 1 else None, after[m])
                for m in _HEADLINE
                if m in after and m in before
            ]
    return []
