"""Manifests as a killed process or another version of masksearch left them."""

from collections.abc import Callable
from typing import Any

from masksearch.manifest import Stage
from masksearch.store import read_json, write_json


def edit_manifest(stage: Stage, change: Callable[[dict[str, Any]], object]) -> None:
    """Change a manifest's file."""
    path = stage.folder / "manifest.json"
    raw = read_json(path)
    change(raw)
    write_json(path, raw)


def as_unfinished(stage: Stage) -> None:
    """A stage whose work is there, killed before it was marked as done."""
    edit_manifest(stage, lambda raw: raw.update(done=False))
