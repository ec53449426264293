"""`make bench-search DATA=DIR`: every bar of the search layer.

python -m bench.search --data DIR [--only PREFIX] [--work DIR]
"""

from __future__ import annotations

import argparse
import sys

from bench.harness import named_tests
from bench.harness.bar import Group
from bench.harness.command import bench
from bench.harness.place import Place
from bench.search import answers as search_answers
from bench.search import refusals as search_refusals
from bench.search import replay as search_replay
from bench.search import server as search_server
from bench.search import speed as search_speed

GROUPS: tuple[Group[Place], ...] = (
    search_speed.GROUP,
    search_answers.GROUP,
    search_server.GROUP,
    named_tests.ENGINES,
    search_replay.GROUP,
    search_refusals.GROUP,
)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="bench.search", description="The search layer's bars.")
    sys.exit(bench(GROUPS, parser))
