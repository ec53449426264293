"""What the demo's model learnt: the whole table filled, then read from `09-eval`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bench.harness.bar import Bar, Group, Result, Unmeasured
from bench.harness.place import Place
from bench.harness.processes import BIN, expect, run
from masksearch.evaluation.benchmarks.ramp import RampHeldout
from masksearch.evaluation.comparison import compare
from masksearch.evaluation.context_query import CONTEXT_AS_QUERY
from masksearch.evaluation.metrics.recall import TokenRecall
from masksearch.evaluation.rows import ROWS
from masksearch.evaluation.stage import read_rows
from masksearch.evaluation.statistics import estimate
from masksearch.evaluation.table import ScoredEpisode
from masksearch.run_folder import RunFolder
from masksearch.schemas import Guard, Task, page_of
from masksearch.stages import TASKS
from masksearch.store import read_records

TRAINED, UNTRAINED = "sft", "agent"
NUM_TASKS, PER_MASKS = 120, 60
FORMAT, EVIDENCE_SHARE, RECALL_GAIN = 0.85, 0.75, 0.05
GUARDS = (Guard.NONE, Guard.PARAGRAPH)
_EVAL_SECONDS = 4 * 3600

Rows = dict[tuple[str, Guard], list[ScoredEpisode]]


class Pair(NamedTuple):
    """The trained row and the context row on the same tasks."""

    trained: list[ScoredEpisode]
    context: list[ScoredEpisode]


def measure(place: Place) -> Iterator[Result]:
    """Fill the table through the command line, then judge the trained row."""
    folder = place.finished_run()
    fill_table(place, folder)
    rows = {
        (row.name, guard): _episodes(folder, row.name, guard) for row in ROWS for guard in GUARDS
    }
    short = [f"{name} under {guard}" for (name, guard), found in rows.items() if not _whole(found)]
    lacking = "; ".join(short) or f"{len(rows)} rows of {NUM_TASKS} tasks"
    yield Result("learning table", lacking, not short)
    yield _pages(folder, rows)
    yield _format(rows)
    for guard in GUARDS:
        yield _evidence(rows, guard)
    yield _gain(rows)


def fill_table(place: Place, folder: Path) -> None:
    """Evaluate what is missing of every row under both guards on the same tasks."""
    wanted = ("--guards", ",".join(GUARDS), "--limit", str(NUM_TASKS), "--run", folder)
    command = (BIN / "masksearch", "eval", "run", *wanted)
    done = run(*command, cwd=place.work, env=place.env, timeout=_EVAL_SECONDS, shows_progress=True)
    expect(done, "eval run")


def _episodes(folder: Path, name: str, guard: Guard) -> list[ScoredEpisode]:
    found = read_rows(RunFolder(folder), RampHeldout(), [name]).episodes[name]
    return [one for one in found if one.episode.guard is guard]


def _whole(episodes: list[ScoredEpisode]) -> bool:
    by_masks = Counter(int(one.stratum) for one in episodes)
    return sum(by_masks.values()) >= NUM_TASKS and all(by_masks[n] >= PER_MASKS for n in (1, 2))


def _pages(folder: Path, rows: Rows) -> Result:
    """Pages that were both trained on and asked about."""
    train, heldout = (
        {task.id: task for task in read_records(folder / TASKS.folder / f"{name}.jsonl", Task)}
        for name in ("train", "heldout")
    )
    asked = {one.episode.task_id for episodes in rows.values() for one in episodes}
    taught = set(map(_page, train.values()))
    tested = {_page(heldout[task_id]) for task_id in asked if task_id in heldout}
    strangers = len(asked - heldout.keys())
    measured = f"{len(taught & tested)} of {len(tested)} pages, {strangers} tasks not held out"
    return Result(
        "learning pages", measured, not taught & tested and not strangers and bool(tested)
    )


def _page(task: Task) -> str:
    if task.lineage is None:
        raise Unmeasured(f"task {task.id} does not say where it is from")
    return page_of(task.lineage.passage_id)


def _format(rows: Rows) -> Result:
    episodes = rows[TRAINED, Guard.NONE]
    found = estimate([one.figures["format"] for one in episodes])
    measured = f"{found.mean:.3f} [{found.low:.3f}, {found.high:.3f}], n {found.n}"
    return Result("learning format", measured, found.mean >= FORMAT and _whole(episodes))


def _evidence(rows: Rows, guard: Guard) -> Result:
    pair = _paired(rows, guard)
    trained, context = (_mean(episodes, "evidence") for episodes in pair)
    needed = EVIDENCE_SHARE * context
    measured = f"{trained:.3f}, context {context:.3f}: {_share(trained, context)}, n {len(pair[0])}"
    met = context > 0 and trained >= needed and _whole(pair.trained)
    return Result(f"learning evidence, guard {guard}", measured, met)


def _paired(rows: Rows, guard: Guard) -> Pair:
    """Both rows on the tasks that both have; raises Unmeasured when their top_k differ."""
    trained, context = rows[TRAINED, guard], rows[CONTEXT_AS_QUERY, guard]
    depths = {_top_k(one) for one in trained + context}
    if len(depths) != 1:
        raise Unmeasured(f"the rows were not given the same number of hits: {depths}")
    common = {e.episode.task_id for e in trained} & {e.episode.task_id for e in context}
    kept = [[e for e in row if e.episode.task_id in common] for row in (trained, context)]
    if not common:
        raise Unmeasured(f"no task under guard {guard} in both rows")
    return Pair(*kept)


def _top_k(one: ScoredEpisode) -> int | None:
    retriever = one.episode.trajectory.retriever
    return retriever.top_k if retriever else None


def _mean(episodes: list[ScoredEpisode], metric: str) -> float:
    return sum(one.figures[metric] for one in episodes) / len(episodes)


def _share(part: float, whole: float) -> str:
    return f"{part / whole:.2f} ×" if whole else "nothing found"


def _gain(rows: Rows) -> Result:
    left, right = rows[TRAINED, Guard.NONE], rows[UNTRAINED, Guard.NONE]
    found = compare(left, right, TokenRecall(), Guard.NONE)
    if found is None:
        raise Unmeasured(f"no task in both {TRAINED} and {UNTRAINED}")
    gain = found.estimate
    measured = f"{gain.mean:+.3f} [{gain.low:+.3f}, {gain.high:+.3f}], n {gain.n}"
    met = gain.low >= RECALL_GAIN and gain.n >= NUM_TASKS
    return Result("learning recall gain", measured, met)


GROUP = Group(
    "learning",
    (
        Bar("learning table", f"n ≥ {NUM_TASKS}, ≥ {PER_MASKS} of each num_masks"),
        Bar("learning pages", "0 asked about were trained on"),
        Bar("learning format", f"≥ {FORMAT}, guard none"),
        *(
            Bar(f"learning evidence, guard {guard}", f"≥ {EVIDENCE_SHARE} × context-as-query")
            for guard in GUARDS
        ),
        Bar("learning recall gain", f"lower bound ≥ {RECALL_GAIN:+}, guard none"),
    ),
    measure,
    minutes=20,
)
