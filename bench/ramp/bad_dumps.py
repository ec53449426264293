"""Dumps that are none, broken, oddly encoded or hostile."""

from __future__ import annotations

import bz2
import gzip
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

from bench.harness.bar import Bar, Group, Result
from bench.harness.place import Place
from bench.harness.processes import BIN, watch
from bench.loop.bad_input import fault_of
from bench.ramp.dump_files import EXCERPT
from masksearch.parquet import read_shards
from masksearch.schemas import Document
from masksearch.stages import DOCUMENTS

HOSTILE_SECONDS, HOSTILE_BYTES = 60, 1e9
_SENTENCE = "The old harbour of the town was rebuilt by its own people after the long war. "
_PROSE = _SENTENCE * 12


class Refused(NamedTuple):
    """A dump that must be refused in one line with `said` in it."""

    name: str
    file: str
    said: str
    make: Callable[[bytes], bytes]


class Taken(NamedTuple):
    """A dump that must be taken as it is: what its one page of prose says must come out."""

    name: str
    file: str
    make: Callable[[], bytes]


def page(wikitext: str, number: int = 1, title: str = "Town") -> str:
    """A page of a dump."""
    return (
        f"<page><title>{title}</title><ns>0</ns><id>{number}</id><revision><id>{number}</id>"
        f"<text>{escape(wikitext)}</text></revision></page>"
    )


def dump(*pages: str, header: str = "<dbname>enwiki</dbname>") -> str:
    """A small dump."""
    return f"<mediawiki><siteinfo>{header}</siteinfo>{''.join(pages)}</mediawiki>"


def _prose() -> str:
    return dump(page(_PROSE))


def _nested() -> str:
    depth = 200_000
    nested = "{{a|" * depth + "x" + "}}" * depth
    shown = "{{nowrap|" * depth + "x" + "}}" * depth
    open_ends = "{{lang|fr|" * depth + "[[a|" * depth + "{|\n" * depth + "<ref>" * depth
    return dump(page("\n\n".join((nested, shown, _PROSE))), page(open_ends, 2), page(_PROSE, 3))


REFUSED = (
    Refused("not a dump", "notes.xml", "not a MediaWiki XML dump", lambda _: b"notes\n" * 99),
    Refused("another XML", "x.xml", "not a MediaWiki XML dump", lambda _: b"<a><b>c</b></a>"),
    Refused("cut bz2", "cut.xml.bz2", "cut short", lambda whole: whole[: len(whole) // 2]),
    Refused("cut XML", "cut.xml", "cut short", lambda _: _prose().encode()[:-40]),
    Refused("cut gzip", "cut.xml.gz", "cut short", lambda _: gzip.compress(_prose().encode())[:-9]),
    Refused(
        "wrong encoding",
        "latin.xml",
        "not UTF-8",
        lambda _: dump(page("Café " + _PROSE)).encode("latin-1"),
    ),
    Refused("no language", "none.xml", "--lang", lambda _: dump(page("Town."), header="").encode()),
)
TAKEN = (
    Taken("UTF-16 unmarked", "little.xml", lambda: _prose().encode("utf-16-le")),
    Taken("UTF-16 big-endian", "big.xml.bz2", lambda: bz2.compress(_prose().encode("utf-16-be"))),
    Taken("no header", "bare.xml", lambda: dump(page(_PROSE), header="").encode()),
    Taken(
        "page of 5 MB",
        "large.xml",
        lambda: dump(page(("word " * 200 + "\n\n") * 5000 + _PROSE)).encode(),
    ),
    Taken("deep nesting", "deep.xml", lambda: _nested().encode()),
)


def measure(place: Place) -> Iterator[Result]:
    """Each dump in a folder of its own."""
    folder = place.folder("bad-dumps")
    whole = place.data_file(f"dumps/{EXCERPT}").read_bytes()
    for case in REFUSED:
        (folder / case.file).write_bytes(case.make(whole))
        done = place.masksearch(
            "corpus", "build", case.file, "--run", f"run-{case.file}", cwd=folder
        )
        fault = fault_of(done, case.said)
        yield Result(f"bad dump: {case.name}", fault or "exit 2, one line", not fault)
    for taken in TAKEN:
        (folder / taken.file).write_bytes(taken.make())
        yield _take(place, folder, taken)


def _take(place: Place, folder: Path, case: Taken) -> Result:
    run = folder / f"run-{case.file}"
    command = (BIN / "masksearch", "corpus", "build", case.file, "--run", run)
    done = watch(
        *command, cwd=folder, env=place.env, log=folder / f"{case.file}.log", limit=HOSTILE_SECONDS
    )
    measured = f"{done.seconds:.1f} s, {done.peak_bytes / 1e6:.0f} MB"
    if done.code:
        return Result(f"odd dump: {case.name}", f"exit {done.code}: {done.said[-200:]}", False)
    kept = [one for one in read_shards(run / DOCUMENTS, Document) if _PROSE.strip() in one.text]
    met = bool(kept) and done.peak_bytes <= HOSTILE_BYTES
    return Result(f"odd dump: {case.name}", f"{measured}, {kept[0].lang if kept else 'lost'}", met)


GROUP = Group(
    "bad dumps",
    (
        *(Bar(f"bad dump: {case.name}", "one line, exit 2") for case in REFUSED),
        *(Bar(f"odd dump: {case.name}", f"read, ≤ {HOSTILE_SECONDS} s, 1 GB") for case in TAKEN),
    ),
    measure,
)
