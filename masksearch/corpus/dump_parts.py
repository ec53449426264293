"""Several files of one wiki's dump, read one after the other as if they were a single file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias
from xml.etree.ElementTree import ParseError

from masksearch.corpus.dump_file import DumpFile, Part, open_dump
from masksearch.corpus.names import readable
from masksearch.corpus.wiki import read_wiki
from masksearch.errors import InputError


class FilePart(NamedTuple):
    """A part of one of the files; `read` counts the bytes of the files before it, too."""

    file: int
    part: Part
    read: int


class DumpFiles(NamedTuple):
    """Files in the order of their pages; the header is that of the first."""

    files: tuple[DumpFile, ...]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    @property
    def head(self) -> bytes:
        """What stands before the first page."""
        return self.files[0].head

    def parts(self) -> Iterator[FilePart]:
        """The parts of all files in order; raises InputError where one is damaged."""
        before = 0
        for number, file in enumerate(self.files):
            for part in file.parts():
                yield FilePart(number, part, before + part.read)
            before += file.size

    def pages(self, part: FilePart) -> bytes:
        """The XML of a part's pages; raises InputError where it is damaged."""
        return self.files[part.file].pages(part.part)


AnyDump: TypeAlias = DumpFile | DumpFiles


def open_dumps(paths: Sequence[Path]) -> AnyDump:
    """Look into the files of a dump; raises InputError for one of another wiki than the first."""
    files = tuple(open_dump(path) for path in paths)
    if len(files) == 1:
        return files[0]
    first = _wiki_of(files[0])
    for file in files[1:]:
        if (other := _wiki_of(file)) != first:
            raise InputError(
                f"{readable(file.path)} is of the wiki {other!r} and {readable(files[0].path)} of "
                f"{first!r}: a corpus of dumps is of one wiki"
            )
    return DumpFiles(files)


def _wiki_of(file: DumpFile) -> str:
    """Name and address, to compare; a header that cannot be read is told of later."""
    try:
        wiki = read_wiki(file.head)
    except (ParseError, ValueError):
        return ""
    return " ".join(filter(None, (wiki.name, wiki.lang, wiki.url)))
