"""How long a question takes: to load the model, and to answer."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

from bench.harness.bar import Bar, Group, Result
from bench.harness.place import Place
from bench.harness.processes import ROOT, Done, expect, run

LOADING, ANSWERING, QUESTION = 4.0, 5.0, "The capital of Alberta is [mask]."
_TRIES = 2
_LOAD = """
import os
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import cli.ask
from cli.models import Models, best_model
from masksearch.run_folder import RunFolder
from training.config import ModelConfig
path = str(best_model(RunFolder(Path(sys.argv[2]))))
Models(ModelConfig(dtype="bfloat16"), None, Path(sys.argv[3]), 1).chat(path)
os._exit(0)  # to take all down again is no part of loading
"""


def measure(place: Place) -> Iterator[Result]:
    """A process that only loads, then the whole command; the quicker of two each."""
    made = place.finished_run()
    loading = _quickest(
        lambda: run(
            sys.executable, "-P", "-c", _LOAD, ROOT, made, place.home, cwd=ROOT, env=place.env
        )
    )
    yield Result("ask: loaded", f"{loading:.1f} s from its start", loading <= LOADING)
    whole = _quickest(lambda: place.masksearch("ask", QUESTION, "--run", made, cwd=ROOT))
    rest = whole - loading
    yield Result("ask: answered", f"{rest:.1f} s more, {whole:.1f} s in all", rest <= ANSWERING)


def _quickest(command: Callable[[], Done]) -> float:
    return min(expect(command(), "ask").seconds for _ in range(_TRIES))


GROUP = Group(
    "speed of ask",
    (
        Bar("ask: loaded", f"≤ {LOADING:g} s"),
        Bar("ask: answered", f"≤ {ANSWERING:g} s more"),
    ),
    measure,
    minutes=1,
)
