"""The rows, in the order of a table: each one a file here and a line below."""

from __future__ import annotations

from collections.abc import Sequence

from masksearch.errors import ConfigError
from masksearch.evaluation.row import Row
from masksearch.evaluation.rows.own_model import OwnModel, own_row, stored_row
from masksearch.registry import instances
from masksearch.run_folder import RunFolder
from masksearch.schemas import TaskKind

ROWS = instances(
    Row,  # type: ignore[type-abstract]
    "masksearch.evaluation.rows.dapo.DapoModel",
    "masksearch.evaluation.rows.sft.SftModel",
    "masksearch.evaluation.rows.agent.PromptedAgent",
    "masksearch.evaluation.rows.rag.RetrieveOnce",
    "masksearch.evaluation.rows.closed_book.ClosedBook",
    "masksearch.evaluation.rows.context_as_query.ContextAsQuery",
    "masksearch.evaluation.rows.extractive_team.ExtractiveTeam",
)
_BY_NAME = {name: row for row in ROWS for name in (row.name, *row.aliases)}


def row_named(name: str) -> Row:
    """The row of a name, old or new; a model of the user's own for a name of no other row."""
    return _BY_NAME.get(name) or stored_row(name)


def present_name(name: str) -> str:
    """What a row is called now, in a run, however it is named."""
    if row := _BY_NAME.get(name) or own_row(name):
        return row.name
    return name


def in_order(names: set[str]) -> list[str]:
    """Names of rows in the order of a table, those of models of the user's own last."""
    known = [row.name for row in ROWS if row.name in names]
    return [*known, *sorted(names.difference(known))]


def learners() -> list[str]:
    """The rows of the run's own model, in the order of its learning."""
    return [row.name for row in reversed(ROWS) if row.is_stage_of_learning]


def chosen_rows(names: str | None, model: str | None) -> list[Row]:
    """The rows that `--rows` and `--model` name, none where neither is given.

    Raises ConfigError for what names neither a row nor a model, and for two models that would
    be one row.
    """
    given = [name.strip() for name in names.split(",") if name.strip()] if names else []
    if unknown := [name for name in given if not (name in _BY_NAME or own_row(name))]:
        known = ", ".join(row.name for row in ROWS)
        raise ConfigError(
            f"--rows {','.join(unknown)}: the rows are {known}, a model's folder or Hugging Face "
            "id, endpoint:NAME, and search-r1:MODEL"
        )
    wanted = {_BY_NAME[name].name for name in given if name in _BY_NAME}
    own = [row for name in given if name not in _BY_NAME and (row := own_row(name))]
    if model is not None and model in _BY_NAME:
        wanted.add(_BY_NAME[model].name)
    elif model is not None:
        own.append(own_row(model) or OwnModel(model))
    _check_distinct(own)
    return [row for row in ROWS if row.name in wanted] + own


def _check_distinct(rows: Sequence[OwnModel]) -> None:
    paths: dict[str, str] = {}
    for row in rows:
        if paths.setdefault(row.name, row.path) != row.path:
            raise ConfigError(
                f"{paths[row.name]} and {row.path} would both be the row {row.name}: name one of "
                f"them, as in --rows other={row.path}"
            )


def usual_rows(run: RunFolder, kind: TaskKind = TaskKind.RAMP) -> list[Row]:
    """The rows of an evaluation that names none."""
    return [row for row in ROWS if row.applies(run, kind)]
