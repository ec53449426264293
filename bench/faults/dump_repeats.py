"""Pages and rows that repeat across shards: the same bytes for any number of processes, and killed."""

from __future__ import annotations

import bz2
import json
import random
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from bench.harness.bar import Bar, Result
from bench.harness.place import Place
from bench.harness.processes import BIN, expect, kill, start
from masksearch.parquet import read_shards
from masksearch.schemas import Document, Task
from masksearch.stages import DOCUMENTS, PASSAGES, TASKS
from masksearch.store import file_hash, read_records

PAGES, KILLS, SEED = 600, 4, 5
_WORDS = 1500
_BY_STREAM = 40
REPEATS = (
    Bar("repeats across shards", f"{PAGES} documents, the newest"),
    Bar("repeats, 1 and 2 processes", "same bytes"),
    Bar("repeats, killed and resumed", "same bytes"),
    Bar("repeats in rows", "each id once"),
    Bar("repeats, ids of tasks", "each once"),
)


def measure_repeats(place: Place) -> Iterator[Result]:
    """A multistream dump that holds two versions of each page, and rows that hold each id twice."""
    folder = place.folder("dump-repeats")
    source = folder / "dump.xml.bz2"
    source.write_bytes(_dump(random.Random(SEED)))
    began = time.perf_counter()
    for processes in (1, 2):
        _build(place, folder, source, f"run-{processes}", processes)
    seconds = (time.perf_counter() - began) / 2
    documents = list(read_shards(folder / "run-1" / DOCUMENTS, Document))
    newest = sum(int(one.revision) == 2 * int(one.page_id) for one in documents)
    shards = len(list((folder / "run-1" / DOCUMENTS).glob("*.parquet")))
    measured = f"{len(documents)} documents, {newest} the newest, in {shards} shards"
    yield Result("repeats across shards", measured, len(documents) == newest == PAGES)
    wanted = _contents(folder / "run-1")
    others = _contents(folder / "run-2")
    differ = sum(wanted.get(name) != others.get(name) for name in wanted | others)
    yield Result("repeats, 1 and 2 processes", f"{differ} files differ", not differ)
    yield _killed(place, folder, source, wanted, seconds)
    yield _rows(place, folder)
    yield _tasks(place, folder)


def _dump(drawn: random.Random) -> bytes:
    """Both versions of a page are far from each other, and the newer one may be the first."""
    versions = [(n, revision) for n in range(1, PAGES + 1) for revision in (n, 2 * n)]
    drawn.shuffle(versions)
    pages = [_page(*version, drawn) for version in versions]
    head = '<mediawiki xml:lang="en"><siteinfo><dbname>enwiki</dbname></siteinfo>\n'
    streams = [pages[at : at + _BY_STREAM] for at in range(0, len(pages), _BY_STREAM)]
    texts = [head, *("".join(stream) for stream in streams), "</mediawiki>\n"]
    return b"".join(bz2.compress(text.encode()) for text in texts)


def _page(number: int, revision: int, drawn: random.Random) -> str:
    words = " ".join(f"word{drawn.randrange(10**6)}" for _ in range(_WORDS))
    text = f"In {1000 + revision} the town {number} was built by {words[:3000]}\n\n{words}"
    return (
        f"<page><title>Town {number}</title><ns>0</ns><id>{number}</id><revision>"
        f"<id>{revision}</id><timestamp>2024-01-01T00:00:00Z</timestamp>"
        f"<text>{text}</text></revision></page>\n"
    )


def _command(source: Path, run: Path, processes: int) -> list[str | Path]:
    return ["corpus", "build", source, "--run", run, "--processes", str(processes)]


def _build(place: Place, folder: Path, source: Path, name: str, processes: int) -> None:
    command = _command(source, folder / name, processes)
    expect(place.masksearch(*command, cwd=folder), f"corpus build in {processes}")


def _contents(run: Path) -> dict[str, str]:
    files = [path for stage in (DOCUMENTS, PASSAGES) for path in (run / stage).iterdir()]
    return {str(path.relative_to(run)): file_hash(path) for path in files}


def _killed(
    place: Place, folder: Path, source: Path, wanted: dict[str, str], seconds: float
) -> Result:
    killed = differ = 0
    for number in range(KILLS):
        run = folder / f"killed-{number}"
        command = _command(source, run, 2)
        running = start(BIN / "masksearch", *command, cwd=folder, env=place.env, log=folder / "log")
        try:
            running.wait(seconds * (number + 1.5) / (KILLS + 1))
        except subprocess.TimeoutExpired:
            killed += 1
        finally:
            kill(running)
        _build(place, folder, source, run.name, 1)
        found = _contents(run)
        differ += sum(wanted.get(name) != found.get(name) for name in wanted | found)
    measured = f"{differ} files differ after {killed} kills"
    return Result("repeats, killed and resumed", measured, not differ and killed > 0)


def _rows(place: Place, folder: Path) -> Result:
    text = "The town number {} was built in {} by its own people after the long war. " * 4
    rows = [(n % PAGES, text.format(n, n, n, n, n, n, n, n)) for n in range(2 * PAGES)]
    path = folder / "rows.jsonl"
    path.write_text(
        "".join(json.dumps({"id": n, "title": f"T{n}", "text": text}) + "\n" for n, text in rows)
    )
    _build(place, folder, path, "rows", 2)
    ids = [one.id for one in read_shards(folder / "rows" / DOCUMENTS, Document)]
    return Result("repeats in rows", f"{len(set(ids))} ids", len(ids) == len(set(ids)) == PAGES)


def _tasks(place: Place, folder: Path) -> Result:
    command = ("ramp", "build", "--run", folder / "run-1", "--set", "quality.duplicates=exact")
    expect(place.masksearch(*command, cwd=folder), "ramp build")
    ids = [
        task.id
        for split in ("train", "heldout")
        for task in read_records(folder / "run-1" / TASKS / f"{split}.jsonl", Task)
    ]
    measured = f"{len(ids)} tasks, {len(set(ids))} ids"
    return Result("repeats, ids of tasks", measured, bool(ids) and len(ids) == len(set(ids)))
