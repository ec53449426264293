"""Arrays as files of NumPy: numbers alone, since a pickle among them could be any code."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from masksearch.errors import InputError


def read_array(path: Path, mmap_mode: Literal["r"] | None = None) -> npt.NDArray[Any]:
    """An array that a stage keeps between its parts; raises InputError."""
    try:
        found: npt.NDArray[Any] = np.load(path, mmap_mode=mmap_mode, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(
            f"cannot read {path}: {reason}: remove {path.parent} and run the command again"
        ) from error
    return found
