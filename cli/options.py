"""The options that commands share, each written once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from masksearch.manifest import IfExists

DEFAULT_RUN = Path("runs/default")

RunOption: TypeAlias = Annotated[
    Path, typer.Option("--run", help="The run's folder.", metavar="DIR")
]
RecipeOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--recipe",
        help="A recipe's file, or the name of a packaged one; else the run's own config.yaml.",
        metavar="NAME|FILE",
    ),
]
SetOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--set", help="Override one value of the recipe; repeatable.", metavar="A.B=C"),
]
PromptsOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--prompts",
        help="A folder of prompt files over the packaged ones; ./prompts is found by itself.",
        metavar="DIR",
    ),
]
ProcessesOption: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--processes", min=1, help="Work in so many processes, else one a processor.", metavar="N"
    ),
]
IfExistsOption: TypeAlias = Annotated[
    IfExists,
    typer.Option("--if-exists", help="Go on with what the stage has, or make it again."),
]
JsonOption: TypeAlias = Annotated[
    bool, typer.Option("--json", help="Print the result as JSON, and nothing else, on stdout.")
]
LimitOption: TypeAlias = Annotated[
    int | None, typer.Option("--limit", min=1, help="Take this many items at most.", metavar="N")
]
StrictOption: TypeAlias = Annotated[
    bool, typer.Option("--strict", help="Refuse a model that was trained with another retriever.")
]
