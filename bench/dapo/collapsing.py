"""DAPO on the demo's model with a learning rate 100 times too high."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from bench.harness.bar import Bar, Group, Result
from bench.harness.place import Place
from bench.harness.processes import BIN, run
from cli.recipe import load_recipe
from masksearch.run_folder import RunFolder
from masksearch.stages import DAPO, EVAL

TIMES = 100
_LIMIT, _STEPS, _MINUTES = 3600, 60, 40


def measure(place: Place) -> Iterator[Result]:
    """The real command on a copy of the run, until it stops itself."""
    made, folder = place.finished_run(), place.work / "collapsing"
    shutil.copytree(made, folder, ignore=shutil.ignore_patterns(DAPO, EVAL))
    config = load_recipe(RunFolder(made)).dapo
    settings = {
        "learning_rate": TIMES * config.learning_rate,
        "steps": _STEPS,
        "budget_minutes": _MINUTES,
    }
    assigned = [part for name, v in settings.items() for part in ("--set", f"dapo.{name}={v}")]
    command = (BIN / "masksearch", "train", "dapo", "--run", folder, *assigned)
    done = run(*command, cwd=place.work, env=place.env, timeout=_LIMIT)
    errors = [line for line in done.err.splitlines() if line.startswith("error: ")]
    stopped = done.code == 2 and len(errors) == 1 and "collapsed" in errors[0]
    measured = f"{done.seconds:.0f} s, exit {done.code}: {errors[0] if errors else done.tail}"
    yield Result("collapsed demo", measured, stopped)


GROUP = Group(
    "collapsing",
    (Bar("collapsed demo", f"{TIMES} × the rate: stopped in one line"),),
    measure,
    minutes=15,
)
