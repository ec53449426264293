"""A process that opens an index and answers queries, and says how that went.

python -m bench.search.child INDEX QUERIES.json TOP_K
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import psutil

from masksearch.search.kinds.bm25 import Bm25Index

_OPENED = 5


def main(folder: str, queries: str, top_k: int) -> None:
    asked = json.loads(Path(queries).read_text(encoding="utf-8"))
    opened = []
    for _ in range(_OPENED):
        began = time.perf_counter()
        search = Bm25Index().open(Path(folder), "")
        search.ranked(asked[0], 1)
        opened.append(time.perf_counter() - began)
    seconds = []
    for query in asked:
        began = time.perf_counter()
        search.ranked(query, top_k)
        seconds.append(time.perf_counter() - began)
    seconds.sort()
    print(
        json.dumps(
            {
                "open_ms": 1e3 * max(opened),
                "memory_mb": psutil.Process().memory_info().rss / 1e6,
                "p50_ms": 1e3 * seconds[len(seconds) // 2],
                "p99_ms": 1e3 * seconds[int(0.99 * len(seconds))],
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
