"""Torch, GPUs and the data type, looked at in a process of their own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import Any

from masksearch.diagnosis.finding import Finding, missing, ok, warn

_PROGRAM = "training.machine"
_LIMIT_SECONDS = 180
_TORCH_PAGE = "https://pytorch.org/get-started/locally/"
_OTHER_BUILD = f"install the build of torch that {_TORCH_PAGE} names for this machine"
_SHOW = f"{sys.executable} -P -m {_PROGRAM}  # the whole error"


def machine_findings(command: list[str] | None = None) -> list[Finding]:
    """What torch makes of this machine; `command` prints it as JSON in its last line."""
    # -P: a folder of the user's own that is called `training` must not be taken for ours.
    looked = _look(command or [sys.executable, "-P", "-m", _PROGRAM])
    if isinstance(looked, str):
        return [missing("torch", f"training cannot be loaded: {looked}", _SHOW)]
    build = looked["cuda"] and f"for CUDA {looked['cuda']}"
    build = build or (looked["rocm"] and f"for ROCm {looked['rocm']}") or "for processors only"
    return [ok("torch", f"{looked['torch']}, {build}"), _gpus(looked), _dtype(looked)]


def _look(command: list[str]) -> dict[str, Any] | str:
    """The machine's facts, or why there are none."""
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_LIMIT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"nothing came of it within {_LIMIT_SECONDS} s"
    except OSError as error:
        return str(error)
    said = [line for line in done.stderr.splitlines() if line.strip()]
    if done.returncode < 0:
        return f"the process was killed by signal {-done.returncode}"
    if done.returncode:
        return said[-1] if said else f"it ended with code {done.returncode}"
    try:
        facts: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    except (ValueError, IndexError):
        return "what it said cannot be read"
    return facts


def _gpus(looked: dict[str, Any]) -> Finding:
    if looked["gpus"]:
        return ok("gpu", "; ".join(looked["gpus"]))
    if shutil.which("nvidia-smi") is None:
        return ok("gpu", f"none; all runs on {os.cpu_count()} processors")
    if looked["cuda"]:
        return warn("gpu", "this torch cannot use the NVIDIA driver that is here", _OTHER_BUILD)
    return warn(
        "gpu", "there is an NVIDIA driver, but this torch is for processors only", _OTHER_BUILD
    )


def _dtype(looked: dict[str, Any]) -> Finding:
    if looked["bfloat16"]:
        return ok("data type", "bfloat16, which is the faster here")
    return ok("data type", "float32; bfloat16 would be no faster on this machine")
