"""`kill -9` while a dump becomes tasks: the same command gives the bytes of an unbroken run."""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from bench.harness.bar import Bar, Group, Result, Unmeasured, say
from bench.harness.place import Place
from bench.harness.processes import BIN, expect, kill, start
from bench.ramp.dump_copies import write_copies
from bench.ramp.dump_files import EXCERPT
from masksearch.stages import DOCUMENTS, PASSAGES, TASKS
from masksearch.store import file_hash

COPIES, KILLS, SEED = 3, 6, 11
_COMMANDS = (("corpus", "build"), ("ramp", "build"))
_STAGES = (DOCUMENTS, PASSAGES, TASKS)


def measure(place: Place) -> Iterator[Result]:
    """An unbroken run in one process, then runs in two that are killed at random moments."""
    folder = place.folder("dump-kills")
    dump = folder / "dump.xml.bz2"
    write_copies(place.data_file(f"dumps/{EXCERPT}"), dump, COPIES)
    began = time.perf_counter()
    _finish(place, folder, dump, "unbroken", 1)
    seconds = time.perf_counter() - began
    wanted = _contents(folder / "unbroken")
    drawn, other, killed = random.Random(SEED), 0, 0
    for number in range(KILLS):
        moment = seconds * (number + drawn.random()) / (KILLS + 2)
        killed += _killed(place, folder, dump, f"killed-{number}", moment)
        _finish(place, folder, dump, f"killed-{number}", 2)
        found = _contents(folder / f"killed-{number}")
        changed = sorted(
            name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name)
        )
        say(f"dump kills: killed at {moment:.1f} s: {len(changed)} files differ {changed[:3]}")
        other += len(changed)
    measured = f"{other} of {KILLS * len(wanted)} files differ after {killed} kills"
    yield Result("dump kills", measured, other == 0 and killed >= KILLS // 2)


def _command(dump: Path, command: tuple[str, str], run: Path, processes: int) -> list[str | Path]:
    source: list[str | Path] = [dump] if command[0] == "corpus" else []
    return [*command, *source, "--run", run, "--processes", str(processes)]


def _finish(place: Place, folder: Path, dump: Path, name: str, processes: int) -> None:
    for command in _COMMANDS:
        given = _command(dump, command, folder / name, processes)
        expect(place.masksearch(*given, cwd=folder), " ".join(command))


def _killed(place: Place, folder: Path, dump: Path, name: str, moment: float) -> bool:
    """Run both commands until that moment; whether one was still at work then."""
    end = time.perf_counter() + moment
    for command in _COMMANDS:
        given = _command(dump, command, folder / name, 2)
        running = start(BIN / "masksearch", *given, cwd=folder, env=place.env, log=folder / "log")
        try:
            code = running.wait(max(0.05, end - time.perf_counter()))
        except subprocess.TimeoutExpired:
            return True
        finally:
            kill(running)
        if code:
            raise Unmeasured(f"{' '.join(command)} ended with {code} by itself")
    return False


def _contents(run: Path) -> dict[str, str]:
    return {
        f"{stage}/{path.name}": file_hash(path)
        for stage in _STAGES
        for path in (run / stage).iterdir()
        if path.is_file()
    }


GROUP = Group("dump kills", (Bar("dump kills", "the bytes of an unbroken run"),), measure)
