"""DAPO on questions, left alone and killed: what comes out is the same."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.harness.bar import Result, Unmeasured, say
from bench.harness.place import Place
from bench.harness.processes import BIN, expect, kill, run, start
from bench.harness.step_lines import step_lines
from masksearch.stages import CHECKPOINTS, DAPO, MODEL

STEPS, KILLED_AFTER = 5, 2
_LIMIT, _LOOK_SECONDS = 3 * 3600.0, 0.5
_TIMES = ("generate_seconds", "step_time", "epoch")
"""Figures of the clock, and the place in the data loader, which only counts steps."""


def killed_and_resumed(place: Place, folder: Path) -> Iterator[Result]:
    """Two runs on the trained one: one is left alone, one is killed once a step is saved."""
    _train(place, folder, "whole")
    steps = _steps(folder / "whole")
    rewards = [f"{step.get('reward', 0):.2f}" for step in steps]
    yield Result("stage two: DAPO", f"{len(steps)} steps, rewards {rewards}", len(steps) == STEPS)
    _kill(place, folder, "broken")
    _train(place, folder, "broken")
    same = steps == _steps(folder / "broken")
    equal = _weights(folder / "whole") == _weights(folder / "broken")
    measured = (
        f"steps {'the same' if same else 'differ'}, weights {'the same' if equal else 'differ'}"
    )
    yield Result("stage two: DAPO killed", measured, same and equal)


def _command(name: str) -> tuple[str | Path, ...]:
    """Float32, in which a resumed training is the same bit by bit."""
    float32 = ("--set", "model.dtype=float32", "--set", f"dapo.steps={STEPS}")
    return (BIN / "masksearch", "train", "dapo", "--on", "run", "--run", name, *float32)


def _train(place: Place, folder: Path, name: str) -> None:
    done = run(*_command(name), cwd=folder, env=place.env, timeout=_LIMIT, shows_progress=True)
    expect(done, f"train dapo, {name}")


def _kill(place: Place, folder: Path, name: str) -> None:
    log = folder / f"{name}.log"
    running = start(*_command(name), cwd=folder, env=place.env, log=log)
    try:
        _wait(folder / name, running)
    finally:
        kill(running)
    say(f"stage two: killed after {len(_steps(folder / name))} steps")


def _wait(run_folder: Path, running: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _LIMIT
    while time.monotonic() < until and running.poll() is None:
        saved = list((run_folder / DAPO / CHECKPOINTS).glob("checkpoint-*"))
        if saved and len(step_lines(run_folder / DAPO)) >= KILLED_AFTER:
            return
        time.sleep(_LOOK_SECONDS)
    raise Unmeasured("the training ended before it could be killed")


def _steps(run_folder: Path) -> list[dict[str, Any]]:
    logged = map(json.loads, step_lines(run_folder / DAPO))
    return [{name: v for name, v in step.items() if name not in _TIMES} for step in logged]


def _weights(run_folder: Path) -> list[bytes]:
    return [one.read_bytes() for one in sorted((run_folder / DAPO / MODEL).glob("*.safetensors"))]
