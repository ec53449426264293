"""Wikitext to plain paragraphs, with the offsets of wikilinks and of sections.

In four passes, each linear in the text: what is no wikitext between its tags goes
(`opaque`), templates, links and tables are resolved with a stack (`brackets`), then markup
within lines (`inline`), and what is left is cut into paragraphs whose holes are closed
(`blocks`, `holes`). Reading a page so takes a fraction of the time that building the tree
of a full parser does, and it can say of every link that is not kept where it was lost.
"""

from __future__ import annotations

from masksearch.corpus.blocks import PlainText, assemble
from masksearch.corpus.brackets import without_brackets
from masksearch.corpus.inline import without_inline_markup
from masksearch.corpus.links import Links
from masksearch.corpus.marks import MARKS, OPEN
from masksearch.corpus.opaque import without_opaque
from masksearch.corpus.variants import one_variant
from masksearch.corpus.wiki import Wiki


def plain_text(wikitext: str, wiki: Wiki = Wiki("")) -> PlainText:  # noqa: B008 - a value
    """Render a page's wikitext; never fails, whatever the markup.

    Every `[[` is in `links` or counted in `lost`.
    """
    opened = without_opaque(MARKS.sub("", wikitext))
    links = Links(wiki.namespaces)
    marked = without_brackets(one_variant(opened.text, wiki.lang), links, wiki.lang)
    text = without_inline_markup(marked)
    links.lost["unseen tag"] += marked.count(OPEN) - text.count(OPEN)
    made = assemble(text, links.targets)
    return made._replace(lost=made.lost + links.lost + opened.lost)
