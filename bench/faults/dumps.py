"""What a dump says of itself, ids that come twice, and pages that are broken."""

from __future__ import annotations

import bz2
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from bench.faults.dump_repeats import REPEATS, measure_repeats
from bench.harness.bar import Bar, Group, Result
from bench.harness.place import Place
from bench.harness.processes import Done
from bench.loop.bad_input import fault_of
from masksearch.parquet import read_shards
from masksearch.schemas import Document
from masksearch.stages import DOCUMENTS

_PROSE = (
    "The harbour of Talvik was opened on 12 May 1931 by the mayor and it handled 45,000 tonnes of "
    "timber in the first year alone. By 1955 the old pier had been replaced by a quay of 320 metres, "
    "and the railway reached the town in 1961 after long delays."
)
_BROKEN = {
    "a form feed": "a \x0c b",
    "a zero": "a \0 b",
    "half a pair": "a &#xDC00; b",
    "an HTML entity": "a&nbsp;b",
    "a bare <": "1 < 2",
    "an end too many": "a</text>b",
    "an open CDATA": "<![CDATA[ a",
    "no end": "</text></revision>",
}


class Built(NamedTuple):
    """What became of a dump."""

    documents: list[Document]
    refused: dict[str, int]

    @property
    def titles(self) -> list[str]:
        return [one.title for one in self.documents]

    def text(self, title: str) -> str:
        return next((one.text for one in self.documents if one.title == title), "")


class Case(NamedTuple):
    """A dump that must be read: `right` says what must come of it, `is_right` whether it did.

    `file` is one of the folder of cases, or a text that the bench writes.
    """

    name: str
    right: str
    file: str
    is_right: Callable[[Built], bool]
    settings: Sequence[str] = ()


def page(title: str, text: str, number: int = 1, ns: str = "<ns>0</ns>", more: str = "") -> str:
    """A page of a dump; `more` stands in its revision, and the text as it is."""
    return (
        f"<page><title>{title}</title>{ns}<id>{number}</id><revision><id>{number}</id>"
        f"<timestamp>2024-01-01T00:00:00Z</timestamp>{more}<text>{text}</text></revision></page>\n"
    )


def dump(*pages: str, base: str = "https://en.wikipedia.org/wiki/M", header: str = "") -> str:
    """A dump with its header."""
    return (
        '<mediawiki xml:lang="en"><siteinfo><dbname>enwiki</dbname>'
        f"<base>{escape(base)}</base>{header}</siteinfo>\n{''.join(pages)}</mediawiki>\n"
    )


def _history() -> str:
    times = [("2012-06-01", 40), ("2024-06-01", 20), ("2004-06-01", 90)]
    revisions = "".join(
        f"<revision><id>{number}</id><timestamp>{day}T00:00:00Z</timestamp>"
        f"<text>{_PROSE} As of {day}.</text></revision>"
        for day, number in times
    )
    return dump(f"<page><title>Talvik</title><ns>0</ns><id>1</id>{revisions}</page>")


def _models() -> str:
    models = (
        "json",
        "Scribunto",
        "sanitized-css",
        "javascript",
        "flow-board",
        "Tabular.JsonConfig",
    )
    pages = [page(one, _PROSE, n, more=f"<model>{one}</model>") for n, one in enumerate(models, 2)]
    return dump(page("Talvik", _PROSE, more="<model>wikitext</model>"), *pages)


def _spaces(ns: str = "<ns>100</ns>") -> str:
    portal = '<namespaces><namespace key="100">Portal</namespace></namespaces>'
    pages = (page("Portal:Talvik", _PROSE, 1, ns), page("Talvik", _PROSE, 2, ""))
    return dump(*pages, page("Template:T", _PROSE, 3, ""), header=portal)


def _broken() -> str:
    pages = [page(name, f"{_PROSE} {text}", n) for n, (name, text) in enumerate(_BROKEN.items(), 2)]
    return dump(page("First", _PROSE), *pages, page("Last", _PROSE, 99))


def _address(base: str, url: str, licence: str) -> Case:
    return Case(
        f"wiki at {base.partition('//')[2] or 'no address'}",
        f"{url or 'no address'}, {licence or 'no licence'}",
        dump(page("Backup plan", _PROSE), base=base),
        lambda built: [(one.url, one.licence) for one in built.documents] == [(url, licence)],
    )


def _elements(built: Built) -> bool:
    kept = {"Slots", "LastDeleted", "NewestFirst", "Cdata", "Thread"}
    return (
        set(built.titles) == kept
        and built.text("NewestFirst").endswith("NEW")
        and "SLOTEXTRA" not in built.text("Slots")
        and built.refused == {"content model": 4, "no text": 1}
    )


CASES = (
    Case(
        "case 03 dup pages",
        "2 documents",
        "corpus/03-dup-pages/dump.xml",
        lambda built: (
            built.titles == ["Same", "Lighthouse"] and built.refused == {"repeated id": 2}
        ),
    ),
    Case(
        "case 04 wikiteam3",
        "the third version alone",
        "corpus/04-wikiteam3/dump.xml",
        lambda built: len(built.documents) == 1 and "1903" in built.text("Talvik"),
    ),
    Case(
        "case 05 models, history",
        "5 articles, the newest revisions",
        "corpus/05-models-history/dump.xml",
        _elements,
    ),
    Case(
        "case 06 no ns",
        "2 articles, 3 of namespaces",
        "corpus/06-no-ns/dump.xml",
        lambda built: built.titles == ["Talvik", "2001: A Harbour Odyssey"],
    ),
    Case(
        "case 17 private wiki",
        "its address, no licence",
        "corpus/17-private-wiki/dump.xml",
        lambda built: (
            [(one.url.rpartition("/")[2], one.licence) for one in built.documents]
            == [("index.php?title=Backup_plan", "")]
        ),
    ),
    *(
        Case(
            f"case 22 {name}",
            "2 articles, 1 page refused",
            f"corpus/22-bad-char/{name}.xml",
            lambda built: built.titles == ["Good", "Good2"] and sum(built.refused.values()) == 1,
        )
        for name in ("bad_ctrl", "bad_charref")
    ),
    Case("history in no order", "2024", _history(), lambda b: "of 2024" in b.text("Talvik")),
    Case("content models", "wikitext alone", _models(), lambda b: b.titles == ["Talvik"]),
    Case(
        "broken pages",
        f"2 articles, {len(_BROKEN)} refused",
        _broken(),
        lambda b: b.titles == ["First", "Last"] and sum(b.refused.values()) == len(_BROKEN),
    ),
    Case(
        "namespaces by name",
        "the portal",
        _spaces(),
        lambda b: b.titles == ["Portal:Talvik"],
        ("--set", "corpus.namespaces=[Portal]"),
    ),
    Case(
        "namespaces by number, no ns",
        "the portal and the article",
        _spaces(""),
        lambda b: b.titles == ["Portal:Talvik", "Talvik"],
        ("--set", "corpus.namespaces=[0, 100]"),
    ),
    _address("https://x.org/w/index.php/M", "https://x.org/w/index.php/Backup_plan", ""),
    _address("https://x.org/wiki/A/B", "https://x.org/wiki/Backup_plan", ""),
    _address("https://wikipedia.org.x.org/M", "https://wikipedia.org.x.org/Backup_plan", ""),
    _address("", "", ""),
    _address(
        "https://de.wikibooks.org/wiki/M", "https://de.wikibooks.org/wiki/Backup_plan", "CC BY-SA"
    ),
)
REFUSED = {
    "truncated in a page": ("cut.xml", _broken().encode()[:-300], "cut short"),
    "truncated between pages": ("end.xml", dump(page("A", _PROSE)).encode()[:-14], "cut short"),
    "truncated stream": ("cut.xml.bz2", bz2.compress(_broken().encode())[:-9], "cut short"),
    "unknown namespace": ("a.xml", dump(page("A", _PROSE)).encode(), "no namespace 'Portal'"),
}


def measure(place: Place) -> Iterator[Result]:
    """Each dump in a folder of its own; then those that repeat pages across shards."""
    folder = place.folder("dump-faults")
    for number, case in enumerate(CASES):
        yield _read(place, folder / str(number), case)
    for name, (file, content, said) in REFUSED.items():
        where = folder / name
        where.mkdir()
        (where / file).write_bytes(content)
        settings = ("--set", "corpus.namespaces=[Portal]") if "namespace" in name else ()
        fault = fault_of(_built(place, where, where / file, settings), said)
        yield Result(f"refused: {name}", fault or "exit 2, one line", not fault)
    yield from measure_repeats(place)


def _read(place: Place, folder: Path, case: Case) -> Result:
    folder.mkdir(parents=True)
    if case.file.startswith("<"):
        source = folder / "dump.xml"
        source.write_text(case.file, encoding="utf-8")
    else:
        source = place.case(case.file)
    done = _built(place, folder, source, case.settings)
    if done.code:
        return Result(case.name, f"exit {done.code}: {done.tail}", False)
    manifest: dict[str, Any] = json.loads(
        (folder / "run" / DOCUMENTS / "manifest.json").read_text()
    )
    documents = list(read_shards(folder / "run" / DOCUMENTS, Document))
    built = Built(documents, manifest["counts"]["rejected"])
    refused = ", ".join(f"{reason} {n}" for reason, n in built.refused.items())
    return Result(case.name, f"{', '.join(built.titles)}; {refused}", case.is_right(built))


def _built(place: Place, folder: Path, source: Path, settings: Sequence[str]) -> Done:
    command = ("corpus", "build", source, "--run", folder / "run", *settings)
    return place.masksearch(*command, cwd=folder)


GROUP = Group(
    "dumps",
    (
        *(Bar(case.name, case.right) for case in CASES),
        *(Bar(f"refused: {name}", "one line, exit 2") for name in REFUSED),
        *REPEATS,
    ),
    measure,
    minutes=2,
)
