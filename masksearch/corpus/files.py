"""Which files a corpus is made of: those that are named, and what lies in folders."""

from __future__ import annotations

import glob
import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from masksearch.corpus.folder import walk
from masksearch.corpus.kinds import KNOWN, Kind, kind_by_content, kind_by_name
from masksearch.corpus.names import path_named, readable
from masksearch.errors import InputError
from masksearch.store import file_hash

_DATA = frozenset({Kind.DUMP, Kind.PARQUET, Kind.LINES, Kind.ARCHIVE})
_DIGITS = re.compile(r"(\d+)")
_PART_NUMBER = re.compile(r"[-_.\d]*$")


class CorpusFile(NamedTuple):
    """A file to read, the name by which ids and messages know it, and its kind."""

    path: Path
    name: str
    kind: Kind


class CorpusFiles(NamedTuple):
    """The files of a corpus in their order, and why others are none, by reason."""

    files: tuple[CorpusFile, ...]
    left_out: Counter[str]
    label: str
    """What the corpus is called in messages."""
    name: str
    """The corpus's own in ids, where its settings give none."""
    is_single: bool
    """Whether it was named as one file."""

    @property
    def is_dump(self) -> bool:
        """Whether they are MediaWiki dumps; raises InputError where only some of them are."""
        dumps = [one for one in self.files if one.kind is Kind.DUMP]
        if dumps and len(dumps) < len(self.files):
            other = next(one for one in self.files if one.kind is not Kind.DUMP)
            raise InputError(
                f"{readable(dumps[0].path)} is a MediaWiki dump and {readable(other.path)} is not: "
                "make a corpus of each"
            )
        return bool(dumps)

    @property
    def hash(self) -> str:
        """SHA-256 of a single file, or of the names and hashes of all in their order."""
        hashes = [(one.name, _hash(one.path)) for one in self.files]
        if self.is_single:
            return hashes[0][1]
        lines = "".join(f"{name}\0{hashed}\n" for name, hashed in hashes)
        return hashlib.sha256(lines.encode()).hexdigest()


def find_files(sources: Sequence[str]) -> CorpusFiles:
    """The files of a corpus; raises InputError where one is not there or cannot be read.

    Files and folders come in the order in which they are named, the files of a folder, and of
    a pattern such as `train-*.parquet`, in that of their names. A link is followed, and a file
    that is reached twice is read once.
    """
    left_out = Counter[str]()
    named = list(chain.from_iterable(map(_expanded, sources)))
    found = [one for path in named for one in _files_of(path, left_out)]
    files = _once(found)
    if again := len(found) - len(files):
        left_out["the same file again"] += again
    is_single = len(named) == 1 and not named[0].is_dir()
    label = readable(named[0]) + (f" and {len(named) - 1} more" if len(named) > 1 else "")
    return CorpusFiles(tuple(_distinct(files)), left_out, label, _corpus_name(named), is_single)


def _expanded(source: str) -> list[Path]:
    path = path_named(source)
    if path.exists():
        return [path]
    matches = glob.glob(source) if glob.has_magic(source) else []  # noqa: PTH207 - may be absolute
    if not matches:
        raise InputError(f"{readable(path)} does not exist")
    return [Path(one) for one in sorted(matches, key=_natural)]


def _files_of(path: Path, left_out: Counter[str]) -> list[CorpusFile]:
    if path.is_dir():
        return _in_folder(path, left_out)
    if not path.is_file():
        raise InputError(f"{readable(path)} is neither a file nor a folder")
    kind = kind_by_name(path.name) or kind_by_content(path)
    if kind is None:
        raise InputError(f"{readable(path)}: unknown kind of file; a corpus is {KNOWN}")
    return [CorpusFile(path, readable(path.name), kind)]


def _in_folder(folder: Path, left_out: Counter[str]) -> list[CorpusFile]:
    """The files of data, or else those of text; what describes data is no part of it."""
    found = walk(folder)
    left_out.update(found.left_out)
    kinds = [(path, _kind_in_folder(path)) for path in found.paths]
    there = {kind for _, kind in kinds if kind}
    wanted = there & _DATA or there & {Kind.TEXT} or there
    if not wanted and not found.left_out:
        raise InputError(f"{readable(folder)} holds no file of a corpus, which is {KNOWN}")
    beside = f"beside {Kind.TEXT if wanted == {Kind.TEXT} else 'data'}"
    for _, kind in kinds:
        if kind not in wanted:
            left_out[f"{kind} {beside}" if kind else "unknown kind of file"] += 1
    files = [
        CorpusFile(path, readable(path.relative_to(folder).as_posix()), kind)
        for path, kind in kinds
        if kind in wanted and kind
    ]
    return files if wanted == {Kind.TEXT} else sorted(files, key=lambda one: _natural(one.name))


def _kind_in_folder(path: Path) -> Kind | None:
    kind = kind_by_name(path.name)
    return kind_by_content(path) if kind is None and not path.suffix else kind


def _once(found: Sequence[CorpusFile]) -> list[CorpusFile]:
    """Each file where it was first, and a link only where the file itself is not among them."""
    unique: dict[str, CorpusFile] = {}
    for one in sorted(found, key=lambda one: one.path.is_symlink()):
        unique.setdefault(os.path.realpath(one.path), one)
    return [one for one in found if unique[os.path.realpath(one.path)] is one]


def _distinct(files: Sequence[CorpusFile]) -> Iterator[CorpusFile]:
    """With their whole paths for names where files of several folders bear the same one."""
    names = Counter(one.name for one in files)
    for one in files:
        yield one if names[one.name] == 1 else one._replace(name=readable(one.path.as_posix()))


def _corpus_name(named: Sequence[Path]) -> str:
    """That of the only file or folder, or what is common to the names of several."""
    if len(named) == 1:
        only = named[0]
        return readable(only.resolve().name if only.is_dir() else _stem(only))
    stems = [readable(_stem(path)) for path in named]
    common = os.path.commonprefix(stems)  # noqa: RUF071 - of letters, not of folders
    return _PART_NUMBER.sub("", common) or readable(named[0].resolve().parent.name)


def _stem(path: Path) -> str:
    return path.stem if path.suffix.lower() == ".parquet" else path.name.partition(".")[0]


def _natural(name: str | Path) -> list[tuple[int, str]]:
    """Sorts `part10` behind `part2`."""
    return [(int(one), "") if one.isdecimal() else (0, one) for one in _DIGITS.split(str(name))]


def _hash(path: Path) -> str:
    try:
        return file_hash(path)
    except OSError as error:
        raise InputError(f"cannot read {readable(path)}: {error.strerror or error}") from error
