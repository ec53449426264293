"""That a run folder, which may come from anybody, leads nowhere but into itself.

What stands in it is read, hashed, written to and removed under the names that we give it. A
link there would let whoever made the folder choose another file for any of these.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from masksearch.errors import StoreError


def check_contained(folder: Path, parts: Iterable[str]) -> None:
    """Refuse links that lead out of a folder, and what is neither file nor folder.

    Looks at everything directly in the folder and at all that is below `parts`. Raises
    StoreError; a folder that is not there passes.
    """
    root = os.path.realpath(folder)
    inner = [str(folder / part) for part in parts]
    for entry in [*_entries(str(folder)), *_below(inner)]:
        if entry.is_symlink():
            _check_link(Path(entry.path), root)
        elif not (entry.is_file(follow_symlinks=False) or entry.is_dir(follow_symlinks=False)):
            raise StoreError(f"{entry.path} is no file: remove it, a run folder holds data")


def is_plain_name(name: str) -> bool:
    """Whether a name from a file can only be that of something directly in a folder."""
    return name == Path(name).name and name not in ("", "..") and "\0" not in name


def _check_link(link: Path, root: str) -> None:
    target = os.path.realpath(link)
    if os.path.commonpath([root, target]) != root:
        raise StoreError(
            f"{link} is a link that leads out of the run folder: put the file itself in its "
            "place, or let the run stand on another one with --on"
        )


def _below(folders: list[str]) -> Iterator[os.DirEntry[str]]:
    """Everything below folders, links not followed, at any depth."""
    while folders:
        for entry in _entries(folders.pop()):
            yield entry
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.path)


def _entries(folder: str) -> list[os.DirEntry[str]]:
    """What stands in a folder; nothing where there is none, or it has just gone."""
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as found:
        return list(found)
    return []
