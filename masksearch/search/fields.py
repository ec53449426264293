"""The fields of the index, and how text becomes terms when indexing and when asking."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import tantivy

from masksearch.ports import Progress, silent
from masksearch.schemas import Passage, page_of

TOKENIZER = "en_stem"
SEARCHED = ("text", "title")
_WRITER_BYTES = 128_000_000
_LONGEST_TERM = 40
_TOLD_EVERY = 1000


def index_schema() -> tantivy.Schema:
    """Stored id, title, text and url; title and text searchable, id and page exact."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("page", tokenizer_name="raw", index_option="basic")
    for field in SEARCHED:
        builder.add_text_field(field, stored=True, tokenizer_name=TOKENIZER, index_option="freq")
    builder.add_text_field("url", stored=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


def fill(
    index: tantivy.Index,
    passages: Iterable[Passage],
    total: int | None = None,
    progress: Progress = silent,
) -> int:
    """Add passages and commit; returns how many.

    One thread writes, so that the same passages always give the same order of ties.
    """
    writer = index.writer(_WRITER_BYTES, 1)
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


def analyser(left_out: Collection[str] = ()) -> tantivy.TextAnalyzer:
    """What `TOKENIZER` does when indexing, without the words `left_out`."""
    builder = (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(_LONGEST_TERM))
        .filter(tantivy.Filter.lowercase())
    )
    if left_out:
        builder = builder.filter(tantivy.Filter.custom_stopword(sorted(left_out)))
    return builder.filter(tantivy.Filter.stemmer("english")).build()


def _document(passage: Passage) -> tantivy.Document:
    return tantivy.Document(
        id=[passage.id],
        page=[page_of(passage.id)],
        title=[passage.title],
        text=[passage.text],
        url=[passage.url],
    )
