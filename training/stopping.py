"""Ctrl-C in a training: at first it ends after the step that it is at, which is saved."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from training.checkpoints import saving


class StopRequest:
    """A handler of SIGINT that only remembers the first one; raises KeyboardInterrupt then."""

    def __init__(self) -> None:
        self.made = False

    def __call__(self, number: int, frame: object) -> None:
        """Take a signal."""
        if self.made:
            raise KeyboardInterrupt
        self.made = True


class EndsWhenAsked(TrainerCallback):
    """Has the trainer save its state and end after the step in which it was asked to."""

    def __init__(self, request: StopRequest) -> None:
        self._request = request

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """An optimizer step was made."""
        if self._request.made:
            control.should_save = control.should_training_stop = True


def make_steps(trainer: Any, checkpoints: Path, checkpoint: str | None) -> None:
    """Train from a checkpoint, or from the start, to the last step.

    Raises KeyboardInterrupt where somebody ended it; the steps that were made are saved then,
    unless it was asked for twice.
    """
    with saving(checkpoints), _held_back() as request:
        trainer.add_callback(EndsWhenAsked(request))
        trainer.train(resume_from_checkpoint=checkpoint)
    if request.made:
        raise KeyboardInterrupt


@contextmanager
def _held_back() -> Iterator[StopRequest]:
    """Inside, SIGINT is a request; Python lets the main thread alone handle signals."""
    request = StopRequest()
    if threading.current_thread() is not threading.main_thread():
        yield request
        return
    before = signal.signal(signal.SIGINT, request)
    try:
        yield request
    finally:
        signal.signal(signal.SIGINT, before)
