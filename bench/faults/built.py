"""What `corpus build` made of a source, for benches to judge."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bench.harness.bar import Unmeasured
from bench.harness.place import Place
from masksearch.parquet import read_shards
from masksearch.run_folder import RunFolder
from masksearch.schemas import Document, Passage
from masksearch.stages import DOCUMENTS, PASSAGES


class Built(NamedTuple):
    """Documents and passages, and what was left out by reason."""

    documents: tuple[Document, ...]
    passages: tuple[Passage, ...]
    rejected: dict[str, int]

    @property
    def titles(self) -> list[str]:
        """Of the documents, in order."""
        return [one.title for one in self.documents]

    @property
    def words(self) -> str:
        """The text of all passages."""
        return "\n".join(one.text for one in self.passages)

    def __str__(self) -> str:
        left_out = ", ".join(f"{reason} {n}" for reason, n in self.rejected.items())
        made = f"{len(self.documents)} documents, {len(self.passages)} passages"
        return f"{made}; {left_out}" if left_out else made


def built(place: Place, folder: Path, name: str, sources: Sequence[str | Path]) -> Built:
    """The corpus of these sources in a run of this name; raises Unmeasured where it is refused."""
    run = folder / f"run-{name}"
    done = place.masksearch("corpus", "build", *sources, "--run", run, cwd=folder)
    if done.code:
        raise Unmeasured(f"exit {done.code}: {done.tail}")
    return read_built(run)


def read_built(run: Path) -> Built:
    """What a run holds."""
    rejected = RunFolder(run).stage(DOCUMENTS).counts.rejected
    return Built(
        tuple(read_shards(run / DOCUMENTS, Document)),
        tuple(read_shards(run / PASSAGES, Passage)),
        rejected,
    )
