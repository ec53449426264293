"""`make bench-outage CASES=DIR`: every bar on paid work that an outage must not lose.

python -m bench.outage --cases DIR [--long] [--only PREFIX] [--work DIR]
"""

from __future__ import annotations

import argparse
import sys

from bench.harness.bar import Group
from bench.harness.command import bench
from bench.harness.place import Place
from bench.outage import cases, outages, replies

GROUPS: tuple[Group[Place], ...] = (*outages.GROUPS, cases.GROUP, replies.GROUP)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="bench.outage", description="Outages of endpoints.")
    sys.exit(bench(GROUPS, parser))
