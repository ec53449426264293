"""What a training leaves on disk: checkpoints while it runs, a model when it has ended."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from masksearch.store import disk_errors, make_folder

MODEL, CHECKPOINTS, METRICS = "model", "checkpoints", "metrics.jsonl"


def last_checkpoint(folder: Path) -> str | None:
    """The newest whole checkpoint; a torn one, left by a kill in mid-save, is removed."""
    for path in sorted(folder.glob("checkpoint-*"), key=_step, reverse=True):
        if _is_whole(path):
            return str(path)
        shutil.rmtree(path)
    return None


def _step(checkpoint: Path) -> int:
    return int(checkpoint.name.rpartition("-")[2])


def _is_whole(checkpoint: Path) -> bool:
    """The trainer writes its state last."""
    try:
        json.loads((checkpoint / "trainer_state.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return True


def save_model(model: Any, tokenizer: Any, folder: Path) -> None:
    """Save model and tokenizer so that the folder is either whole or not there."""
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    with disk_errors(folder):
        model.save_pretrained(make_folder(part))
        tokenizer.save_pretrained(part)
        shutil.rmtree(folder, ignore_errors=True)
        part.replace(folder)
