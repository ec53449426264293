"""`make bench-loop`: every bar from a dump to a trained search agent.

python -m bench.loop [--run RUN] [--long] [--only PREFIX] [--work DIR] [--list]
"""

from __future__ import annotations

import argparse
import sys

from bench.harness.bar import Group
from bench.harness.command import bench
from bench.harness.place import Place
from bench.loop import bad_input, fresh, help_screens, kills, learning, parity, studio, tasks

# The demo comes first: what follows is measured on its run folder.
GROUPS: tuple[Group[Place], ...] = (
    fresh.DEMO,
    learning.GROUP,
    tasks.GROUP,
    kills.GROUP,
    help_screens.GROUP,
    parity.GROUP,
    studio.GROUP,
    fresh.LOOPBACK,
    fresh.TESTS,
    bad_input.GROUP,
)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="bench.loop", description="The bars of the loop.")
    sys.exit(bench(GROUPS, parser))
