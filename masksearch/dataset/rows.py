"""A task as one flat row, with columns that any reader of tables knows."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from masksearch.dataset.instructions import instructed
from masksearch.schemas import AnswerStyle, Interval, Lineage, Task

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


def reference_record(task: Task) -> dict[str, Any]:
    """A task as MaskSearch's published code writes it (`gen_qa.py`).

    `mask_num` is the real number of masks, and `entities` names the masked ones only: what
    else was found in the passage is not part of a task.
    """
    golds = [accepted[0] for accepted in task.answers]
    return {
        "query": instructed(task.prompt, AnswerStyle.PASSAGE),
        "answer": task.unmasked(),
        "ext": {
            "mask_num": task.num_masks,
            "masks": golds,
            "entities": golds,
            "source": "wiki",
            "title": task.prompt.title,
        },
    }
