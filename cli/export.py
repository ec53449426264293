"""`masksearch export`: training conversations from kept traces."""

from __future__ import annotations

from cli.options import (
    DEFAULT_RUN,
    IfExistsOption,
    JsonOption,
    PromptsOption,
    RecipeOption,
    RunOption,
    SetOption,
)
from cli.stages import run_export
from cli.work import Options, open_work, perform_one
from masksearch.manifest import IfExists
from masksearch.stages import EXPORT


def export(
    run: RunOption = DEFAULT_RUN,
    recipe: RecipeOption = None,
    assignments: SetOption = None,
    prompts: PromptsOption = None,
    if_exists: IfExistsOption = IfExists.RESUME,
    as_json: JsonOption = False,
) -> None:
    """Write the kept traces as conversations to train on."""
    options = Options(run, recipe, assignments or (), prompts, if_exists, as_json)
    perform_one(open_work(options, makes=(EXPORT,)), run_export)
