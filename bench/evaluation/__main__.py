"""`make bench-evaluation DATA=DIR`: every bar of questions, rows and figures.

python -m bench.evaluation --data DIR [--long] [--only PREFIX] [--work DIR]
"""

from __future__ import annotations

import argparse
import sys

from bench.evaluation import answerable, imports, resume, runner, search_r1, six_sets
from bench.harness.bar import Group
from bench.harness.command import bench
from bench.harness.place import Place

GROUPS: tuple[Group[Place], ...] = (
    imports.GROUP,
    answerable.GROUP,
    search_r1.GROUP,
    runner.GROUP,
    resume.GROUP,
    resume.SMALL_GROUP,
    six_sets.GROUP,
)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="bench.evaluation", description="Questions' bars.")
    sys.exit(bench(GROUPS, parser))
