"""`make bench-search DATA=DIR`: every bar of the search layer.

python -m bench.search --data DIR [--only PREFIX] [--work DIR]
"""

from __future__ import annotations

import argparse
import sys

from bench import (
    search_answers,
    search_refusals,
    search_replay,
    search_server,
    search_speed,
    search_tests,
)
from bench.bar import Group
from bench.command import bench
from bench.place import Place

GROUPS: tuple[Group[Place], ...] = (
    search_speed.GROUP,
    search_answers.GROUP,
    search_server.GROUP,
    search_tests.GROUP,
    search_replay.GROUP,
    search_refusals.GROUP,
)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="bench.search", description="The search layer's bars.")
    sys.exit(bench(GROUPS, parser))
