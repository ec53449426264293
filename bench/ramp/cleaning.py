"""How clean the passages of the English excerpt are, and its links against the wikitext."""

from __future__ import annotations

import bz2
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from bench.harness.bar import Bar, Group, Result, say
from bench.harness.place import Place
from bench.harness.processes import expect
from bench.ramp.dump_files import EXCERPT
from bench.ramp.link_scan import Scanned, plain, scan
from masksearch.parquet import read_shards
from masksearch.schemas import Document, Link, Passage
from masksearch.stages import DOCUMENTS, PASSAGES

NUM_PASSAGES, NUM_LINKS = 4000, 15_000
MARKUP_SHARE, HOLE_SHARE = 0.002, 0.005

_MARKUP = re.compile(
    r"\[\[|\]\]|\{\{|\}\}|\{\||\|\}|\||''|</?\w+[^<>]*>|&\w+;|&#\d+;|__[A-Z]+__|<!--|-->|==",
)
_HOLES = re.compile(
    r"\(\s*[),;:.]|\(\s|[,;:\s]\)|\[\s*\]|\s[,.](?:\s|$)|,\s*(?:,|\.(?!\.))|\w\s{2,}\w|[\ue000-\ue005]"
    r"|\b(?:is|was|of|about|to|from|between|and|or|by|at|than|for|with|the|in|a|an) "
    r"(?:km²?|mi|miles|kilomet(?:er|re)s|met(?:er|re)s|feet|ft|°[CF]|percent|%|kg|pounds)\b"
)
_XMLNS = re.compile(r" xmlns=\"[^\"]*\"")


class Checked(NamedTuple):
    """Links that were found where they should be, and those of the wikitext that are gone."""

    right: int
    wrong: list[str]
    lost: Counter[str]


def measure(place: Place) -> Iterator[Result]:
    """One build of the excerpt, judged from outside."""
    folder = place.folder("cleaning")
    source = place.data_file(f"dumps/{EXCERPT}")
    expect(place.masksearch("corpus", "build", source, "--run", "run", cwd=folder), "corpus build")
    passages = list(read_shards(folder / "run" / PASSAGES, Passage))
    links = sum(len(one.links) for one in passages)
    yield Result("cleaning passages", f"{len(passages):,}", len(passages) >= NUM_PASSAGES)
    yield Result("cleaning links", f"{links:,}", links >= NUM_LINKS)
    yield _share("cleaning markup", passages, _MARKUP, MARKUP_SHARE)
    yield _share("cleaning holes", passages, _HOLES, HOLE_SHARE)
    documents = list(read_shards(folder / "run" / DOCUMENTS, Document))
    pages = wikitexts(source)
    yield _anchors(documents, pages)
    yield _accounted(folder / "run", documents, pages)


def _share(name: str, passages: list[Passage], pattern: re.Pattern[str], most: float) -> Result:
    hit = [(one.id, found) for one in passages if (found := pattern.search(one.text))]
    for passage, found in hit[:12]:
        around = found.string[max(0, found.start() - 30) : found.end() + 30]
        say(f"{name}: {passage}: {around!r}")
    share = len(hit) / len(passages)
    return Result(name, f"{len(hit)} of {len(passages):,} ({share:.2%})", share <= most)


def wikitexts(dump: Path) -> Mapping[str, str]:
    """The wikitext of every page by its id, read without any code of the product."""
    with bz2.open(dump, "rt", encoding="utf-8") as file:
        root = ElementTree.fromstring(_XMLNS.sub("", file.read()))
    return {
        page.findtext("id") or "": page.findtext("revision/text") or ""
        for page in root.iterfind("page")
    }


def _anchors(documents: list[Document], pages: Mapping[str, str]) -> Result:
    checked = [check(one, scan(pages[one.page_id])) for one in documents]
    right, wrong = sum(one.right for one in checked), [w for one in checked for w in one.wrong]
    for fault in wrong[:12]:
        say(f"cleaning anchors: {fault}")
    lost = sum((one.lost for one in checked), Counter[str]())
    measured = ", ".join(
        f"{reason or 'elsewhere'} {count:,}" for reason, count in lost.most_common()
    )
    say(f"links that are gone, by where the scan sees them: {measured}")
    measured = f"{right:,} of {right + len(wrong):,} links"
    return Result("cleaning anchors", measured, not wrong and right > 0)


def _accounted(run: Path, documents: list[Document], pages: Mapping[str, str]) -> Result:
    """Links kept and links lost by the product's own reasons, against all `[[` there are."""
    counts = json.loads((run / DOCUMENTS / "manifest.json").read_text())["counts"]
    lost: dict[str, int] = counts["links_lost"]
    say(f"links lost by reason: {', '.join(f'{why} {n:,}' for why, n in lost.items())}")
    total = sum(pages[one.page_id].count("[[") for one in documents)
    found = counts["links"] + sum(lost.values())
    measured = f"{counts['links']:,} + {sum(lost.values()):,} of {total:,}"
    return Result("cleaning lost links", measured, found == total)


def check(document: Document, scanned: list[Scanned]) -> Checked:
    """Follow a document's links through the scan; what is passed over was lost."""
    wrong: list[str] = []
    lost: Counter[str] = Counter()
    at = right = 0
    for link in document.links:
        shown = plain(document.text[link.start : link.end])
        further = next(
            (n for n in range(at, len(scanned)) if _is(scanned[n], link.target, shown)), None
        )
        if further is None:
            wrong.append(f"{document.title}: {_told(document, link)}")
            continue
        lost.update(one.region for one in scanned[at:further])
        at, right = further + 1, right + 1
    lost.update(one.region for one in scanned[at:])
    return Checked(right, wrong, lost)


def _is(scanned: Scanned, target: str, shown: str) -> bool:
    return scanned.target == target and scanned.shown in (shown, None)


def _told(document: Document, link: Link) -> str:
    return f"{document.text[link.start : link.end]!r} → {link.target!r}"


GROUP = Group(
    "cleaning",
    (
        Bar("cleaning passages", f"≥ {NUM_PASSAGES:,}"),
        Bar("cleaning links", f"≥ {NUM_LINKS:,}"),
        Bar("cleaning markup", f"≤ {MARKUP_SHARE:.1%} of passages"),
        Bar("cleaning holes", f"≤ {HOLE_SHARE:.1%} of passages"),
        Bar("cleaning anchors", "every link at its offset"),
        Bar("cleaning lost links", "kept + lost by reason = all [["),
    ),
    measure,
)
