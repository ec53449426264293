"""From a source to shards of documents and passages in a run folder.

A part of the source becomes one shard of documents and one of passages, written by
whichever process reads the part. A killed build resumes with the first part that is not
listed (see `masksearch.shards`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import takewhile
from pathlib import Path

from masksearch.config import CorpusConfig
from masksearch.corpus.files import CorpusFiles, find_files
from masksearch.corpus.making import REFUSED, TOO_BAD, Tally, make_shard, tally_of
from masksearch.corpus.mediawiki import open_mediawiki
from masksearch.corpus.names import readable
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

Sources = Path | Sequence[Path]


def open_source(files: CorpusFiles, config: CorpusConfig) -> Source:
    """Dumps, or files of rows and texts, as a source; raises InputError."""
    if files.is_dump:
        first, *more = (one.path for one in files.files)
        return open_mediawiki(first, config, more)
    return open_rows(files, config)


def build_corpus(
    run: RunFolder, config: CorpusConfig, sources: Sources, making: Making = RESUMING
) -> dict[str, int]:
    """Fill `01-documents` and `02-passages`; returns how many of each were made.

    Several files and folders are one corpus. The shards are the same, byte by byte, whatever
    the number of processes. Progress is counted in bytes of dumps, in items of other sources.
    Raises InputError for a source that cannot be used and StaleError when the stages were
    begun with another source or other settings.
    """
    files = files_of(sources)
    source = open_source(files, config)
    stages = Stages(run.own(DOCUMENTS), run.own(PASSAGES))
    if not stages.begin({"source": files.hash}, config, making.if_exists):
        tally = _make(stages, source, config, making.progress, making.processes)
        tally.leave_out(files.left_out)
        _expect_some(tally, files, config)
        stages.finish(tally, source.language)
    clear_away(stages.documents.folder)
    return {
        "documents": stages.documents.counts.documents,
        "passages": stages.passages.counts.passages,
    }


def files_of(sources: Sources) -> CorpusFiles:
    """The files of a corpus in their order; raises InputError where one cannot be used."""
    named = [sources] if isinstance(sources, Path) else sources
    return find_files([readable(one) for one in named])


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


def _expect_some(tally: Tally, files: CorpusFiles, config: CorpusConfig) -> None:
    if not tally.documents:
        reasons = _reasons(tally.of(REFUSED))
        raise InputError(f"{files.label} holds no document with text ({reasons})")
    if not tally.passages:
        raise InputError(
            f"no passage of {config.min_chars} to {config.max_chars} characters in {files.label} "
            f"({_reasons(tally.of(TOO_BAD))})"
        )


def _reasons(rejected: Mapping[str, int]) -> str:
    return ", ".join(f"{reason}: {n}" for reason, n in sorted(rejected.items())) or "it is empty"
