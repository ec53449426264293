"""`make bench-first`: every bar on what a newcomer sees, and how fast.

python -m bench.first [--run RUN] [--long] [--only PREFIX] [--work DIR]
"""

from __future__ import annotations

import argparse
import sys

from bench.first import ask_speed, demo, lessons, sft_speed, stopped
from bench.harness.bar import Group
from bench.harness.command import bench
from bench.harness.place import Place

GROUPS: tuple[Group[Place], ...] = (
    demo.DEMO,
    demo.ONE_CORE_GROUP,
    stopped.GROUP,
    lessons.GROUP,
    sft_speed.GROUP,
    ask_speed.GROUP,
)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="bench.first", description="A first impression.")
    sys.exit(bench(GROUPS, parser))
