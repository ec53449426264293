"""What a kind of index is: how it is written, what it depends on, and how it is opened."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar

from masksearch.config import Section
from masksearch.errors import ConfigError
from masksearch.ports import Encoder, Progress
from masksearch.progress import silent
from masksearch.schemas import Passage
from masksearch.search.retriever import LocalSearch


class IndexKind(ABC):
    """A kind of index over passages, kept in one folder.

    `layout` is the version of its files: with another one the index is built anew and finds
    the same, so that later stages stay as they are.
    """

    name: ClassVar[str]
    folder: ClassVar[str]
    layout: ClassVar[int] = 1

    def __init__(self, encoder: Encoder | None = None) -> None:
        self._encoder = encoder

    @property
    def encoder(self) -> Encoder:
        """The encoder that it was given; raises ConfigError where there is none."""
        if self._encoder is None:
            raise ConfigError(f"an index of the kind {self.name} needs an encoder")
        return self._encoder

    @abstractmethod
    def settings(self) -> Section:
        """What an index depends on beside its passages; its field `kind` is this kind's name."""

    def going_on(self, made: Mapping[str, Any]) -> IndexKind:
        """The kind that goes on with an index that was begun with these settings."""
        return self

    def outdated(self, made: Mapping[str, Any]) -> str:
        """Why an index that was made with these settings cannot be used; empty when it can."""
        wanted = self.settings().model_dump(mode="json")
        differing = [name for name in wanted if made.get(name, wanted[name]) != wanted[name]]
        return ", ".join(f"{name} {made[name]}, not {wanted[name]}" for name in differing)

    @abstractmethod
    def write(
        self,
        folder: Path,
        passages: Iterable[Passage],
        total: int | None = None,
        progress: Progress = silent,
    ) -> int:
        """Index passages in a new folder; returns how many. Raises StoreError, InputError."""

    @abstractmethod
    def open(self, folder: Path, corpus_hash: str) -> LocalSearch:
        """An index on disk, whole passages; raises InputError when it cannot be read."""
