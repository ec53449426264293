"""What every bench's command line is."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from bench.harness.bar import Group, run_groups
from bench.harness.place import Place
from masksearch.settings import Settings


def bench(groups: Sequence[Group[Place]], parser: argparse.ArgumentParser) -> int:
    """Measure, print, and return the exit code: 1 when a bar is not met."""
    given = _options(parser).parse_args()
    if given.list:
        for group in groups:
            print(f"{group.name:<16} about {group.minutes:g} min{' (LONG=1)' * group.is_long}")
        return 0
    chosen = [group for group in groups if group.name.startswith(given.only)]
    if not chosen:
        names = ", ".join(group.name for group in groups)
        print(f"error: --only {given.only}: the groups are {names}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, _end)
    home = Settings().home.resolve()
    if given.work:
        return run_groups(chosen, _place(given, home, given.work), long=given.long)
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as work:
        return run_groups(chosen, _place(given, home, Path(work)), long=given.long)


def _end(number: int, _: object) -> NoReturn:
    """End by an exception, so that what was started is killed on the way out."""
    sys.exit(128 + number)


def _place(given: argparse.Namespace, home: Path, work: Path) -> Place:
    work.mkdir(parents=True, exist_ok=True)
    data, cases = (path.resolve() if path else None for path in (given.data, given.cases))
    return Place(given.run.resolve(), home, work.resolve(), data, cases)


def _options(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--run", type=Path, default=Path("runs/demo"), help="the demo's run folder")
    parser.add_argument("--data", type=Path, help="the folder of real data, where it is needed")
    parser.add_argument("--cases", type=Path, help="the folder of cases, where it is needed")
    parser.add_argument("--long", action="store_true", help="the bars that take long too")
    parser.add_argument("--only", default="", metavar="PREFIX", help="groups of this name")
    parser.add_argument(
        "--list", action="store_true", help="name the groups, and how long each takes"
    )
    parser.add_argument("--work", type=Path, help="a new folder to work in, which is then kept")
    return parser
