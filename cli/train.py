"""`masksearch train`: supervised fine-tuning, and reinforcement learning after it."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

from cli import training
from cli.options import WORKING, with_options
from cli.work import Options, Report, Work, open_work, perform_one
from masksearch.stages import DAPO, SFT

FinishOption: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--finish", help="End a training that was stopped, with the model of its last saved step."
    ),
]

app = typer.Typer(no_args_is_help=True, help="Training on exported conversations, then on rewards.")


@app.command("sft")
@with_options(*WORKING)
def sft(
    options: Options,
    model: Annotated[
        str | None,
        typer.Option("--model", help="A folder, a Hugging Face id, or `smollm2`.", metavar="MODEL"),
    ] = None,
    finish: FinishOption = False,
) -> None:
    """Fine-tune a model on the exported conversations.

    Ctrl-C stops it after the step that it is at; the same command goes on from there.
    """

    def run_sft(work: Work) -> Report:
        return training.run_sft(work, finish=finish)

    perform_one(open_work(options, {"model": {"path": model}}, makes=(SFT,)), run_sft)


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
    finish: FinishOption = False,
) -> None:
    """Reward a model for what it finds, with DAPO on the training tasks.

    Ctrl-C stops it after the step that it is at; the same command goes on from there.
    """

    def run_dapo(work: Work) -> Report:
        return training.run_dapo(work, model, finish=finish)

    perform_one(open_work(options, makes=(DAPO,)), run_dapo)
