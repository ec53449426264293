"""Which of a row's values are its id, title and text, and what form the text is in."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

from masksearch.config import CorpusConfig
from masksearch.text import encodable

Names = tuple[str, ...]
"""Names of one value, the first that is there counts; `a.b` is `b` within `a`."""


class Layout(NamedTuple):
    """Under which names rows hold what."""

    id: Names
    title: Names
    text: Names
    url: Names
    lang: Names
    licence: Names
    wiki: Names = ()
    namespace: Names = ()
    revision: Names = ()
    timestamp: Names = ()
    opening: Names = ()
    """Where the text has no paragraphs: its first one."""

    def columns(self, there: Collection[str]) -> Collection[str]:
        """Those of the names there that it has to do with; all where none is of a text."""
        if not _outer(self.text, there):
            return there
        return {name for names in self for name in _outer(names, there)}


def _outer(names: Names, there: Collection[str]) -> set[str]:
    """The whole values, of those there, within which the named ones are."""
    return {one for name in names for one in (name, name.partition(".")[0]) if one in there}


_ENTERPRISE = Layout(
    id=("identifier",),
    title=("name",),
    text=("article_body.wikitext", "article_body.html"),
    url=("url",),
    lang=("in_language.identifier",),
    licence=("license.0.identifier", "license.0.name"),
    wiki=("is_part_of.identifier",),
    namespace=("namespace.identifier",),
    revision=("version.identifier",),
    timestamp=("date_modified",),
)
_CIRRUS = Layout(
    id=("page_id", "_id", "id"),
    title=("title",),
    text=("source_text", "text"),
    url=(),
    lang=("language",),
    licence=(),
    wiki=("wiki",),
    namespace=("namespace",),
    revision=("version",),
    timestamp=("timestamp",),
    opening=("opening_text",),
)
_CIRRUS_SIGNS = {"opening_text", "source_text"}
_DEFAULTS = CorpusConfig()
_USUAL = {
    "id_field": ("_id", "docid", "doc_id", "page_id", "pageid"),
    "title_field": ("name", "wikipedia_title"),
    "text_field": ("contents", "content", "body"),
    "url_field": ("uri", "source_url"),
    "lang_field": ("lang", "in_language"),
    "licence_field": ("licence",),
}
"""Other names under which a value is often held; tried only where no name was given."""


def layout_of(row: Iterable[str], config: CorpusConfig) -> Layout:
    """That of a row with these names."""
    return _layout(tuple(row), config)


@lru_cache(maxsize=64)  # the rows of a file hold much the same names
def _layout(names: Names, config: CorpusConfig) -> Layout:
    if config.text_field == _DEFAULTS.text_field:
        if "article_body" in names:
            return _ENTERPRISE
        if "namespace" in names and not _CIRRUS_SIGNS.isdisjoint(names):
            return _CIRRUS
    return Layout(*(_names(config, setting) for setting in _USUAL))


def _names(config: CorpusConfig, setting: str) -> Names:
    given = getattr(config, setting)
    usual = _USUAL[setting] if given == getattr(_DEFAULTS, setting) else ()
    return (given, *usual) if given else ()


class Absent:
    """That a row has no value of a name, which is not the same as null."""


ABSENT: Final = Absent()


class Value(NamedTuple):
    """A row's value, and under which of the names it was."""

    name: str
    value: Any


def find(row: Mapping[str, Any], names: Names) -> Value:
    """The first value that says something, or else null where one of the names is there."""
    null = ""
    for name in names:
        value = row.get(name, ABSENT)
        if value is ABSENT and "." in name:
            value = _within(row, name)
        if value is not ABSENT:
            if not _is_null(value):
                return Value(name, value)
            null = null or name
    return Value(null, None) if null else Value("", ABSENT)


def _within(row: Mapping[str, Any], name: str) -> Any:
    value: Any = row
    for part in name.split("."):
        if isinstance(value, Mapping) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return ABSENT
    return value


def _is_null(value: Any) -> bool:
    """Null, and not a number, which data frames write in its place."""
    return value is None or (isinstance(value, float) and math.isnan(value))


class NotText(Exception):
    """A value that is no text; the message says of which name."""


def text_of(found: Value) -> str:
    """A text, with half surrogate pairs as `?`; empty for null; raises NotText.

    Raises UnicodeDecodeError for bytes that are not UTF-8.
    """
    value = found.value
    if value is None or value is ABSENT:
        return ""
    if isinstance(value, bytes):
        value = value.decode()
    if not isinstance(value, str):
        raise NotText(f"the field {found.name!r} is not text")
    return value if value.isascii() else encodable(value)


def label_of(found: Value) -> str:
    """A text or a whole number, as ids and titles are; raises what `text_of` does."""
    value = found.value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if is_number else text_of(found)


def said_of(found: Value) -> str:
    """What is known beside the text; empty where it is no text."""
    try:
        return label_of(found).strip()
    except (NotText, UnicodeDecodeError):
        return ""
