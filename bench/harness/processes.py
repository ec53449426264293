"""Commands as a user starts them: a clean environment, their output, time and memory."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import psutil

from bench.harness.bar import Unmeasured

BIN = Path(sys.executable).parent
ROOT = Path(__file__).resolve().parents[2]
_SAMPLE_SECONDS = 0.5
_TAIL_CHARS = 300
_ORPHAN_SECONDS = 20
# Keys and settings of this user, and what the make that started the bench would pass on.
_NOT_PASSED_ON = re.compile(
    r"(MASKSEARCH|LANGSMITH|LANGCHAIN|OPENAI|TAVILY|SERPAPI|SERPER|DASHSCOPE)_|"
    r"(MAKEFLAGS|MFLAGS|MAKELEVEL|MAKEOVERRIDES|RUN|DATA|LONG|VIRTUAL_ENV|PYTHONPATH)$"
)


class Done(NamedTuple):
    """A command that has ended."""

    code: int
    out: str
    err: str
    seconds: float

    @property
    def tail(self) -> str:
        """The end of what it said, on one line, to stand in a reason."""
        said = (self.err or self.out).strip()
        return " ".join(said[-_TAIL_CHARS:].split())


class Watched(NamedTuple):
    """A long command that has ended; `peak_bytes` is the most memory that its tree had at once.

    The interpreter and the libraries, which all of a tree's processes map, count once.
    The peak came `peak_seconds` after the start, which says in what part of the command.
    """

    code: int
    said: str
    seconds: float
    peak_bytes: int
    peak_seconds: float


class Held(NamedTuple):
    """Bytes of memory that a process has: its own, and those of files that it maps."""

    own: int
    shared: int


def clean_environment(home: Path) -> dict[str, str]:
    """The environment without this user's keys and settings; assets lie in `home`."""
    kept = {name: value for name, value in os.environ.items() if not _NOT_PASSED_ON.match(name)}
    return {**kept, "MASKSEARCH_HOME": str(home)}


def run(
    *command: str | Path,
    cwd: Path,
    env: Mapping[str, str],
    timeout: float = 600,
    shows_progress: bool = False,
) -> Done:
    """Run a command to its end; its stderr is kept, or shown where it takes long."""
    began = time.perf_counter()
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=None if shows_progress else subprocess.PIPE,
        text=True,
        timeout=timeout,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr or "", time.perf_counter() - began)


def expect(done: Done, what: str) -> Done:
    """A command that must have worked; raises Unmeasured with what it said."""
    if done.code:
        raise Unmeasured(f"{what} ended with {done.code}: {done.tail}")
    return done


def start(
    *command: str | Path, cwd: Path, env: Mapping[str, str], log: Path
) -> subprocess.Popen[bytes]:
    """Start a command in a process group of its own, its output in a file."""
    with log.open("ab") as file:
        return subprocess.Popen(
            [str(part) for part in command],
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def kill(running: subprocess.Popen[bytes]) -> int:
    """`kill -9` for a command and its group; nothing when it has ended.

    What it started in groups of their own has to end by itself: returns how many such
    orphans did not, which are then killed.
    """
    started = _descendants(running)
    if running.poll() is None:
        os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    _, orphans = psutil.wait_procs(started, timeout=_ORPHAN_SECONDS)
    for orphan in orphans:
        orphan.kill()
    return len(orphans)


def _descendants(running: subprocess.Popen[bytes]) -> list[psutil.Process]:
    if running.poll() is not None:
        return []
    try:
        return psutil.Process(running.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def watch(
    *command: str | Path,
    cwd: Path,
    env: Mapping[str, str],
    log: Path,
    limit: float,
    every: float = _SAMPLE_SECONDS,
) -> Watched:
    """Run a long command, sampling the memory of its process tree; killed after `limit` s."""
    began = time.perf_counter()
    running = start(*command, cwd=cwd, env=env, log=log)
    peak, at = 0, 0.0
    try:
        while running.poll() is None and (now := time.perf_counter() - began) < limit:
            peak, at = max((peak, at), (_tree_bytes(running.pid), now))
            time.sleep(every)
        seconds = time.perf_counter() - began
    finally:
        kill(running)
    return Watched(running.returncode, log.read_text(errors="replace"), seconds, peak, at)


def _tree_bytes(pid: int) -> int:
    try:
        parent = psutil.Process(pid)
        tree = [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    held = [_held(process) for process in tree]
    return sum(one.own for one in held) + max(one.shared for one in held)


def _held(process: psutil.Process) -> Held:
    try:
        found = process.memory_info()
    except psutil.Error:  # it has ended since it was listed
        return Held(0, 0)
    shared = getattr(found, "shared", 0)  # Linux alone tells
    return Held(found.rss - shared, shared)
