"""All dump files of the data folder, each through the same two commands."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.bar import Bar, Group, Result, say
from bench.place import Place
from bench.processes import expect
from masksearch.run_folder import DOCUMENTS, PASSAGES, TASKS

EXCERPT = "gensim-enwiki-latest-pages-articles1.xml-p000000010p000030302-shortened.bz2"
LANGUAGES = {
    EXCERPT: "en",
    "gensim-enwiki-table-markup.xml.bz2": "en",
    "gensim-bgwiki-latest-pages-articles-shortened.xml.bz2": "bg",
    "dbpedia-minidump-en.xml.bz2": "en",
    "dbpedia-minidump-zh.xml.bz2": "zh",
    "dbpedia-minidump-simple.xml.bz2": "en",
    "dbpedia-minidump-ja.xml.bz2": "ja",
    "dbpedia-minidump-ko.xml.bz2": "ko",
    "dbpedia-minidump-ru.xml.bz2": "ru",
    "dbpedia-minidump-fr.xml.bz2": "fr",
    "dbpedia-minidump-de.xml.bz2": "de",
}


def measure(place: Place) -> Iterator[Result]:
    """Every file to tasks, and a row of the table for each."""
    folder = place.folder("dump-files")
    counts = {name: _build(place, folder, name) for name in LANGUAGES}
    for name, row in counts.items():
        say(f"{name}: {row}")
    parsed = [name for name, row in counts.items() if row["documents"] and row["passages"]]
    yield Result("dump files parse", f"{len(parsed)} of {len(counts)}", len(parsed) == len(counts))
    wrong = [
        f"{name}: {row['lang']}" for name, row in counts.items() if row["lang"] != LANGUAGES[name]
    ]
    told = "; ".join(wrong) or f"{len(counts)} of {len(counts)}"
    yield Result("dump files' languages", told, not wrong)


def _build(place: Place, folder: Path, name: str) -> dict[str, Any]:
    run = folder / name.partition(".")[0]
    source = place.data_file(f"dumps/{name}")
    built = place.masksearch("corpus", "build", source, "--run", run, "--json", cwd=folder)
    expect(built, f"corpus build {name}")
    made = place.masksearch("ramp", "build", "--run", run, "--json", cwd=folder)
    expect(made, f"ramp build {name}")
    documents, passages = _counts(run, DOCUMENTS), _counts(run, PASSAGES)
    tasks = _counts(run, TASKS)
    by_masks: Counter[str] = Counter()
    for split in ("train", "heldout"):
        by_masks.update(tasks.get(split, {}))
    return {
        "lang": documents["language"]["used"],
        "documents": documents["documents"],
        "passages": passages["passages"],
        "links": passages["links"],
        "tasks": dict(sorted(by_masks.items())),
        "rejected": documents["rejected"],
    }


def _counts(run: Path, stage: str) -> dict[str, Any]:
    counts: dict[str, Any] = json.loads((run / stage / "manifest.json").read_text())["counts"]
    return counts


GROUP = Group(
    "dump files",
    (
        Bar("dump files parse", f"{len(LANGUAGES)} of {len(LANGUAGES)}"),
        Bar("dump files' languages", "that of the text, each"),
    ),
    measure,
)
