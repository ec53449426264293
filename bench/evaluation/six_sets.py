"""One command over all six benchmarks, with the three rows that need no training."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from bench.evaluation.imports import question_file
from bench.harness.bar import Bar, Group, Result, say
from bench.harness.place import Place
from bench.harness.processes import BIN, expect, run

SETS = ("hotpotqa", "2wiki", "musique", "bamboogle", "fanoutqa", "freshqa")
ROWS = ("closed-book", "rag", "agent")
LIMIT, MINUTES, MAX_TOKENS, MAX_TURNS = 25, 40, 144, 4
_CORPORA = (
    "hotpotqa", "2wiki", "musique", "freshqa_wiki", "bamboogle_nq", "wiki_vital", "nq_popqa_psirag",
)  # fmt: skip
_WHOLE = ("--set", "corpus.min_chars=1", "--set", "corpus.max_chars=1000000")
_SETTINGS = (
    *("--set", f"eval.max_tokens={MAX_TOKENS}"),
    *("--set", f"eval.max_turns={MAX_TURNS}"),
)


def measure(place: Place) -> Iterator[Result]:
    """The union's index, then the command, then the lines that it left."""
    folder = place.folder("six-sets")
    _prepare(place, folder)
    command = (
        *("eval", "run", "--bench", ",".join(SETS), "--rows", ",".join(ROWS)),
        *("--limit", str(LIMIT), *_SETTINGS, "--run", "run", "--json"),
    )
    began = time.perf_counter()
    expect(
        run(BIN / "masksearch", *command, cwd=folder, env=place.env, timeout=3 * MINUTES * 60),
        "eval run",
    )
    minutes = (time.perf_counter() - began) / 60
    yield _whole(folder / "run")
    yield Result("six sets: time", f"{minutes:.1f} min", minutes <= MINUTES)


def _prepare(place: Place, folder: Path) -> None:
    corpora = [place.data_file(f"corpora/{name}.jsonl.gz") for name in _CORPORA]
    for command in (
        ("corpus", "build", *corpora, *_WHOLE),
        ("index", "build"),
        *(("questions", "import", name, question_file(place, name)) for name in SETS),
    ):
        say(f"six sets: {' '.join(map(str, command[:3]))[:60]}")
        expect(place.masksearch(*command, "--run", "run", cwd=folder), str(command[0]))


def _whole(made: Path) -> Result:
    """Every row of every set has one line for each of the first questions, in their order."""
    wrong = [f"{name}@{row}" for name in SETS for row in ROWS if not _is_whole(made, name, row)]
    episodes = LIMIT * len(SETS) * len(ROWS)
    ends = Counter(
        json.loads(line)["trajectory"]["status"]
        for path in (made / "09-eval").glob("*/episodes.jsonl")
        for line in path.read_text(encoding="utf-8").splitlines()
    )
    told = ", ".join(f"{end} {n}" for end, n in ends.most_common())
    return Result(
        "six sets: episodes", f"{told}; wrong {wrong}"[:90], not wrong and ends.total() == episodes
    )


def _is_whole(made: Path, name: str, row: str) -> bool:
    [tasks] = [
        path
        for split in ("dev", "test")
        if (path := made / "04-questions" / name / f"{split}.jsonl").exists()
        and path.stat().st_size
    ][:1]
    wanted = [json.loads(line)["id"] for line in tasks.read_text(encoding="utf-8").splitlines()]
    lines = (made / "09-eval" / f"{name}@{row}" / "episodes.jsonl").read_text(encoding="utf-8")
    found = [json.loads(line)["task_id"] for line in lines.splitlines()]
    return found == wanted[:LIMIT]


GROUP = Group(
    "six sets",
    (
        Bar("six sets: episodes", f"{LIMIT * len(SETS) * len(ROWS)}, none missing, in order"),
        Bar("six sets: time", f"≤ {MINUTES} min on 2 cores"),
    ),
    measure,
    minutes=45,
)
