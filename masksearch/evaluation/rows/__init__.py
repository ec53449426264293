"""The rows, in the order of a table: each one a file here and a line below."""

from __future__ import annotations

from masksearch.errors import ConfigError
from masksearch.evaluation.row import Row
from masksearch.evaluation.rows.own_model import OWN, OwnModel
from masksearch.registry import instances
from masksearch.run_folder import RunFolder

ROWS = instances(
    Row,  # type: ignore[type-abstract]
    "masksearch.evaluation.rows.dapo.DapoModel",
    "masksearch.evaluation.rows.sft.SftModel",
    "masksearch.evaluation.rows.agent.PromptedAgent",
    "masksearch.evaluation.rows.closed_book.ClosedBook",
    "masksearch.evaluation.rows.context_as_query.ContextAsQuery",
    "masksearch.evaluation.rows.extractive_team.ExtractiveTeam",
)
_BY_NAME = {name: row for row in ROWS for name in (row.name, *row.aliases)}


def row_named(name: str) -> Row:
    """The row of a name, old or new; a model of the user's own for a name of no other row."""
    return _BY_NAME.get(name) or OwnModel(name.removeprefix(OWN))


def present_name(name: str) -> str:
    """What a row is called now."""
    return row.name if (row := _BY_NAME.get(name)) else name


def in_order(names: set[str]) -> list[str]:
    """Names of rows in the order of a table, those of models of the user's own last."""
    known = [row.name for row in ROWS if row.name in names]
    return [*known, *sorted(names.difference(known))]


def learners() -> list[str]:
    """The rows of the run's own model, in the order of its learning."""
    return [row.name for row in reversed(ROWS) if row.is_stage_of_learning]


def chosen_rows(names: str | None, model: str | None) -> list[Row]:
    """The rows that `--rows` and `--model` name, none where neither is given.

    Raises ConfigError for a name that no row has.
    """
    given = [name.strip() for name in names.split(",") if name.strip()] if names else []
    if unknown := [name for name in given if name not in _BY_NAME]:
        known = ", ".join(row.name for row in ROWS)
        raise ConfigError(f"--rows {','.join(unknown)}: the rows are {known}")
    wanted = {present_name(name) for name in given}
    if model is not None and model in _BY_NAME:
        wanted.add(present_name(model))
    own = [OwnModel(model)] if model is not None and model not in _BY_NAME else []
    return [row for row in ROWS if row.name in wanted] + own


def usual_rows(run: RunFolder) -> list[Row]:
    """The rows of an evaluation that names none."""
    return [row for row in ROWS if row.applies(run)]
