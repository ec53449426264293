"""`masksearch ramp`: masked tasks from a run's passages."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import Annotated, Any

import typer

from cli.options import (
    DEFAULT_RUN,
    IfExistsOption,
    JsonOption,
    LimitOption,
    PromptsOption,
    RecipeOption,
    RunOption,
    SetOption,
)
from cli.show import task_text
from cli.stages import run_ramp, task_lines
from cli.work import Options, Report, existing_run, open_work, perform_one, tell
from masksearch.run_folder import TASKS, IfExists

app = typer.Typer(no_args_is_help=True, help="Masked tasks (RAMP) from a run's passages.")
_SHOWN = 5


@app.command("build")
def build(
    run: RunOption = DEFAULT_RUN,
    recipe: RecipeOption = None,
    assignments: SetOption = None,
    prompts: PromptsOption = None,
    if_exists: IfExistsOption = IfExists.RESUME,
    as_json: JsonOption = False,
) -> None:
    """Mask spans of the passages; pages are split into training and held-out ones."""
    options = Options(run, recipe, assignments or (), prompts, if_exists, as_json)
    perform_one(open_work(options), run_ramp)


@app.command("stats")
def stats(run: RunOption = DEFAULT_RUN, as_json: JsonOption = False) -> None:
    """Count the tasks by split, number of masks and type of span."""
    from masksearch.schemas import Task
    from masksearch.store import read_records

    stage = existing_run(run).finished(TASKS, "ramp build")
    counts: dict[str, Any] = stage.manifest["counts"]
    types: Counter[str] = Counter()
    for split in ("train", "heldout"):
        for task in read_records(stage.folder / f"{split}.jsonl", Task):
            types.update(kind.value for kind in task.mask_types)
    lines = task_lines(counts, stage.folder)
    lines += [f"  {count:>6,}  masks of type {kind}" for kind, count in types.most_common()]
    tell(Report({**counts, "types": dict(types)}, lines), as_json=as_json)


@app.command("show")
def show(
    answers: Annotated[bool, typer.Option("--answers", help="With the answers.")] = False,
    heldout: Annotated[bool, typer.Option("--heldout", help="Held-out tasks.")] = False,
    limit: LimitOption = _SHOWN,
    run: RunOption = DEFAULT_RUN,
    as_json: JsonOption = False,
) -> None:
    """Show tasks as a person reads them."""
    from masksearch.schemas import Task
    from masksearch.store import read_records

    folder = existing_run(run).finished(TASKS, "ramp build").folder
    path = folder / ("heldout.jsonl" if heldout else "train.jsonl")
    tasks = list(islice(read_records(path, Task), limit))
    figures = {"tasks": [task.model_dump(mode="json") for task in tasks]}
    shown = [task_text(task, answers=answers) + "\n" for task in tasks]
    tell(Report(figures, shown), as_json=as_json)
