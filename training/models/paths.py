"""Where a model may be, told without torch."""

from __future__ import annotations

from pathlib import Path

from masksearch.assets import gguf_path
from masksearch.errors import ModelError

SMOLLM2 = "smollm2"


def check_path(path: str, home: Path) -> None:
    """Refuse what is no folder, could be no Hugging Face id and is not the fetched asset.

    Raises ModelError, saying what to do.
    """
    if path == SMOLLM2:
        gguf_path(home)
    elif not Path(path).is_dir() and not _may_be_hub_id(path):
        raise ModelError(f"no model at {path}: give a folder, a Hugging Face id, or {SMOLLM2}")


def _may_be_hub_id(path: str) -> bool:
    return path.count("/") == 1 and not path.startswith((".", "/", "~"))
