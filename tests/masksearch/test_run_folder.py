import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from finishing import finish
from manifests import edit_manifest
from pydantic import BaseModel, SecretStr

from masksearch.config import RampConfig, SearchConfig
from masksearch.counts import TaskCounts
from masksearch.errors import ConfigError, StaleError, StoreError
from masksearch.manifest import IfExists, Stage
from masksearch.run_folder import RunFolder
from masksearch.stages import DOCUMENTS, TASKS
from masksearch.store import read_json

INPUTS = {"passages": "abc123"}


class Recipe(BaseModel):
    ramp: RampConfig = RampConfig(seed=3)
    search: SearchConfig = SearchConfig()
    api_key: SecretStr = SecretStr("sk-very-secret")


class Sections(BaseModel):
    ramp: RampConfig


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return RunFolder(tmp_path / "run").stage(TASKS)


def make(stage: Stage, content: str = "made") -> Path:
    """Begin the stage with the usual inputs and leave an output, unfinished."""
    assert not stage.begin(INPUTS, RampConfig())
    output = stage.folder / "train.jsonl"
    output.write_text(content)
    return output


def test_a_finished_stage_has_nothing_left_to_do(stage: Stage) -> None:
    output = make(stage)
    assert not stage.done
    finish(stage, train={"1": 7})
    assert stage.done
    assert stage.begin(INPUTS, RampConfig())
    assert stage.counts.total == 7
    assert output.read_text() == "made"


@pytest.mark.parametrize("content", ["", "{", "[]", "\x00\x00"])
def test_a_damaged_manifest_is_refused_with_what_to_do(stage: Stage, content: str) -> None:
    output = make(stage)
    (stage.folder / "manifest.json").write_text(content)
    with pytest.raises(StoreError, match=r"04-tasks.* is damaged, .* remove that folder"):
        stage.begin(INPUTS, RampConfig())
    assert output.exists()


def test_a_killed_stage_goes_on_with_what_it_has(stage: Stage) -> None:
    output = make(stage)
    stage.note(shards=["0.parquet"])
    again = Stage(stage.folder, stage.kind)
    assert not again.begin(INPUTS, RampConfig())
    assert output.read_text() == "made"
    assert again.facts["shards"] == ["0.parquet"]


@pytest.mark.parametrize(
    ("inputs", "config", "difference"),
    [
        ({"passages": "other"}, RampConfig(), "passages: abc123 → other"),
        ({**INPUTS, "index": "new"}, RampConfig(), "index: None → new"),
        ({}, RampConfig(), "passages: abc123 → None"),
        (INPUTS, RampConfig(seed=5), "seed: 0 → 5"),
        (INPUTS, RampConfig(num_masks=(1,)), "num_masks: [1, 2, 3, 4] → [1]"),
    ],
)
def test_other_inputs_or_settings_are_refused_with_the_difference(
    stage: Stage, inputs: dict[str, str], config: RampConfig, difference: str
) -> None:
    output = make(stage)
    finish(stage)
    with pytest.raises(StaleError) as caught:
        stage.begin(inputs, config)
    assert difference in str(caught.value)
    assert "use --if-exists restart" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert output.exists() and stage.done


def test_a_setting_that_is_newer_than_the_stage_had_its_default(stage: Stage) -> None:
    make(stage)
    finish(stage)
    edit_manifest(stage, lambda manifest: manifest["settings"].pop("tasks_per_passage"))
    before = stage.hash
    assert stage.begin(INPUTS, RampConfig())
    assert stage.hash == before
    with pytest.raises(StaleError, match="tasks_per_passage: 1 → 2"):
        stage.begin(INPUTS, RampConfig(tasks_per_passage=2))


def test_a_setting_that_is_newer_within_a_section_had_its_default_too(stage: Stage) -> None:
    settings = Sections(ramp=RampConfig())
    stage.begin(INPUTS, settings)
    finish(stage)
    edit_manifest(stage, lambda manifest: manifest["settings"]["ramp"].pop("tasks_per_passage"))
    assert stage.begin(INPUTS, settings)
    edit_manifest(stage, lambda manifest: manifest["settings"]["ramp"].update(gone=1))
    with pytest.raises(StaleError, match=re.escape("ramp.gone: 1 → None")):
        stage.begin(INPUTS, settings)


def test_a_difference_within_a_section_is_named_as_one_would_set_it(stage: Stage) -> None:
    stage.begin(INPUTS, Sections(ramp=RampConfig()))
    finish(stage)
    with pytest.raises(StaleError, match=re.escape("settings (ramp.seed: 0 → 5):")):
        stage.begin(INPUTS, Sections(ramp=RampConfig(seed=5)))


@pytest.mark.parametrize("config", [RampConfig(), RampConfig(seed=5)])
def test_a_restart_makes_the_stage_anew(stage: Stage, config: RampConfig) -> None:
    output = make(stage)
    finish(stage, train={"1": 7})
    assert not stage.begin(INPUTS, config, IfExists.RESTART)
    assert not output.exists() and not stage.done
    assert stage.manifest.settings == config.model_dump(mode="json")
    assert stage.counts == TaskCounts()
    assert not stage.begin(INPUTS, config)


def test_a_restart_killed_while_clearing_leaves_nothing_to_mistake_for_work(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(stage, "of the old settings")
    finish(stage)

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", killed)
        with pytest.raises(KeyboardInterrupt):
            stage.begin(INPUTS, RampConfig(seed=5), IfExists.RESTART)
    assert not stage.done
    assert not stage.begin(INPUTS, RampConfig(seed=6))
    assert [child.name for child in stage.folder.iterdir()] == ["manifest.json"]
    stage.clear()
    assert list(stage.folder.parent.iterdir()) == []


def test_clearing_what_is_not_there_does_nothing(stage: Stage) -> None:
    stage.clear()
    assert not stage.folder.exists()


def test_a_stages_hash_tells_how_it_was_made(tmp_path: Path) -> None:
    def made(name: str, inputs: dict[str, str], config: RampConfig, tasks: int) -> str:
        stage = Stage(tmp_path / name, TASKS)
        stage.begin(inputs, config)
        finish(stage, train={"1": tasks})
        return stage.hash

    one = made("one", INPUTS, RampConfig(), 7)
    assert made("same", INPUTS, RampConfig(), 7) == one
    others = {
        made("inputs", {"passages": "other"}, RampConfig(), 7),
        made("settings", INPUTS, RampConfig(seed=1), 7),
        made("counts", INPUTS, RampConfig(), 8),
    }
    assert len({one, *others}) == 4


def test_a_later_stage_wants_the_earlier_one_finished(tmp_path: Path) -> None:
    run = RunFolder(tmp_path / "run")
    with pytest.raises(
        StoreError, match="04-tasks is not finished: run `masksearch ramp build --run "
    ):
        run.finished(TASKS)
    make(run.stage(TASKS))
    with pytest.raises(StoreError, match="is not finished"):
        run.finished(TASKS)
    finish(run.stage(TASKS))
    assert run.finished(TASKS).done


def test_a_file_where_the_run_folder_should_be_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run"
    path.write_text("kept")
    with pytest.raises(StoreError, match="a file is where the folder"):
        RunFolder(path)
    assert path.read_text() == "kept"


HOLDER = """
import pathlib, sys, time
from masksearch.run_folder import RunFolder
with RunFolder(pathlib.Path(sys.argv[1])).writing():
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock of `tmp_path / "run"`."""
    command = [sys.executable, "-c", HOLDER, str(tmp_path / "run"), "two\nlines"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_writer_is_refused_until_the_first_is_killed(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    run = RunFolder(tmp_path / "run")
    with pytest.raises(StoreError) as caught, run.writing():
        raise AssertionError("two writers in one run folder")
    assert f"{run.path} is in use by process {holder.pid} (" in str(caught.value)
    assert "\n" not in str(caught.value)
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    with run.writing():
        assert f"process {os.getpid()} " in (run.path / "lock").read_text()


def test_the_lock_names_the_command_without_a_password(tmp_path: Path, monkeypatch) -> None:
    address = "https://me:secret@packages.example/wheels"
    monkeypatch.setattr(sys, "argv", ["bin/masksearch", "demo", f"--pip-arg=-i {address}"])
    run = RunFolder(tmp_path / "run")
    with run.writing():
        told = run.holder()
    assert "masksearch demo --pip-arg=-i https://***@packages.example/wheels" in told


def test_the_language_is_that_of_the_documents(tmp_path: Path) -> None:
    run = RunFolder(tmp_path / "run")
    assert run.language == "en"
    documents = run.stage(DOCUMENTS)
    documents.begin({}, RampConfig())
    finish(documents, language={"said": "en", "used": "zh"})
    assert run.language == "zh"


def test_the_lock_is_free_after_the_work_even_if_it_failed(tmp_path: Path) -> None:
    run = RunFolder(tmp_path / "run")
    with pytest.raises(ZeroDivisionError), run.writing():
        raise ZeroDivisionError
    with (
        run.writing(),
        pytest.raises(StoreError, match="is in use by"),
        RunFolder(run.path).writing(),
    ):
        raise AssertionError("two writers in one run folder")


def test_a_run_describes_its_recipe_and_surroundings_without_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MASKSEARCH_API_KEY", "sk-from-the-environment")
    run = RunFolder(tmp_path / "run")
    run.describe(Recipe(), {"agent": "v1@0123456789ab"})
    recipe: dict[str, Any] = yaml.safe_load((run.path / "config.yaml").read_text())
    assert recipe["ramp"] == RampConfig(seed=3).model_dump(mode="json")
    assert list(recipe)[:3] == ["ramp", "search", "api_key"]
    environment = read_json(run.path / "env.json")
    assert environment["prompts"] == {"agent": "v1@0123456789ab"}
    assert environment["packages"]["pydantic"]
    assert {"python", "machine", "processors", "revision"} <= set(environment)
    written = "".join(path.read_text() for path in run.path.iterdir())
    assert "sk-very-secret" not in written and "sk-from-the-environment" not in written


def test_a_figure_is_measured_once_in_a_run(tmp_path: Path) -> None:
    figures = iter([12.3456, 99.0])
    run = RunFolder(tmp_path / "run")
    run.describe(Recipe(), {})
    assert run.measured("rate", lambda: next(figures)) == 12.3456
    RunFolder(run.path).describe(Recipe(), {})
    assert RunFolder(run.path).measured("rate", lambda: next(figures)) == 12.3456
    assert run.measured("other", lambda: next(figures)) == 99.0


@pytest.mark.parametrize("content", ["", "ramp: [", "- ramp"])
def test_a_spoilt_configuration_of_a_run_is_one_line(tmp_path: Path, content: str) -> None:
    run = RunFolder(tmp_path / "run")
    run.path.mkdir()
    (run.path / "config.yaml").write_text(content)
    with pytest.raises(ConfigError, match=r"config\.yaml: ") as caught:
        run.describe(Recipe(), {})
    assert "\n" not in str(caught.value)


def test_the_log_grows_line_by_line(tmp_path: Path) -> None:
    run = RunFolder(tmp_path / "run")
    run.log("one")
    run.log("two\n")
    assert (run.path / "log.txt").read_text() == "one\ntwo\n"


@pytest.mark.parametrize("counts", [{"train": 7}, {"train": {"1": "many"}}, {"rejected": None}])
def test_counts_of_another_shape_are_a_damaged_manifest(stage: Stage, counts: object) -> None:
    make(stage)
    finish(stage)
    edit_manifest(stage, lambda manifest: manifest.update(counts=counts))
    with pytest.raises(StoreError, match="is damaged"):
        assert stage.counts


def test_counts_of_another_version_are_read_as_far_as_they_are_known(stage: Stage) -> None:
    make(stage)
    finish(stage)
    edit_manifest(stage, lambda manifest: manifest.update(counts={"train": {"2": 3}, "new": 1}))
    assert stage.counts == TaskCounts(train={"2": 3})
