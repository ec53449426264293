"""Run by every Python process that a test starts: it stays on loopback, too."""

import importlib.util
from pathlib import Path

_spec = importlib.util.spec_from_file_location(
    "loopback", Path(__file__).parents[1] / "loopback.py"
)
loopback = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(loopback)
loopback.stay()
