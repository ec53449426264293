"""`masksearch questions`: the questions of benchmarks, as tasks of a run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from cli.options import READING, WORKING, LimitOption, with_options
from cli.stages import left_out
from cli.work import Options, Report, Work, existing_run, open_work, perform_one, tell, warn
from masksearch.errors import ConfigError, InputError
from masksearch.making import Making
from masksearch.stages import QUESTIONS, REFUSED_QUESTIONS

if TYPE_CHECKING:
    from masksearch.counts import QuestionCounts
    from masksearch.schemas import Task

app = typer.Typer(no_args_is_help=True, help="Questions of benchmarks, with their answers.")
_SHOWN = 5

NameArgument: TypeAlias = Annotated[str, typer.Argument(help="The set's name.", metavar="NAME")]
SplitOption: TypeAlias = Annotated[
    str | None, typer.Option("--split", help="train, dev or test.", metavar="SPLIT")
]


@app.command("import")
@with_options("run", "on", "if_exists", "as_json")
def import_set(
    options: Options,
    name: Annotated[
        str,
        typer.Argument(
            help="hotpotqa, 2wiki, musique, bamboogle, fanoutqa, freshqa, or a name of your own.",
            metavar="NAME",
        ),
    ],
    sources: Annotated[
        list[str],
        typer.Argument(
            help="A benchmark's own files, FlashRAG's, plain .jsonl (id, question, answers), each "
            "plain or packed; folders of them; or a data set, as OWNER/NAME[:CONFIGURATION].",
            metavar="FILE",
        ),
    ],
    split: Annotated[
        str | None,
        typer.Option(
            "--split",
            help="Take the questions of this split alone: train, dev or test; those of no known "
            "split are taken for it.",
            metavar="SPLIT",
        ),
    ] = None,
    lang: Annotated[
        str | None, typer.Option("--lang", help="The language, where the files do not say it.")
    ] = None,
    allow_faults: Annotated[
        bool,
        typer.Option("--allow-faults", help="Exit with 0 although questions were refused."),
    ] = False,
) -> None:
    """Read a benchmark's questions into the run; what is refused keeps its reason."""
    from cli.question_sets import find_sources
    from masksearch.questions.importing import (
        ImportSettings,
        check_set_name,
        faults,
        import_questions,
    )

    check_set_name(name)
    wanted = _split(split)
    settings = ImportSettings(name=name, split=wanted, lang=lang or "")
    work = open_work(options, makes=(QUESTIONS,))
    files, _ = find_sources(sources, wanted)

    def run_import(work: Work) -> Report:
        with work.meter(f"questions import {name}") as progress:
            counts = import_questions(work.run, files, settings, Making(work.if_exists, progress))
        return Report.of(counts, _lines(work, name, counts))

    with work.writing():
        report = work.perform(run_import)
    tell(report, as_json=options.as_json)
    found = faults(work.run.stage(QUESTIONS, name).counts)
    if found and not allow_faults:
        raise InputError(_fault_line(work, name, found))


@app.command("show")
@with_options(*READING)
def show(
    options: Options,
    name: NameArgument,
    split: SplitOption = None,
    kind: Annotated[
        str | None, typer.Option("--type", help="Of this type.", metavar="TYPE")
    ] = None,
    id: Annotated[str | None, typer.Option("--id", help="The one with this id.")] = None,
    rejected: Annotated[
        bool, typer.Option("--rejected", help="What was refused, and why.")
    ] = False,
    answers: Annotated[bool, typer.Option("--answers", help="With the answers.")] = False,
    limit: LimitOption = _SHOWN,
) -> None:
    """Show questions, with what their benchmark says of them, as a person reads them."""
    from cli.question_text import question_text, rejection_line
    from masksearch.questions.statistics import questions_of
    from masksearch.rejection import Rejection
    from masksearch.store import read_records

    run = existing_run(options.run)
    if rejected:
        path = run.finished(QUESTIONS, name).folder / REFUSED_QUESTIONS
        refused = list(islice(read_records(path, Rejection), limit))
        figures = {"rejected": [one.model_dump(mode="json") for one in refused]}
        lines = list(map(rejection_line, refused)) or [f"nothing of {name} was refused"]
    else:
        every = questions_of(run, name, _split(split))
        tasks = list(islice((one for one in every if _is_wanted(one, kind, id)), limit))
        figures = {"questions": [task.model_dump(mode="json") for task in tasks]}
        shown = [question_text(task, answers=answers) + "\n" for task in tasks]
        lines = shown or [f"{name} has no such question"]
    tell(Report(figures, lines), as_json=options.as_json)


@app.command("stats")
@with_options(*READING)
def stats(
    options: Options,
    name: Annotated[
        str | None, typer.Argument(help="The set's name, else all sets.", metavar="NAME")
    ] = None,
) -> None:
    """Count a set's questions by split, type and more."""
    from cli.question_text import statistics_lines
    from masksearch.evaluation.answerable import measured, share_lines
    from masksearch.questions.statistics import question_statistics

    run = existing_run(options.run)
    names = [name] if name else run.members(QUESTIONS)
    if not names:
        raise InputError(f"{run.path} has no questions: import some with `questions import`")
    figures, lines = {}, list[str]()
    for one in names:
        found = question_statistics(run, one, date.today())
        reach = [stage.counts for stage in measured(run, one)]
        of_retrievers = [counts.model_dump(mode="json") for counts in reach]
        figures[one] = {**found.as_json(), "answerable": of_retrievers}
        told = [line for counts in reach for line in share_lines(counts)] or [_not_measured(one)]
        lines += [*statistics_lines(one, found), "", "answerable", *told, ""]
    tell(Report(figures, lines[:-1]), as_json=options.as_json)


@app.command("answerable")
@with_options(*WORKING, "processes")
def answerable(
    options: Options,
    name: NameArgument,
    top_k: Annotated[
        int | None, typer.Option("--top-k", min=1, help="Hits to look at; else the recipe's.")
    ] = None,
) -> None:
    """Measure which questions the run's search can answer: by pages, and by the answer's words."""
    from cli.answerable import measure_set
    from masksearch.evaluation.answerable import share_lines

    def run_answerable(work: Work) -> Report:
        counts = measure_set(work, name, top_k or work.recipe.search.top_k)
        return Report.of(counts, share_lines(counts))

    perform_one(open_work(options), run_answerable)


def _not_measured(name: str) -> str:
    return f"  not measured: `masksearch questions answerable {name}` does, with the run's search"


def _split(name: str | None) -> str:
    """The split that was asked for, by whatever it is called; empty for none."""
    from masksearch.questions.files import split_named

    if name is None:
        return ""
    if not (split := split_named(name)):
        raise ConfigError(f"--split {name}: the splits are train, dev, test")
    return split


def _is_wanted(task: Task, kind: str | None, id: str | None) -> bool:
    facts = task.question
    if facts is None:
        return False
    return kind in (None, facts.type) and id in (None, task.id, facts.number)


def _lines(work: Work, name: str, counts: QuestionCounts) -> list[str]:
    """What was imported, for a person; what is odd about it is warned of."""
    from masksearch.questions.importing import size_notes

    folder = work.run.stage(QUESTIONS, name).folder
    for note in size_notes(name, counts):
        warn(note)
    numbers = ", ".join(f"{number:,} {split}" for split, number in counts.splits.items())
    told = f" (as {', '.join(counts.layouts)})" if counts.layouts else ""
    others = [f"{number:,} files {why} were passed over" for why, number in counts.left_out.items()]
    return [f"{numbers} questions in {folder}{told}{left_out(counts.rejected)}", *others]


def _fault_line(work: Work, name: str, found: Mapping[str, int]) -> str:
    told = ", ".join(f"{why} {count:,}" for why, count in found.items())
    path = work.run.stage(QUESTIONS, name).folder / REFUSED_QUESTIONS
    return (
        f"{sum(found.values()):,} questions of {name} were refused ({told}), the others are "
        f"imported; {path} says which: mend the file, or accept it with --allow-faults"
    )
