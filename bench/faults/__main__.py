"""`make bench-faults CASES=DIR`: every bar on the faults that use has found.

python -m bench.faults --cases DIR [--long] [--only PREFIX] [--work DIR]
"""

from __future__ import annotations

import argparse
import sys

from bench.faults import folders, templates
from bench.harness.bar import Group
from bench.harness.command import bench
from bench.harness.place import Place

GROUPS: tuple[Group[Place], ...] = (templates.GROUP, folders.GROUP)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="bench.faults", description="Faults that use found.")
    sys.exit(bench(GROUPS, parser))
