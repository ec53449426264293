"""The fields of the index, and putting passages into them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import NamedTuple

import tantivy

from masksearch.ports import Progress
from masksearch.progress import silent
from masksearch.schemas import Passage
from masksearch.search.analysis import (
    STEMS,
    VERSION,
    WORDS,
    clinging,
    has_unspaced,
    pairs_of,
    searchable,
)
from masksearch.search.texts import Texts, TextsWriter

STEM_FIELD, WORD_FIELD, PAIR_FIELD = "stems", "words", "pairs"
PLACE_FIELD = "place"
_WRITER_BYTES = 128_000_000
_MOST_WRITERS = 4
_TOLD_EVERY = 1000


class LocalIndex(NamedTuple):
    """The terms by which passages are found, and the passages as they are."""

    terms: tantivy.Index
    texts: Texts


def index_schema() -> tantivy.Schema:
    """Stems and pairs of the title twice and the text, words of the title; where it is kept.

    The title counts twice by standing there twice: one field with a heavy title ranks better
    than a field for each, and is faster to search. Exact forms of the whole text would take
    as long to build as all the rest, and find no more answers.
    """
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field(PLACE_FIELD, fast=True)
    builder.add_text_field(STEM_FIELD, tokenizer_name=STEMS, index_option="freq")
    builder.add_text_field(WORD_FIELD, tokenizer_name=WORDS, index_option="freq")
    builder.add_text_field(PAIR_FIELD, tokenizer_name="whitespace", index_option="freq")
    return builder.build()


def fill(
    index: tantivy.Index,
    texts: TextsWriter,
    passages: Iterable[Passage],
    total: int | None = None,
    progress: Progress = silent,
    analysis: int = VERSION,
) -> int:
    """Add passages, as terms and as they are, and commit; returns how many."""
    as_terms = searchable if analysis == VERSION else str
    writer = index.writer(_WRITER_BYTES, min(_MOST_WRITERS, os.cpu_count() or 1))
    count = 0
    for count, passage in enumerate(passages, 1):
        writer.add_document(_document(passage, texts.add(passage), as_terms))
        if count % _TOLD_EVERY == 0:
            progress(count, total)
    texts.end()
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    progress(count, total)
    return count


def _document(passage: Passage, place: int, as_terms: Callable[[str], str]) -> tantivy.Document:
    title, text = as_terms(passage.title), as_terms(passage.text)
    searched, words = [title, title, text], [title]
    fields = {STEM_FIELD: searched, WORD_FIELD: words}
    if has_unspaced(title) or has_unspaced(text):
        fields[PAIR_FIELD] = [pairs for part in searched if (pairs := pairs_of(part))]
        searched += [word for part in searched for word in clinging(part)]
        words += clinging(title)
    document = tantivy.Document(**fields)
    document.add_unsigned(PLACE_FIELD, place)
    return document
