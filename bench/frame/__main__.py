"""`make bench-frame`: every bar of the frame for many runs.

python -m bench.frame [--long] [--only PREFIX] [--work DIR] [--list]
"""

from __future__ import annotations

import argparse
import sys

from bench.frame import additions, killed, mutants, runs, size, suite, training
from bench.harness.bar import Group
from bench.harness.command import bench
from bench.harness.place import Place

GROUPS: tuple[Group[Place], ...] = (
    additions.GROUP,
    runs.GROUP,
    size.GROUP,
    killed.GROUP,
    mutants.GROUP,
    training.GROUP,
    suite.GROUP,
)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="bench.frame", description="The frame's bars.")
    sys.exit(bench(GROUPS, parser))
