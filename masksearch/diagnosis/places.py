"""Assets, disk space and prompt files."""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec
from pathlib import Path

from masksearch.assets import DUMP, MODEL, Asset
from masksearch.diagnosis.finding import Finding, missing, ok, warn
from masksearch.store import file_hash
from prompts import PromptError, PromptLibrary

FETCH = "masksearch assets get"
HOME_BYTES = 700_000_000
"""The demo's assets, and its model once it is unpacked."""
RUN_BYTES = 6_000_000_000
"""A demo's run while it trains: three checkpoints of 1.6 GB, and the models."""


def assets_finding(home: Path) -> Finding:
    """Whether the demo's dump and model are there and whole."""
    faults = [fault for asset in (DUMP, MODEL) if (fault := _fault(asset, home))]
    if not faults:
        return ok("assets", f"the demo's dump and model are in {home}")
    pip = "" if find_spec("pip") else " (first `python -m ensurepip`: this Python has no pip)"
    return missing("assets", f"{', '.join(faults)} in {home}", FETCH + pip)


def _fault(asset: Asset, home: Path) -> str:
    path = home / asset.file_name
    what = "the demo's dump" if asset is DUMP else "the demo's model"
    try:
        if not path.is_file():
            return f"{what} is not"
        return "" if file_hash(path) == asset.sha256 else f"{what} is damaged"
    except OSError:
        return f"{what} cannot be read"


def disk_finding(name: str, folder: Path, needed_bytes: int) -> Finding:
    """The free space where a folder is, or will be; `needed_bytes` are wanted for the demo."""
    try:
        place = next(path for path in (folder, *folder.parents) if path.exists())
        free, writable = shutil.disk_usage(place).free, os.access(place, os.W_OK)
    except OSError as error:
        return missing(
            name, f"{folder}: {error.strerror or error}", f"choose another folder than {folder}"
        )
    said = f"{free / 1e9:.1f} GB free for {folder}"
    if not writable:
        return missing(name, f"{place} cannot be written", f"make {place} writable")
    if free >= needed_bytes:
        return ok(name, said)
    wanted = f"{said}, the demo takes up to {needed_bytes / 1e9:.1f} GB for a while"
    return warn(name, wanted, f"free some space for {folder}")


def prompts_finding(library: PromptLibrary) -> Finding:
    """Whether every prompt in use can be read, and which are the user's own."""
    try:
        files = [library.load(role) for role in library.roles()]
    except PromptError as error:
        return missing("prompts", str(error), "masksearch prompts check")
    if library.override is None:
        return ok("prompts", "the packaged ones")
    own = [file.role for file in files if file.path.is_relative_to(library.override)]
    said = f"{library.override} is laid over the packaged ones: {', '.join(own) or 'no role'}"
    return ok("prompts", said)
