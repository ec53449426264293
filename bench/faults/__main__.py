"""`make bench-faults CASES=DIR`: every bar on the faults that use has found.

python -m bench.faults --cases DIR [--long] [--only PREFIX] [--work DIR]
"""

from __future__ import annotations

import argparse
import sys

from bench.faults import (
    attacks,
    corpora,
    dumps,
    figures,
    folders,
    network,
    rendering,
    server,
    shapes,
    templates,
)
from bench.harness.bar import Group
from bench.harness.command import bench
from bench.harness.place import Place

GROUPS: tuple[Group[Place], ...] = (
    dumps.GROUP,
    corpora.GROUP,
    shapes.GROUP,
    rendering.GROUP,
    figures.GROUP,
    network.GROUP,
    server.GROUP,
    attacks.GROUP,
    attacks.EACH_FILE,
    templates.GROUP,
    folders.GROUP,
)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="bench.faults", description="Faults that use found.")
    sys.exit(bench(GROUPS, parser))
