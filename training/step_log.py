"""One line of figures per optimizer step, in a file and to whoever waits."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from masksearch.ports import Progress
from masksearch.store import disk_errors, write_atomically
from training.memory import release_memory

Note = Callable[[Mapping[str, Any]], str]


class StepLog(TrainerCallback):
    """Tells progress and writes `metrics.jsonl`.

    `note` words a step's figures, `opening` what is known before the first step.
    """

    def __init__(self, progress: Progress, metrics: Path, note: Note, opening: str = "") -> None:
        self._progress = progress
        self._metrics = metrics
        self._note = note
        self._opening = opening

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Steps after the checkpoint that is gone on from will be made again."""
        cut_after(self._metrics, state.global_step)
        self._progress(state.global_step, state.max_steps, self._opening)

    def on_substep_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """A batch of those that make a step was learnt from."""
        release_memory()

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """An optimizer step was made."""
        release_memory()

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
        """The figures of a step are there."""
        if not logs or "loss" not in logs or not state.is_world_process_zero:
            return
        self._progress(state.global_step, state.max_steps, self._note(logs))
        line = json.dumps({"step": state.global_step, **logs})
        with disk_errors(self._metrics), self._metrics.open("a", encoding="utf-8") as file:
            file.write(line + "\n")


def cut_after(metrics: Path, step: int) -> None:
    """Keep the lines of the steps up to `step`; a torn one goes too."""
    if not metrics.exists():
        return
    lines = metrics.read_text(encoding="utf-8").splitlines()
    write_atomically(metrics, "".join(f"{line}\n" for line in lines if _within(line, step)))


def _within(line: str, step: int) -> bool:
    try:
        return bool(json.loads(line)["step"] <= step)
    except ValueError:
        return False
