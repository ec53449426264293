"""A hundred thousand tasks, each against its source; the same bytes from any processes and kills."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from itertools import count, pairwise
from pathlib import Path
from typing import NamedTuple

from bench.harness.bar import Bar, Group, Result, Unmeasured, say
from bench.harness.place import Place
from bench.harness.processes import ROOT
from bench.loop.tasks import read_tasks
from masksearch.assets import dump_path
from masksearch.config import CorpusConfig, RampConfig
from masksearch.corpus.build import build_corpus
from masksearch.making import Making
from masksearch.manifest import IfExists
from masksearch.masking.build import build_tasks
from masksearch.parquet import read_shards
from masksearch.run_folder import RunFolder
from masksearch.schemas import MASK, Passage, Task
from masksearch.stages import PASSAGES, TASKS

NUM_TASKS, PER_PASSAGE = 100_000, 3
PROCESSES = (1, 2, 3)
KILLS = 5
_FILES = ("train.jsonl", "heldout.jsonl", "rejected.jsonl")
_LETTER = re.compile(r"[^\W_]")


class Faults(NamedTuple):
    """How many tasks break a promise, by promise."""

    tasks: int = 0
    labels: int = 0
    overlaps: int = 0
    words: int = 0
    sources: int = 0

    def and_of(self, task: Task, passages: Mapping[str, Passage]) -> Faults:
        """With one more task looked at, by its record and its passage alone."""
        window = _window(task, passages)
        golds = [accepted[0] for accepted in task.answers]
        return Faults(
            self.tasks + 1,
            self.labels + (task.prompt.text.count(MASK) - window.count(MASK) != task.num_masks),
            self.overlaps + any(a.end > b.start for a, b in pairwise(task.masks)),
            self.words + any(_cuts_word(window, *mask) for mask in task.masks),
            self.sources + (not window or _filled(task.prompt.text, golds) != window),
        )


def excerpt_run(place: Place, folder: Path) -> RunFolder:
    """A run with the passages of the excerpt."""
    run = RunFolder(folder)
    build_corpus(run, CorpusConfig(), dump_path(place.home))
    return run


def measure(place: Place) -> Iterator[Result]:
    """The excerpt's passages once, then tasks under seed after seed."""
    run = excerpt_run(place, place.folder("ramp-tasks") / "run")
    yield from _promises(_faults(run))
    yield _same_bytes(run)
    yield _killed(run)


def _faults(run: RunFolder) -> Faults:
    passages = {one.id: one for one in read_shards(run.path / PASSAGES, Passage)}
    faults = Faults()
    for seed in count():
        config = RampConfig(tasks_per_passage=PER_PASSAGE, seed=seed)
        build_tasks(run, config, Making(IfExists.RESTART))
        for task in read_tasks(run.path):
            faults = faults.and_of(task, passages)
        say(f"ramp tasks: {faults.tasks:,} of {NUM_TASKS:,} after seed {seed}")
        if faults.tasks >= NUM_TASKS:
            return faults
    raise AssertionError("there are always more seeds")


def _promises(found: Faults) -> Iterator[Result]:
    names = ("labels", "overlaps", "words", "sources")
    bars = ("num_masks", "overlap", "words", "round trip")
    for bar, name in zip(bars, names, strict=True):
        wrong = getattr(found, name)
        measured = f"{wrong:,} wrong of {found.tasks:,} tasks"
        yield Result(f"ramp tasks: {bar}", measured, wrong == 0 and found.tasks >= NUM_TASKS)


def _window(task: Task, passages: Mapping[str, Passage]) -> str:
    if task.window is None:
        return ""
    return passages[task.passage_id].text[task.window.start : task.window.end]


def _cuts_word(window: str, start: int, end: int) -> bool:
    """Whether a letter or figure stands right before or after a mask."""
    return bool(_LETTER.match(window[start - 1 : start]) or _LETTER.match(window[end : end + 1]))


def _filled(masked: str, golds: list[str]) -> str:
    """The masked text with its blanks filled one after another."""
    first, *others = masked.split(MASK)
    if len(others) != len(golds):
        return ""
    return first + "".join(gold + rest for gold, rest in zip(golds, others, strict=True))


def _files(run: RunFolder) -> list[bytes]:
    return [(run.path / TASKS / name).read_bytes() for name in _FILES]


def _same_bytes(run: RunFolder) -> Result:
    made = []
    for processes in PROCESSES:
        build_tasks(run, RampConfig(), Making(if_exists=IfExists.RESTART, processes=processes))
        made.append(_files(run))
    same = all(files == made[0] for files in made)
    measured = f"{sum(map(len, made[0])):,} bytes with {', '.join(map(str, PROCESSES))} processes"
    return Result("ramp tasks: processes", measured, same and all(made[0][:2]))


def _killed(run: RunFolder) -> Result:
    """Kill a build at moments spread over its time, and let it go on."""
    shutil.rmtree(run.path / TASKS)
    seconds = _finished(run)
    whole, same, killed = _files(run), 0, 0
    for number in range(KILLS):
        shutil.rmtree(run.path / TASKS)
        building = _build(run.path)
        time.sleep(seconds * (number + 0.7) / (KILLS + 0.5))
        building.send_signal(signal.SIGKILL)
        killed += building.wait() == -signal.SIGKILL
        _finished(run)
        same += _files(run) == whole
    measured = f"{same} of {KILLS} the same, {killed} killed before their end"
    return Result("ramp tasks: kills", measured, same == KILLS and killed >= KILLS - 1)


def _finished(run: RunFolder) -> float:
    """Build to the end; returns the seconds that it took."""
    began = time.perf_counter()
    if code := _build(run.path).wait(600):
        raise Unmeasured(f"ramp build ended with {code}")
    return time.perf_counter() - began


def _build(run: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", "import sys; from cli.main import main; sys.exit(main())"]
    setting = f"ramp.tasks_per_passage={PER_PASSAGE}"
    given = ["ramp", "build", "--processes", "2", "--run", str(run), "--set", setting]
    return subprocess.Popen(
        [*command, *given], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


GROUP = Group(
    "ramp tasks",
    (
        Bar("ramp tasks: num_masks", f"real = label, ≥ {NUM_TASKS:,} tasks"),
        Bar("ramp tasks: overlap", "none"),
        Bar("ramp tasks: words", "no mask inside a word"),
        Bar("ramp tasks: round trip", "every task gives its source"),
        Bar("ramp tasks: processes", "the same bytes"),
        Bar("ramp tasks: kills", "the same bytes after kill -9"),
    ),
    measure,
    minutes=6,
)
