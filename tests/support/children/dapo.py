"""Trains a tiny model with DAPO and kills itself after a step.

Arguments: the run's folder, the model's, the step after which to die (0: never), and
settings of `dapo` that differ from the usual ones, as JSON.
"""

import json
import os
import signal
import sys
from pathlib import Path

import torch

from masksearch.making import Making

torch.set_num_threads(1)

from dapo_runs import job, open_run  # noqa: E402 - one thread first
from trainings import train_dapo  # noqa: E402


def main() -> None:
    folder, model, killed_at = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])

    def progress(done, total, note=""):
        if killed_at and done == killed_at:
            os.kill(os.getpid(), signal.SIGKILL)

    train_dapo(
        open_run(folder), job(model, **json.loads(sys.argv[4])), folder, Making(progress=progress)
    )


if __name__ == "__main__":
    main()
