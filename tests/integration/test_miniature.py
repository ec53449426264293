"""The whole demo in miniature: a real dump, a real model, every stage, as a user runs it."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import pytest

from masksearch.evaluation.episodes import EvalEpisode
from masksearch.export import ExportRecord
from masksearch.schemas import Task, Trajectory
from masksearch.store import read_records

SMALL = (
    *("--recipe", "demo-tiny"),
    *("--set", "sft.batch_size=1", "--set", "sft.epochs=0.05"),
    *("--set", "dapo.max_tokens=24", "--set", "dapo.longest=48"),
    *("--set", "eval.tasks=4", "--set", "eval.other_tasks=4", "--set", "eval.max_tokens=48"),
)
ROWS = ("dapo", "sft", "agent", "closed-book", "context-as-query", "extractive-team")
PROGRAM = "import sys; from cli.main import main; sys.exit(main())"
STAGES = (
    "01-documents", "02-passages", "03-index", "04-tasks", "05-traces", "06-export", "07-sft",
    "08-dapo",
    *(f"09-eval/{row}" for row in ROWS),
)  # fmt: skip
COMMANDS = (
    "assets get", "corpus build", "index build", "ramp build", "synth run", "export", "train sft",
    "train dapo", "eval run", "report",
)  # fmt: skip


class Ran(NamedTuple):
    out: str
    err: str
    seconds: float


class Demo(NamedTuple):
    """A folder in which the demo was run, and how to run it again."""

    folder: Path
    home: Path
    first: Ran

    @property
    def run(self) -> Path:
        return self.folder / "runs" / "demo"

    def again(self, *arguments: str) -> Ran:
        return masksearch(self.folder, self.home, *arguments)


def masksearch(folder: Path, home: Path, *arguments: str) -> Ran:
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        cwd=folder,
        # One thread: on a busy machine two wait for each other longer than they work.
        env={**os.environ, "MASKSEARCH_HOME": str(home), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=540,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return Ran(done.stdout, done.stderr, time.monotonic() - began)


@pytest.fixture(scope="module")
def demo(assets_home, tmp_path_factory) -> Demo:
    folder = tmp_path_factory.mktemp("miniature")
    return Demo(folder, assets_home, masksearch(folder, assets_home, "demo", *SMALL))


def manifest(demo: Demo, stage: str) -> dict:
    return json.loads((demo.run / stage / "manifest.json").read_text())


def lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_every_stage_is_done_and_told_with_its_command(demo):
    assert {stage: manifest(demo, stage)["done"] for stage in STAGES} == dict.fromkeys(STAGES, True)
    places = [demo.first.out.index(f"$ masksearch {command}") for command in COMMANDS]
    assert places == sorted(places)
    assert "Traceback" not in demo.first.err


def test_the_table_shows_every_row(demo):
    table = demo.again("eval", "table", "--run", "runs/demo")
    for said in (demo.first.out, table.out):
        assert all(row in said for row in ROWS)
    rows = json.loads(demo.again("eval", "table", "--run", "runs/demo", "--json").out)["rows"]
    overall = {row["row"]: row["n"] for row in rows if row["stratum"] is None}
    assert overall == dict.fromkeys(ROWS, 4)


def test_the_run_folder_holds_what_is_promised(demo):
    files = (
        "config.yaml", "env.json", "lock", "log.txt", "04-tasks/train.jsonl",
        "04-tasks/heldout.jsonl", "05-traces/accepted.jsonl", "05-traces/rejected.jsonl",
        "06-export/sft.jsonl", "07-sft/metrics.jsonl", "07-sft/model/config.json",
        "07-sft/model/model.safetensors", "07-sft/model/tokenizer.json",
        *(f"09-eval/{row}/{file}" for row in ROWS for file in ("episodes.jsonl", "summary.json")),
    )  # fmt: skip
    assert [file for file in files if not (demo.run / file).is_file()] == []
    for stage in ("01-documents", "02-passages"):
        assert list((demo.run / stage).glob("*.parquet"))
    assert any((demo.run / "03-index").iterdir())
    assert not (demo.run / "07-sft/checkpoints").exists()


def test_its_records_are_of_one_run(demo):
    run = demo.run
    train = {task.id: task for task in read_records(run / "04-tasks/train.jsonl", Task)}
    heldout = {task.id: task for task in read_records(run / "04-tasks/heldout.jsonl", Task)}
    traces = list(read_records(run / "05-traces/accepted.jsonl", Trajectory))
    exported = list(read_records(run / "06-export/sft.jsonl", ExportRecord))
    assert {trace.task_id for trace in traces} <= train.keys()
    assert [record.task_id for record in exported] == [trace.task_id for trace in traces]
    assert {task.num_masks for task in train.values()} == {1, 2}
    for row in ROWS:
        episodes = list(read_records(run / "09-eval" / row / "episodes.jsonl", EvalEpisode))
        ids = [episode.task_id for episode in episodes]
        assert len(set(ids)) == len(ids) == 4 and set(ids) <= heldout.keys()


def test_the_model_was_trained_in_steps_that_were_written_down(demo):
    counts = manifest(demo, "07-sft")["counts"]
    steps = [line["step"] for line in lines(demo.run / "07-sft/metrics.jsonl")]
    assert steps == list(range(1, counts["steps"] + 1)) and len(steps) >= 2


def test_the_model_was_rewarded_for_a_real_step(demo):
    [step] = lines(demo.run / "08-dapo/metrics.jsonl")
    assert step["groups_kept"] == 1 and step["grad_norm"] > 0
    assert manifest(demo, "08-dapo")["counts"]["steps"] == 1


def test_the_report_stands_in_the_run_folder(demo):
    page = (demo.run / "report.html").read_text()
    assert page.startswith("<!doctype html>") and all(row in page for row in ROWS)


def test_running_it_again_does_nothing_and_is_quick(demo):
    files = [path for path in demo.run.rglob("*") if path.is_file()]
    kept = [path for path in files if path.suffix in (".jsonl", ".parquet", ".safetensors")]
    before = {path: path.stat().st_mtime_ns for path in kept}
    again = demo.again("demo")
    assert {path: path.stat().st_mtime_ns for path in kept} == before
    assert all(row in again.out for row in ROWS)
    assert again.seconds < max(30.0, demo.first.seconds / 2)
