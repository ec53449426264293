"""`make bench-ramp`: every bar from dumps to RAMP tasks.

python -m bench.ramp --data DIR [--long] [--only PREFIX] [--work DIR]
"""

from __future__ import annotations

import argparse
import sys

from bench import (
    bad_dumps,
    cleaning,
    dump_files,
    dump_kills,
    dump_speed,
    ramp_duplicates,
    ramp_hardness,
    ramp_shown,
    ramp_tasks,
)
from bench.bar import Group
from bench.command import bench
from bench.place import Place

GROUPS: tuple[Group[Place], ...] = (
    dump_files.GROUP,
    cleaning.GROUP,
    dump_speed.GROUP,
    dump_kills.GROUP,
    bad_dumps.GROUP,
    ramp_tasks.GROUP,
    ramp_shown.GROUP,
    ramp_duplicates.GROUP,
    ramp_hardness.GROUP,
)


if __name__ == "__main__":
    sys.exit(bench(GROUPS, argparse.ArgumentParser(prog="bench.ramp", description="RAMP's bars.")))
