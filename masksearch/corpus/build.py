"""From a source to shards of documents and passages in a run folder.

A shard is done when it is renamed into place and listed in the stage's manifest, with
how far the source was read; a killed build goes on from there.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow.parquet as pq

from masksearch.config import CorpusConfig
from masksearch.corpus.folder import read_folder
from masksearch.corpus.jsonl import read_jsonl
from masksearch.corpus.mediawiki import read_mediawiki
from masksearch.corpus.parquet import read_parquet
from masksearch.corpus.passages import passages
from masksearch.errors import InputError
from masksearch.ports import Progress, silent
from masksearch.rejection import Rejection
from masksearch.run_folder import DOCUMENTS, PASSAGES, IfExists, RunFolder, Stage
from masksearch.schemas import Document, Passage
from masksearch.store import file_hash, read_shard, write_shard

SHARD_CHARS = 2_000_000
"""Characters of text after which a shard of documents is closed."""

Reader: TypeAlias = Callable[[Path, CorpusConfig, int], Iterator[Document | Rejection]]

_READERS: tuple[tuple[tuple[str, ...], Reader], ...] = (
    ((".jsonl", ".jsonl.gz", ".ndjson"), read_jsonl),
    ((".parquet",), read_parquet),
    ((".xml", ".bz2", ".gz"), read_mediawiki),
)


def open_corpus(source: Path, config: CorpusConfig) -> Iterator[Document]:
    """The documents of a dump, a JSONL or Parquet file or a folder; raises InputError."""
    found = _reader(source)(source, config, 0)
    return (one for one in found if isinstance(one, Document))


def build_corpus(
    run: RunFolder,
    config: CorpusConfig,
    source: Path,
    if_exists: IfExists = IfExists.RESUME,
    progress: Progress = silent,
) -> dict[str, int]:
    """Fill `01-documents` and `02-passages`; returns how many of each were made.

    Progress is told in documents. Raises InputError for a source that cannot be used
    and StaleError when the stages were begun with another source or other settings.
    """
    reader = _reader(source)
    documents, made = run.stage(DOCUMENTS), run.stage(PASSAGES)
    if not documents.begin({"source": _source_hash(source)}, config, if_exists):
        _build_documents(documents, reader, source, config, progress)
    if not made.begin({"documents": documents.hash}, config, if_exists):
        _build_passages(made, documents, config, progress)
    return {
        "documents": documents.manifest["counts"]["documents"],
        "passages": made.manifest["counts"]["passages"],
    }


def _source_hash(source: Path) -> str:
    try:
        return file_hash(source)
    except OSError as error:
        raise InputError(f"cannot read {source}: {error.strerror or error}") from error


def _reader(source: Path) -> Reader:
    if not source.exists():
        raise InputError(f"{source} does not exist")
    if source.is_dir():
        return read_folder
    for suffixes, reader in _READERS:
        if source.name.lower().endswith(suffixes):
            return reader
    raise InputError(
        f"{source}: unknown kind of file; a corpus is a MediaWiki dump (.xml, .xml.bz2, .xml.gz), "
        ".jsonl, .jsonl.gz, .parquet, or a folder of .txt and .md files"
    )


class _Shard:
    """Documents that wait to be written, and how far the source was read."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.listed: list[dict[str, Any]] = stage.manifest.get("shards", [])
        last = self.listed[-1] if self.listed else {}
        self.read: int = last.get("read", 0)
        self.made: int = last.get("documents", 0)
        self.rejected = Counter[str](last.get("rejected", {}))
        self._documents: list[Document] = []
        self._chars = 0

    def take(self, found: Document | Rejection) -> None:
        self.read += 1
        if isinstance(found, Rejection):
            self.rejected[found.reason] += 1
            return
        self.made += 1
        self._documents.append(found)
        self._chars += len(found.text)
        if self._chars >= SHARD_CHARS:
            self.close()

    def close(self) -> None:
        if not self._documents:
            return
        name = f"{len(self.listed):05d}.parquet"
        write_shard(self._stage.folder / name, self._documents)
        facts = {"name": name, "read": self.read, "documents": self.made}
        self.listed.append({**facts, "rejected": dict(self.rejected)})
        self._stage.note(shards=self.listed)
        self._documents, self._chars = [], 0


def _build_documents(
    stage: Stage, reader: Reader, source: Path, config: CorpusConfig, progress: Progress
) -> None:
    shard = _Shard(stage)
    if config.limit is None or shard.made < config.limit:
        for found in reader(source, config, shard.read):
            shard.take(found)
            progress(shard.made, config.limit, "documents")
            if shard.made == config.limit:
                break
    shard.close()
    if not shard.made:
        raise InputError(f"{source} holds no document with text ({_reasons(shard.rejected)})")
    stage.finish({"documents": shard.made, "rejected": dict(shard.rejected)})


def _build_passages(
    stage: Stage, documents: Stage, config: CorpusConfig, progress: Progress
) -> None:
    listed: list[dict[str, Any]] = stage.manifest.get("shards", [])
    total, done = documents.manifest["counts"]["documents"], 0
    for shard in documents.manifest["shards"]:
        if len(listed) <= int(Path(shard["name"]).stem):
            listed.append(_passage_shard(stage, documents.folder / shard["name"], config))
            stage.note(shards=listed)
        done = shard["documents"]
        progress(done, total, "documents split into passages")
    made = sum(shard["passages"] for shard in listed)
    rejected = sum((Counter(shard["rejected"]) for shard in listed), Counter[str]())
    if not made:
        raise InputError(
            f"no passage of {config.min_chars} to {config.max_chars} characters in "
            f"{documents.folder} ({_reasons(rejected)})"
        )
    counts = {
        "passages": made,
        "rejected": dict(rejected),
        "corpus_hash": corpus_hash(stage.folder),
    }
    stage.finish(counts)


def _passage_shard(stage: Stage, documents: Path, config: CorpusConfig) -> dict[str, Any]:
    found = [one for doc in read_shard(documents, Document) for one in passages(doc, config)]
    kept = [one for one in found if isinstance(one, Passage)]
    rejected = Counter(one.reason for one in found if isinstance(one, Rejection))
    if kept:
        write_shard(stage.folder / documents.name, kept)
    return {"name": documents.name, "passages": len(kept), "rejected": dict(rejected)}


def corpus_hash(folder: Path) -> str:
    """A hash over the ids and texts of a folder of passage shards, in order."""
    hasher = hashlib.blake2b(digest_size=8)
    for shard in sorted(folder.glob("*.parquet")):
        for batch in pq.ParquetFile(shard).iter_batches(columns=["id", "text"]):
            for row in batch.to_pylist():
                hasher.update(f"{row['id']}\x1f{row['text']}\x1e".encode())
    return hasher.hexdigest()


def _reasons(rejected: Mapping[str, int]) -> str:
    return ", ".join(f"{reason}: {n}" for reason, n in sorted(rejected.items())) or "it is empty"
