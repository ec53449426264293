"""What a run was made with: Python, the machine, the code's revision, packages, prompts."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Mapping
from importlib.metadata import distributions
from pathlib import Path
from typing import Any


def environment(prompt_hashes: Mapping[str, str]) -> dict[str, Any]:
    """Python, machine, code revision, package versions and prompt hashes."""
    packages = {d.metadata["Name"]: d.version for d in distributions() if d.metadata["Name"]}
    return {
        "python": platform.python_version(),
        "machine": platform.platform(),
        "processors": os.cpu_count(),
        "revision": code_revision(),
        "packages": dict(sorted(packages.items(), key=lambda item: item[0].lower())),
        "prompts": dict(prompt_hashes),
    }


def code_revision() -> str:
    """The commit of the code that runs, or `unknown`."""
    here = Path(__file__).parent
    command = ["git", "-C", str(here), "describe", "--always", "--dirty"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
