"""The stage in which a language model reads every passage once and names its spans.

A reply is paid for, so it is kept as soon as it is there; tasks can then be made from it
as often as wanted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path

from masksearch.config import ExtractConfig, Section
from masksearch.counts import SpanCounts
from masksearch.making import RESUMING, Making
from masksearch.manifest import IfExists, Stage
from masksearch.parquet import read_shard
from masksearch.ports import PassageReader
from masksearch.readings import FoundSpans
from masksearch.run_folder import RunFolder
from masksearch.schemas import Passage
from masksearch.stages import PASSAGES, SPANS
from masksearch.store import Ledger, read_records
from masksearch.workers import for_each


class _Extent(Section):
    """What a reading depends on besides who reads: not on how many calls run at once."""

    limit: int | None = None


async def read_passages(
    run: RunFolder, reader: PassageReader, config: ExtractConfig, making: Making = RESUMING
) -> SpanCounts:
    """Fill `04-spans` from `02-passages`; returns how much was found and what was refused.

    Raises StoreError, StaleError, ModelError when no call can succeed, and RunStopped when the
    same command has to go on.
    """
    passages, stage = run.finished(PASSAGES), run.own(SPANS)
    inputs: dict[str, str | Stage] = {"passages": passages, "reader": reader.name}
    total = passages.counts.passages
    total = min(total, config.limit or total)
    resuming = making.if_exists is IfExists.RESUME
    extent = _extent(stage, total, config) if resuming else _Extent(limit=config.limit)
    if not stage.begin(inputs, extent, making.if_exists, growing=("limit",)):
        done = 0
        for path in sorted(passages.folder.glob("*.parquet")):
            wanted = list(islice(read_shard(path, Passage), total - done))
            with Ledger(_file(stage, path), "passage_id") as ledger:
                waiting = (one for one in wanted if one.id not in ledger.keys)

                def keep(found: FoundSpans, before: int = done, into: Ledger = ledger) -> None:
                    into.append(found)
                    making.progress(before + len(into.keys), total, "passages read")

                await _read(waiting, reader, keep, config.concurrency)
            done += len(wanted)
        stage.finish(_counts(stage))
    return stage.counts


def _extent(stage: Stage[SpanCounts], total: int, config: ExtractConfig) -> _Extent:
    """How far the reading goes; a finished one that has read so many stays as it is."""
    had = stage.manifest
    has_all = had.done and stage.counts.passages >= total
    return _Extent(limit=had.settings.get("limit") if has_all else config.limit)


async def _read(
    passages: Iterable[Passage],
    reader: PassageReader,
    keep: Callable[[FoundSpans], None],
    concurrency: int,
) -> None:
    """Read passages, so many at a time."""

    async def work(passage: Passage) -> None:
        keep(await reader.read(passage))

    await for_each(passages, work, at_once=concurrency)


def _file(stage: Stage, shard: Path) -> Path:
    return stage.folder / f"{shard.stem}.jsonl"


def _counts(stage: Stage) -> SpanCounts:
    made, types, refused = Counter[str](), Counter[str](), Counter[str]()
    for path in sorted(stage.folder.glob("*.jsonl")):
        for found in read_records(path, FoundSpans):
            made.update(passages=1, spans=len(found.spans))
            types.update(span.type.value for span in found.spans)
            refused.update(one.reason for one in found.rejected)
    return SpanCounts(**made, types=dict(types), rejected=dict(refused))
