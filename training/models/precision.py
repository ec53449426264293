"""Which data type a processor is good at. Prints it as a program; imports no more than torch."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import torch

_PROBES, _CLEARLY_FASTER = 40, 0.8


def resolve_dtype(name: str) -> torch.dtype:
    """A configured data type; `auto` is probed."""
    if name == "auto":
        return torch.bfloat16 if bfloat16_is_fast() else torch.float32
    return torch.bfloat16 if name == "bfloat16" else torch.float32


def bfloat16_is_fast() -> bool:
    """Whether this processor multiplies faster in bfloat16 than in float32."""
    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported())
    halved, full = _multiplication(torch.bfloat16), _multiplication(torch.float32)
    # In turns, and the best of many: whatever else the machine does slows some of them only.
    pairs = [(_seconds(halved), _seconds(full)) for _ in range(_PROBES)]
    return min(one for one, _ in pairs) < _CLEARLY_FASTER * min(one for _, one in pairs)


def _multiplication(dtype: torch.dtype) -> Callable[[], torch.Tensor]:
    left, right = torch.ones(512, 576, dtype=dtype), torch.ones(576, 1536, dtype=dtype)
    return lambda: left @ right


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.stdout.write(str(resolve_dtype("auto")).removeprefix("torch."))
