"""Where the bars of the loop are measured."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bench.harness.bar import Unmeasured, say
from bench.harness.processes import BIN, ROOT, Done, clean_environment, run


@dataclass
class Place:
    """The run folder to judge, the assets, and a folder to work in.

    `run` becomes the fresh clone's when the demo was made there.
    """

    run: Path
    home: Path
    work: Path
    data: Path | None = None
    """The folder of data sets, where one was given."""
    cases: Path | None = None
    """The folder of cases that once failed, where one was given."""

    @property
    def env(self) -> dict[str, str]:
        """A clean environment with the user's assets."""
        return clean_environment(self.home)

    def folder(self, name: str) -> Path:
        """A new folder to work in."""
        path = self.work / name
        path.mkdir(parents=True)
        return path

    def masksearch(self, *arguments: str | Path, cwd: Path) -> Done:
        """Run a `masksearch` command."""
        return run(BIN / "masksearch", *arguments, cwd=cwd, env=self.env)

    def finished_run(self) -> Path:
        """The demo's run folder; raises Unmeasured when there is no trained model in it."""
        if not (self.run / "07-sft" / "model").is_dir():
            raise Unmeasured(f"no trained model in {self.run}: run `make demo` first")
        return self.run

    def data_file(self, name: str) -> Path:
        """A file of the data folder; raises Unmeasured where it is not there."""
        return _in(self.data, name, "DATA")

    def case(self, name: str) -> Path:
        """A case's file or folder; raises Unmeasured where it is not there."""
        return _in(self.cases, name, "CASES")

    @property
    def clone(self) -> Path:
        """A fresh clone of what is committed, with no `.venv`; made when first wanted."""
        path = self.work / "clone"
        if not path.exists():
            self._warn_of_changes()
            command = ["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(path)]
            subprocess.run(command, check=True)
        return path

    @property
    def clone_env(self) -> dict[str, str]:
        """A clean environment with no assets yet; the user's PIP_ARGS are passed on."""
        return clean_environment(self.work / "clone-home")

    def _warn_of_changes(self) -> None:
        command = ["git", "-C", str(ROOT), "status", "--porcelain"]
        if subprocess.run(command, capture_output=True, text=True, check=True).stdout:
            say("the working tree has changes that the fresh clone will not have")


def _in(folder: Path | None, name: str, option: str) -> Path:
    if folder is None or not (folder / name).exists():
        raise Unmeasured(f"no {name} in {folder or 'no folder'}: give the folder with {option}=")
    return folder / name


def stage_seconds(run_folder: Path, name: str) -> float:
    """How long a stage took, by the run's log; raises Unmeasured."""
    log = (run_folder / "log.txt").read_text(encoding="utf-8")
    measured = re.findall(rf"^{name}: ([\d.]+) s: ", log, re.MULTILINE)
    if not measured:
        raise Unmeasured(f"{run_folder / 'log.txt'} does not say how long {name} took")
    return sum(map(float, measured))
