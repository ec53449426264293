"""A tiny model in memory, and traces to train it on."""

from pathlib import Path

import pytest
import torch
from finishing import finish
from lessons import bundled_search, taught_model
from trace_records import some_records

from masksearch.config import ExportConfig
from masksearch.run_folder import RunFolder
from masksearch.stages import CONVERSATIONS, EXPORT
from masksearch.store import write_records
from training.checkpoints import save_model
from training.config import ModelConfig
from training.models.loading import LoadedModel, load_model


@pytest.fixture
def loaded(tiny_model: Path) -> LoadedModel:
    """The tiny model and its tokenizer, fresh."""
    return load_model(ModelConfig(path=str(tiny_model)), tiny_model, dtype=torch.float32)


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder with twelve exported traces and nothing else."""
    run = RunFolder(tmp_path_factory.mktemp("exported") / "run")
    stage = run.stage(EXPORT)
    stage.begin({"traces": "t"}, ExportConfig())
    finish(stage, records=write_records(stage.folder / CONVERSATIONS, some_records(12)))
    return run.path


@pytest.fixture(scope="session")
def taught(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the tiny model that has its lessons by heart."""
    loaded = taught_model(tiny_model, bundled_search())
    folder = tmp_path_factory.mktemp("taught") / "model"
    save_model(loaded.model, loaded.tokenizer, folder)
    return folder
