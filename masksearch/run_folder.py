"""A run's folder: one lock, one resolved recipe, and a folder with a manifest per stage.

A stage is done when its manifest says so. Running it again with the same inputs and
settings does nothing; with others it is refused, with the difference shown, unless the
user asks to restart it.
"""

from __future__ import annotations

import fcntl
import os
import platform
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from importlib.metadata import distributions
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError

from masksearch.config import read_recipe
from masksearch.errors import InputError, StaleError, StoreError
from masksearch.store import disk_errors, make_folder, read_json, write_atomically, write_json
from masksearch.text import digest, encodable, without_passwords

DOCUMENTS, PASSAGES, INDEX = "01-documents", "02-passages", "03-index"
QUALITY, SPANS, SCORES = "03-quality", "04-spans", "04-scores"
TASKS, TRACES, EXPORT = "04-tasks", "05-traces", "06-export"
SFT, DAPO, EVAL = "07-sft", "08-dapo", "09-eval"

M = TypeVar("M", float, str)
_MANIFEST = TypeAdapter(dict[str, Any])


class IfExists(StrEnum):
    """What to do with a stage that was begun with other inputs or settings."""

    RESUME = "resume"
    RESTART = "restart"


class Stage:
    """One stage's folder and manifest."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._path = folder / "manifest.json"

    @property
    def manifest(self) -> dict[str, Any]:
        """The manifest, empty before the stage was begun; raises StoreError for a damaged one."""
        if not self._path.exists():
            return {}
        try:
            return _MANIFEST.validate_python(read_json(self._path))
        except (InputError, ValidationError) as error:
            raise StoreError(
                f"{self._path} is damaged, so it cannot be known what {self.folder.name} was made "
                "from: remove that folder and run the command again"
            ) from error

    @property
    def done(self) -> bool:
        """Whether the stage was finished."""
        return bool(self.manifest.get("done"))

    @property
    def hash(self) -> str:
        """What later stages name as their input: a hash of how this one was made."""
        manifest = self.manifest
        return digest(*(str(manifest.get(part)) for part in ("inputs", "settings", "counts")))

    def begin(
        self,
        inputs: Mapping[str, str],
        settings: BaseModel,
        if_exists: IfExists = IfExists.RESUME,
    ) -> bool:
        """Open the stage for work; True when there is nothing left to do.

        Raises StaleError when it was begun with other inputs or settings.
        """
        wanted = {"inputs": dict(inputs), "settings": settings.model_dump(mode="json")}
        changed = self._changes(wanted, settings)
        if changed and self._holds_work and if_exists is IfExists.RESUME:
            raise StaleError(
                f"{self.folder} was made with other inputs or settings "
                f"({'; '.join(changed)}): use --if-exists restart to make it again"
            )
        if changed or if_exists is IfExists.RESTART:
            self.clear()
        if not self._path.exists():
            make_folder(self.folder)
            write_json(self._path, {**wanted, "counts": {}, "done": False})
        return self.done

    @property
    def touched(self) -> float:
        """When the stage was begun, noted on or finished last, in seconds since the epoch."""
        return self._path.stat().st_mtime if self._path.exists() else 0.0

    def note(self, **facts: Any) -> None:
        """Add facts to the manifest, such as the shards that are in place."""
        write_json(self._path, {**self.manifest, **facts})

    def finish(self, counts: Mapping[str, Any]) -> None:
        """Mark the stage as done, with what it made."""
        self.note(counts=dict(counts), done=True)

    def clear(self) -> None:
        """Remove everything that the stage made."""
        old = self.folder.with_name(f".{self.folder.name}.old")
        with disk_errors(self.folder):
            if old.exists():
                shutil.rmtree(old)
            if self.folder.exists():
                self.folder.rename(old)  # so that a kill leaves no half of it to resume from
                shutil.rmtree(old)

    @property
    def _holds_work(self) -> bool:
        """Whether anything would be lost: a stage whose source was refused holds nothing."""
        return self.done or any(path != self._path for path in self.folder.iterdir())

    def _changes(self, wanted: dict[str, dict[str, Any]], settings: BaseModel) -> list[str]:
        had = self.manifest
        if not had:
            return []
        had["settings"] = _with_newer(type(settings), had["settings"])
        pairs = [(dict(_leaves(had[part])), dict(_leaves(value))) for part, value in wanted.items()]
        return [
            f"{name}: {_brief(before.get(name))} → {_brief(now.get(name))}"
            for before, now in pairs
            for name in sorted({*before, *now})
            if before.get(name) != now.get(name)
        ]


def _with_newer(kind: type[BaseModel], had: dict[str, Any]) -> dict[str, Any]:
    """A manifest's settings, those that are newer than it, at any depth, with their defaults."""
    try:
        return kind.model_validate(had).model_dump(mode="json")
    except ValidationError:  # one that is gone or means something else now is a difference
        return had


def _leaves(settings: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, Any]]:
    """Every single setting with its name, as `--set` would have it."""
    for name, value in settings.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{within}{name}.")
        else:
            yield within + name, value


class RunFolder:
    """`runs/NAME`: everything that one run made."""

    def __init__(self, path: Path) -> None:
        self.path = make_folder(path)
        self.name = path.name

    def stage(self, name: str) -> Stage:
        """The stage of that folder name."""
        return Stage(self.path / name)

    @property
    def language(self) -> str:
        """The language of the run's documents; English where it is not said."""
        counts = self.stage(DOCUMENTS).manifest.get("counts", {})
        return str(counts.get("language", {}).get("used") or "en")

    def finished(self, name: str, command: str) -> Stage:
        """A stage that a later one builds on; raises StoreError when it is not done."""
        stage = self.stage(name)
        if not stage.done:
            raise StoreError(
                f"{stage.folder} is not finished: run `masksearch {command} --run {self.path}` first"
            )
        return stage

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the folder's lock; raises StoreError naming the process that has it."""
        path = self.path / "lock"
        with disk_errors(path):
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            with disk_errors(path):
                self._lock(descriptor, path)
            yield
        finally:
            os.close(descriptor)

    def holder(self) -> str:
        """The process that is writing into the folder; empty when there is none."""
        path = self.path / "lock"
        try:
            with path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)  # given back on closing
        except BlockingIOError:
            return _named(path)
        except OSError:
            return ""
        return ""

    def _lock(self, descriptor: int, path: Path) -> None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreError(f"{self.path} is in use by {_named(path)}") from error
        command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])
        told = without_passwords(" ".join(command.split()))
        holder = encodable(f"process {os.getpid()} ({told})\n")
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, holder.encode(), 0)

    def describe(self, recipe: BaseModel, prompt_hashes: Mapping[str, str]) -> None:
        """Write the resolved recipe and what it runs on, before work starts."""
        measured = self._config().get("measured", {})
        self._write_config({**recipe.model_dump(mode="json"), "measured": measured})
        write_json(self.path / "env.json", environment(prompt_hashes))

    def measured(self, name: str, measure: Callable[[], M]) -> M:
        """A fact of this machine, found out once in a run and read back when resumed."""
        config = self._config()
        known = config.setdefault("measured", {})
        if name not in known:
            known[name] = measure()
            self._write_config(config)
        found: M = known[name]
        return found

    def _config(self) -> dict[str, Any]:
        path = self.path / "config.yaml"
        return read_recipe(path) if path.exists() else {}

    def _write_config(self, config: Mapping[str, Any]) -> None:
        text = yaml.safe_dump(dict(config), sort_keys=False, allow_unicode=True)
        write_atomically(self.path / "config.yaml", text)

    def log(self, line: str) -> None:
        """Add a line to the run's log."""
        path = self.path / "log.txt"
        with disk_errors(path), path.open("a", encoding="utf-8") as file:
            file.write(line.rstrip("\n") + "\n")


def going_on(stage: Stage, command: str) -> str:
    """The words of a command that go on with a stage: with the model that it was begun from."""
    start = stage.manifest.get("start")
    return f"{command} --model {shlex.quote(str(start))}" if start else command


def run_folders(parent: Path) -> list[Path]:
    """The run folders in a folder, the one worked on last first."""
    configs = sorted(parent.glob("*/config.yaml"), key=lambda path: -path.stat().st_mtime)
    return [config.parent for config in configs]


def _named(lock: Path) -> str:
    """What the holder of a lock wrote into it."""
    return lock.read_text(encoding="utf-8", errors="replace").strip() or "another process"


def environment(prompt_hashes: Mapping[str, str]) -> dict[str, Any]:
    """Python, machine, code revision, package versions and prompt hashes."""
    packages = {d.metadata["Name"]: d.version for d in distributions() if d.metadata["Name"]}
    return {
        "python": platform.python_version(),
        "machine": platform.platform(),
        "processors": os.cpu_count(),
        "revision": code_revision(),
        "packages": dict(sorted(packages.items(), key=lambda item: item[0].lower())),
        "prompts": dict(prompt_hashes),
    }


def code_revision() -> str:
    """The commit of the code that runs, or `unknown`."""
    here = Path(__file__).parent
    command = ["git", "-C", str(here), "describe", "--always", "--dirty"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _brief(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
