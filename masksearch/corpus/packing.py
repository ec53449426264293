"""Files as their unpacked bytes, whatever they are packed with; the content tells, not the name."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

import pyarrow as pa

from masksearch.corpus.names import readable
from masksearch.errors import InputError

PACKED = (".gz", ".bz2", ".zst", ".zstd", ".xz")
"""Suffixes of what can be unpacked."""
BZ2 = b"BZh"
_LONGEST_MAGIC = 6
_DAMAGE = (EOFError, zlib.error, lzma.LZMAError, OSError, UnicodeError)


class _Kept:
    """A file to read that stays open when its reader is done."""

    closed = False

    def __init__(self, file: IO[bytes]) -> None:
        self.read = file.read

    def close(self) -> None:
        """Nothing: whoever opened it closes it."""


def _zstd(file: IO[bytes]) -> object:
    return pa.CompressedInputStream(pa.PythonFile(_Kept(file), mode="r"), "zstd")


_UNPACKING: Mapping[bytes, Callable[[IO[bytes]], object]] = {
    BZ2: bz2.open,
    b"\x1f\x8b": gzip.open,
    b"\xfd7zXZ\0": lzma.open,
    b"\x28\xb5\x2f\xfd": _zstd,
    **{bytes([number]) + b"\x2a\x4d\x18": _zstd for number in range(0x50, 0x60)},
}
"""By how a file begins; one of Zstandard also with a frame to be skipped, as `pzstd` writes."""


def unpacked(file: io.BufferedReader) -> io.BufferedReader:
    """The unpacked bytes of a file that stands at its beginning; it need not be seekable.

    The file stays open when they are closed.
    """
    unpack = _UNPACKING.get(_magic(file.peek(_LONGEST_MAGIC)))
    return io.BufferedReader(cast(io.RawIOBase, unpack(file))) if unpack else file


def magic_of(path: Path) -> bytes:
    """The bytes by which one knows what a file is packed with; none for a plain one."""
    with path.open("rb") as file:
        return _magic(file.read(_LONGEST_MAGIC))


def _magic(begins: bytes) -> bytes:
    return next((magic for magic in _UNPACKING if begins.startswith(magic)), b"")


@contextmanager
def opened(path: Path) -> Iterator[io.BufferedReader]:
    """A file's unpacked bytes; what is wrong with them is an InputError with the place."""
    try:
        with path.open("rb") as file, damage(path, file.tell):
            yield unpacked(file)
    except OSError as error:
        raise InputError(f"cannot read {readable(path)}: {error.strerror or error}") from error


@contextmanager
def damage(path: Path, position: Callable[[], int]) -> Iterator[None]:
    """Turn what an unpacker says of a broken file into one line with the place."""
    try:
        yield
    except _DAMAGE as error:
        if isinstance(error, OSError) and error.errno:
            raise InputError(f"cannot read {readable(path)}: {error.strerror}") from error
        why = " ".join(str(error).split())
        raise InputError(
            f"{readable(path)} is cut short or damaged near byte {position():,} ({why}): "
            "fetch it again"
        ) from error
