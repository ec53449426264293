"""Keeping the training libraries' own bars and warnings off the terminal."""

from __future__ import annotations

import logging
import warnings


def quiet_libraries() -> None:
    """Let them say nothing but errors; to be called before models are loaded."""
    import transformers  # noqa: PLC0415 - takes seconds

    warnings.filterwarnings("ignore")
    logging.getLogger("torch").setLevel(logging.ERROR)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()


def quiet_datasets() -> None:
    """The same of what only a training loads."""
    import datasets  # noqa: PLC0415 - takes a second

    datasets.disable_progress_bars()
