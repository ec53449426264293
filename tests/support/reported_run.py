"""A run folder made by hand, with hostile text in every place that a report shows."""

import json
from pathlib import Path

from masksearch.evaluation.episodes import EvalEpisode
from masksearch.parquet import write_shard
from masksearch.run_folder import RunFolder
from masksearch.schemas import (
    Document,
    Guard,
    Hit,
    Interval,
    Lineage,
    Prompt,
    Status,
    Task,
    TaskKind,
    Trajectory,
    Turn,
)
from masksearch.store import write_json, write_records

EVIL = "<script>alert('x')</script><img src=x onerror=alert(1)>\"'&amp;"
LEARNERS = ("agent", "sft", "dapo")
GOLD = "Iona Kestrel"


def a_task(name: str, text: str = "Founded by [mask] in May.", gold: str = GOLD) -> Task:
    at = text.index("[mask]")
    return Task(
        id=name,
        prompt=Prompt(kind=TaskKind.RAMP, text=text, title="Arlow", num_masks=1),
        answers=((gold,),),
        masks=(Interval(at, at + len(gold)),),
        lineage=Lineage(
            passage_id="towns:1:7#0", revision="7", corpus_hash="c", licence="CC BY-SA"
        ),
    )


def an_episode(
    row: str,
    task: Task,
    answer: str,
    thought: str = "who?",
    found: str = "",
    page: str = "towns:2:8",
) -> EvalEpisode:
    """One search and an answer; without an answer, words that could not be read."""
    hit = Hit(id=f"{page}#3", title="Brackwater", text=found or f"by {GOLD}, a merchant", score=1.0)
    turn = Turn(thought=thought, queries=("arlow founder",), hits=(hit,))
    ended = Trajectory(
        task_id=task.id,
        status=Status.ANSWERED if answer else Status.MALFORMED,
        turns=(turn,),
        answer=answer,
        reason="" if answer else "empty turn",
        malformed_text="" if answer else thought,
    )
    return EvalEpisode.of(row, "ramp", Guard.NONE, ended)


def a_document(number: int, revision: int, title: str, **fields: str) -> Document:
    told = {"url": f"https://towns.example/{number}", "licence": "CC BY-SA", **fields}
    return Document(
        id=f"towns:{number}:{revision}",
        title=title,
        text="",
        corpus="towns",
        revision=str(revision),
        **told,
    )


def begun(path: Path) -> RunFolder:
    """A run of which only the recipe is written down."""
    run = RunFolder(path)
    path.mkdir(parents=True)
    (path / "config.yaml").write_text(
        "seed: 7\nramp: {num_masks: [1, 2], seed: 3}\nsearch: {top_k: 2}\n"
        f"corpus: {{source: {json.dumps(EVIL)}}}\nmeasured: {{dtype: bfloat16}}\n"
    )
    return run


def stage(run: RunFolder, name: str, counts: dict, *, done: bool = True, **facts: object) -> Path:
    folder = run.path / name
    write_json(
        folder / "manifest.json",
        {"inputs": {}, "settings": {}, "counts": counts, "done": done, **facts},
    )
    return folder


def add_row(run: RunFolder, row: str, episodes: list[EvalEpisode], *, done: bool = True) -> Path:
    folder = stage(run, f"09-eval/{row}", {}, done=done)
    write_records(folder / "episodes.jsonl", episodes)
    return folder / "episodes.jsonl"


def finished(path: Path) -> RunFolder:
    """A run that went all the way, on three tasks."""
    run = begun(path)
    write_json(path / "env.json", {"python": "3.11", "packages": {"trl": "1.16.0", "other": "1"}})
    folder = stage(run, "01-documents", {"documents": 2, "rejected": {"redirect": 3}})
    pages = [a_document(1, 7, EVIL), a_document(2, 8, "Brackwater", url="javascript:alert(1)")]
    write_shard(folder / "00000.parquet", [*pages, a_document(3, 9, "Cawdry")])
    stage(run, "02-passages", {"passages": 40, "rejected": {"too short": 10}})
    stage(run, "03-index", {"passages": 40})
    folder = stage(
        run, "04-tasks", {"train": {"1": 9}, "heldout": {"1": 3}, "rejected": {EVIL: 28}}
    )
    tasks = [a_task("a"), a_task("b", f"{EVIL} by [mask]."), a_task("c")]
    write_records(folder / "heldout.jsonl", tasks)
    stage(run, "05-traces", {"accepted": 8, "rejected": 1, "searches": 18, "reasons": {EVIL: 1}})
    stage(run, "06-export", {"records": 8, "rejected": {}})
    counts = {"traces": 6, "available": 8, "too_long": 0, "tokens": 900, "steps": 3, "loss": 0.5}
    folder = stage(run, "07-sft", counts)
    write_lines(folder / "metrics.jsonl", [{"step": n, "loss": 2 / n} for n in (1, 2, 3)])
    folder = stage(run, "08-dapo", {"steps": 2, "ended": EVIL})
    write_lines(folder / "metrics.jsonl", [dapo_line(1), dapo_line(2)])
    add_row(run, "agent", [an_episode("agent", t, "", EVIL) for t in tasks])
    learnt = [GOLD, EVIL, GOLD]
    for row in ("sft", "dapo"):
        told = zip(tasks, learnt, strict=True)
        add_row(
            run, row, [an_episode(row, t, answer, found=f"{EVIL} {GOLD}") for t, answer in told]
        )
    return run


def dapo_line(step: int) -> dict:
    return {
        "step": step, "reward": 0.6, "reward_low": 0.5, "reward_high": 0.7, "groups_generated": 9.0,
        "groups_useful": 5.0, "groups_kept": 4.0, "groups_reused": 0.0,
        "answer": 0.45, "format": 0.75, "cut": 0.25 * (step - 1), "length": 90.0 + step,
    }  # fmt: skip


def write_lines(path: Path, lines: list[dict], torn: str = "") -> None:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines) + torn)
