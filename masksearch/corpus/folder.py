"""What lies in a folder: files and linked ones, each once; hidden ones are passed over."""

from __future__ import annotations

import os
from collections import Counter, deque
from pathlib import Path
from typing import NamedTuple

from masksearch.corpus.names import readable
from masksearch.errors import InputError


class Walked(NamedTuple):
    """Files in the order of their paths, and what was passed over, by reason."""

    paths: list[Path]
    left_out: Counter[str]


def walk(folder: Path) -> Walked:
    """All files below a folder; links are followed, and lead to no folder a second time.

    Raises InputError where a folder cannot be read.
    """
    walk = _Walk(folder)
    try:
        walk.finish()
    except OSError as error:
        where = readable(error.filename or folder)
        raise InputError(f"cannot read {where}: {error.strerror or error}") from error
    return Walked(sorted(walk.files), walk.left_out)


class _Walk:
    """A walk through folders; linked ones are entered when all others were."""

    def __init__(self, folder: Path) -> None:
        self.files: list[Path] = []
        self.left_out = Counter[str]()
        self._folders = deque([folder])
        self._linked = deque[Path]()
        self._entered = set[str]()

    def finish(self) -> None:
        while folder := self._next():
            if (real := os.path.realpath(folder)) in self._entered:
                self.left_out["link to a folder already read"] += 1
                continue
            self._entered.add(real)
            for path in sorted(folder.iterdir()):
                self._meet(path)

    def _next(self) -> Path | None:
        waiting = self._folders or self._linked
        return waiting.popleft() if waiting else None

    def _meet(self, path: Path) -> None:
        if path.name.startswith("."):
            self.left_out["hidden"] += 1
        elif path.is_dir():
            (self._linked if path.is_symlink() else self._folders).append(path)
        elif path.is_file():
            self.files.append(path)
        else:
            self.left_out["broken link" if path.is_symlink() else "not a file"] += 1
