"""An evaluation killed three times: the same bytes, times aside, and nothing finished asked again."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from bench.evaluation.counting import Counting, counting
from bench.harness.bar import Bar, Group, Result, Unmeasured
from bench.harness.place import Place
from bench.harness.processes import BIN, expect, kill, run, start

QUESTIONS, KILLS, SAMPLES = 120, 3, 2
CONCURRENCIES = (1, 8, 64)
SMALL = 30
"""Questions that SmolLM2 is asked in each of its two rows."""
_SMALL_ROWS = ("closed-book", "rag")
_ONE_BY_ONE = ("--set", "model.dtype=float32", "--set", "eval.concurrency=1")
_TIMES = frozenset({"model_seconds", "search_seconds"})
_LIMIT = 1_800.0


class Command(NamedTuple):
    """An evaluation, the folders of its rows, and how many episodes each of them has in the end."""

    arguments: tuple[str, ...]
    members: tuple[str, ...]
    episodes: int
    env: Mapping[str, str]

    def files(self, folder: Path) -> list[Path]:
        return [folder / "09-eval" / member / "episodes.jsonl" for member in self.members]

    def begin(self, folder: Path) -> subprocess.Popen[bytes]:
        command = (BIN / "masksearch", *self.arguments, "--run", folder)
        log = folder.with_name(f"{folder.name}.log")
        return start(*command, cwd=folder.parent, env=self.env, log=log)

    def finish(self, folder: Path) -> None:
        command = (BIN / "masksearch", *self.arguments, "--run", folder)
        expect(run(*command, cwd=folder.parent, env=self.env, timeout=_LIMIT), "eval run")


def measure(place: Place) -> Iterator[Result]:
    """With a model that counts: an evaluation left alone, then one killed at every concurrency."""
    made = _indexed(place, place.folder("resume"))
    with counting() as served:
        wanted = _whole(_asking(place, served, 8), made)
        for at_once in CONCURRENCIES:
            command = _asking(place, served, at_once)
            found, again = _killed(command, _copy(made, f"at-{at_once}"), served)
            measured = f"{'the same' if found == wanted else 'other'} bytes, {again} asked again"
            yield Result(f"resume: {at_once} at once", measured, found == wanted and not again)


def measure_small(place: Place) -> Iterator[Result]:
    """The same with SmolLM2 itself, one question at a time."""
    made = _indexed(place, place.folder("resume-small"))
    command = Command(
        (
            "eval",
            "run",
            "--bench",
            "towns",
            "--rows",
            ",".join(_SMALL_ROWS),
            "--limit",
            str(SMALL),
            *_ONE_BY_ONE,
        ),
        tuple(f"towns@{row}" for row in _SMALL_ROWS),
        SMALL,
        place.env,
    )
    wanted = _whole(command, made)
    found, _ = _killed(command, _copy(made, "killed"), Counting())
    told = "the same" if found == wanted else "other"
    yield Result("resume: SmolLM2", f"{told} bytes", found == wanted)


def _asking(place: Place, served: Counting, at_once: int) -> Command:
    return Command(
        (
            *("eval", "run", "--bench", "towns", "--rows", "endpoint:counting"),
            *("--samples", str(SAMPLES), "--set", f"eval.concurrency={at_once}"),
        ),
        ("towns@endpoint-counting",),
        QUESTIONS * SAMPLES,
        {**place.env, **served.env},
    )


def _whole(command: Command, made: Path) -> list[bytes]:
    """What is left of an evaluation that nobody stopped."""
    folder = _copy(made, "whole")
    command.finish(folder)
    return _left(command, folder)


def _killed(command: Command, folder: Path, served: Counting) -> tuple[list[bytes], int]:
    """What is left of one that was killed and given again, and how often it asked once more."""
    again, finished = 0, set[int]()
    total = command.episodes * len(command.members)
    for part in range(1, KILLS + 1):
        before = len(served.asked)
        running = command.begin(folder)
        _wait(running, command, folder, part * total // (KILLS + 1))
        kill(running)
        again += sum(number in finished for number in served.asked[before:])
        finished = _finished(command, folder)
    before = len(served.asked)
    command.finish(folder)
    again += sum(number in finished for number in served.asked[before:])
    return _left(command, folder), again


def _wait(running: subprocess.Popen[bytes], command: Command, folder: Path, least: int) -> None:
    """Until so many episodes are written; raises Unmeasured for a command that ends before."""
    while sum(map(_lines, command.files(folder))) < least:
        if running.poll() is not None:
            raise Unmeasured(f"it ended before it could be killed, with {running.returncode}")
        time.sleep(0.01)


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


def _finished(command: Command, folder: Path) -> set[int]:
    """The questions of which every try has ended."""
    keys = Counter(
        json.loads(line)["task_id"]
        for path in command.files(folder)
        if path.exists()
        for line in path.read_bytes().splitlines(keepends=True)
        if line.endswith(b"\n")
    )
    return {int(key.rpartition("-")[2]) for key, tries in keys.items() if tries == SAMPLES}


def _left(command: Command, folder: Path) -> list[bytes]:
    """The episodes, times aside; raises Unmeasured where some are missing."""
    files = command.files(folder)
    if [_lines(path) for path in files] != [command.episodes] * len(files):
        raise Unmeasured(f"{list(map(_lines, files))} episodes, {command.episodes} wanted")
    episodes = [
        json.dumps(_timeless(json.loads(line))).encode()
        for path in files
        for line in path.read_bytes().splitlines()
    ]
    return episodes


def _timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _timeless(one) for name, one in value.items() if name not in _TIMES}
    return [_timeless(one) for one in value] if isinstance(value, list) else value


def _copy(made: Path, name: str) -> Path:
    return Path(shutil.copytree(made, made.with_name(f"{made.name}-{name}")))


def _indexed(place: Place, folder: Path) -> Path:
    """A run of nothing but an index and a set of questions."""
    texts = [
        {"id": str(n), "title": f"Town {n}", "text": f"The town number {n} lies on a river. " * 8}
        for n in range(QUESTIONS)
    ]
    asked = [
        {"id": str(n), "question": f"What is question number {n}?", "answers": [str(n)]}
        for n in range(QUESTIONS)
    ]
    for name, rows in (("corpus", texts), ("towns", asked)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(one) + "\n" for one in rows))
    for command in (
        ("corpus", "build", "corpus.jsonl"),
        ("index", "build"),
        ("questions", "import", "towns", "towns.jsonl"),
    ):
        expect(place.masksearch(*command, "--run", "run", cwd=folder), command[0])
    return folder / "run"


GROUP = Group(
    "resume",
    tuple(
        Bar(f"resume: {n} at once", f"{KILLS} kills: the same, none again") for n in CONCURRENCIES
    ),
    measure,
    minutes=4,
)
SMALL_GROUP = Group(
    "resume smollm2",
    (Bar("resume: SmolLM2", f"{KILLS} kills, float32: the same"),),
    measure_small,
    minutes=25,
)
