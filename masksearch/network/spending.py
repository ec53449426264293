"""What calls have cost a run, in a file, so that all who call for it count together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import Field, ValidationError

from masksearch.errors import InputError
from masksearch.schemas import Value
from masksearch.store import locked, read_json, write_atomically


class Spent(Value):
    """Calls that a run has made, and their price."""

    calls: int = Field(default=0, ge=0)
    usd: float = Field(default=0.0, ge=0)


S = TypeVar("S", bound=Spent)


class Spending(Generic[S]):
    """A small file that a resumed run goes on counting in; without one, a count of this process."""

    def __init__(self, path: Path | None, kind: type[S]) -> None:
        """Raises InputError for a file that says something else."""
        self.path = path
        self._kind = kind
        self.spent = kind()
        self.spent = self._read()

    @contextmanager
    def changing(self) -> Iterator[S]:
        """What was spent, while nobody else can change it; `keep` in the block what it is then."""
        with locked(self.path) if self.path else nullcontext():
            self.spent = self._read()
            yield self.spent

    def keep(self, spent: S) -> None:
        """Write down what was spent."""
        self.spent = spent
        if self.path:
            write_atomically(self.path, spent.model_dump_json())

    def _read(self) -> S:
        if self.path is None:
            return self.spent
        if not self.path.exists():
            return self._kind()
        try:
            return self._kind.model_validate(read_json(self.path))
        except ValidationError as error:
            raise InputError(f"{self.path} does not say what calls have cost: {error}") from error
