"""Sets of questions become tasks: all of them, with what their files say, from every layout."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bench.evaluation.official import OFFICIAL, write_flashrag
from bench.harness.bar import Bar, Group, Result
from bench.harness.place import Place
from bench.harness.processes import Done, expect
from masksearch.run_folder import RunFolder
from masksearch.schemas import Task

COUNTS = {
    "hotpotqa": {"train": 200, "dev": 375},
    "2wiki": {"train": 500, "dev": 766},
    "musique": {"train": 100, "dev": 486},
    "bamboogle": {"test": 68},
    "freshqa": {"test": 254, "dev": 48},
    "fanoutqa": {"dev": 157},
    "cmrc2018_zh": {"dev": 1000},
}
"""What the data's README says of each file."""
_FLASH = "hotpotqa"


def measure(place: Place) -> Iterator[Result]:
    """Every file, then every layout, then what is no file of questions."""
    folder = place.folder("imports")
    for name, wanted in COUNTS.items():
        done = _imported(place, folder, name, [question_file(place, name)], "plain")
        there = {split: n for split, n in json.loads(done.out)["splits"].items() if n}
        told = ", ".join(f"{split} {n}" for split, n in there.items())
        yield Result(f"imports: {name}", told, there == wanted)
    for name in OFFICIAL:
        yield _layout(place, folder, name)
    yield _flashrag(place, folder)
    yield from _refusals(place)


def _layout(place: Place, folder: Path, name: str) -> Result:
    rows = question_rows(place, name)
    made = folder / f"official-{name}"
    made.mkdir()
    files = OFFICIAL[name](made, rows)
    _imported(place, folder, name, files, "official")
    if name == "bamboogle":  # whose sheet has nothing but questions and answers
        bare = [{"question": row["question"], "answers": row["answers"]} for row in rows]
        lines = "".join(json.dumps(row) + "\n" for row in bare)
        (folder / "bamboogle.jsonl").write_text(lines, encoding="utf-8")
        _imported(place, folder, name, [folder / "bamboogle.jsonl"], "bare")
    plain = _tasks(folder / ("bare" if name == "bamboogle" else "plain"), name)
    return _compared(f"layouts: {name}", _tasks(folder / "official", name), plain)


def _flashrag(place: Place, folder: Path) -> Result:
    made = folder / "flashrag"
    made.mkdir()
    files = write_flashrag(made, question_rows(place, _FLASH))
    _imported(place, folder, _FLASH, files, "flash")
    return _compared(
        "layouts: flashrag", _tasks(folder / "flash", _FLASH), _tasks(folder / "plain", _FLASH)
    )


def _compared(bar: str, found: Sequence[Task], plain: Sequence[Task]) -> Result:
    same = sum(one == other for one, other in zip(found, plain, strict=False))
    measured = f"{same} of {len(plain)} tasks are the same, {len(found)} read"
    return Result(bar, measured, same == len(plain) == len(found))


class _Bad(NamedTuple):
    """A command that must end in one clear line."""

    bar: str
    arguments: tuple[str, ...]
    told: str


_IMPORT = ("questions", "import")
_BAD = (
    _Bad("another benchmark's file", (*_IMPORT, "2wiki", "hotpotqa.jsonl"), "this is HotpotQA"),
    _Bad("half a CSV", (*_IMPORT, "freshqa", "half.csv"), "cut short"),
    _Bad("half a JSON list", (*_IMPORT, "hotpotqa", "half.json"), "cut short"),
    _Bad("duplicate ids", (*_IMPORT, "twice", "twice.jsonl"), "the id of another question 1"),
    _Bad("an empty answer list", (*_IMPORT, "empty", "empty.jsonl"), "no answer 1"),
)


def _refusals(place: Place) -> Iterator[Result]:
    folder = place.folder("bad-imports")
    _write_bad(place, folder)
    for bad in _BAD:
        done = place.masksearch(*bad.arguments, "--run", "run", cwd=folder)
        lines = done.err.strip().splitlines()
        said = [line for line in lines if line.startswith("error: ")]
        is_met = done.code == 2 and len(said) == 1 and bad.told in said[0]
        yield Result(f"bad input: {bad.bar}", f"exit code {done.code}: {said[:1]}"[:90], is_met)
    kept = {name: len(_tasks(folder / "run", name)) for name in ("twice", "empty")}
    yield Result("bad input: nothing lost", f"kept {kept}", kept == {"twice": 2, "empty": 2})


def _write_bad(place: Place, folder: Path) -> None:
    rows = question_rows(place, "hotpotqa")[:3]
    good = [json.dumps(row) + "\n" for row in rows]
    (folder / "hotpotqa.jsonl").write_text("".join(good), encoding="utf-8")
    [sheet] = OFFICIAL["freshqa"](folder, question_rows(place, "freshqa")[:40])
    text = sheet.read_text(encoding="utf-8")
    (folder / "half.csv").write_text(text[: len(text) // 2], encoding="utf-8")
    whole = json.dumps([dict(row) for row in rows])
    (folder / "half.json").write_text(whole[: len(whole) // 2], encoding="utf-8")
    again = json.dumps({**rows[2], "id": rows[0]["id"]}) + "\n"
    (folder / "twice.jsonl").write_text("".join([*good[:2], again]), encoding="utf-8")
    empty = json.dumps({**rows[2], "answers": []}) + "\n"
    (folder / "empty.jsonl").write_text("".join([*good[:2], empty]), encoding="utf-8")


def _imported(place: Place, folder: Path, name: str, files: Sequence[Path], run: str) -> Done:
    command = (*_IMPORT, name, *files, "--run", run, "--json")
    return expect(place.masksearch(*command, cwd=folder), f"questions import {name}")


def _tasks(run: Path, name: str) -> list[Task]:
    """The tasks of a set, without what a layout says that others do not."""
    from masksearch.questions.statistics import questions_of

    return [_without_extra(task) for task in questions_of(RunFolder(run), name)]


def _without_extra(task: Task) -> Task:
    facts = task.question
    return task.changed(question=facts.changed(extra={})) if facts else task


def question_file(place: Place, name: str) -> Path:
    return place.data_file(f"questions/{name}.jsonl.gz")


def question_rows(place: Place, name: str) -> list[Mapping[str, Any]]:
    with gzip.open(question_file(place, name), "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


GROUP = Group(
    "imports",
    (
        *(
            Bar(f"imports: {name}", ", ".join(f"{split} {n}" for split, n in wanted.items()))
            for name, wanted in COUNTS.items()
        ),
        *(
            Bar(f"layouts: {name}", "the tasks of its plain form")
            for name in (*OFFICIAL, "flashrag")
        ),
        *(Bar(f"bad input: {bad.bar}", "one clear line, exit code 2") for bad in _BAD),
        Bar("bad input: nothing lost", "what was good is imported"),
    ),
    measure,
)
