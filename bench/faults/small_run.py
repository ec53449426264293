"""A run of some towns that has come as far as its tasks, made in seconds without any asset."""

from __future__ import annotations

import json
from pathlib import Path

from bench.harness.place import Place
from bench.harness.processes import expect

_TOWNS = (
    ("Arlow", "Merren", "Iona Kestrel", 1843),
    ("Brackwater", "Sule", "Tobias Quill", 1791),
    ("Cawdry", "Linnet", "Maud Harrow", 1866),
    ("Dunmarsh", "Orrin", "Silas Petrie", 1812),
)
_RECIPE = (
    "ramp: {num_masks: [1, 2], window_chars: 300, style: blanks, heldout_share: 0.4}\n"
    "search: {top_k: 3, snippet_chars: 240}\n"
    "eval: {tasks: 4, other_tasks: 4, guards: [none]}\n"
)


def make_small_run(place: Place, folder: Path) -> Path:
    """Corpus, index and tasks in `folder/run`."""
    source, recipe, run = folder / "towns.jsonl", folder / "towns.yaml", folder / "run"
    source.write_text("".join(json.dumps(_document(*town)) + "\n" for town in _TOWNS))
    recipe.write_text(_RECIPE)
    build = ("corpus", "build", str(source), "--recipe", str(recipe))
    for command in (build, ("index", "build"), ("ramp", "build")):
        expect(place.masksearch(*command, "--run", run, cwd=folder), " ".join(command))
    return run


def _document(title: str, river: str, founder: str, year: int) -> dict[str, str]:
    text = (
        f"{title} is a market town on the River {river}, where the old road to the coast crosses "
        f"it by a stone bridge. The first houses of {title} were built by {founder}, a merchant "
        f"who had bought the meadows along the bank in {year} and drained them.\n\n"
        f"The guild of {title} built the town hall in {year + 31}, and its tower can still be "
        f"seen from every farm in the valley. The railway came on 4 May {year + 58}, and was "
        f"given up for a cycle path a century later, in {year + 160}, by the council."
    )
    return {"id": title, "title": title, "text": text}
