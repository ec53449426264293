"""Folders of .txt and .md files as documents, one a file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from masksearch.config import CorpusConfig
from masksearch.errors import InputError
from masksearch.rejection import Rejection
from masksearch.schemas import Document, Section

_SUFFIXES = {".txt", ".md"}
_HEADING = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t#]*$", re.MULTILINE)


def read_folder(source: Path, config: CorpusConfig) -> Iterator[Document | Rejection]:
    """Files in the order of their paths; raises InputError naming a file."""
    corpus = config.name or source.resolve().name
    for path in sorted(_files(source)):
        yield _document(path, path.relative_to(source).as_posix(), corpus, config.lang)


def _files(source: Path) -> list[Path]:
    found = [p for p in source.rglob("*") if p.suffix.lower() in _SUFFIXES and p.is_file()]
    if not found:
        raise InputError(f"{source} holds no .txt or .md file")
    return found


def _document(path: Path, name: str, corpus: str, lang: str) -> Document | Rejection:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text") from error
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error
    if not text.strip():
        return Rejection(item=name, reason="no text")
    headings = list(_HEADING.finditer(text)) if path.suffix.lower() == ".md" else []
    return Document(
        id=f"{corpus}:{name}",
        title=headings[0][1] if headings else path.stem,
        text=text,
        corpus=corpus,
        lang=lang or "en",
        sections=tuple(Section(heading.start(), heading[1]) for heading in headings),
    )
