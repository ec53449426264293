"""The experiment: what up to two hours of DAPO add to a short SFT, on tasks never seen."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from bench.dapo.rewarded import REWARDED, TRAINED, fill, logged_steps, row
from bench.harness.bar import Bar, Group, Result, Unmeasured, say
from bench.harness.place import Place
from bench.harness.processes import BIN, expect, run
from cli.recipe import load_recipe
from masksearch.evaluation.benchmarks.ramp import RampHeldout
from masksearch.evaluation.metrics.f1 import TokenF1
from masksearch.evaluation.statistics import paired_difference
from masksearch.run_folder import RunFolder
from masksearch.schemas import Task, Trajectory
from masksearch.scoring.reward import RewardFunction, reward_function
from masksearch.stages import DAPO, EVAL, SFT

SECONDS, NUM_TASKS = 7200, 200
_STEPS_SAID = 5
RECIPE = "reward-gain"

RewardOf = Callable[[Task, Trajectory], float | None]


def measure(place: Place) -> Iterator[Result]:
    """Train a copy of the run by the experiment's recipe, then ask both models the same tasks.

    An experiment that was broken off is resumed in the same `--work`; its time is that of
    all its steps.
    """
    folder = place.work / "reward-gain"
    if not folder.exists():
        _copy(place.finished_run(), folder)
    _train(place, folder, "sft")
    _train(place, folder, "dapo")
    steps = logged_steps(folder)
    _say_curve(steps)
    seconds = sum(step["step_time"] for step in steps)
    measured = f"{seconds:.0f} s for {len(steps)} steps"
    yield Result("reward gain time", measured, seconds <= SECONDS)
    fill(place, folder, NUM_TASKS)
    yield _gain("reward gain: reward", folder, _reward(folder))
    yield _gain("reward gain: token F1", folder, TokenF1().value)


def _copy(made: Path, folder: Path) -> None:
    """The run up to its traces: SFT is short here, so that there is something left to learn."""
    shutil.copytree(made, folder, ignore=shutil.ignore_patterns(SFT, DAPO, EVAL, "report.html"))


def _train(place: Place, folder: Path, how: str) -> None:
    command = (BIN / "masksearch", "train", how, "--recipe", RECIPE, "--run", folder)
    say(" ".join(map(str, ("masksearch", *command[1:]))))
    done = run(*command, cwd=place.work, env=place.env, timeout=2 * SECONDS, shows_progress=True)
    say(" ".join(expect(done, f"train {how}").out.split()))


def _say_curve(steps: Sequence[dict[str, Any]]) -> None:
    """The mean over some steps each, since the tasks of single ones differ."""
    for start in range(0, len(steps), _STEPS_SAID):
        some = steps[start : start + _STEPS_SAID]
        reward, answer, form = (
            fmean(step[name] for step in some) for name in ("reward", "answer", "format")
        )
        say(
            f"steps {start + 1} to {start + len(some)}: reward {reward:.2f}, "
            f"answer {answer:.2f}, format {form:.2f}"
        )


def _reward(folder: Path) -> RewardOf:
    """What an episode would have earned in the training."""
    function = reward_function(load_recipe(RunFolder(folder)).reward)

    def reward(task: Task, one: Trajectory) -> float | None:
        [found] = asyncio.run(_scored(function, task, one))
        return found

    return reward


async def _scored(function: RewardFunction, task: Task, one: Trajectory) -> list[float]:
    return [reward.total for reward in await function([(task, one)])]


def _gain(bar: str, folder: Path, reward_of: RewardOf) -> Result:
    """The paired difference of the two rows, task by task."""
    tasks = {task.id: task for task in RampHeldout().tasks(RunFolder(folder))}
    after, before = (
        {
            one.episode.task_id: reward_of(tasks[one.episode.task_id], one.episode.trajectory)
            for one in row(folder, name)
        }
        for name in (REWARDED, TRAINED)
    )
    pairs = [(value, before.get(task_id)) for task_id, value in after.items()]
    known = [(left, right) for left, right in pairs if left is not None and right is not None]
    if not known:
        raise Unmeasured("no task in both rows")
    left, right = zip(*known, strict=True)
    found = paired_difference(left, right)
    measured = (
        f"{sum(right) / len(right):.3f} to {sum(left) / len(left):.3f}: {found.mean:+.3f} "
        f"[{found.low:+.3f}, {found.high:+.3f}], n {found.n}"
    )
    return Result(bar, measured, found.low > 0 and found.n >= NUM_TASKS)


GROUP = Group(
    "reward gain",
    (
        Bar("reward gain time", f"≤ {SECONDS} s"),
        Bar("reward gain: reward", f"lower bound > 0 on {NUM_TASKS} tasks"),
        Bar("reward gain: token F1", f"lower bound > 0 on {NUM_TASKS} tasks"),
    ),
    measure,
    minutes=150,
)
