"""A task as one flat row, with columns that any reader of tables knows."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from masksearch.dataset.instructions import instructed
from masksearch.exports.formats import TaskFormat
from masksearch.schemas import Interval, Lineage, Task
from masksearch.store import whole_file

_BATCH = 1_000


_PLACE = pa.struct([("start", pa.int32()), ("end", pa.int32())])
_TEXTS = pa.list_(pa.string())
COLUMNS = pa.schema(
    [
        ("id", pa.string()),
        ("lang", pa.string()),
        ("title", pa.string()),
        ("text", pa.string()),
        ("prompt", pa.string()),
        ("style", pa.string()),
        ("num_masks", pa.int8()),
        ("answers", pa.list_(_TEXTS)),
        ("solution", pa.string()),
        ("masks", pa.list_(_PLACE)),
        ("mask_types", _TEXTS),
        ("mask_sources", _TEXTS),
        ("mask_targets", _TEXTS),
        ("masked_share", pa.float32()),
        ("answer_tokens", pa.list_(pa.int32())),
        ("perplexity", pa.float32()),
        ("surprisals", pa.list_(pa.float32())),
        ("scorer", pa.string()),
        ("window", _PLACE),
        ("passage_id", pa.string()),
        ("revision", pa.string()),
        ("url", pa.string()),
        ("licence", pa.string()),
        ("corpus_hash", pa.string()),
    ]
)
MEANINGS = {
    "id": "a hash of the passage, the window and the masks",
    "lang": "language of the passage",
    "title": "title of the page; neither it nor a form of it is ever masked",
    "text": "the window of the passage with every masked span replaced by `[mask]`",
    "prompt": "`text` and the instruction, in the passage's language",
    "style": "`passage`: the answer is the filled text; `blanks`: one fill a line",
    "num_masks": "the real number of masks",
    "answers": "for each mask, in order, the accepted texts; the first is what stood there",
    "solution": "the window as it was",
    "masks": "where the masked spans stand in `solution`, in code points",
    "mask_types": "person, place, organisation, date, number, term or entity",
    "mask_sources": "who found the span: link, pattern, ner or llm",
    "mask_targets": "the page that the span links to, or nothing",
    "masked_share": "share of the window's words that is masked",
    "answer_tokens": "length of each masked text in words, or characters of Chinese and Japanese",
    "perplexity": "of the masked texts, under the model `scorer`; empty where there was no scorer",
    "surprisals": "nats per token of each masked text, under the same model",
    "scorer": "the model that scored",
    "window": "where the window stands in the passage",
    "passage_id": "`wiki:page:revision#paragraph`",
    "revision": "the page's revision",
    "url": "the page's address",
    "licence": "the licence of the page's text",
    "corpus_hash": "a hash over all passages that the tasks were made from",
}


def row(task: Task) -> dict[str, Any]:
    """The values of a RAMP task by column."""
    source = task.lineage or Lineage(passage_id="", revision="", corpus_hash="")
    card = task.difficulty
    return {
        "id": task.id,
        "lang": task.prompt.lang,
        "title": task.prompt.title,
        "text": task.prompt.text,
        "prompt": instructed(task.prompt),
        "style": task.prompt.style.value,
        "num_masks": task.num_masks,
        "answers": [list(accepted) for accepted in task.answers],
        "solution": task.unmasked(),
        "masks": [mask._asdict() for mask in task.masks],
        "mask_types": [kind.value for kind in task.mask_types],
        "mask_sources": [one.value for one in task.mask_sources],
        "mask_targets": list(task.mask_targets),
        "masked_share": card.masked_share,
        "answer_tokens": list(card.answer_tokens),
        "perplexity": card.perplexity,
        "surprisals": list(card.surprisals),
        "scorer": card.scorer,
        "window": (task.window or Interval(0, len(task.unmasked())))._asdict(),
        "passage_id": source.passage_id,
        "revision": source.revision,
        "url": source.url,
        "licence": source.licence,
        "corpus_hash": source.corpus_hash,
    }


class JsonRows(TaskFormat):
    """Flat rows as JSON, one a line."""

    @property
    def description(self) -> str:
        """The columns with their meanings."""
        return "\n".join(f"- `{name}`: {meaning}" for name, meaning in MEANINGS.items())

    def record(self, item: Task) -> dict[str, Any]:
        """The values of a task by column."""
        return row(item)


class ParquetRows(JsonRows):
    """Flat rows as Parquet."""

    suffix = ".parquet"

    def write(self, path: Path, items: Iterable[Task]) -> int:
        """Write a whole file, a batch of rows at a time; returns how many tasks it holds."""
        written, waiting = 0, iter(items)
        with whole_file(path) as file, _writer(file) as writer:
            while rows := [row(task) for task in islice(waiting, _BATCH)]:
                writer.write_table(pa.Table.from_pylist(rows, schema=COLUMNS))
                written += len(rows)
        return written


def _writer(file: IO[bytes]) -> pq.ParquetWriter:
    return pq.ParquetWriter(file, COLUMNS, compression="zstd")
