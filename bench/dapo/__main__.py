"""`make bench-dapo`: every bar of the loop's second half.

python -m bench.dapo [--run RUN] [--long] [--only PREFIX] [--work DIR]
"""

from __future__ import annotations

import argparse
import sys

from bench.dapo import (
    closed_forms,
    collapsing,
    degenerate,
    gpu_gain,
    pages,
    planted,
    rescoring,
    resuming,
    reward_gain,
    rewarded,
    rollout_parity,
    stock_trl,
    training_faults,
)
from bench.harness import named_tests
from bench.harness.bar import Group
from bench.harness.command import bench
from bench.harness.place import Place
from bench.loop import fresh

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
    named_tests.REWARDS,
    training_faults.GROUP,
    collapsing.GROUP,
    reward_gain.GROUP,
    gpu_gain.GROUP,
)


if __name__ == "__main__":
    sys.exit(bench(GROUPS, argparse.ArgumentParser(prog="bench.dapo", description="DAPO's bars.")))
