"""What the demo's DAPO made of the model."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.harness.bar import Bar, Group, Result, Unmeasured
from bench.harness.place import Place, stage_seconds
from bench.harness.processes import BIN, expect, run
from masksearch.evaluation.benchmarks.ramp import RampHeldout
from masksearch.evaluation.comparison import compare
from masksearch.evaluation.metrics.recall import TokenRecall
from masksearch.evaluation.stage import read_rows
from masksearch.evaluation.table import ScoredEpisode
from masksearch.report.page import REPORT
from masksearch.run_folder import RunFolder
from masksearch.schemas import Guard
from masksearch.stages import DAPO, METRICS, MODEL, SFT

REWARDED, TRAINED = "dapo", "sft"
DAPO_SECONDS = 600
STEPS, NUM_TASKS, LOSS = 4, 120, -0.05
_EVAL_SECONDS = 3600
_CHART = "DAPO: reward"


def measure(place: Place) -> Iterator[Result]:
    """A finished run with DAPO, by its files; rows that its table lacks are filled first."""
    folder = place.finished_run()
    if not (folder / DAPO / MODEL).is_dir():
        raise Unmeasured(f"no rewarded model in {folder}: run `masksearch train dapo` first")
    seconds = stage_seconds(folder, "dapo")
    yield Result("DAPO time", f"{seconds:.0f} s", seconds <= DAPO_SECONDS)
    steps = logged_steps(folder)
    moved = sum(step["grad_norm"] > 0 for step in steps)
    measured = f"{moved} of {len(steps)} steps with a gradient that is not 0"
    yield Result("DAPO steps", measured, moved >= STEPS)
    yield _parameters(folder)
    yield _curve(folder, steps)
    fill(place, folder, NUM_TASKS)
    yield _difference(folder)


def logged_steps(run_folder: Path) -> list[dict[str, Any]]:
    """DAPO's steps."""
    lines = (run_folder / DAPO / METRICS).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def fill(place: Place, folder: Path, count: int) -> None:
    """Evaluate what is missing of the model's two rows."""
    rows = ("--rows", f"{TRAINED},{REWARDED}", "--guards", Guard.NONE, "--limit", str(count))
    command = (BIN / "masksearch", "eval", "run", *rows, "--run", folder)
    done = run(*command, cwd=place.work, env=place.env, timeout=_EVAL_SECONDS, shows_progress=True)
    expect(done, "eval run")


def row(folder: Path, name: str) -> list[ScoredEpisode]:
    """A row's episodes without a guard."""
    found = read_rows(RunFolder(folder), RampHeldout(), [name]).episodes[name]
    return [one for one in found if one.episode.guard is Guard.NONE]


def _parameters(folder: Path) -> Result:
    before, after = (_weights(folder / stage / MODEL) for stage in (SFT, DAPO))
    changes = [float((after[name] - before[name]).abs().max()) for name in before]
    moved = sum(change > 0 for change in changes)
    measured = f"{moved} of {len(changes)} tensors differ, by {max(changes):.1e} at most"
    return Result("DAPO parameters", measured, before.keys() == after.keys() and moved > 0)


def _weights(folder: Path) -> dict[str, Any]:
    from safetensors.torch import load_file

    files = sorted(folder.glob("*.safetensors"))
    return {name: one.float() for file in files for name, one in load_file(file).items()}


def _curve(folder: Path, steps: list[dict[str, Any]]) -> Result:
    fresh = [s for s in steps if "reward" in s]  # a second update has the first one's rollouts
    whole = [s for s in fresh if s["reward_low"] <= s["reward"] <= s["reward_high"]]
    page = folder / REPORT
    shown = page.exists() and _CHART in page.read_text(encoding="utf-8")
    measured = (
        f"{_reward(fresh[0])} to {_reward(fresh[-1])}, {'' if shown else 'not '}in the report"
    )
    return Result("DAPO reward curve", measured, len(whole) == len(fresh) > 0 and shown)


def _reward(step: dict[str, Any]) -> str:
    return f"{step['reward']:.2f} [{step['reward_low']:.2f}, {step['reward_high']:.2f}]"


def _difference(folder: Path) -> Result:
    found = compare(row(folder, REWARDED), row(folder, TRAINED), TokenRecall(), Guard.NONE)
    if found is None:
        raise Unmeasured(f"no task in both {REWARDED} and {TRAINED}")
    gain = found.estimate
    measured = f"{gain.mean:+.3f} [{gain.low:+.3f}, {gain.high:+.3f}], n {gain.n}"
    return Result("DAPO against SFT", measured, gain.low > LOSS and gain.n >= NUM_TASKS)


GROUP = Group(
    "rewarded",
    (
        Bar("DAPO time", f"≤ {DAPO_SECONDS} s of the demo"),
        Bar("DAPO steps", f"≥ {STEPS} with a gradient"),
        Bar("DAPO parameters", "differ from the SFT checkpoint"),
        Bar("DAPO reward curve", "every step with its interval"),
        Bar("DAPO against SFT", f"token recall, lower bound > {LOSS}"),
    ),
    measure,
)
