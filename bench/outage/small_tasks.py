"""A run of invented towns that has some hundred tasks, and what traces of it are compared by."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bench.harness.place import Place
from bench.harness.processes import BIN, ROOT, Done, expect, run
from bench.outage.stub import Stub
from masksearch.stages import ACCEPTED, REJECTED, TRACES

TOWNS = 230
_RECIPE = (
    "ramp: {num_masks: [1, 2], window_chars: 300, style: blanks, heldout_share: 0.05}\n"
    "search: {top_k: 2, snippet_chars: 200}\n"
    "synth: {team: llm, judge: llm}\n"
)
_TIMES = frozenset({"model_seconds", "search_seconds"})


def make_run(place: Place, folder: Path) -> Path:
    """Corpus, index and tasks in `folder/run`."""
    source, recipe, made = folder / "towns.jsonl", folder / "towns.yaml", folder / "run"
    source.write_text("".join(json.dumps(_town(number)) + "\n" for number in range(TOWNS)))
    recipe.write_text(_RECIPE)
    build = ("corpus", "build", str(source), "--recipe", str(recipe))
    env = {**place.env, "PYTHONPATH": str(ROOT)}
    for command in (build, ("index", "build"), ("ramp", "build")):
        done = run(BIN / "masksearch", *command, "--run", made, cwd=folder, env=env)
        expect(done, " ".join(command))
    return made


def traces(made: Path) -> dict[str, dict[str, Any]]:
    """All traces by file, task and attempt, without their times."""
    found = {}
    for name in (ACCEPTED, REJECTED):
        path = made / TRACES / name
        for line in path.read_text().splitlines() if path.exists() else ():
            trace = json.loads(line)
            key = f"{name} {trace['task_id']}#{trace['attempt']}"
            assert key not in found, f"{key} stands there twice"
            found[key] = without_times(trace)
    return found


def rejected(made: Path) -> list[str]:
    """A fault where anything was booked as rejected."""
    found = [key for key in traces(made) if key.startswith(REJECTED)]
    return [f"{len(found)} rejected"] if found else []


def synth(place: Place, made: Path, stub: Stub, tasks: int, **settings: str) -> Done:
    """Synthesis of so many tasks by the team that a stub plays."""
    env = {**place.env, "PYTHONPATH": str(ROOT), "MASKSEARCH_MODEL": "fake", **settings}
    return run(
        *(BIN / "masksearch", "synth", "run", "--limit", str(tasks), "--run", made),
        cwd=made.parent,
        env={**env, "MASKSEARCH_BASE_URL": stub.url},
    )


def without_times(value: Any) -> Any:
    """The same without how long things took."""
    if isinstance(value, dict):
        return {name: without_times(one) for name, one in value.items() if name not in _TIMES}
    return [without_times(one) for one in value] if isinstance(value, list) else value


def _town(number: int) -> dict[str, str]:
    name, year = f"Marrow{_word(number)}", 1500 + number
    text = (
        f"{name} is a market town on the River Sule{_word(number)}, where the old road to the "
        f"coast crosses it by a stone bridge. The first houses of {name} were built in {year} by "
        f"Iona Kestrel{_word(number)}, a merchant who had bought the meadows along the bank."
    )
    return {"id": str(number), "title": name, "text": text}


def _word(number: int) -> str:
    """A number in letters."""
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))
