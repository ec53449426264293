"""How far a run is, who works on it, and what comes next."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import NamedTuple

from masksearch.diagnosis.finding import Finding, ok, warn
from masksearch.diagnosis.summaries import all_changes, stage_summaries
from masksearch.errors import MaskSearchError
from masksearch.run_folder import RunFolder, continuing
from masksearch.stages import (
    DAPO,
    EXPORT,
    INDEX,
    PASSAGES,
    QUESTIONS,
    SFT,
    TASKS,
    TRACES,
    StageKind,
)

_NEEDED: tuple[StageKind, ...] = (PASSAGES, INDEX, TASKS, TRACES, EXPORT, SFT)

_TEACHING = (TRACES, EXPORT, SFT)
"""What a run needs only for a model of its own to reward."""


class RunState(NamedTuple):
    """A run as it stands. `next_command` is empty when there is nothing unfinished."""

    path: Path
    last: str
    next_command: str
    holder: str
    has_model: bool
    fault: str = ""
    on: str = ""
    changes: tuple[str, ...] = ()

    def finding(self) -> Finding:
        """The run in a line."""
        if self.fault:
            return warn("run", f"{self.path}: {self.fault}")
        if self.holder:
            return ok("run", f"{self.path}: in use by {self.holder}")
        place = f"{self.path} on {self.on}" if self.on else str(self.path)
        if self.changes:
            return warn("run", f"{place}: made from what has changed since: {self.changes[0]}")
        done = f"as far as `{self.last}`" if self.last else "nothing is finished"
        model = "with" if self.has_model else "without"
        return ok("run", f"{place}: {done}, {model} a trained model")


def run_state(path: Path) -> RunState:
    """How far a run folder is; a damaged one has a fault."""
    try:
        return _state(RunFolder(path))
    except (MaskSearchError, OSError) as error:
        return RunState(path, "", "", "", has_model=False, fault=" ".join(str(error).split()))


def _state(run: RunFolder) -> RunState:
    commands, dapo = {kind: kind.command for kind in _NEEDED}, run.stage(DAPO)
    if dapo.begun:
        commands[DAPO] = continuing(dapo, DAPO.command)
    if dapo.facts.get("start"):
        commands = {name: command for name, command in commands.items() if name not in _TEACHING}
    if run.members(QUESTIONS) and not run.stage(TASKS).begun:
        del commands[TASKS]  # questions are solved in their place
    finished = {command: run.stage(name).done for name, command in commands.items()}
    last = [command for command, done in finished.items() if done]
    rewarded = dapo.done  # of any model: the stages before it are not missing then
    unfinished = [command for command, done in finished.items() if not done and not rewarded]
    following = unfinished[0] if unfinished else ""
    return RunState(
        path=run.path,
        last=last[-1] if last else "",
        next_command=f"masksearch {following} --run {quote(str(run.path))}" if following else "",
        holder=run.holder(),
        has_model=rewarded or run.stage(SFT).done,
        on=str(run.on.path) if run.on else "",
        changes=all_changes(stage_summaries(run)),
    )
