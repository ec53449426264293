"""`masksearch eval`: agents on held-out tasks."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

from cli.options import READING, WORKING, LimitOption, StrictOption, with_options
from cli.work import Options, Report, Work, existing_run, open_work, perform_one, tell
from masksearch.errors import ConfigError
from masksearch.evaluation.benchmark import Benchmark
from masksearch.evaluation.benchmarks import DEFAULT_BENCHMARK, benchmark_named
from masksearch.evaluation.rows import ROWS, chosen_rows
from masksearch.schemas import Guard

app = typer.Typer(no_args_is_help=True, help="Agents on held-out tasks.")
_SHOWN = 3

BenchOption: TypeAlias = Annotated[
    str,
    typer.Option(
        "--bench",
        help="The benchmark: ramp, or a set of questions that was imported, as SET or SET:SPLIT.",
        metavar="NAME",
    ),
]


BenchesOption: TypeAlias = Annotated[
    str,
    typer.Option(
        "--bench",
        help="The benchmarks: ramp, or sets of questions that were imported, as SET or SET:SPLIT.",
        metavar="A,B",
    ),
]


@app.command("run")
@with_options(*WORKING)
def run_rows(
    options: Options,
    rows: Annotated[
        str | None,
        typer.Option(
            "--rows",
            help=f"{', '.join(row.name for row in ROWS)}, a model's folder or Hugging Face id, "
            "endpoint:NAME, search-r1:MODEL; else those that the run has.",
            metavar="A,B",
        ),
    ] = None,
    guards: Annotated[
        str | None,
        typer.Option(
            "--guards",
            help="none, paragraph, copies, page; else the recipe's. Questions have none alone.",
            metavar="A,B",
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option("--model", help="A row's name, or a model's folder or id."),
    ] = None,
    samples: Annotated[
        int | None,
        typer.Option(
            "--samples", min=1, help="Try each task so often, drawn; else once, greedily."
        ),
    ] = None,
    bench: BenchesOption = DEFAULT_BENCHMARK,
    strict: StrictOption = False,
    limit: LimitOption = None,
) -> None:
    """Evaluate rows under guards; what was evaluated before is kept and added to."""
    from cli.evaluating import run_eval

    chosen, benchmarks = chosen_rows(rows, model), _benchmarks(bench)
    changes = {
        "tasks": limit,
        "other_tasks": limit,
        "questions": limit,
        "samples": samples,
        "guards": _guards(guards),
    }
    given = {key: value for key, value in changes.items() if value is not None}
    work = open_work(options)

    def run_eval_rows(_: Work) -> Report:
        return run_eval(work.with_eval(**given), chosen, benchmarks, strict=strict)

    perform_one(work, run_eval_rows)


@app.command("table")
@with_options(*READING)
def table(options: Options, bench: BenchesOption = DEFAULT_BENCHMARK) -> None:
    """Show every row that was evaluated on benchmarks, by their parts and by guard."""
    from cli.evaluating import joined, table_report
    from cli.pricing import row_prices

    run = existing_run(options.run)
    found = joined(
        table_report(run, benchmark, prices=row_prices(run, benchmark))
        for benchmark in _benchmarks(bench)
    )
    tell(found, as_json=options.as_json)


@app.command("compare")
@with_options(*READING)
def compare(
    options: Options,
    left: Annotated[str, typer.Argument(help="A row, or RUN:ROW of another run.")],
    right: Annotated[str, typer.Argument(help="Another row.")],
    bench: BenchOption = DEFAULT_BENCHMARK,
    limit: Annotated[
        int, typer.Option("--limit", min=0, help="Tasks shown that one of them solves.")
    ] = _SHOWN,
) -> None:
    """Show the paired differences of two rows, and the tasks that only one of them solves."""
    from cli.comparing import compare_report

    run, benchmark = existing_run(options.run), benchmark_named(bench)
    found = compare_report(run, benchmark, left, right, limit)
    tell(found, as_json=options.as_json)


@app.command("failures")
@with_options(*READING)
def failures(
    options: Options,
    row: Annotated[str, typer.Argument(help="The row.")] = "sft",
    limit: LimitOption = _SHOWN,
    bench: BenchOption = DEFAULT_BENCHMARK,
) -> None:
    """Show what a row's episodes failed at, how often, and its worst ones."""
    from cli.comparing import failures_report

    run, benchmark = existing_run(options.run), benchmark_named(bench)
    tell(failures_report(run, benchmark, row, limit or _SHOWN), as_json=options.as_json)


@app.command("judge")
@with_options(*WORKING)
def judge(
    options: Options,
    rows: Annotated[
        str | None, typer.Option("--rows", help="The rows; else all.", metavar="A,B")
    ] = None,
    bench: BenchOption = "freshqa",
) -> None:
    """Have a model judge answers that no comparison of strings can score: FreshQA's."""
    from cli.judging import judge_rows

    benchmark, work = benchmark_named(bench), open_work(options)
    names = [name.strip() for name in (rows or "").split(",") if name.strip()]

    def run_eval_judge(_: Work) -> Report:
        return judge_rows(work, benchmark, names)

    perform_one(work, run_eval_judge)


def _benchmarks(names: str) -> list[Benchmark]:
    """The benchmarks that an option names, each once; raises ConfigError."""
    given = dict.fromkeys(name.strip() for name in names.split(",") if name.strip())
    if not given:
        raise ConfigError("--bench: name at least one")
    return [benchmark_named(name) for name in given]


def _guards(names: str | None) -> tuple[Guard, ...] | None:
    if names is None:
        return None
    chosen = [name.strip() for name in names.split(",") if name.strip()]
    if unknown := [name for name in chosen if name not in set(Guard)]:
        raise ConfigError(f"--guards {','.join(unknown)}: the guards are {', '.join(Guard)}")
    if not chosen:
        raise ConfigError("--guards: name at least one")
    return tuple(Guard(name) for name in dict.fromkeys(chosen))
