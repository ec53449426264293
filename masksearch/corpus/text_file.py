"""Files of plain text and Markdown as rows, one a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from masksearch.corpus.encodings import marked_encoding
from masksearch.corpus.front_matter import split_front_matter
from masksearch.corpus.kinds import unpacked_name
from masksearch.corpus.names import readable
from masksearch.corpus.packing import opened
from masksearch.corpus.rows import ITS_ENCODING, NOT_UTF8, Row

_MARKDOWN = (".md", ".markdown")


def is_markdown(path: Path) -> bool:
    """Whether a file's name says that it is Markdown."""
    return unpacked_name(path.name).endswith(_MARKDOWN)


def stem(path: Path) -> str:
    """A file's name without its suffixes, for one that says no title."""
    return readable(Path(path.name[: len(unpacked_name(path.name))]).stem)


def read_text(path: Path, encoding: str = "") -> Iterator[Row]:
    """The file as a row of its `text`, and of what Markdown says of itself before it.

    Raises InputError where the file cannot be read.
    """
    with opened(path) as file:
        data = file.read()
    try:
        text = data.decode(encoding or marked_encoding(data) or "utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError:
        fault = f"not text in {encoding}" if encoding else NOT_UTF8
        yield Row("", fault=fault, detail=ITS_ENCODING)
        return
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    said = split_front_matter(text) if is_markdown(path) else None
    yield Row("", {**said.values, "text": said.text} if said else {"text": text})
