"""What a training leaves on disk: checkpoints while it runs, a model when it has ended."""

from __future__ import annotations

import errno
import os
import pickle
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from transformers.trainer_pt_utils import safe_globals

from masksearch.errors import StoreError
from masksearch.store import disk_errors, make_folder
from training.models.portable import write_older_names
from training.saved import checkpoints, state_of

_OF_WRITING = ("Error while serializing", "PytorchStreamWriter", "unexpected pos")
"""What safetensors and torch say when a file could not be written."""
_FULL_BYTES = 1 << 20
"""What a torn file leaves free on a full disk at most."""
_PICKLED = ("*.pt", "*.pth")
"""What the trainer reads of a checkpoint beside safetensors and JSON."""
_OTHER_WEIGHTS = ("pytorch_model*.bin", "adapter_model*")
"""What it would read, and never writes for us."""
_OF_READING = (pickle.UnpicklingError, RuntimeError, EOFError, ValueError, OSError)


@contextmanager
def saving(folder: Path) -> Iterator[None]:
    """`disk_errors` for weights too: safetensors and torch raise errors of their own kinds."""
    with disk_errors(folder):
        try:
            yield
        except (SafetensorError, RuntimeError) as error:
            if not any(words in str(error) for words in _OF_WRITING):
                raise
            if "os error 28" in str(error) or shutil.disk_usage(folder).free < _FULL_BYTES:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
            raise StoreError(f"cannot write {folder}: {str(error).splitlines()[0]}") from error


def last_checkpoint(folder: Path) -> str | None:
    """The newest whole checkpoint; a torn one, left by a kill in mid-save, is removed.

    Raises StoreError where it holds anything but data.
    """
    for path in checkpoints(folder):
        if state_of(path) is not None:
            _check_data(path)
            return str(path)
        shutil.rmtree(path)
    return None


def _check_data(checkpoint: Path) -> None:
    """Raises StoreError for pickles that hold more than tensors and plain values.

    The trainer would refuse these, too, but not in a line.
    """
    if other := sorted(path.name for kind in _OTHER_WEIGHTS for path in checkpoint.glob(kind)):
        raise _refused(checkpoint, f"its weights are in {other[0]}, not in safetensors")
    for path in sorted(path for kind in _PICKLED for path in checkpoint.glob(kind)):
        try:
            with safe_globals():
                torch.load(path, map_location="cpu", weights_only=True, mmap=True)
        except _OF_READING as error:
            raise _refused(checkpoint, f"{path.name} is damaged, or no data") from error


def _refused(checkpoint: Path, reason: str) -> StoreError:
    return StoreError(f"cannot resume from {checkpoint}: {reason}; remove it and run again")


def save_model(model: Any, tokenizer: Any, folder: Path) -> None:
    """Save model and tokenizer so that the folder is either whole or not there."""
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    with saving(folder.parent):
        model.save_pretrained(make_folder(part))
        tokenizer.save_pretrained(part)
        write_older_names(part)
        shutil.rmtree(folder, ignore_errors=True)
        part.replace(folder)
