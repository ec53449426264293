"""`masksearch train`: supervised fine-tuning, and reinforcement learning after it."""

from __future__ import annotations

from typing import Annotated

import typer

from cli import training
from cli.options import WORKING, with_options
from cli.work import Options, Report, Work, open_work, perform_one
from masksearch.stages import DAPO, SFT

app = typer.Typer(no_args_is_help=True, help="Training on exported conversations, then on rewards.")


@app.command("sft")
@with_options(*WORKING)
def sft(
    options: Options,
    model: Annotated[
        str | None,
        typer.Option("--model", help="A folder, a Hugging Face id, or `smollm2`.", metavar="MODEL"),
    ] = None,
) -> None:
    """Fine-tune a model on the exported conversations."""
    perform_one(open_work(options, {"model": {"path": model}}, makes=(SFT,)), training.run_sft)


@app.command("dapo")
@with_options(*WORKING)
def dapo(
    options: Options,
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            help="A folder, a Hugging Face id, or `smollm2`; else the model that SFT made.",
            metavar="MODEL",
        ),
    ] = None,
) -> None:
    """Reward a model for what it finds, with DAPO on the training tasks."""

    def run_dapo(work: Work) -> Report:
        return training.run_dapo(work, model)

    perform_one(open_work(options, makes=(DAPO,)), run_dapo)
