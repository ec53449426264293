"""Figures, marks and digits of every script: whole in masks, and the same when asked or answered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bench.harness.bar import Bar, Group, Result
from bench.harness.place import Place
from bench.harness.processes import ROOT, Done, expect
from bench.loop.tasks import read_tasks
from masksearch.schemas import Task

TABLE = ROOT / "tests" / "fixtures" / "figures.jsonl"
_ALL = ("--set", "ramp.num_masks=[1]", "--set", "ramp.tasks_per_passage=50")
_SHORT = ("--set", "corpus.min_chars=20")


class Case(NamedTuple):
    """A file of the cases, and the answers that its tasks must have and must not have."""

    file: str
    right: tuple[str, ...]
    wrong: tuple[str, ...] = ()
    lang: str = ""


CASES = (
    Case("09-regional-codes/lang_zh-tw.xml", ("1931年5月12日", "320公尺")),
    Case("09-regional-codes/lang_de-ch.xml", ("12. Mai 1931", "1961")),
    Case("10-cut-numbers/de_thin.jsonl", ("12 000 Einwohner",), ("000 Einwohner",), "de"),
    Case("10-cut-numbers/en_thin.jsonl", ("12 000 km", "−10 °C"), ("000 km", "10 °C"), "en"),
    Case("10-cut-numbers/ja_man.jsonl", ("12万3456人", "2億3000万円", "昭和三十年"), (), "ja"),
    Case("10-cut-numbers/sp_pl.xml", ("1123 km",), ("123 km", "1123")),
    Case("10-cut-numbers/zh_wan.jsonl", ("12万3456人", "民国九十二年", "光绪二十九年"), (), "zh"),
    Case("11-combining/bn.xml", ("কলকাতা", "১৯৩১ সালে"), ("বাংলাদেশ", "ঢাকা")),
    Case("11-combining/hi.xml", ("दिल्ली", "१२ मई १९३१", "४५,००० टन"), ("भारत", "राम")),
    Case("12-native-digits/ar.xml", ("١٢ مايو ١٩٣١", "١٩٥٥م", "دِمَشْق"), ("سالم", "كتاب")),
    Case("12-native-digits/fa.xml", ("۱۲ مه ۱۹۳۱", "۴۵٬۰۰۰ تن", "تهران"), ("اصفهان",)),
)
DRAWS = (5, 10, 50)


def measure(place: Place) -> Iterator[Result]:
    """Every case, the draws, and the table of languages, by the commands."""
    folder = place.folder("figures")
    for number, case in enumerate(CASES):
        run = folder / f"case-{number}"
        tasks = _tasks(place, place.case(f"corpus/{case.file}"), run, case.lang)
        yield _judged(f"figures: {case.file}", tasks, case)
    for wanted in DRAWS:
        yield _draws(place, folder, wanted)
    rows = [json.loads(line) for line in TABLE.read_text(encoding="utf-8").splitlines()]
    for row in rows:
        yield _row(place, folder, row["lang"], row["text"])


def _judged(name: str, tasks: list[Task], case: Case) -> Result:
    answers = {" ".join(task.answers[0][0].split()) for task in tasks}
    faults = [f"no {one}" for one in case.right if one not in answers]
    faults += [f"masks {one}" for one in case.wrong if one in answers]
    return Result(name, "; ".join(faults) or f"{len(answers)} spans, whole", not faults)


def _row(place: Place, folder: Path, lang: str, marked: str) -> Result:
    """A sentence whose figures stand between ⟦ and ⟧: these and nothing else are masked."""
    source = folder / f"{lang}.jsonl"
    text = marked.replace("⟦", "").replace("⟧", "")
    source.write_text(json.dumps({"id": 1, "title": "T", "text": text}), encoding="utf-8")
    wanted = {piece.partition("⟧")[0] for piece in marked.split("⟦")[1:]}
    found = {one.answers[0][0] for one in _tasks(place, source, folder / f"run-{lang}", lang)}
    faults = [f"no {one}" for one in wanted - found] + [f"masks {one}" for one in found - wanted]
    measured = "; ".join(faults) or f"{len(found)} of {len(wanted)} whole"
    return Result(f"figures: table {lang}", measured, not faults)


def _draws(place: Place, folder: Path, wanted: int) -> Result:
    source = place.case("corpus/19-tasks-per-passage/five.jsonl")
    more = ("--set", "ramp.num_masks=[1]", "--set", f"ramp.tasks_per_passage={wanted}")
    tasks = _tasks(place, source, folder / f"draws-{wanted}", "en", more)
    different = len({task.id for task in tasks})
    measured = f"{different} different of {len(tasks)}"
    return Result(f"figures: {wanted} draws of 5 spans", measured, different == len(tasks) == 5)


def _tasks(
    place: Place, source: Path, run: Path, lang: str, options: tuple[str, ...] = _ALL
) -> list[Task]:
    """The tasks of a corpus with as many draws as it has spans; both commands must succeed."""
    given = ("--lang", lang) if lang else ()
    built = place.masksearch(
        "corpus", "build", source, "--run", run, *given, *_SHORT, cwd=place.work
    )
    expect(built, f"corpus build {source.name}")
    expect(_built(place, run, options), f"ramp build {source.name}")
    return read_tasks(run)


def _built(place: Place, run: Path, options: tuple[str, ...]) -> Done:
    return place.masksearch("ramp", "build", "--run", run, *options, cwd=place.work)


def _bars() -> Iterator[Bar]:
    yield from (Bar(f"figures: {case.file}", "whole spans, none in part") for case in CASES)
    yield from (Bar(f"figures: {wanted} draws of 5 spans", "5 tasks") for wanted in DRAWS)
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        yield Bar(f"figures: table {json.loads(line)['lang']}", "every figure, whole")


GROUP = Group("figures", tuple(_bars()), measure, minutes=5)
