"""A dump as bytes: how it is packed and encoded, and the parts that processes can share.

A plain file and a multistream bz2 (as Wikimedia publishes them) are shared out as ranges:
whoever reads one opens the file there and takes the pages that begin in it, so the parent
does nothing but count. Everything else, a bz2 of one stream, gzip, zstd or another encoding than
UTF-8, is unpacked in the parent, in order, and handed out as blocks of whole pages.
"""

from __future__ import annotations

import bz2
import codecs
import re
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import IO, NamedTuple, TypeAlias

from masksearch.corpus.encodings import marked_encoding
from masksearch.corpus.names import readable
from masksearch.corpus.packing import BZ2, damage, magic_of, unpacked
from masksearch.errors import InputError

PART_BYTES = 2 << 20
"""Unpacked bytes that make a part; bz2 is taken to pack to a quarter."""
MAX_PAGE_BYTES = 256 << 20
PAGE, PAGE_END, DUMP_END = b"<page>", b"</page>", b"</mediawiki>"

_HEAD_BYTES = 1 << 20
_BLOCK = 1 << 18
_BZ2_STREAM = re.compile(rb"BZh[1-9]1AY&SY")
_LONGEST_MAGIC = 10
_LOOKED_INTO = 8 << 20
"""Bytes in which a file of many bz2 streams shows its second one."""
_DECLARED = re.compile(rb"^\s*<\?xml[^>]*?\bencoding=[\"']([A-Za-z0-9._-]+)[\"']")
_MARKED_AS_BAD = "masksearch.bad"
"""How to decode so that bytes which are no text become one that is none in UTF-8, in their page."""


class Range(NamedTuple):
    """Bytes of the file up to `read`; its pages are those that begin in it."""

    start: int
    read: int


class Block(NamedTuple):
    """Whole pages, unpacked and in UTF-8, and how far the file was read for them."""

    start: int
    read: int
    pages: bytes


Part: TypeAlias = Range | Block


class DumpFile(NamedTuple):
    """A dump that was looked into: its encoding, and its text before the first page."""

    path: Path
    size: int
    encoding: str
    head: bytes
    is_shared: bool
    """Whether ranges of the file can be read by themselves."""

    def parts(self) -> Iterator[Part]:
        """Its parts in order; raises InputError where it is damaged."""
        if not self.is_shared:
            return _blocks(self)
        return _stream_ranges(self) if magic_of(self.path) == BZ2 else _plain_ranges(self.size)

    def pages(self, part: Part) -> bytes:
        """The XML of a part's pages; raises InputError where it is damaged."""
        if isinstance(part, Block):
            return part.pages
        with self.path.open("rb") as file, damage(self.path, file.tell):
            file.seek(part.start)
            stream = _Unpacked(file, is_bz2=magic_of(self.path) == BZ2)
            return _pages_of(stream, part, is_last=part.read >= self.size)


def open_dump(path: Path) -> DumpFile:
    """Look into a dump; raises InputError where it is none, or cannot be read."""
    with path.open("rb") as file, damage(path, file.tell):
        raw = _head(unpacked(file))
    encoding = _encoding(path, raw)
    head = codecs.getincrementaldecoder(encoding)(errors="ignore").decode(raw).encode()
    if b"<mediawiki" not in head:
        raise InputError(f"{readable(path)} is not a MediaWiki XML dump (no <mediawiki> in it)")
    is_shared = encoding == "utf-8" and _can_be_shared(path)
    before = head.partition(PAGE)[0]
    return DumpFile(path, path.stat().st_size, encoding, before, is_shared)


def _head(stream: BufferedReader) -> bytes:
    head = b""
    while len(head) < _HEAD_BYTES and PAGE not in head and (block := stream.read(_BLOCK)):
        head += block
    return head


def _encoding(path: Path, head: bytes) -> str:
    """By its byte order mark, the shape of its first bytes, or what it declares."""
    if marked := marked_encoding(head):
        return marked.removesuffix("-sig")
    declared = _DECLARED.match(head)
    name = declared[1].decode("ascii") if declared else "utf-8"
    try:
        found = codecs.lookup(name).name
    except LookupError as error:
        raise InputError(
            f"{readable(path)}: unknown encoding {name!r} in its first line"
        ) from error
    return "utf-8" if found.startswith("utf-16") or found == "ascii" else found


def _can_be_shared(path: Path) -> bool:
    magic = magic_of(path)
    return any(_streams(path, _LOOKED_INTO)) if magic == BZ2 else not magic


def _plain_ranges(size: int) -> Iterator[Range]:
    for start in range(0, size, PART_BYTES):
        yield Range(start, min(start + PART_BYTES, size))


def _stream_ranges(dump: DumpFile) -> Iterator[Range]:
    """Whole bz2 streams together until they make a part."""
    start = 0
    for position in _streams(dump.path, dump.size):
        if position - start >= max(1, PART_BYTES // 4):
            yield Range(start, position)
            start = position
    yield Range(start, dump.size)


def _streams(path: Path, until: int) -> Iterator[int]:
    """Where bz2 streams begin, as far as `until` at least."""
    with path.open("rb") as file:
        kept, before = b"", 0
        while before < until and (block := file.read(_BLOCK)):
            data = kept + block
            yield from (before + match.start() for match in _BZ2_STREAM.finditer(data))
            kept = data[-(_LONGEST_MAGIC - 1) :]
            before += len(data) - len(kept)


class _Unpacked:
    """The unpacked bytes of a file from where it stands."""

    def __init__(self, file: IO[bytes], *, is_bz2: bool) -> None:
        self._file = file
        self._stream = bz2.BZ2Decompressor() if is_bz2 else None

    def read(self, count: int) -> bytes:
        """What `count` more bytes of the file hold, or as many as give something.

        Empty at the file's end; raises EOFError where that is within a stream.
        """
        while packed := self._file.read(count):
            if self._stream is None:
                return packed
            if found := self._unpack(packed):
                return found
        if self._stream is not None and not self._stream.eof:
            raise EOFError("it ends within a bz2 stream")
        return b""

    def _unpack(self, packed: bytes) -> bytes:
        pieces = []
        while packed and self._stream is not None:
            if self._stream.eof:
                self._stream = bz2.BZ2Decompressor()
            pieces.append(self._stream.decompress(packed))
            packed = self._stream.unused_data
        return b"".join(pieces)


def _pages_of(unpacked: _Unpacked, part: Range, *, is_last: bool) -> bytes:
    """Pages that begin in a range, the last one followed to its end beyond it."""
    data = unpacked.read(part.read - part.start)
    within = len(data)
    if any(data.endswith(PAGE[:n]) for n in range(1, len(PAGE))):  # perhaps a tag is cut
        while len(data) < within + len(PAGE) - 1 and (more := unpacked.read(_BLOCK)):
            data += more
    last_begin = data.rfind(PAGE, 0, within + len(PAGE) - 1)
    if last_begin < 0:
        end = 0
    else:
        data, end = _followed(unpacked, data, last_begin)
    if is_last and not _ends_dump(data[end:] + unpacked.read(_BLOCK), after_page=bool(end)):
        raise EOFError("it has no end")
    return data[data.find(PAGE) : end] if end else b""


def _ends_dump(rest: bytes, *, after_page: bool) -> bool:
    """Whether the end is there; a very short range may hold only a part of it."""
    return DUMP_END in rest or (not after_page and DUMP_END.endswith(rest.strip()))


def _followed(unpacked: _Unpacked, data: bytes, begin: int) -> tuple[bytes, int]:
    """`data` with as much more as the page that begins there needs, and the page's end."""
    sought = begin
    while (end := data.find(PAGE_END, sought)) < 0:
        if len(data) - begin > MAX_PAGE_BYTES:
            raise EOFError(f"a page of more than {MAX_PAGE_BYTES >> 20} MB")
        sought = max(begin, len(data) - len(PAGE_END))
        more = unpacked.read(max(_BLOCK, len(data) - begin))
        if not more:
            raise EOFError("it ends within a page")
        data += more
    return data, end + len(PAGE_END)


def _blocks(dump: DumpFile) -> Iterator[Block]:
    """The dump unpacked in order; what is not UTF-8 is made so."""
    position, pages = 0, bytearray()
    with dump.path.open("rb") as file, damage(dump.path, file.tell):
        for block in _in_utf8(unpacked(file), dump.encoding):
            sought = max(0, len(pages) - len(PAGE_END))
            pages += block
            end = pages.rfind(PAGE_END, sought) if len(pages) >= PART_BYTES else -1
            if end >= 0:
                read = file.tell()
                yield Block(position, read, _cut(pages, end))
                position = read
            elif len(pages) > MAX_PAGE_BYTES:
                raise EOFError(f"a page of more than {MAX_PAGE_BYTES >> 20} MB")
        if (end := pages.rfind(PAGE_END)) >= 0:
            yield Block(position, dump.size, _cut(pages, end))
        if DUMP_END not in pages:
            raise EOFError("it has no end")


def _marked_as_bad(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "\udc80", error.end


codecs.register_error(_MARKED_AS_BAD, _marked_as_bad)


def _in_utf8(stream: BufferedReader, encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)(_MARKED_AS_BAD)
    while block := stream.read(_BLOCK):
        yield (
            block if encoding == "utf-8" else decoder.decode(block).encode(errors="surrogateescape")
        )


def _cut(pages: bytearray, end: int) -> bytes:
    """Take whole pages off the front."""
    taken = bytes(pages[pages.find(PAGE) : end + len(PAGE_END)])
    del pages[: end + len(PAGE_END)]
    return taken
