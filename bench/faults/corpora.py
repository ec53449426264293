"""Corpora as users have them: odd text, odd rows, odd folders, odd names."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from bench.faults.built import Built, built
from bench.harness.bar import Bar, Group, Result, Unmeasured
from bench.harness.place import Place
from bench.loop.bad_input import fault_of

_TEXT = "The old harbour of the town was rebuilt by its own people after the long war. " * 4
_LINK = "more"


class Taken(NamedTuple):
    """A source that must be read: what is right, and whether that is what came out."""

    name: str
    wanted: str
    source: str
    is_right: Callable[[Built], bool]


class Refused(NamedTuple):
    """A source that must be refused in one line with `said` in it."""

    name: str
    source: str
    said: str


def _of_case(number: str, wanted: str, path: str, is_right: Callable[[Built], bool]) -> Taken:
    return Taken(f"corpus: {number}", wanted, f"corpus/{path}", is_right)


CASES = (
    _of_case(
        "01 surrogate",
        "1 document, the half pair as ?",
        "01-surrogate/corpus.jsonl",
        lambda made: made.words.endswith("? end"),
    ),
    _of_case(
        "02 null",
        "2 documents, no text 1",
        "02-null/corpus.jsonl",
        lambda made: len(made.documents) == 2 and made.rejected == {"no text": 1},
    ),
    _of_case(
        "14 wikiextractor",
        "a passage a paragraph",
        "14-wikiextractor/corpus.jsonl",
        lambda made: [_of(made, n) for n in "123"] == [2, 2, 2] and _of(made, "4") >= 10,
    ),
    _of_case(
        "15 titles",
        "those of the files' own",
        "15-markdown/md",
        lambda made: made.titles == ["Harbours of Talvik", "Towns", "Harbour guide"],
    ),
    _of_case(
        "15 text",
        "no markup in passages",
        "15-markdown/md",
        lambda made: not any(mark in made.words for mark in ("](", "**", "[^", "|", "title:", "`")),
    ),
    _of_case(
        "15 sharp", "Learning C#", "15-markdown/cs", lambda made: made.titles == ["Learning C#"]
    ),
    _of_case(
        "16 hidden",
        "1 document, hidden 1",
        "16-folder/apple",
        lambda made: len(made.documents) == 1 and made.rejected == {"hidden": 1},
    ),
    _of_case(
        "16 broken link",
        "1 document, broken link 1",
        "16-folder/links",
        lambda made: len(made.documents) == 1 and made.rejected == {"broken link": 1},
    ),
    *(
        _of_case(
            f"21 {name}",
            "2 documents",
            f"21-suffixes/{name}",
            lambda made: len(made.documents) == 2,
        )
        for name in ("c.jsonl.bz2", "c.ndjson.gz")
    ),
)
REFUSED = (
    Refused("corpus: 18 deep JSON", "corpus/18-deep-json/corpus.jsonl", "JSON nested too deeply"),
)


def _linked(folder: Path) -> Path:
    (folder / "far").mkdir()
    (folder / "far" / "b.txt").write_text(_TEXT)
    near = folder / "near"
    near.mkdir()
    (near / "a.txt").write_text(_TEXT)
    (near / "more").symlink_to(folder / "far")
    (near / "loop").symlink_to(near)
    return near


def _not_utf8(folder: Path) -> Path:
    named = folder / os.fsdecode(b"caf\xe9")
    named.mkdir()
    (named / os.fsdecode(b"na\xefve.txt")).write_text(_TEXT)
    return named


def _latin(folder: Path) -> Path:
    (folder / "a.txt").write_text(_TEXT)
    (folder / "b.txt").write_bytes(("Café. " + _TEXT).encode("latin-1"))
    return folder


def _utf16(folder: Path) -> Path:
    path = folder / "a.jsonl"
    path.write_text(json.dumps({"id": 1, "text": _TEXT}) + "\n", encoding="utf-16")
    return path


def _bad_rows(folder: Path) -> Path:
    path = folder / "a.jsonl"
    good = [json.dumps({"id": n, "title": "T", "text": _TEXT}) for n in range(2)]
    bad = ['{"id": 5, "te', '{"id": 6, "text": ["x"]}', '{"id": 7, "text": NaN}', "[1]"]
    path.write_text("\n".join([good[0], *bad, good[1]]))
    return path


def _wrong(folder: Path) -> Path:
    path = folder / "a.jsonl"
    path.write_text(json.dumps({"key": 1, "words": _TEXT}) + "\n")
    return path


class Made(NamedTuple):
    """A source that is made here, as `Taken`, or as `Refused` where `said` is given."""

    name: str
    wanted: str
    make: Callable[[Path], Path]
    is_right: Callable[[Built], bool] = bool
    said: str = ""


MADE = (
    Made(
        "corpus: linked folder",
        "2 documents, no loop",
        _linked,
        lambda made: len(made.documents) == 2,
    ),
    Made("corpus: names not UTF-8", "1 document", _not_utf8, lambda made: len(made.documents) == 1),
    Made(
        "corpus: one Latin-1 file",
        "1 document, not UTF-8 text 1",
        _latin,
        lambda made: len(made.documents) == 1 and made.rejected == {"not UTF-8 text": 1},
    ),
    Made("corpus: UTF-16 rows", "1 document", _utf16, lambda made: len(made.documents) == 1),
    Made(
        "corpus: four bad rows of six",
        "2 documents, 4 reasons",
        _bad_rows,
        lambda made: len(made.documents) == 2 and sum(made.rejected.values()) == 4,
    ),
    Made("corpus: no field of text", "one line, exit 2", _wrong, said="fields there: key, words"),
)


def measure(place: Place) -> Iterator[Result]:
    """The cases as they lie, then sources that are made here."""
    folder = place.folder("corpora")
    for number, case in enumerate(CASES):
        source = _copied(place.case(case.source), folder / f"case-{number}")
        yield _taken(place, folder, case.name, source, case.is_right)
    for refused in REFUSED:
        yield _refused(place, folder, refused.name, place.case(refused.source), refused.said)
    for number, made in enumerate(MADE):
        own = folder / f"made-{number}"
        own.mkdir()
        source = made.make(own)
        if made.said:
            yield _refused(place, folder, made.name, source, made.said)
        else:
            yield _taken(place, folder, made.name, source, made.is_right)


def _copied(source: Path, folder: Path) -> Path:
    """A copy in a folder of its own, so that no link of it leads anywhere by chance."""
    folder.mkdir()
    target = folder / source.name
    if not source.is_dir():
        return Path(shutil.copyfile(source, target))
    shutil.copytree(source, target, symlinks=True)
    if (link := target / _LINK).is_file():  # kept as a file that holds where it leads
        leads = link.read_text().strip()
        target.chmod(0o755)
        link.unlink()
        link.symlink_to(leads)
    return target


def _taken(
    place: Place, folder: Path, name: str, source: Path, is_right: Callable[[Built], bool]
) -> Result:
    try:
        made = built(place, folder, _run_name(name), [source])
    except Unmeasured as error:
        return Result(name, str(error), False)
    return Result(name, str(made), is_right(made))


def _refused(place: Place, folder: Path, name: str, source: Path, said: str) -> Result:
    command = ("corpus", "build", source, "--run", folder / f"run-{_run_name(name)}")
    fault = fault_of(place.masksearch(*command, cwd=folder), said)
    return Result(name, fault or "exit 2, one line", not fault)


def _run_name(name: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in name)


def _of(made: Built, number: str) -> int:
    """How many passages a document has."""
    return sum(one.document_id.endswith(f":{number}") for one in made.passages)


GROUP = Group(
    "corpora",
    (
        *(Bar(case.name, case.wanted) for case in CASES),
        *(Bar(case.name, "one line, exit 2") for case in REFUSED),
        *(Bar(made.name, made.wanted) for made in MADE),
    ),
    measure,
)
