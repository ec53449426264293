"""`make bench-ramp`: every bar from dumps to RAMP tasks.

python -m bench.ramp --data DIR [--long] [--only PREFIX] [--work DIR]
"""

from __future__ import annotations

import argparse
import sys

from bench.harness import named_tests
from bench.harness.bar import Group
from bench.harness.command import bench
from bench.harness.place import Place
from bench.ramp import bad_dumps, cleaning, dump_files, dump_kills, dump_speed
from bench.ramp import duplicates as ramp_duplicates
from bench.ramp import hardness as ramp_hardness
from bench.ramp import tasks as ramp_tasks

GROUPS: tuple[Group[Place], ...] = (
    dump_files.GROUP,
    cleaning.GROUP,
    dump_speed.GROUP,
    dump_kills.GROUP,
    bad_dumps.GROUP,
    ramp_tasks.GROUP,
    named_tests.RAMP,
    ramp_duplicates.GROUP,
    ramp_hardness.GROUP,
)


if __name__ == "__main__":
    sys.exit(bench(GROUPS, argparse.ArgumentParser(prog="bench.ramp", description="RAMP's bars.")))
