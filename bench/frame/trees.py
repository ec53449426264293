"""Copies of the source tree to change or to compare with, and commands run from them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from bench.harness.bar import Unmeasured
from bench.harness.place import Place
from bench.harness.processes import ROOT, Done, run

BEFORE = "f0dafc3"
"""The last commit of contracts 1."""
SAME_TRAINING = "25a8782"
"""The last commit that is meant to train as `BEFORE` does: later ones learn to end their turns,
and several traces in one pass."""
KEPT_RUN = ROOT / "tests" / "fixtures" / "contracts-1"
_PRODUCT = ("masksearch", "graphs", "prompts", "training", "cli", "recipes")


class Tree:
    """A copy of the sources, with the commands of this machine's `.venv` run from it."""

    def __init__(self, path: Path, env: Mapping[str, str]) -> None:
        self.path = path
        self.env = {**env, "PYTHONPATH": str(path), "CUDA_VISIBLE_DEVICES": ""}

    def masksearch(self, *arguments: str | Path, cwd: Path, timeout: float = 600) -> Done:
        """Run a `masksearch` command with the code of this tree."""
        command = (sys.executable, "-c", "from cli.start import start; raise SystemExit(start())")
        return run(*command, *arguments, cwd=cwd, env=self.env, timeout=timeout)

    def python(self, *arguments: str | Path, cwd: Path | None = None, timeout: float = 600) -> Done:
        """Run Python with the code of this tree."""
        return run(sys.executable, *arguments, cwd=cwd or self.path, env=self.env, timeout=timeout)

    def product_files(self) -> list[Path]:
        """Its product's Python files."""
        return [one for name in _PRODUCT for one in sorted((self.path / name).rglob("*.py"))]

    def apply(self, patch: Path) -> None:
        """Apply a patch; raises Unmeasured where it does not fit."""
        git("apply", "--whitespace=nowarn", str(patch), cwd=self.path)


def present(place: Place, name: str) -> Tree:
    """What is committed, in a new folder."""
    return _worktree(place, name, "HEAD")


def before(place: Place) -> Tree:
    """The last commit of contracts 1, made when first wanted; raises Unmeasured without it."""
    path = place.work / "before"
    return Tree(path, place.env) if path.exists() else _worktree(place, "before", BEFORE)


def same_training(place: Place) -> Tree:
    """The last commit that should leave the weights that contracts 1 leave."""
    return _worktree(place, "same-training", SAME_TRAINING)


def git(*arguments: str, cwd: Path = ROOT) -> str:
    """What a git command says; raises Unmeasured with its error."""
    done = subprocess.run(["git", *arguments], cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unmeasured(f"git {' '.join(arguments[:2])}: {done.stderr.strip()[-200:]}")
    return done.stdout


def _worktree(place: Place, name: str, commit: str) -> Tree:
    path = place.work / name
    git("worktree", "prune")
    git("worktree", "add", "--detach", "--force", str(path), commit)
    return Tree(path, place.env)
