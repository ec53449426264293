"""`masksearch train`: supervised fine-tuning, and reinforcement learning after it."""

from __future__ import annotations

from typing import Annotated

import typer

from cli import stages
from cli.options import (
    DEFAULT_RUN,
    IfExistsOption,
    JsonOption,
    PromptsOption,
    RecipeOption,
    RunOption,
    SetOption,
)
from cli.work import Options, Report, Work, open_work, perform_one
from masksearch.manifest import IfExists
from masksearch.stages import DAPO, SFT

app = typer.Typer(no_args_is_help=True, help="Training on exported conversations, then on rewards.")


@app.command("sft")
def sft(
    model: Annotated[
        str | None,
        typer.Option("--model", help="A folder, a Hugging Face id, or `smollm2`.", metavar="MODEL"),
    ] = None,
    run: RunOption = DEFAULT_RUN,
    recipe: RecipeOption = None,
    assignments: SetOption = None,
    prompts: PromptsOption = None,
    if_exists: IfExistsOption = IfExists.RESUME,
    as_json: JsonOption = False,
) -> None:
    """Fine-tune a model on the exported conversations."""
    options = Options(run, recipe, assignments or (), prompts, if_exists, as_json)
    perform_one(open_work(options, {"model": {"path": model}}, makes=(SFT,)), stages.run_sft)


@app.command("dapo")
def dapo(
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            help="A folder, a Hugging Face id, or `smollm2`; else the model that SFT made.",
            metavar="MODEL",
        ),
    ] = None,
    run: RunOption = DEFAULT_RUN,
    recipe: RecipeOption = None,
    assignments: SetOption = None,
    prompts: PromptsOption = None,
    if_exists: IfExistsOption = IfExists.RESUME,
    as_json: JsonOption = False,
) -> None:
    """Reward a model for what it finds, with DAPO on the training tasks."""
    options = Options(run, recipe, assignments or (), prompts, if_exists, as_json)

    def run_dapo(work: Work) -> Report:
        return stages.run_dapo(work, model)

    perform_one(open_work(options, makes=(DAPO,)), run_dapo)
