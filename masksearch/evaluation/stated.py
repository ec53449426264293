"""Under what protocol the figures of a table came about, to stand beside them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from masksearch.evaluation.episodes import Evaluated
from masksearch.evaluation.rows import row_named
from masksearch.schemas import Value


class Protocol(Value):
    """What rows of one evaluation have in common; `ids` is a hash of the tasks' ids in order."""

    rows: tuple[str, ...]
    tasks: int
    ids: str
    samples: int
    temperature: float
    top_k: int | None
    max_turns: int | None
    max_tokens: int | None

    @property
    def told(self) -> str:
        """In one line."""
        drawn = f"drawn at {self.temperature:g}" if self.temperature else "greedy"
        tries = f"{self.samples} tries each" if self.samples > 1 else "one try each"
        parts = [
            *([f"{self.tasks:,} tasks (ids {self.ids}), {tries}"] if self.ids else []),
            *([f"{drawn}, {self.max_tokens} tokens a turn at most"] if self.max_tokens else []),
            *([f"searches at most: {self.max_turns}"] if self.max_turns is not None else []),
            f"{self.top_k} hits a search",
        ]
        return f"{', '.join(self.rows)}: {'; '.join(parts)}."


def protocols(rows: Iterable[Evaluated]) -> list[Protocol]:
    """Those of rows, each with the rows that share it; what an old manifest lacks is None or empty."""
    found: dict[tuple[Any, ...], list[str]] = {}
    for one in rows:
        counts, settings = one.stage.counts, one.stage.manifest.settings
        key = (
            *(counts.tasks, counts.ids, counts.samples, settings.get("temperature", 0.0)),
            *(settings.get("top_k"), *_of_model(one)),
        )
        found.setdefault(key, []).append(one.row)
    names = list(Protocol.model_fields)[1:]
    return [
        Protocol(rows=tuple(named), **dict(zip(names, key, strict=True)))
        for key, named in found.items()
    ]


def _of_model(one: Evaluated) -> tuple[int | None, int | None]:
    """Searches and tokens of a turn at most, where a model takes the turns."""
    row, settings = row_named(one.row), one.stage.manifest.settings
    if not row.is_sampled:
        return None, None
    turns = settings.get("max_turns") if row.searches is None else row.searches
    return turns, settings.get("max_tokens")


def protocol_lines(rows: Iterable[Evaluated]) -> list[str]:
    """The protocols in a line each, and what an answer counts that is none."""
    told = [f"  {one.told}" for one in protocols(rows)]
    return ["Protocol (an answer that cannot be read, or none, counts 0):", *told] if told else []
