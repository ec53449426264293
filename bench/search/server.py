"""The server under load: batches, many clients with single queries, and its memory."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from typing import NamedTuple

import psutil

from bench.harness.bar import Bar, Group, Result, Unmeasured, say
from bench.harness.place import Place
from bench.harness.processes import BIN, start
from bench.search.data import all_questions, data_folder, union
from masksearch.config import Section
from masksearch.counts import PassageCounts
from masksearch.parquet import write_shard
from masksearch.run_folder import RunFolder
from masksearch.search.factory import SearchFactory
from masksearch.search.index import build_index
from masksearch.stages import PASSAGES
from masksearch.store import file_hash

TOP_K, BATCH = 3, 32
SHARE, P99_MS, GROWTH = 0.8, 100, 0.05
_CLIENTS, _SINGLE_QUERIES = 64, 20_000
_QUERIES, _FIRST = 200_000, 20_000
_WAIT_SECONDS = 30


class Server(NamedTuple):
    """A server that answers, and its process."""

    port: int
    process: psutil.Process

    @property
    def megabytes(self) -> float:
        """What it holds in memory."""
        return float(self.process.memory_info().rss) / 1e6


def measure(place: Place) -> Iterator[Result]:
    """One server for all of it, started as a user starts it."""
    data = data_folder(place)
    asked = [question.text for question in all_questions(data)]
    made = _run_of(place, data)
    alone = _in_process(made, asked)
    with serving(place, made) as server:
        yield _batches(server, asked, alone)
        yield _singles(server, asked)
        yield _memory(server, asked)


def _run_of(place: Place, data: Path) -> RunFolder:
    made = RunFolder(place.folder("server") / "run")
    stage = made.stage(PASSAGES)
    stage.begin({"source": "union"}, Section())
    passages = union(data)
    shard = stage.folder / "0.parquet"
    write_shard(shard, passages)
    stage.finish(PassageCounts(passages=len(passages), corpus_hash=file_hash(shard)))
    build_index(made)
    return made


def _in_process(made: RunFolder, asked: Sequence[str]) -> float:
    """Queries a second of one thread that uses the library."""
    search = SearchFactory(made).open_index()
    began = time.perf_counter()
    for query in asked:
        search.ranked(query, TOP_K)
    return len(asked) / (time.perf_counter() - began)


@contextmanager
def serving(place: Place, made: RunFolder, *options: str) -> Iterator[Server]:
    """The run's index served by the command, until the block ends."""
    log = made.path / "server.log"
    log.unlink(missing_ok=True)
    command = (BIN / "masksearch", "index", "serve", "--port", "0", "--run", made.path, *options)
    running = start(*command, cwd=place.work, env=place.env, log=log)
    try:
        yield Server(_port(log, running), psutil.Process(running.pid))
    finally:
        running.terminate()
        running.wait(_WAIT_SECONDS)


def _port(log: Path, running: subprocess.Popen[bytes]) -> int:
    until = time.monotonic() + _WAIT_SECONDS
    while time.monotonic() < until and running.poll() is None:
        if found := re.search(r"http://\S+:(\d+)/retrieve", log.read_text(errors="replace")):
            return int(found[1])
        time.sleep(0.1)
    raise Unmeasured(f"the server did not start: {log.read_text(errors='replace')[-200:]}")


def _batches(server: Server, asked: Sequence[str], alone: float) -> Result:
    rounds = 3 * len(asked) // BATCH
    seconds = asyncio.run(_load(server.port, 2, _bodies(asked, BATCH), rounds)).seconds
    served = rounds * BATCH / seconds
    measured = f"{served / alone:.2f} of one thread ({served:,.0f} / {alone:,.0f} queries/s)"
    return Result("server batches", measured, served >= SHARE * alone)


def _singles(server: Server, asked: Sequence[str]) -> Result:
    bodies = _bodies(asked, 1)
    loaded = asyncio.run(_load(server.port, _CLIENTS, bodies, _SINGLE_QUERIES))
    ranked = sorted(loaded.latencies)
    p50, p99 = (1e3 * ranked[int(share * len(ranked))] for share in (0.5, 0.99))
    rate = _SINGLE_QUERIES / loaded.seconds
    measured = f"p99 {p99:.0f} ms (p50 {p50:.0f} ms, {rate:,.0f} queries/s)"
    return Result("server single queries", measured, p99 <= P99_MS)


def _memory(server: Server, asked: Sequence[str]) -> Result:
    """Counted from here on: what came before has warmed it up."""
    seen = []
    for count in (_FIRST, *[_FIRST] * (_QUERIES // _FIRST - 1)):
        asyncio.run(_load(server.port, 2, _bodies(asked, BATCH), count // BATCH))
        seen.append(server.megabytes)
    say(f"the server's memory, every {_FIRST:,} queries: {', '.join(f'{mb:.0f}' for mb in seen)}")
    growth = max(seen) / seen[0] - 1
    measured = f"{growth:+.1%} ({seen[0]:.0f} → {max(seen):.0f} MB, {_QUERIES:,} queries)"
    return Result("server memory", measured, growth <= GROWTH)


class Loaded(NamedTuple):
    """How long a load took, and each of its requests."""

    seconds: float
    latencies: list[float]


async def _load(port: int, clients: int, bodies: Sequence[bytes], requests: int) -> Loaded:
    """So many requests by clients that each wait for an answer before they ask again."""
    waiting = islice(cycle(bodies), requests)
    latencies: list[float] = []
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(clients):
            group.create_task(_client(port, waiting, latencies))
    return Loaded(time.perf_counter() - began, latencies)


async def _client(port: int, waiting: Iterator[bytes], latencies: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for body in waiting:
        began = time.perf_counter()
        writer.write(body)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise Unmeasured(f"the server said {head[:80]!r}")
        length = re.search(rb"content-length: (\d+)", head.lower())
        await reader.readexactly(int(length[1]) if length else 0)
        latencies.append(time.perf_counter() - began)
    writer.close()
    await writer.wait_closed()


def _bodies(asked: Sequence[str], batch: int) -> list[bytes]:
    batches = [list(asked[at : at + batch]) for at in range(0, len(asked) - batch + 1, batch)]
    return [_request(queries) for queries in batches]


def _request(queries: list[str]) -> bytes:
    asked = {"queries": queries, "topk": TOP_K, "return_scores": True}
    body = json.dumps(asked).encode()
    head = "POST /retrieve HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


GROUP = Group(
    "server",
    (
        Bar("server batches", f"≥ {SHARE} of a thread, 2 × {BATCH}, top {TOP_K}"),
        Bar("server single queries", f"p99 ≤ {P99_MS} ms, {_CLIENTS} clients"),
        Bar("server memory", f"≤ +{GROWTH:.0%} after {_FIRST:,} of {_QUERIES:,}"),
    ),
    measure,
    minutes=5,
)
