"""Ctrl-C in the training of a tiny demo: ended there, said everywhere, and gone on from."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from bench.harness.bar import Bar, Group, Result, Unmeasured
from bench.harness.place import Place
from bench.harness.processes import BIN, Done, kill, start
from bench.harness.step_lines import step_lines
from masksearch.stages import SFT

_RECIPE = ("--recipe", "demo-tiny", "--set", "sft.epochs=1", "--set", "sft.save_steps=100")
_STEPS, _LIMIT, _POLL = 2, 600, 0.2
_SAID = re.compile(r"train sft: ended early after (\d+) of (\d+) steps: the user ended it")


def measure(place: Place) -> Iterator[Result]:
    """Interrupted after two steps, finished, and the same command to its end."""
    folder = place.folder("stopped")
    run, log = folder / "run", folder / "run.log"
    code = _interrupted(place, run, log)
    told = "--finish" in (said := log.read_text(errors="replace")) and "steps are saved" in said
    measured = f"exit {code}, {'names' if told else 'does not name'} --finish"
    yield Result("stopped demo", measured, code == 130 and told)
    made = len(step_lines(run / SFT))
    finish = place.masksearch("train", "sft", "--finish", "--run", run, cwd=folder)
    yield _result("stopped finish", finish, f"ended early after {made} of")
    again = place.masksearch("demo", "--run", run, cwd=folder)
    yield _result("stopped goes on", again, "Done in")
    shown = place.masksearch("runs", "show", run, cwd=folder)
    table = place.masksearch("eval", "table", "--run", run, cwd=folder)
    page = (run / "report.html").read_text(encoding="utf-8")
    places = {"demo": again.out, "table": table.out, "report": page}
    silent = [name for name, text in places.items() if not _SAID.search(text)]
    silent += ["runs show"] * ("ended early after" not in shown.out)
    yield Result("stopped says so", f"silent: {', '.join(silent) or 'none'}", not silent)


def _interrupted(place: Place, run: Path, log: Path) -> int:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a child inherits that it is ignored
    command = (BIN / "masksearch", "demo", *_RECIPE, "--run", run)
    running = start(*command, cwd=run.parent, env=place.env, log=log)
    try:
        _wait_for_steps(run, running)
        os.killpg(running.pid, signal.SIGINT)
        return running.wait(_LIMIT)
    finally:
        kill(running)


def _wait_for_steps(run: Path, running: subprocess.Popen[bytes]) -> None:
    began = time.monotonic()
    while len(step_lines(run / SFT)) < _STEPS:
        if running.poll() is not None or time.monotonic() - began > _LIMIT:
            raise Unmeasured("the training ended before it could be interrupted")
        time.sleep(_POLL)


def _result(name: str, done: Done, wanted: str) -> Result:
    measured = f"exit {done.code}" if wanted in done.out else f"exit {done.code}: {done.tail}"
    return Result(name, measured, done.code == 0 and wanted in done.out)


GROUP = Group(
    "stopped",
    (
        Bar("stopped demo", "exit 130, says what can be done"),
        Bar("stopped finish", "exit 0, every step kept"),
        Bar("stopped goes on", "exit 0, the other stages"),
        Bar("stopped says so", "demo, table, report, runs show"),
    ),
    measure,
    minutes=5,
)
