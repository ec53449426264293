"""LangGraph's dev server without any key: up, showing and running both graphs."""

from __future__ import annotations

import json
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from bench.harness.bar import Bar, Group, Result, Unmeasured
from bench.harness.place import Place
from bench.harness.processes import BIN, ROOT, kill, start

SECONDS = 10
GRAPHS = ("synthesis", "agent")
_PATIENCE, _REQUEST_SECONDS = 60, 30
TEXT = "The Danube rises in the [mask] in Germany and flows into the [mask]."


class Server(NamedTuple):
    """A running server and how long it took to answer."""

    address: str
    seconds: float


def measure(place: Place) -> Iterator[Result]:
    """Start the server as `make studio` does, and ask it over HTTP."""
    with serving(place) as server:
        yield Result("studio start", f"up in {server.seconds:.1f} s", server.seconds <= SECONDS)
        nodes = {name: len(_graph(server, name)["nodes"]) for name in GRAPHS}
        measured = ", ".join(f"{name} {count} nodes" for name, count in nodes.items())
        yield Result("studio graphs", measured, all(nodes.values()))
        ended = {name: _answer(server, name) for name in GRAPHS}
        measured = ", ".join(f"{name}: {answer!r}" for name, answer in ended.items())
        yield Result("studio run", measured, all(ended.values()))


@contextmanager
def serving(place: Place) -> Iterator[Server]:
    folder, port = place.folder("studio"), _free_port()
    command = (BIN / "langgraph", "dev", "--no-browser", "--no-reload", "--port", str(port))
    env = {name: value for name, value in place.env.items() if not name.startswith("MASKSEARCH_")}
    log = folder / "log"
    began = time.perf_counter()
    running = start(*command, "--config", ROOT / "langgraph.json", cwd=folder, env=env, log=log)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_until_up(address, running, began)
        yield Server(address, time.perf_counter() - began)
    finally:
        kill(running)


def _wait_until_up(address: str, running: subprocess.Popen[bytes], began: float) -> None:
    while time.perf_counter() - began < _PATIENCE and running.poll() is None:
        try:
            ask(f"{address}/ok")
            return
        except (urllib.error.URLError, ConnectionError, Refused):
            time.sleep(0.05)
    raise Unmeasured(f"langgraph dev was not up in {_PATIENCE} s")


def _graph(server: Server, name: str) -> Any:
    [assistant] = ask(f"{server.address}/assistants/search", {"graph_id": name})
    return ask(f"{server.address}/assistants/{assistant['assistant_id']}/graph")


def _answer(server: Server, name: str) -> str:
    asked = {"assistant_id": name, "input": {"text": TEXT}}
    return str(ask(f"{server.address}/runs/wait", asked).get("answer", ""))


class Refused(Exception):
    """What the server says where it does not run a request."""


def ask(url: str, body: dict[str, Any] | None = None) -> Any:
    """The answer to a request; raises Refused, and URLError."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=_REQUEST_SECONDS) as reply:
            return json.loads(reply.read())
    except urllib.error.HTTPError as error:
        raise Refused(f"{error.code}: {error.read().decode(errors='replace')}") from error


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


GROUP = Group(
    "studio",
    (
        Bar("studio start", f"≤ {SECONDS} s, no key"),
        Bar("studio graphs", "/assistants/{id}/graph of each"),
        Bar("studio run", "ends with an answer"),
    ),
    measure,
)
