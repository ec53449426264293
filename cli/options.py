"""The options that commands share, each written once."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import Parameter, signature
from pathlib import Path
from typing import Annotated, Any, Concatenate, TypeAlias

import typer

from cli.work import Options
from masksearch.manifest import IfExists

DEFAULT_RUN = Path("runs/default")

Command: TypeAlias = Callable[Concatenate[Options, ...], None]

RunOption: TypeAlias = Annotated[
    Path, typer.Option("--run", help="The run's folder.", metavar="DIR")
]
OnOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--on",
        help="Stand on another run: what this run does not have is read from there.",
        metavar="RUN",
    ),
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

READING = ("run", "as_json")
WORKING = ("run", "on", "recipe", "assignments", "prompts", "if_exists", "as_json")
BULK = ("processes", *WORKING)

_SHARED: dict[str, tuple[Any, Any]] = {
    "processes": (ProcessesOption, None),
    "run": (RunOption, DEFAULT_RUN),
    "on": (OnOption, None),
    "recipe": (RecipeOption, None),
    "assignments": (SetOption, None),
    "prompts": (PromptsOption, None),
    "if_exists": (IfExistsOption, IfExists.RESUME),
    "as_json": (JsonOption, False),
}
"""The annotation and the default of every field of `Options`."""


def with_options(*names: str, run: Path = DEFAULT_RUN) -> Callable[[Command], Callable[..., None]]:
    """Decorate a command whose first parameter is an `Options`.

    On the command line it has, after its own options, the shared ones of these names (fields of
    `Options`), which arrive packed; `run` is the folder that it works in by default.
    """
    shared = [_parameter(name, run) for name in names]

    def decorate(command: Command) -> Callable[..., None]:
        @wraps(command)
        def packed(**given: Any) -> None:
            taken = {name: given.pop(name) for name in names}
            kept = {name: value for name, value in taken.items() if value is not None}
            command(Options(**kept), **given)

        own = signature(command, eval_str=True)
        parameters = [*list(own.parameters.values())[1:], *shared]
        # Both are read: the one for defaults, the other for types.
        packed.__dict__["__signature__"] = own.replace(parameters=parameters)
        packed.__annotations__ = {one.name: one.annotation for one in parameters}
        return packed

    return decorate


def _parameter(name: str, run: Path) -> Parameter:
    annotation, default = _SHARED[name]
    default = run if name == "run" else default
    return Parameter(name, Parameter.KEYWORD_ONLY, annotation=annotation, default=default)
