"""From a source to shards of documents and passages in a run folder.

A part of the source becomes one shard of documents and one of passages, written by
whichever process reads the part. A killed build resumes with the first part that is not
listed (see `masksearch.shards`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import takewhile
from pathlib import Path

from masksearch.config import CorpusConfig
from masksearch.corpus.folder import read_folder
from masksearch.corpus.jsonl import read_jsonl
from masksearch.corpus.making import REFUSED, TOO_BAD, Tally, make_shard, tally_of
from masksearch.corpus.mediawiki import open_mediawiki
from masksearch.corpus.parquet import read_parquet
from masksearch.corpus.repeats import clear_away, made_again, made_shards
from masksearch.corpus.rows_source import open_rows
from masksearch.corpus.source import Source
from masksearch.corpus.stages import Stages
from masksearch.errors import InputError
from masksearch.making import RESUMING, Making
from masksearch.ports import Progress
from masksearch.run_folder import RunFolder
from masksearch.shards import Job, Shard, each_shard
from masksearch.stages import DOCUMENTS, PASSAGES
from masksearch.store import file_hash

DUMP_SUFFIXES = (".xml", ".bz2", ".gz")

_ROWS = (((".jsonl", ".jsonl.gz", ".ndjson"), read_jsonl), ((".parquet",), read_parquet))


def open_source(path: Path, config: CorpusConfig) -> Source:
    """A dump, a JSONL or Parquet file or a folder as a source; raises InputError."""
    if not path.exists():
        raise InputError(f"{path} does not exist")
    if path.is_dir():
        return open_rows(path, config, read_folder)
    name = path.name.lower()
    for suffixes, reader in _ROWS:
        if name.endswith(suffixes):
            return open_rows(path, config, reader)
    if name.endswith(DUMP_SUFFIXES):
        return open_mediawiki(path, config)
    raise InputError(
        f"{path}: unknown kind of file; a corpus is a MediaWiki dump (.xml, .xml.bz2, .xml.gz), "
        ".jsonl, .jsonl.gz, .parquet, or a folder of .txt and .md files"
    )


def build_corpus(
    run: RunFolder, config: CorpusConfig, path: Path, making: Making = RESUMING
) -> dict[str, int]:
    """Fill `01-documents` and `02-passages`; returns how many of each were made.

    The shards are the same, byte by byte, whatever the number of processes. Progress is
    counted in bytes of a dump, in items of other sources. Raises InputError for a source that
    cannot be used and StaleError when the stages were begun with another source or other
    settings.
    """
    source = open_source(path, config)
    stages = Stages(run.own(DOCUMENTS), run.own(PASSAGES))
    if not stages.begin({"source": _source_hash(path)}, config, making.if_exists):
        tally = _make(stages, source, config, making.progress, making.processes)
        _expect_some(tally, path, config)
        stages.finish(tally, source.language)
    clear_away(stages.documents.folder)
    return {
        "documents": stages.documents.counts.documents,
        "passages": stages.passages.counts.passages,
    }


def is_dump(path: Path) -> bool:
    """Whether a source is taken for a MediaWiki dump, by its name."""
    rows = any(path.name.lower().endswith(suffixes) for suffixes, _ in _ROWS)
    return not path.is_dir() and not rows


def _source_hash(path: Path) -> str:
    try:
        return file_hash(path)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error


def _make(
    stages: Stages, source: Source, config: CorpusConfig, progress: Progress, processes: int
) -> Tally:
    tally = Tally()
    folder = stages.documents.folder
    work = partial(make_shard, source, config, folder, stages.passages.folder)
    if config.limit is None:
        shards = each_shard(folder, source.parts(), work, processes)
    else:
        shards = _limited(stages, source, work, tally, config.limit)
    for shard in shards:
        tally.add(shard)
        made = f"{tally.documents:,} documents, {tally.passages:,} passages"
        progress(shard.read, source.size, made)
    for shard in made_again(folder, source.parts(), work, processes, config.limit):
        progress(shard.read, source.size, "read again without pages that repeat")
    return tally_of(made_shards(folder))


def _limited(
    stages: Stages, source: Source, work: Callable[..., Shard], tally: Tally, limit: int
) -> Iterator[Shard]:
    """In this process: what is left of the limit is known when the shards before are made."""
    parts = takewhile(lambda _: tally.documents < limit, source.parts())

    def limited(job: Job) -> Shard:
        return work(job, most=limit - tally.documents)

    return each_shard(stages.documents.folder, parts, limited)


def _expect_some(tally: Tally, path: Path, config: CorpusConfig) -> None:
    if not tally.documents:
        raise InputError(f"{path} holds no document with text ({_reasons(tally.of(REFUSED))})")
    if not tally.passages:
        raise InputError(
            f"no passage of {config.min_chars} to {config.max_chars} characters in {path} "
            f"({_reasons(tally.of(TOO_BAD))})"
        )


def _reasons(rejected: Mapping[str, int]) -> str:
    return ", ".join(f"{reason}: {n}" for reason, n in sorted(rejected.items())) or "it is empty"
