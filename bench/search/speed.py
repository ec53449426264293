"""Building and searching the union of all corpora, side by side with bm25s."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench.harness.bar import Bar, Group, Result, Unmeasured, say
from bench.harness.place import Place
from bench.harness.processes import ROOT, expect, run
from bench.search.data import all_questions, data_folder, union
from masksearch.schemas import Passage
from masksearch.search.bm25 import TantivySearch
from masksearch.search.kinds.bm25 import Bm25Index

TOP_K, ROUNDS = 10, 3
BUILD, QUERIES, TWO_THREADS = 2.0, 2.3, 1.7
OPEN_MS, SERVING_MB = 100, 300
_GROWN = 12
"""How many times larger the larger of the two sizes is."""
_TARGET = 21_000_000


class Timed(NamedTuple):
    """What was done how often in a second."""

    build: float
    queries: float


def measure(place: Place) -> Iterator[Result]:
    """Rounds of both in turn, so that what slows one down slows the other too; medians."""
    data = data_folder(place)
    passages, asked = union(data), [question.text for question in all_questions(data)]
    say(f"the union: {len(passages):,} passages, {len(asked):,} questions, top {TOP_K}")
    folder = place.folder("speed")
    ours, theirs = _rounds(passages, asked, folder)
    yield _ratio("search build", ours.build, theirs.build, BUILD, "passages/s")
    yield _ratio("search queries", ours.queries, theirs.queries, QUERIES, "queries/s")
    yield _two_threads(folder / "0", asked)
    yield from _served(place, folder / "0", asked)
    yield from _growth(place, passages, asked)


def _rounds(passages: list[Passage], asked: list[str], folder: Path) -> tuple[Timed, Timed]:
    numpy, numba = _bm25s(passages, "numpy"), _bm25s(passages, "numba")
    ours, theirs = [], []
    for number in range(ROUNDS):
        ours.append(_ours(passages, asked, folder / str(number)))
        theirs.append(numpy(asked))
        say(f"round {number + 1}: ours {_said(ours[-1])}; bm25s {_said(theirs[-1])}")
    say(f"bm25s with numba: {_said(numba(asked))}")
    return _median(ours), _median(theirs)


def _ours(passages: list[Passage], asked: list[str], folder: Path) -> Timed:
    folder.mkdir(parents=True)
    began = time.perf_counter()
    Bm25Index().write(folder, passages)
    built = len(passages) / (time.perf_counter() - began)
    return Timed(built, _rate(Bm25Index().open(folder, ""), asked))


def _rate(search: TantivySearch, asked: Sequence[str]) -> float:
    """Queries a second in one thread, with title and text of every hit."""
    began = time.perf_counter()
    for query in asked:
        search.ranked(query, TOP_K)
    return len(asked) / (time.perf_counter() - began)


def _bm25s(passages: list[Passage], backend: str) -> Callable[[list[str]], Timed]:
    """Builds and asks bm25s as its own pages show; a batch is its fastest way."""
    try:
        import bm25s
    except ImportError as error:
        raise Unmeasured("bm25s is not installed: pip install bm25s numba") from error
    corpus = [{"title": p.title, "text": p.text} for p in passages]
    texts = [f"{p.title} {p.text}" for p in passages]

    def timed(asked: list[str]) -> Timed:
        began = time.perf_counter()
        engine = bm25s.BM25(corpus=corpus, backend=backend)
        engine.index(bm25s.tokenize(texts, show_progress=False), show_progress=False)
        built = len(texts) / (time.perf_counter() - began)
        options = {"k": TOP_K, "show_progress": False, "n_threads": 1}
        engine.retrieve(bm25s.tokenize(asked[:9], show_progress=False), **options)  # compiles
        began = time.perf_counter()
        engine.retrieve(bm25s.tokenize(asked, show_progress=False), **options)
        return Timed(built, len(asked) / (time.perf_counter() - began))

    return timed


def _two_threads(folder: Path, asked: list[str]) -> Result:
    search = Bm25Index().open(folder, "")
    halves = [asked[::2], asked[1::2]]
    ratios = []
    with ThreadPoolExecutor(2) as pool:
        for _ in range(ROUNDS):
            alone = _rate(search, asked)
            began = time.perf_counter()
            list(pool.map(lambda half: _rate(search, half), halves))
            ratios.append(len(asked) / (time.perf_counter() - began) / alone)
    ratio = median(ratios)
    return Result("search two threads", f"{ratio:.2f} times one", ratio >= TWO_THREADS)


def _served(place: Place, folder: Path, asked: list[str]) -> Iterator[Result]:
    """A process of its own that opens the index and answers everything."""
    seen = _child(place, folder, asked)
    opened, memory = seen["open_ms"], seen["memory_mb"]
    yield Result("search open", f"{opened:.1f} ms", opened <= OPEN_MS)
    latency = f"p50 {seen['p50_ms']:.2f} ms, p99 {seen['p99_ms']:.2f} ms"
    measured = f"{memory:.0f} MB; {latency}"
    yield Result("search memory", measured, memory <= SERVING_MB)


def _child(place: Place, folder: Path, asked: list[str]) -> dict[str, float]:
    queries = place.work / "queries.json"
    queries.write_text(json.dumps(asked), encoding="utf-8")
    command = (sys.executable, "-m", "bench.search.child", str(folder), str(queries), str(TOP_K))
    done = expect(run(*command, cwd=ROOT, env=place.env), "the searching process")
    seen: dict[str, float] = json.loads(done.out.splitlines()[-1])
    return seen


def _growth(place: Place, passages: list[Passage], asked: list[str]) -> Iterator[Result]:
    """Disk, build time and latency of two sizes, drawn on to all of Wikipedia by their slope.

    Disk and build time grow with the passages; of the latency, too, no better is assumed.
    """
    sizes = (len(passages) // _GROWN, len(passages))
    seen = []
    for size in sizes:
        folder = place.folder(f"growth-{size}")
        began = time.perf_counter()
        Bm25Index().write(folder, passages[:size])
        seconds = time.perf_counter() - began
        disk = sum(file.stat().st_size for file in folder.iterdir()) / 1e6
        seen.append((disk, seconds, _child(place, folder, asked)["p50_ms"]))
    disk, seconds, latency = (_drawn_on(sizes, pair) for pair in zip(*seen, strict=True))
    measured = f"{disk / 1e3:.1f} GB, built in {seconds / 60:.0f} min, p50 {latency:.0f} ms"
    say(f"measured at {sizes[0]:,} and {sizes[1]:,} passages: {seen[0]} and {seen[1]}")
    yield Result("search on paper", measured, sizes[1] >= 10 * sizes[0])


def _drawn_on(sizes: Sequence[int], measured: Sequence[float]) -> float:
    slope = (measured[1] - measured[0]) / (sizes[1] - sizes[0])
    return measured[1] + slope * (_TARGET - sizes[1])


def _median(timed: Sequence[Timed]) -> Timed:
    return Timed(median(one.build for one in timed), median(one.queries for one in timed))


def _said(timed: Timed) -> str:
    return f"{timed.build:,.0f} passages/s, {timed.queries:,.0f} queries/s"


def _ratio(bar: str, ours: float, theirs: float, least: float, unit: str) -> Result:
    ratio = ours / theirs
    return Result(bar, f"{ratio:.2f} times ({ours:,.0f} / {theirs:,.0f} {unit})", ratio >= least)


GROUP = Group(
    "speed",
    (
        Bar("search build", f"≥ {BUILD:g} times bm25s (numpy)"),
        Bar("search queries", f"≥ {QUERIES} times bm25s (numpy), 1 thread"),
        Bar("search two threads", f"≥ {TWO_THREADS} times one thread"),
        Bar("search open", f"≤ {OPEN_MS} ms"),
        Bar("search memory", f"≤ {SERVING_MB} MB while serving"),
        Bar("search on paper", f"{_TARGET:,} passages, from two sizes"),
    ),
    measure,
    minutes=4,
)
