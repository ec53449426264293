"""All dump files of the data folder, each through the same two commands."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from bench.harness.bar import Bar, Group, Result, say
from bench.harness.place import Place
from bench.harness.processes import expect
from masksearch.config import RampConfig
from masksearch.parquet import read_shards
from masksearch.schemas import Passage, SpanType
from masksearch.spans.build import build_spans
from masksearch.stages import DOCUMENTS, PASSAGES, TASKS, StageKind

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
_MASKS = ("1", "2", "3", "4")


class Made(NamedTuple):
    """What became of one dump."""

    lang: str
    counts: Counter[str]


def measure(place: Place) -> Iterator[Result]:
    """Every file to tasks; the table by language goes to stderr."""
    folder = place.folder("dump-files")
    made = {name: _build(place, folder, name) for name in LANGUAGES}
    for row in table(made.values()):
        say(row)
    parsed = [name for name, one in made.items() if one.counts["documents"] and _tasks(one)]
    measured = f"{len(parsed)} of {len(made)}"
    yield Result("dump files parse", measured, len(parsed) == len(made))
    wrong = [f"{name}: {one.lang}" for name, one in made.items() if one.lang != LANGUAGES[name]]
    measured = "; ".join(wrong) or f"{len(made)} of {len(made)}"
    yield Result("dump files' languages", measured, not wrong)


def table(made: Iterable[Made]) -> list[str]:
    """The counts by language, as lines of Markdown."""
    by_lang: dict[str, Counter[str]] = {}
    for one in made:
        by_lang.setdefault(one.lang, Counter()).update(one.counts)
    types = [kind.value for kind in SpanType]
    masks = [f"{n} mask{'s' * (n != '1')}" for n in _MASKS]
    columns = ["documents", "passages", *types, *masks]
    rows = [[lang, *(f"{found[name]:,}" for name in columns)] for lang, found in by_lang.items()]
    lines = [["language", *columns], ["---"] * (len(columns) + 1), *sorted(rows)]
    return [f"| {' | '.join(line)} |" for line in lines]


def _build(place: Place, folder: Path, name: str) -> Made:
    run = folder / name.partition(".")[0]
    source = place.data_file(f"dumps/{name}")
    for command in (("corpus", "build", str(source)), ("ramp", "build")):
        expect(place.masksearch(*command, "--run", run, cwd=folder), f"{command[0]} build {name}")
    counts = Counter(_spans(run))
    counts["documents"] = _counts(run, DOCUMENTS)["documents"]
    counts["passages"] = _counts(run, PASSAGES)["passages"]
    for split in ("train", "heldout"):
        for number, count in _counts(run, TASKS)[split].items():
            counts[f"{number} mask{'s' * (number != '1')}"] += count
    return Made(_counts(run, DOCUMENTS)["language"]["used"], counts)


def _spans(run: Path) -> Iterator[str]:
    extractor = build_spans(RampConfig())
    for passage in read_shards(run / PASSAGES, Passage):
        yield from (span.type.value for span in extractor.extract(passage))


def _tasks(made: Made) -> int:
    return sum(count for name, count in made.counts.items() if "mask" in name)


def _counts(run: Path, stage: StageKind) -> dict[str, Any]:
    counts: dict[str, Any] = json.loads((run / stage / "manifest.json").read_text())["counts"]
    return counts


GROUP = Group(
    "dump files",
    (
        Bar("dump files parse", f"{len(LANGUAGES)} of {len(LANGUAGES)}"),
        Bar("dump files' languages", "that of the text, each"),
    ),
    measure,
    minutes=4,
)
