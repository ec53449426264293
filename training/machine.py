"""What this machine's torch can do, printed as JSON.

`masksearch doctor` runs it as a process of its own: a broken torch may not only fail to be
imported, it may take its process with it.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from typing import Any

import torch

from training.models.precision import bfloat16_is_fast


def machine() -> dict[str, Any]:
    """Torch's version and build, its GPUs by name, and whether bfloat16 pays here.

    Raises what importing all that training needs raises.
    """
    import_module("training.sft")
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    return {
        "torch": str(torch.__version__),
        "cuda": torch.version.cuda or "",
        "rocm": getattr(torch.version, "hip", None) or "",
        "gpus": [_gpu(number) for number in range(count)],
        "bfloat16": bfloat16_is_fast(),
    }


def _gpu(number: int) -> str:
    properties = torch.cuda.get_device_properties(number)
    return f"{properties.name}, {properties.total_memory / 1e9:.0f} GB"


if __name__ == "__main__":
    sys.stdout.write(f"\n{json.dumps(machine())}\n")
