"""Wikipedia as it is published: the same articles from every shape, whole, from any processes."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import tarfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

import pyarrow as pa
import pyarrow.parquet as pq

from bench.faults.built import Built, built
from bench.harness.bar import Bar, Group, Result
from bench.harness.place import Place
from bench.harness.processes import BIN, kill, start
from bench.ramp.dump_copies import PAGES_PER_STREAM, write_copies
from masksearch.assets import dump_path
from masksearch.schemas import Document
from masksearch.shards import LEDGER
from masksearch.stages import DOCUMENTS, PASSAGES
from masksearch.store import file_hash

COPIES = 3
_PARQUET_FILES, _DUMP_PARTS, _MEMBERS = 3, 4, 2
_FRAME_ROWS = 50
_PAGE, _PAGE_END = "  <page>", "</page>\n"
_SECONDS = 60


class Whole(NamedTuple):
    """The dump in one file, and what is right: the corpus that was made of it."""

    dump: Path
    made: Built


class Shape(NamedTuple):
    """A way to publish the articles; `make` writes it into a folder and returns the sources."""

    name: str
    make: Callable[[Whole, Path], list[Path]]
    told: Callable[[Document], object]
    """What of a document must be that of the dump's."""


def _parquet(whole: Whole, folder: Path) -> list[Path]:
    rows = [_row(one) for one in whole.made.documents]
    paths = []
    for number, part in enumerate(_shared_out(rows, _PARQUET_FILES)):
        paths.append(folder / f"train-{number:05d}-of-{_PARQUET_FILES:05d}.parquet")
        pq.write_table(pa.Table.from_pylist(part), paths[-1])
    (folder / "README.md").write_text("---\nlicense: cc-by-sa-3.0\n---\n# Dataset Card\n")
    return [folder]


def _dump_parts(whole: Whole, folder: Path) -> list[Path]:
    header, pages, end = _pages(whole.dump)
    paths = []
    for number, part in enumerate(_shared_out(pages, _DUMP_PARTS), 1):
        groups = [part[n : n + PAGES_PER_STREAM] for n in range(0, len(part), PAGES_PER_STREAM)]
        streams = [header, *map("".join, groups), end]
        paths.append(
            folder / f"enwiki-latest-pages-articles{number}.xml-p{number}p{number + 1}.bz2"
        )
        paths[-1].write_bytes(b"".join(bz2.compress(one.encode()) for one in streams))
    return paths


def _jsonl_zst(whole: Whole, folder: Path) -> list[Path]:
    path = folder / "wiki.jsonl.zst"
    rows = [json.dumps(_row(one)) + "\n" for one in whole.made.documents]
    frames = ["".join(rows[n : n + _FRAME_ROWS]) for n in range(0, len(rows), _FRAME_ROWS)]
    path.write_bytes(b"".join(pa.compress(one.encode(), "zstd", asbytes=True) for one in frames))
    return [path]


def _enterprise(whole: Whole, folder: Path) -> list[Path]:
    rows = [_enterprise_row(page) for page in _read(whole.dump)]
    path = folder / "enwiki_namespace_0.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for number, part in enumerate(_shared_out(rows, _MEMBERS)):
            data = "".join(json.dumps(row) + "\n" for row in part).encode()
            member = tarfile.TarInfo(f"enwiki_namespace_0_{number}.ndjson")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return [path]


def _cirrus(whole: Whole, folder: Path) -> list[Path]:
    path = folder / "enwiki-20260101-cirrussearch-content.json.gz"
    lines = [line for one in whole.made.documents for line in _cirrus_lines(one)]
    path.write_bytes(gzip.compress("".join(json.dumps(line) + "\n" for line in lines).encode()))
    return [path]


SHAPES = (
    Shape("3 Parquet files", _parquet, lambda one: (one.title, one.text, one.url)),
    Shape("a dump in 4 parts", _dump_parts, lambda one: one),
    Shape("JSONL in .zst", _jsonl_zst, lambda one: (one.title, one.text, one.url)),
    Shape("an Enterprise tar", _enterprise, lambda one: (one.id, one.title, one.text, one.links)),
    Shape("a Cirrus file", _cirrus, lambda one: (one.id, one.title, "".join(one.text.split()))),
)


def measure(place: Place) -> Iterator[Result]:
    """The dump in one file, then every shape: in one process, in two, and killed."""
    folder = place.folder("shapes")
    dump = folder / "whole.xml.bz2"
    write_copies(dump_path(place.home), dump, COPIES)
    whole = Whole(dump, built(place, folder, "whole", [dump]))
    for number, shape in enumerate(SHAPES):
        own = folder / f"shape-{number}"
        own.mkdir()
        source = own / "source"
        source.mkdir()
        sources = shape.make(whole, source)
        yield from _judged(place, own, shape, sources, whole.made)


def _judged(
    place: Place, folder: Path, shape: Shape, sources: Sequence[Path], right: Built
) -> Iterator[Result]:
    made = built(place, folder, "one", [*sources, "--processes", "1"])
    other = _differences(map(shape.told, made.documents), map(shape.told, right.documents))
    measured = f"{made}; {other} differ"
    yield Result(f"{shape.name}: articles", measured, not other and len(made.passages) > 0)
    built(place, folder, "two", [*sources, "--processes", "2"])
    listed = _killed(place, folder, sources)
    built(place, folder, "killed", [*sources, "--processes", "2"])
    wanted = _contents(folder / "run-one")
    counts = [
        len(wanted.items() ^ _contents(folder / f"run-{name}").items())
        for name in ("two", "killed")
    ]
    measured = (
        f"{counts[0]} and {counts[1]} of {len(wanted)} files differ, killed at shard {listed}"
    )
    yield Result(f"{shape.name}: bytes", measured, not any(counts) and len(wanted) > 2)


def _differences(found: Iterator[object], wanted: Iterator[object]) -> int:
    one, other = list(found), list(wanted)
    return abs(len(one) - len(other)) + sum(a != b for a, b in zip(one, other, strict=False))


def _killed(place: Place, folder: Path, sources: Sequence[Path]) -> int:
    """Kill a build when a shard is listed; returns how many were."""
    run = folder / "run-killed"
    command = ("corpus", "build", *sources, "--run", run, "--processes", "2")
    running = start(BIN / "masksearch", *command, cwd=folder, env=place.env, log=folder / "log")
    ledger, end = run / DOCUMENTS / LEDGER, time.monotonic() + _SECONDS
    while running.poll() is None and time.monotonic() < end:
        if ledger.exists() and ledger.stat().st_size:
            break
        time.sleep(0.02)
    kill(running)
    return len(ledger.read_bytes().splitlines()) if ledger.exists() else 0


def _contents(run: Path) -> dict[str, str]:
    return {
        f"{stage}/{path.name}": file_hash(path)
        for stage in (DOCUMENTS, PASSAGES)
        for path in (run / stage).iterdir()
        if path.is_file() and path.name != "manifest.json"
    }


def _shared_out(items: list[Any], count: int) -> Iterator[list[Any]]:
    """Runs of neighbours, as many as asked for."""
    drawn, size = iter(items), -(-len(items) // count)
    return iter(lambda: list(islice(drawn, size)), [])


def _pages(dump: Path) -> tuple[str, list[str], str]:
    """The header of a dump, its pages and its end."""
    text = bz2.decompress(dump.read_bytes()).decode()
    header, _, rest = text.partition(_PAGE)
    body, _, end = rest.rpartition(_PAGE_END)
    return header, [f"{_PAGE}{one}{_PAGE_END}" for one in body.split(_PAGE_END + _PAGE)], end


def _read(dump: Path) -> Iterator[ElementTree.Element]:
    return map(ElementTree.fromstring, _pages(dump)[1])


def _row(document: Document) -> Mapping[str, str]:
    fields = {"url": document.url, "title": document.title, "text": document.text}
    return {"id": document.page_id, **fields}


def _enterprise_row(page: ElementTree.Element) -> Mapping[str, Any]:
    title = page.findtext("title") or ""
    return {
        "name": title,
        "identifier": int(page.findtext("id") or 0),
        "date_modified": page.findtext("revision/timestamp"),
        "version": {"identifier": int(page.findtext("revision/id") or 0)},
        "url": "https://en.wikipedia.org/wiki/" + title.replace(" ", "_"),
        "namespace": {"identifier": int(page.findtext("ns") or 0)},
        "in_language": {"identifier": "en", "name": "English"},
        "is_part_of": {"identifier": "enwiki", "name": "Wikipedia"},
        "article_body": {"wikitext": page.findtext("revision/text") or "", "html": "<p></p>"},
        "license": [{"identifier": "CC-BY-SA-4.0", "name": "Creative Commons"}],
    }


def _cirrus_lines(document: Document) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    opening = document.text.partition("\n\n")[0]
    source = {
        "title": document.title,
        "namespace": 0,
        "wiki": document.corpus,
        "language": "en",
        "version": int(document.revision),
        "text": " ".join(document.text.split()),
        "opening_text": " ".join(opening.split()),
    }
    return {"index": {"_type": "page", "_id": document.page_id}}, source


GROUP = Group(
    "corpus shapes",
    tuple(
        bar
        for shape in SHAPES
        for bar in (
            Bar(f"{shape.name}: articles", "those of the dump, each"),
            Bar(f"{shape.name}: bytes", "equal for 1 and 2 processes, killed"),
        )
    ),
    measure,
    minutes=6,
)
