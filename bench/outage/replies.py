"""Thought and action however they come: shapes of replies, and what is no reply."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.faults.network import run_many
from bench.faults.small_run import make_small_run
from bench.harness.bar import Bar, Group, Result, Unmeasured
from bench.harness.place import Place
from bench.harness.processes import Done, kill, start
from bench.outage.shapes import NO_REPLIES, SHAPES, Player, Shape, sending
from masksearch.run_folder import RunFolder
from masksearch.schemas import Trajectory
from masksearch.stages import ACCEPTED, REJECTED, TASKS, TRACES, TRAIN
from masksearch.store import read_records

_START_SECONDS = 20
_UNREADABLE = ("Traceback", "a bug", "ValueError", "KeyError", "TypeError", "no JSON object")
_SYNTH = ("synth", "run", "--if-exists", "restart", "--set", "synth.judge=llm", "--set")
_TEAM, _AGENT = "synth.team=llm", "synth.team=agent"


def measure(place: Place) -> Iterator[Result]:
    """One small run; the shapes by an endpoint of the bench, the cases by their own."""
    folder = place.folder("replies")
    made = make_small_run(place, folder)
    player = Player(made / TASKS / TRAIN)
    for shape in SHAPES:
        yield _right(f"reply: {shape.name}", _commands(place, player, made, shape), made)
    for shape in NO_REPLIES:
        yield _told(f"no reply: {shape.name}", _commands(place, player, made, shape), shape)
    for mode in ("thinkfield", "thinkopen"):
        with _playing(place, made, mode) as url:
            done = _all(place, player, made, url)
        yield _right(f"case agent 16: {mode}", done, made)
    yield _case_17(place, player, made)
    yield _case_18(place, player, made)


def _commands(place: Place, player: Player, made: Path, shape: Shape) -> dict[str, Done]:
    with sending(player, shape) as url:
        return _all(place, player, made, url)


def _all(place: Place, player: Player, made: Path, url: str) -> dict[str, Done]:
    """What `ask` says, and synthesis by an agent and by a team, whose traces are then there."""
    text = player.tasks[0].prompt.text
    run, own = ("--run", str(made)), ("--set", "synth.model=endpoint")
    commands = {
        "ask": ("ask", text, "--model", "endpoint", *run),
        "agent": (*_SYNTH, _AGENT, *own, *run),
        "team": (*_SYNTH, _TEAM, *run),
    }
    env = {**place.env, "MASKSEARCH_BASE_URL": url, "MASKSEARCH_MODEL": "fake"}
    env |= {"MASKSEARCH_MAX_RETRIES": "0", "MASKSEARCH_PATIENCE_SECONDS": "1"}
    done = run_many(place, [(env, command) for command in commands.values()])
    return dict(zip(commands, done, strict=True))


def _right(name: str, done: dict[str, Done], made: Path) -> Result:
    """All end well, and no task is left over."""
    accepted, rejected = _traces(made, ACCEPTED), _traces(made, REJECTED)
    wrong = [f"{command}: {one.tail}" for command, one in done.items() if one.code]
    wrong += [f"{command}: a fault" for command, one in done.items() if _is_unreadable(one)]
    wrong += [] if f"{len(accepted):,} traces kept in" in done["agent"].out else ["agent: lost"]
    wrong += [trace.reason for trace in rejected[:1]]
    measured = f"{len(accepted)} of {len(accepted) + len(rejected)} traces {' '.join(wrong)}"
    return Result(name, measured.strip(), bool(accepted) and not wrong)


def _told(name: str, done: dict[str, Done], shape: Shape) -> Result:
    """Nothing is answered or accepted, and every command says why."""
    wrong = [command for command, one in done.items() if "0 traces kept in" not in one.out]
    wrong = [command for command in wrong if done[command].code == 0]
    said = {command: one.out + one.err for command, one in done.items()}
    silent = [name for name, text in said.items() if not all(w in text for w in shape.wanted)]
    faults = [command for command, one in done.items() if _is_unreadable(one)]
    measured = f"taken by {wrong}, untold by {silent}, unreadable in {faults}"
    return Result(name, measured, not (wrong or silent or faults))


def _is_unreadable(done: Done) -> bool:
    return any(word in done.out + done.err for word in _UNREADABLE)


def _traces(made: Path, name: str) -> Sequence[Trajectory]:
    path = RunFolder(made).stage(TRACES).folder / name
    return list(read_records(path, Trajectory)) if path.exists() else []


def _case_17(place: Place, player: Player, made: Path) -> Result:
    """A judge that drafts a verdict and is cut while thinking."""
    with _playing(place, made, "draft") as url:
        done = _all(place, player, made, url)["team"]
    accepted, others = _traces(made, ACCEPTED), _traces(made, REJECTED)
    unjudged = [one for one in others if one.verdict is None and one.reason.count("was cut at")]
    measured = f"{len(accepted)} accepted, {len(unjudged)} of {len(others)} unjudged {done.code}"
    return Result("case agent 17", measured, not accepted and unjudged == others != [])


def _case_18(place: Place, player: Player, made: Path) -> Result:
    """An error in place of a reply, and a thought of all tokens."""
    wanted = {"errin200": "Provider returned error", "cut": "while thinking"}
    wrong = []
    for mode, words in wanted.items():
        with _playing(place, made, mode) as url:
            done = _all(place, player, made, url)
        wrong += [
            f"{mode}, {command}: {one.tail[-80:]}"
            for command, one in done.items()
            if words not in one.out + one.err or _is_unreadable(one)
        ]
    return Result("case agent 18", "; ".join(wrong) or "said by every command", not wrong)


@contextmanager
def _playing(place: Place, made: Path, mode: str) -> Iterator[str]:
    """The case's endpoint in one of its modes; gives its address."""
    stub = place.case("agent") / "stub_endpoint.py"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = (sys.executable, stub, str(port), mode, f"run={made}")
    running = start(*command, cwd=made.parent, env=place.env, log=made.parent / "stub.log")
    try:
        _wait_for(port, running)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        kill(running)


def _wait_for(port: int, running: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _START_SECONDS
    while running.poll() is None and time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise Unmeasured("the case's endpoint does not start")


GROUP = Group(
    "replies",
    (
        *(Bar(f"reply: {shape.name}", "ask, agent, team: all right") for shape in SHAPES),
        *(Bar(f"no reply: {shape.name}", "none taken, each says why") for shape in NO_REPLIES),
        Bar("case agent 16: thinkfield", "ask, agent, team: all right"),
        Bar("case agent 16: thinkopen", "ask, agent, team: all right"),
        Bar("case agent 17", "none accepted, all unjudged"),
        Bar("case agent 18", "the endpoint's words, while thinking"),
    ),
    measure,
    minutes=4,
)
