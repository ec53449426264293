"""`make bench-evaluation DATA=DIR`: every bar of questions, rows and figures.

python -m bench.evaluation --data DIR [--long] [--only PREFIX] [--work DIR]
"""

from __future__ import annotations

import argparse
import sys

from bench.evaluation import (
    answerable,
    guided,
    imports,
    resume,
    runner,
    scores,
    search_r1,
    six_sets,
    stage_two,
    statistics,
)
from bench.harness.bar import Group
from bench.harness.command import bench
from bench.harness.place import Place

GROUPS: tuple[Group[Place], ...] = (
    imports.GROUP,
    answerable.GROUP,
    scores.GROUP,
    statistics.GROUP,
    search_r1.GROUP,
    runner.GROUP,
    resume.GROUP,
    resume.SMALL_GROUP,
    six_sets.GROUP,
    guided.GROUP,
    stage_two.GROUP,
)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="bench.evaluation", description="Questions' bars.")
    sys.exit(bench(GROUPS, parser))
