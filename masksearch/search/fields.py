"""The fields of the index, and putting passages into them."""

from __future__ import annotations

import os
from collections.abc import Iterable

import tantivy

from masksearch.ports import Progress, silent
from masksearch.schemas import Hit, Passage
from masksearch.search.analysis import STEMS, WORDS, clinging, has_unspaced, pairs_of

STEM_FIELD, WORD_FIELD, PAIR_FIELD = "stems", "words", "pairs"
_ID, _URL = "id", "url"
_WRITER_BYTES = 128_000_000
_MOST_WRITERS = 4
_TOLD_EVERY = 1000


def index_schema() -> tantivy.Schema:
    """Stems and pairs of the title twice and the text, words of the title; id and url as they are.

    The title counts twice by standing there twice: one field with a heavy title ranks better
    than a field for each, and is faster to search. Exact forms of the whole text would take
    as long to build as all the rest, and find no more answers.
    """
    builder = tantivy.SchemaBuilder()
    for name in (_ID, _URL):
        builder.add_bytes_field(name, stored=True)
    builder.add_text_field(STEM_FIELD, stored=True, tokenizer_name=STEMS, index_option="freq")
    builder.add_text_field(WORD_FIELD, tokenizer_name=WORDS, index_option="freq")
    builder.add_text_field(PAIR_FIELD, tokenizer_name="whitespace", index_option="freq")
    return builder.build()


def fill(
    index: tantivy.Index,
    passages: Iterable[Passage],
    total: int | None = None,
    progress: Progress = silent,
) -> int:
    """Add passages and commit; returns how many."""
    writer = index.writer(_WRITER_BYTES, min(_MOST_WRITERS, os.cpu_count() or 1))
    count = 0
    for count, passage in enumerate(passages, 1):
        writer.add_document(_document(passage))
        if count % _TOLD_EVERY == 0:
            progress(count, total)
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    progress(count, total)
    return count


def hit_of(document: tantivy.Document, score: float) -> Hit:
    """A whole passage as a hit."""
    title, _, text, *_ = document.get_all(STEM_FIELD)
    return Hit(
        id=document.get_first(_ID).decode(),
        title=title,
        text=text,
        score=score,
        url=document.get_first(_URL).decode(),
    )


def _document(passage: Passage) -> tantivy.Document:
    searched, words = [passage.title, passage.title, passage.text], [passage.title]
    fields = {STEM_FIELD: searched, WORD_FIELD: words}
    if has_unspaced(passage.title) or has_unspaced(passage.text):
        fields[PAIR_FIELD] = [pairs for text in searched if (pairs := pairs_of(text))]
        searched += [word for text in searched for word in clinging(text)]
        words += clinging(passage.title)
    document = tantivy.Document(**fields)
    document.add_bytes(_ID, passage.id.encode())
    document.add_bytes(_URL, passage.url.encode())
    return document
