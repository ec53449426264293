"""Many commands in one process, each in an environment of its own: imports are paid for once.

Reads a JSON list of `[environment, arguments]` and prints one of `[code, stdout, stderr]`.
"""

from __future__ import annotations

import contextlib
import functools
import io
import json
import os
import sys
from collections.abc import Mapping, Sequence

from cli import machine
from cli.main import main


def run_one(environment: Mapping[str, str], arguments: Sequence[str]) -> tuple[int, str, str]:
    """A command as `masksearch` would run it."""
    os.environ.clear()
    os.environ.update(environment)
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(list(arguments))
    return code, out.getvalue(), err.getvalue()


if __name__ == "__main__":
    # What doctor finds out of torch takes seconds and is the same every time.
    machine.machine_findings = functools.cache(machine.machine_findings)
    print(json.dumps([run_one(*one) for one in json.load(sys.stdin)]))
