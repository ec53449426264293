"""Seconds that `mwparserfromhell.parse` takes for a dump's articles: python -m … DUMP.

Reading and unpacking the dump do not count.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import mwparserfromhell

from bench.ramp.dump_copies import copied_pages

if __name__ == "__main__":
    pages = list(copied_pages(Path(sys.argv[1])))
    began = time.perf_counter()
    for page in pages:
        mwparserfromhell.parse(page)
    print(time.perf_counter() - began)
