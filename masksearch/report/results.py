"""The evaluation of a run: tables by guard, differences along the learning, the headline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from masksearch.errors import StoreError
from masksearch.evaluation.answerable_part import answerable_lines, with_answerable
from masksearch.evaluation.benchmark import Benchmark
from masksearch.evaluation.benchmarks import benchmark_named
from masksearch.evaluation.caption import caption
from masksearch.evaluation.comparison import Difference, adjusted, differences
from masksearch.evaluation.early_ends import early_end_lines
from masksearch.evaluation.episodes import Evaluated, evaluated, evaluated_benchmarks
from masksearch.evaluation.rows import in_order, learners, row_named
from masksearch.evaluation.stage import EvaluatedRows, read_paths, unknown_lines
from masksearch.evaluation.statistics import Estimate
from masksearch.evaluation.table import (
    ScoredEpisode,
    Summary,
    headings,
    pass_headings,
    unavailable_lines,
)
from masksearch.report.paper import Paper, beside_paper
from masksearch.report.questions import ShownChanges, shown_changes
from masksearch.run_folder import RunFolder
from masksearch.schemas import Guard, Task, TaskKind

_HEADLINE = ("recall", "em", "evidence", "format")


class RowFigures(NamedTuple):
    """A row's summaries under one guard, over all tasks and then per stratum."""

    name: str
    unfinished: bool
    outdated: bool
    """Whether the model has been trained again since."""
    summaries: tuple[Summary, ...]


class GuardTable(NamedTuple):
    """The rows of a benchmark under one guard.

    `columns` are the headings of what came of their episodes by metric, `costs` those of what
    these took, `passed` those of several samples by the number of tries.
    """

    benchmark: str
    stratum: str
    guard: Guard
    rows: tuple[RowFigures, ...]
    columns: Mapping[str, str]
    costs: Mapping[str, str]
    passed: Mapping[int, str]


class Headline(NamedTuple):
    """A figure before and after training, over all tasks; `before` is None for one row."""

    name: str
    before: Estimate | None
    after: Estimate


class Change(NamedTuple):
    """What a step of the learning changed on the `n` tasks that both rows have.

    `p` is by metric, adjusted for all that are shown.
    """

    left: str
    right: str
    benchmark: str
    guard: Guard
    n: int
    figures: Mapping[str, Estimate]
    p: Mapping[str, float]


class Results(NamedTuple):
    """What is told of an evaluation; all empty before the first episode.

    `episodes` and `tasks` are those of the first benchmark that the run's own model was
    evaluated on, which the cases are taken from.
    """

    episodes: Mapping[str, Sequence[ScoredEpisode]]
    tasks: Mapping[str, Task]
    tables: tuple[GuardTable, ...]
    changes: tuple[Change, ...]
    questions: tuple[ShownChanges, ...]
    paper: Paper
    headlines: tuple[Headline, ...]
    compared: tuple[str, ...]
    """The rows of the headlines: before and after, or the only one."""
    notes: tuple[str, ...]
    """What a reader of the tables must know."""

    @property
    def change_columns(self) -> Mapping[str, str]:
        """The headings of what changed, by metric."""
        shown = {name for change in self.changes for name in change.figures}
        return {name: told for name, told in headings(costs=False).items() if name in shown}


def results(run: RunFolder) -> Results:
    """Read every row's episodes, also of an evaluation that is running.

    Raises InputError or SchemaError for a file that cannot be read.
    """
    there = [(benchmark_named(name), evaluated(run, name)) for name in evaluated_benchmarks(run)]
    read = [_read(run, benchmark, rows) for benchmark, rows in there]
    summaries = [with_answerable(run, one.benchmark, _flat(one.episodes)) for one in read]
    at = next((at for at, one in enumerate(read) if _learnt(one)), 0)
    learnt = _learnt(read[at])
    compared = tuple(dict.fromkeys([*learnt[:1], *learnt[-1:]]))
    return Results(
        episodes=read[at].episodes,
        tasks=read[at].tasks,
        tables=tuple(
            _table(run, benchmark, guard, rows, found)
            for (benchmark, rows), found in zip(there, summaries, strict=True)
            for guard in _guards(found)
        ),
        changes=tuple(_changes(read)),
        questions=tuple(change for one in read for change in _by_question(one)),
        paper=beside_paper(summary for found in summaries for summary in found),
        headlines=tuple(_headlines(summaries[at], compared)),
        compared=compared,
        notes=(
            *_notes(read, [one for found in summaries for one in found]),
            *(line for one in read if one.episodes for line in _answerable(run, one.benchmark)),
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
    lines = [
        *(caption(summaries) if summaries else []),
        *unavailable_lines(summaries),
        *left_out,
    ]
    return [line.strip() for line in lines]


def _answerable(run: RunFolder, benchmark: Benchmark) -> list[str]:
    """What can be answered at all; nothing where a set can no longer be read."""
    try:
        return answerable_lines(run, benchmark)
    except StoreError:
        return []


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
    return GuardTable(
        benchmark.name,
        benchmark.stratum,
        guard,
        shown,
        headings(under, costs=False),
        headings(under, costs=True),
        pass_headings(under),
    )


def _learnt(read: EvaluatedRows) -> list[str]:
    """The rows of the run's own model that there are, in the order of its learning."""
    return [name for name in learners() if name in read.episodes]


def _changes(read: Iterable[EvaluatedRows]) -> list[Change]:
    """Every row of the model against the one before it, benchmark by benchmark and by guard."""
    found = adjusted(
        [
            difference
            for one in read
            for earlier, later in pairwise(_learnt(one))
            for difference in differences(one.episodes[later], one.episodes[earlier])
            if difference.p is not None
        ]
    )
    lines: dict[tuple[str, str, str, Guard], list[Difference]] = {}
    for one in found:
        lines.setdefault((one.left, one.right, one.benchmark, one.guard), []).append(one)
    return [_change(line) for line in lines.values()]


def _change(line: Sequence[Difference]) -> Change:
    first = line[0]
    figures = {one.metric: one.estimate for one in line}
    p = {one.metric: one.p_holm for one in line if one.p_holm is not None}
    return Change(
        first.left, first.right, first.benchmark, first.guard, first.estimate.n, figures, p
    )


def _by_question(read: EvaluatedRows) -> list[ShownChanges]:
    """The run's own model along its learning; of questions each row against the one below it."""
    later_first = list(reversed(_learnt(read)))
    if any(task.kind is TaskKind.QUESTION for task in read.tasks.values()):
        later_first = [name for name in in_order(set(read.episodes)) if row_named(name).answers]
    pairs = list(pairwise(later_first))
    return shown_changes(read.benchmark.name, read.episodes, read.tasks, pairs)


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
