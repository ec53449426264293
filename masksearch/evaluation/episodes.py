"""The episodes of an evaluation: the record, its key, and where in a run they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, Self

from masksearch.evaluation.benchmarks import DEFAULT_BENCHMARK
from masksearch.evaluation.rows import in_order, present_name, row_named
from masksearch.evaluation.rows.own_model import is_own
from masksearch.manifest import Stage
from masksearch.run_folder import RunFolder
from masksearch.schemas import Guard, Record, Trajectory, upgrade, version_of
from masksearch.stages import EPISODES, EVAL, StageKind
from masksearch.store import read_records

_OF_OTHER = "@"


class EvalEpisode(Record):
    """One try of a row at one task under one guard; `key` is what resuming goes by.

    Version 2 was of RAMP alone, and stored figures that are computed now.
    """

    schema_version: int = 3
    key: str
    row: str
    benchmark: str
    guard: Guard
    task_id: str
    sample: int = 0
    trajectory: Trajectory

    @classmethod
    def of(
        cls, row: str, benchmark: str, guard: Guard, trajectory: Trajectory, sample: int = 0
    ) -> Self:
        """The record of an episode that has just ended."""
        return cls(
            key=episode_key(benchmark, guard, trajectory.task_id, sample),
            row=row,
            benchmark=benchmark,
            guard=guard,
            task_id=trajectory.task_id,
            sample=sample,
            trajectory=trajectory,
        )

    @classmethod
    def upgraded(cls, raw: dict[str, Any], version: int) -> dict[str, Any]:
        """Before version 3 there was one benchmark, and rows had other names."""
        if isinstance(trajectory := raw.get("trajectory"), dict):
            raw = {**raw, "trajectory": upgrade(Trajectory, trajectory)}
        if version >= 3:
            return raw
        known = {name: part for name, part in raw.items() if name in cls.model_fields}
        key = f"{DEFAULT_BENCHMARK}/{raw.get('key')}/0"
        row = present_name(str(raw.get("row")))
        return {**known, "benchmark": DEFAULT_BENCHMARK, "key": key, "row": row}


def episode_key(benchmark: str, guard: Guard, task_id: str, sample: int = 0) -> str:
    """The name of an episode in its row's file."""
    return f"{benchmark}/{guard}/{task_id}/{sample}"


def line_key(raw: Mapping[str, Any]) -> str:
    """The key of an episode as a line of any version has it; raises SchemaError."""
    if raw.get("schema_version") == version_of(EvalEpisode):
        return str(raw.get("key"))
    return str(upgrade(EvalEpisode, dict(raw))["key"])


def read_episodes(path: Path, *, growing: bool = False) -> Iterator[EvalEpisode]:
    """The episodes of a row's file; raises InputError or SchemaError.

    `growing`: the file may be being written to, so a torn last line is left out.
    """
    return read_records(path, EvalEpisode, growing=growing)


class Evaluated(NamedTuple):
    """A row that was evaluated on a benchmark, and where."""

    row: str
    stage: Stage

    @property
    def path(self) -> Path:
        """The file of its episodes; it may be missing."""
        return self.stage.folder / EPISODES


def evaluated(run: RunFolder, benchmark: str = DEFAULT_BENCHMARK) -> list[Evaluated]:
    """The rows of a run that have episodes of a benchmark, in the order of a table."""
    found = {row for bench, row in map(_parsed, run.members(EVAL)) if bench == benchmark}
    rows = [Evaluated(row, _row_stage(run.stage, benchmark, row)) for row in in_order(found)]
    return [one for one in rows if one.path.is_file()]


def evaluated_benchmarks(run: RunFolder) -> list[str]:
    """The benchmarks that a run has rows of, the default one first and always."""
    found = {bench for bench, _ in map(_parsed, run.members(EVAL))} - {DEFAULT_BENCHMARK}
    return [DEFAULT_BENCHMARK, *sorted(found)]


def own_row(run: RunFolder, benchmark: str, row: str) -> Stage:
    """The run's own stage of a row on a benchmark, to be made or resumed."""
    return _row_stage(run.own, benchmark, row)


def _row_stage(find: Callable[[StageKind, str], Stage], benchmark: str, row: str) -> Stage:
    """The stage of a row; under its earlier name where it was begun under that."""
    names = (row, *row_named(row).aliases)
    stages = [find(EVAL, _member(benchmark, name)) for name in names]
    return next((stage for stage in stages if stage.begun), stages[0])


def member_label(member: str) -> str:
    """A row's folder as it is spoken of: by its present name, and its benchmark."""
    benchmark, row = _parsed(member)
    return row if benchmark == DEFAULT_BENCHMARK else f"{row} on {benchmark}"


def _member(benchmark: str, row: str) -> str:
    """The folder of a row: its name alone on the default benchmark."""
    return row if benchmark == DEFAULT_BENCHMARK else f"{benchmark}{_OF_OTHER}{row}"


def _parsed(member: str) -> tuple[str, str]:
    """The benchmark and the row that a folder is of."""
    head, _, tail = member.partition(_OF_OTHER)
    if tail and not is_own(head):
        return head, present_name(tail)
    return DEFAULT_BENCHMARK, present_name(member)
