"""What a run is: its recipe in short, what it ran on, and how to run it again."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from masksearch.errors import InputError, StoreError
from masksearch.recipe_file import read_recipe
from masksearch.run_folder import RunFolder
from masksearch.store import read_json

CONFIG, ENVIRONMENT = "config.yaml", "env.json"
_SHOWN = {
    "corpus": ("source", "name", "limit"),
    "ramp": ("num_masks", "window_chars", "style", "heldout_share"),
    "search": ("top_k", "snippet_chars", "guard"),
    "synth": ("team", "judge", "max_turns", "limit"),
    "model": ("path",),
    "sft": ("learning_rate", "batch_size", "accumulation", "epochs", "budget_minutes"),
    "dapo": ("learning_rate", "groups", "group_size", "steps", "budget_minutes", "at_cap"),
    "reward": ("answer", "answer_weight", "format_weight"),
    "curriculum": ("by",),
    "eval": ("tasks", "other_tasks", "guards", "max_turns", "max_tokens"),
}
_PACKAGES = (
    "masksearch",
    "torch",
    "transformers",
    "trl",
    "langgraph",
    "tantivy",
    "numpy",
    "pydantic",
)


class Fact(NamedTuple):
    """A line of the page's head."""

    name: str
    value: str


class Heading(NamedTuple):
    """The head of a report; `date` is that of the newest manifest, in UTC."""

    name: str
    date: str
    holder: str
    command: str
    recipe: tuple[Fact, ...]
    versions: tuple[Fact, ...]
    config: str


def heading(run: RunFolder) -> Heading:
    """Read what a run says of itself; raises StoreError where the folder is not a run's."""
    path = run.path / CONFIG
    if not path.is_file():
        raise StoreError(f"{run.path} is not a run folder: it has no {CONFIG}; name one with --run")
    config = read_recipe(path)
    environment = run.path / ENVIRONMENT
    return Heading(
        name=run.name or run.path.resolve().name,
        date=_date(run),
        holder=run.holder(),
        command=f"masksearch demo --recipe {shlex.quote(str(path))} --run runs/again",
        recipe=(*_base(run), *_recipe(config)),
        versions=tuple(_versions(_mapping(environment) if environment.is_file() else {})),
        config=path.read_text(encoding="utf-8"),
    )


def _base(run: RunFolder) -> list[Fact]:
    below = [str(one.path) for one in run.chain[1:]]
    return [Fact("stands on", ", and that on ".join(below))] if below else []


def _recipe(config: Mapping[str, Any]) -> list[Fact]:
    sections = [(name, config.get(name), keys) for name, keys in _SHOWN.items()]
    facts = [Fact(name, _settings(section, keys)) for name, section, keys in sections if section]
    measured = config.get("measured")
    seen = _settings(measured, tuple(measured)) if isinstance(measured, Mapping) else ""
    every = [*facts, Fact("measured here", seen), Fact("seeds", _seeds(config))]
    return [fact for fact in every if fact.value]


def _settings(section: Any, keys: tuple[str, ...]) -> str:
    """The settings of those names that a section gives, as `name value` parts."""
    if not isinstance(section, Mapping):
        return ""
    given = [(key, section.get(key)) for key in keys]
    return " · ".join(f"{key} {_said(value)}" for key, value in given if value not in (None, ""))


def _said(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _seeds(config: Mapping[str, Any]) -> str:
    """The common seed, and where a stage has another."""
    common = config.get("seed")
    own = {
        name: section["seed"]
        for name, section in config.items()
        if isinstance(section, Mapping) and section.get("seed", common) != common
    }
    shown = {"every stage" if not own else "all others": common} if common is not None else {}
    return " · ".join(f"{name} {seed}" for name, seed in {**own, **shown}.items())


def _versions(environment: Mapping[str, Any]) -> list[Fact]:
    packages = environment.get("packages") or {}
    chosen = {name: packages[name] for name in _PACKAGES if name in packages}
    processors = environment.get("processors")
    facts = {
        "Python": environment.get("python"),
        "machine": environment.get("machine"),
        "processors": processors,
        "code revision": environment.get("revision"),
        **chosen,
    }
    return [Fact(name, str(value)) for name, value in facts.items() if value]


def _mapping(path: Any) -> Mapping[str, Any]:
    value = read_json(path)
    if not isinstance(value, Mapping):
        raise InputError(f"{path} is not what a run writes: delete it and run a stage again")
    return value


def _date(run: RunFolder) -> str:
    """When a stage was last begun or finished; empty before the first."""
    manifests = [*run.path.glob("*/manifest.json"), *run.path.glob("*/*/manifest.json")]
    newest = max((path.stat().st_mtime for path in manifests), default=None)
    return "" if newest is None else f"{datetime.fromtimestamp(newest, UTC):%Y-%m-%d %H:%M} UTC"
