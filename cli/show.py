"""Tasks, trajectories, hits and tables as a person reads them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import TYPE_CHECKING

from rich.box import MARKDOWN
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from masksearch.evaluation.benchmarks import DEFAULT_BENCHMARK, benchmark_named
from masksearch.evaluation.comparison import Difference
from masksearch.evaluation.statistics import Estimate
from masksearch.evaluation.table import Summary, cell, cells, headings, pass_headings
from masksearch.schemas import Guard, Hit, Task, Trajectory, Turn

if TYPE_CHECKING:
    from masksearch.evaluation.leaks import LeakRates
    from masksearch.masking.statistics import RampStatistics

_WIDTH = 80
_TABLE_WIDTH = 1000  # a table takes what it needs, and no cell of it is broken
_HIT_CHARS = 160
_BAR = 40
BRIEF = ("format", "evidence", "recall")
"""The metrics of a table that is to fit into 80 columns."""


def task_text(task: Task, *, answers: bool = False) -> str:
    """A task with its number of masks, its title and, if wanted, its answers."""
    lines = [
        headline(task),
        *wrapped(f"{task.prompt.title}: {task.prompt.text}".removeprefix(": ")),
    ]
    if answers:
        lines += [
            f"    {number}. {' | '.join(aliases)}{_of_mask(task, number - 1)}"
            for number, aliases in enumerate(task.answers, 1)
        ]
    return "\n".join(lines)


def headline(task: Task) -> str:
    """A task's id, and what tells it from others at a glance."""
    return " · ".join([task.id, *_facts(task)])


def _facts(task: Task) -> list[str]:
    """What tells a task from others at a glance."""
    count = f"{task.num_masks} mask{'s' * (task.num_masks > 1)}"
    perplexity = task.difficulty.perplexity
    return [
        *([count] if task.num_masks else []),
        *([task.prompt.lang] if task.prompt.lang != "en" else []),
        *([f"perplexity {perplexity:,.0f}"] if perplexity is not None else []),
    ]


def _of_mask(task: Task, index: int) -> str:
    """What is known of a mask: its type, who found it, and the page it links to."""
    told = [task.mask_types[index].value] if task.mask_types else []
    if task.mask_sources:
        told.append(task.mask_sources[index].value)
    if task.mask_targets and task.mask_targets[index]:
        told.append(f"→ {task.mask_targets[index]}")
    return f"  ({', '.join(told)})" if told else ""


def statistics_lines(found: RampStatistics) -> list[str]:
    """Counts and histograms of a run's tasks."""
    lines = [f"{found.total:,} tasks"]
    for title, counts in found.counts.items():
        lines += ["", title, *bars(list(counts.items()))]
    for histogram in found.histograms:
        lines += ["", histogram.title, *bars(histogram.bins)]
    return lines


def bars(counted: Sequence[tuple[str, int]]) -> list[str]:
    """Counts with bars of their size."""
    if not counted:
        return ["  none"]
    most = max(number for _, number in counted) or 1
    width = max(len(name) for name, _ in counted)
    digits = max(len(f"{number:,}") for _, number in counted)
    return [
        f"  {name:<{width}}  {number:>{digits},}  {'█' * round(_BAR * number / most)}".rstrip()
        for name, number in counted
    ]


def trajectory_text(trajectory: Trajectory, task: Task | None = None) -> str:
    """A whole episode: the task, every turn, the answer and what became of it."""
    lines = [task_text(task)] if task else [trajectory.task_id]
    for number, turn in enumerate(trajectory.turns, 1):
        lines += _turn_lines(number, turn)
    if trajectory.final_thought:
        lines += wrapped(f"thinks: {trajectory.final_thought}")
    if trajectory.malformed_text:
        lines += wrapped(f"said, and could not be read: {trajectory.malformed_text}")
    lines += wrapped(f"answers: {_joined(trajectory.answer) or '(nothing)'}")
    if task:
        lines += wrapped(f"right: {' / '.join(aliases[0] for aliases in task.answers)}")
    if trajectory.teacher.with_gold:
        lines += wrapped(f"made with gold evidence by {trajectory.teacher.model}")
    return "\n".join([*lines, *wrapped(_outcome(trajectory))])


def hit_lines(hits: Sequence[Hit]) -> list[str]:
    """Ranked hits, shortened, each with where it is from."""
    lines = []
    for rank, hit in enumerate(hits, 1):
        lines.append(f"    [{rank}] {hit.title}  ({hit.id}, score {hit.score:.1f})")
        text = textwrap.shorten(hit.text, _HIT_CHARS, placeholder=" …")
        lines += textwrap.wrap(text, _WIDTH, initial_indent=" " * 8, subsequent_indent=" " * 8)
    return lines


def table_text(summaries: Sequence[Summary]) -> str:
    """One aligned Markdown table per benchmark and guard."""
    groups = dict.fromkeys((summary.benchmark, summary.guard) for summary in summaries)
    return "\n".join(
        _table([one for one in summaries if (one.benchmark, one.guard) == group], *group)
        for group in groups
    )


def leak_lines(rates: Sequence[LeakRates]) -> list[str]:
    """Leak rates as an aligned table, a row per guard."""
    table = Table("guard", "tasks", "near copy found", "leaks", "answer in any hit", box=MARKDOWN)
    for one in rates:
        figures = (one.copies, one.leaked, one.answered)
        told = [f"{figure.mean:.1%} [{figure.low:.1%}, {figure.high:.1%}]" for figure in figures]
        table.add_row(str(one.guard), str(one.copies.n), *told)
    return [*_lines(table), "", "Leaks: a near copy of the masked passage was found that answers."]


def said(difference: Difference) -> str:
    """A paired difference in a line."""
    figure = difference.estimate
    return (
        f"{difference.left} − {difference.right}, {headings()[difference.metric]}, "
        f"guard {difference.guard}: {figure.mean:+.2f} [{figure.low:+.2f}, {figure.high:+.2f}] "
        f"on {figure.n} tasks"
    )


def difference_lines(found: Sequence[Difference]) -> list[str]:
    """Paired differences as an aligned table, with what they prove."""
    if not found:
        return []
    named = ("rows", "guard", "metric", "difference", "n", "higher", "lower", "p", "p (Holm)")
    lines = table_lines([*named, "n can show"], map(_difference, found))
    tested = sum(one.p is not None for one in found)
    return [
        *lines,
        "",
        "p: McNemar's exact test where both figures are 0 or 1, else random changes of sign; Holm: "
        f"for the {tested} tests of this table together.",
        "n can show: the least true difference found with probability 0.8 among so many tasks.",
    ]


def _difference(one: Difference) -> list[str]:
    figure, least = one.estimate, one.smallest_effect
    return [
        f"{one.left} − {one.right}",
        one.guard,
        headings()[one.metric],
        signed(figure),
        str(figure.n),
        str(one.wins),
        str(one.losses),
        _probability(one.p),
        _probability(one.p_holm),
        "–" if least is None else f"{least:.2f}",
    ]


def signed(figure: Estimate) -> str:
    """A difference with its interval; of large figures without decimals."""
    digits = 3 if abs(figure.mean) < 10 else 0
    low, high = f"{figure.low:+,.{digits}f}", f"{figure.high:+,.{digits}f}"
    return f"{figure.mean:+,.{digits}f} [{low}, {high}]"


def _probability(p: float | None) -> str:
    return "–" if p is None else f"{p:.3f}" if p >= 0.001 else "< 0.001"


def _table(summaries: Sequence[Summary], benchmark: str, guard: Guard) -> str:
    """What came of the episodes of rows, and below it what they took."""
    stratum = benchmark_named(benchmark).stratum
    quality, passed = headings(summaries, costs=False), pass_headings(summaries)
    rows = [
        [*cells(one, quality), *(cell(one.pass_at.get(count)) for count in passed)]
        for one in summaries
    ]
    lines = table_lines(["row", stratum, "n", *quality.values(), *passed.values()], rows)
    named = f"Benchmark `{benchmark}`, g" if benchmark != DEFAULT_BENCHMARK else "G"
    return "\n".join([f"{named}uard `{guard}`", "", *lines, "", *_costs(summaries), ""])


def _costs(summaries: Sequence[Summary]) -> list[str]:
    overall = [one for one in summaries if one.stratum is None]
    if not (columns := headings(overall, costs=True)):
        return []
    rows = [[one.row, *cells(one, columns)[2:]] for one in overall]
    lines = table_lines(["row", "n", *columns.values()], rows)
    return ["What an episode took", "", *lines, ""]


def brief_table(summaries: Sequence[Summary]) -> list[str]:
    """The rows over all tasks, in the figures that tell most; a table for each guard."""
    overall = [one for one in summaries if one.stratum is None]
    shown = [headings()[name] for name in BRIEF]
    return [line for guard in Guard for line in _brief(overall, guard, shown)]


def _brief(overall: Sequence[Summary], guard: Guard, shown: Sequence[str]) -> list[str]:
    under = [one for one in overall if one.guard is guard]
    if not under:
        return []
    rows = [[one.row, *(cell(one.figures.get(name)) for name in BRIEF)] for one in under]
    named = {count: [one.row for one in under if one.n == count] for count in (u.n for u in under)}
    counts = [f"{count} tasks: {', '.join(names)}" for count, names in named.items()]
    return ["", f"Guard `{guard}`", "", *table_lines(["row", *shown], rows), "", *counts]


def table_lines(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """An aligned Markdown table of any cells."""
    table = Table(*headings, box=MARKDOWN)
    for row in rows:
        table.add_row(*map(escape, row))
    return _lines(table)


def _lines(table: Table) -> list[str]:
    console = Console(file=StringIO(), width=_TABLE_WIDTH, color_system=None)
    with console.capture() as captured:
        console.print(table)
    return [line.rstrip() for line in captured.get().splitlines() if line.strip()]


def _turn_lines(number: int, turn: Turn) -> list[str]:
    lines = wrapped(f"thinks: {turn.thought or '(nothing)'}")
    lines += [f"  searches ({number}): {query}" for query in turn.queries]
    if turn.error:
        return [*lines, f"    the search failed: {turn.error}"]
    return lines + (hit_lines(turn.hits) or ["    nothing was found"])


def _outcome(trajectory: Trajectory) -> str:
    if (verdict := trajectory.verdict) is None:
        return f"ended: {trajectory.status}" + f" ({trajectory.reason})" * bool(trajectory.reason)
    kept = "kept" if verdict.accepted else "not kept"
    return f"verdict: {kept} ({verdict.reason}; judge: {verdict.judge})"


def _joined(answer: str) -> str:
    return " / ".join(line.strip() for line in answer.splitlines() if line.strip())


def wrapped(text: str) -> list[str]:
    """A paragraph in lines of a readable width, on one line if it fits."""
    joined = " ".join(text.split())
    return textwrap.wrap(joined, _WIDTH, initial_indent="  ", subsequent_indent="    ")
