"""What a user can ask of a search that cannot be had: one clear line, exit code 2."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from bench.harness.bar import Bar, Group, Result
from bench.harness.place import Place
from bench.harness.processes import expect
from masksearch.search.texts import TEXTS_FILE
from masksearch.stages import INDEX

_USER_ERROR = 2
_KEYS = {"tavily": "TAVILY_API_KEY", "serpapi": "SERPAPI_API_KEY", "serper": "SERPER_API_KEY"}


class Case(NamedTuple):
    """A command line; `spoil` does something to the run before it; `said` stands in the line."""

    name: str
    said: str
    arguments: tuple[str, ...]
    spoil: Callable[[Path], None] = lambda run: None


def _truncate(run: Path) -> None:
    for file in (run / INDEX / "tantivy").glob("*.idx"):
        file.write_bytes(file.read_bytes()[:-20])


def _cut(run: Path) -> None:
    path = run / INDEX / "tantivy" / TEXTS_FILE
    path.write_bytes(path.read_bytes()[:-20])


def _garble(run: Path) -> None:
    (run / INDEX / "tantivy" / "meta.json").write_text("{}")


def _swap(run: Path) -> None:
    """Another corpus's passages under the same index."""
    manifest = run / "02-passages" / "manifest.json"
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text.replace('"corpus_hash": "', '"corpus_hash": "0'), encoding="utf-8")


CASES = (
    *(
        Case(f"no {engine} key", key, ("search", "x", "--backend", engine))
        for engine, key in _KEYS.items()
    ),
    Case("unknown engine", "no search backend", ("search", "x", "--backend", "altavista")),
    Case("no address", "search.base_url", ("search", "x", "--backend", "http")),
    Case("corrupt index", "damaged", ("index", "verify"), _truncate),
    Case("cut index", "damaged", ("search", "x"), _cut),
    Case("garbled index", "damaged", ("search", "x"), _garble),
    Case("foreign index", "another corpus", ("search", "x"), _swap),
    Case("empty query", "no word to search for", ("search", "")),
    Case("endless query", "100,000 characters", ("search", "x" * 100_000)),
    Case("top_k 0", "--top-k", ("search", "x", "--top-k", "0")),
    Case("top_k below 0", "top_k", ("search", "x", "--set", "search.top_k=-3")),
)


def measure(place: Place) -> Iterator[Result]:
    """Each case on a copy of a small run."""
    folder = place.folder("refusals")
    made = folder / "made"
    for command in (("corpus", "build", "--recipe", "demo-tiny"), ("index", "build")):
        expect(place.masksearch(*command, "--run", made, cwd=folder), " ".join(command))
    for case in CASES:
        run = folder / case.name.replace(" ", "-")
        shutil.copytree(made, run)
        case.spoil(run)
        done = place.masksearch(*case.arguments, "--run", run, cwd=folder)
        lines = done.err.strip().splitlines()
        clear = len(lines) == 1 and case.said in lines[0] and lines[0].startswith("error: ")
        measured = f"exit {done.code}: {lines[-1][:60] if lines else '(nothing)'}"
        yield Result(_bar(case), measured, clear and done.code == _USER_ERROR and not done.out)


def _bar(case: Case) -> str:
    return f"refused: {case.name}"


GROUP = Group(
    "refusals",
    tuple(Bar(_bar(case), f"one line with {case.said!r}, exit 2") for case in CASES),
    measure,
)
