"""`make bench-dapo`: every bar of the loop's second half.

python -m bench.dapo [--run RUN] [--long] [--only PREFIX] [--work DIR]
"""

from __future__ import annotations

import argparse
import sys

from bench import (
    closed_forms,
    collapsing,
    degenerate,
    fresh,
    gpu_gain,
    pages,
    planted,
    rescoring,
    resuming,
    reward_gain,
    reward_tests,
    rewarded,
    rollout_parity,
    stock_trl,
    training_faults,
)
from bench.bar import Group
from bench.command import bench
from bench.place import Place

# The demo comes first: what follows is measured on its run folder.
GROUPS: tuple[Group[Place], ...] = (
    fresh.DEMO,
    rewarded.GROUP,
    pages.GROUP,
    closed_forms.GROUP,
    rescoring.GROUP,
    planted.GROUP,
    stock_trl.GROUP,
    rollout_parity.GROUP,
    degenerate.GROUP,
    resuming.GROUP,
    reward_tests.GROUP,
    training_faults.GROUP,
    collapsing.GROUP,
    reward_gain.GROUP,
    gpu_gain.GROUP,
)


if __name__ == "__main__":
    sys.exit(bench(GROUPS, argparse.ArgumentParser(prog="bench.dapo", description="DAPO's bars.")))
