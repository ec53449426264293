"""`make bench-loop`: every bar from a dump to a trained search agent.

python -m bench.loop [--data DIR] [--run RUN] [--long] [--only PREFIX] [--work DIR]
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from bench import badinput, fresh, helping, kills, learning, parity, studio, tasks
from bench.bar import Group, run_groups
from bench.place import Place
from masksearch.settings import Settings

# The demo comes first: what follows is measured on its run folder.
GROUPS: tuple[Group[Place], ...] = (
    fresh.DEMO,
    learning.GROUP,
    tasks.GROUP,
    kills.GROUP,
    helping.GROUP,
    parity.GROUP,
    studio.GROUP,
    fresh.LOOPBACK,
    fresh.TESTS,
    badinput.GROUP,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return the exit code: 1 when a bar is not met."""
    given = _parser().parse_args(arguments)
    groups = [group for group in GROUPS if group.name.startswith(given.only)]
    if not groups:
        names = ", ".join(group.name for group in GROUPS)
        print(f"error: --only {given.only}: the groups are {names}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, _end)
    home = Settings().home.resolve()
    if given.work:
        return run_groups(groups, _place(given.run, home, given.work), long=given.long)
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as work:
        return run_groups(groups, _place(given.run, home, Path(work)), long=given.long)


def _end(number: int, _: object) -> NoReturn:
    """End by an exception, so that what was started is killed on the way out."""
    sys.exit(128 + number)


def _place(run: Path, home: Path, work: Path) -> Place:
    work.mkdir(parents=True, exist_ok=True)
    return Place(run.resolve(), home, work.resolve())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench.loop", description="The bars of the loop.")
    parser.add_argument("--data", default="", help="not used: the demo fetches its own data")
    parser.add_argument("--run", type=Path, default=Path("runs/demo"), help="the demo's run folder")
    parser.add_argument("--long", action="store_true", help="the demo, the kills and make test too")
    parser.add_argument("--only", default="", metavar="PREFIX", help="groups of this name")
    parser.add_argument("--work", type=Path, help="a new folder to work in, which is then kept")
    return parser


if __name__ == "__main__":
    sys.exit(main())
