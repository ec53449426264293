"""A synthesis run that is recorded once, and replayed without a call."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from bench.harness.bar import Bar, Group, Result, Unmeasured
from bench.harness.place import Place
from bench.harness.processes import expect
from bench.search.server import Server, serving
from masksearch.run_folder import RunFolder
from masksearch.stages import TRACES

_RECIPE = "demo-tiny"
_TIMINGS = ("search_seconds", "model_seconds")


def measure(place: Place) -> Iterator[Result]:
    """The extractive team over a server that counts."""
    folder = place.folder("replay")
    made = folder / "made"
    for command in (
        ("corpus", "build", "--recipe", _RECIPE),
        ("index", "build"),
        ("ramp", "build"),
    ):
        expect(place.masksearch(*command, "--run", made, cwd=folder), " ".join(command))
    tape = folder / "searches.cassette"
    with serving(place, RunFolder(made)) as server:
        recorded = _synthesised(place, made, folder / "recorded", server, tape, "record")
        asked = _count(server)
        replayed = _synthesised(place, made, folder / "replayed", server, tape, "replay-only")
        again = _count(server) - asked
    same = recorded == replayed
    measured = f"{len(recorded)} trajectories {'identical' if same else 'DIFFER'}, {again} calls"
    yield Result("replay", f"{measured} ({asked} when recorded)", same and not again and asked > 0)


def _synthesised(
    place: Place, made: Path, run: Path, server: Server, tape: Path, mode: str
) -> list[dict[str, Any]]:
    """The trajectories of a run of its own, in the order of their tasks, timings aside."""
    shutil.copytree(made, run)
    settings = {
        "search.backend": "http",
        "search.base_url": f"http://127.0.0.1:{server.port}",
        "search.cassette.path": tape,
        "search.cassette.mode": mode,
    }
    options = [part for name, value in settings.items() for part in ("--set", f"{name}={value}")]
    expect(place.masksearch("synth", "run", *options, "--run", run, cwd=run.parent), mode)
    lines = [
        line
        for name in ("accepted", "rejected")
        for line in (run / TRACES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    return sorted(map(_untimed, map(json.loads, lines)), key=lambda trace: str(trace["task_id"]))


def _untimed(trace: dict[str, Any]) -> dict[str, Any]:
    turns = [
        {name: value for name, value in turn.items() if name not in _TIMINGS}
        for turn in trace["turns"]
    ]
    return {**trace, "turns": turns}


def _count(server: Server) -> int:
    metrics = httpx.get(f"http://127.0.0.1:{server.port}/metrics").text
    if not (found := re.search(r"^masksearch_queries_total (\d+)", metrics, re.MULTILINE)):
        raise Unmeasured("the server does not count queries")
    return int(found[1])


GROUP = Group("replay", (Bar("replay", "identical trajectories, no call"),), measure)
