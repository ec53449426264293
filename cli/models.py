"""In-process models, loaded one at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from masksearch.run_folder import RunFolder
    from training.config import ModelConfig
    from training.models.generator import LocalChat


class Models:
    """Chat models by path; the last one stays loaded, since rows share it."""

    def __init__(self, config: ModelConfig, run: RunFolder, home: Path, max_batch: int) -> None:
        self._config = config
        self._run = run
        self._home = home
        self._max_batch = max_batch
        self._loaded: dict[str, LocalChat] = {}

    def chat(self, path: str) -> LocalChat:
        """The model at a folder, hub id or asset name; raises ModelError."""
        if path not in self._loaded:
            quiet_libraries()
            from training.models.generator import LocalChat
            from training.models.loading import load_model, settled

            self._loaded.clear()
            config = settled(self._config, self._run).model_copy(update={"path": path})
            loaded = load_model(config, self._home)
            self._loaded[path] = LocalChat(loaded, path, self._max_batch)
        return self._loaded[path]


def quiet_libraries() -> None:
    """Keep the training libraries' own bars and warnings off the terminal."""
    import logging
    import warnings

    import datasets
    import transformers

    warnings.filterwarnings("ignore")
    logging.getLogger("torch").setLevel(logging.ERROR)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    datasets.disable_progress_bars()
