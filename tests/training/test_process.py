"""A training in a process of its own: what passes through, and what a kill leaves."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from dapo_runs import as_job, job

from masksearch.errors import ModelError, TrainingError
from masksearch.making import Making
from masksearch.run_folder import RunFolder
from masksearch.stages import SFT
from training import process
from training.config import ModelConfig, SftConfig
from training.here import train_here
from training.jobs import DapoJob, SftJob, read_job
from training.saved import progressed
from training.stages import train_sft

CONFIG = SftConfig(batch_size=2, save_steps=2)
MANY_STEPS = SftConfig(batch_size=2, epochs=100, save_steps=10_000)
PARENT = """
import sys
from pathlib import Path
from masksearch.making import Making
from masksearch.run_folder import RunFolder
from training.config import ModelConfig, SftConfig
from training.stages import train_sft
folder, model, config = sys.argv[1:]
train_sft(RunFolder(Path(folder)), ModelConfig(path=model, dtype="float32"),
          SftConfig.model_validate_json(config), Path(folder),
          Making(progress=lambda done, total, note="": print("step", done, flush=True)))
"""


@pytest.fixture
def run(exported, tmp_path) -> RunFolder:
    return RunFolder(shutil.copytree(exported, tmp_path / "run"))


@pytest.fixture
def model(tiny_model) -> ModelConfig:
    return ModelConfig(path=str(tiny_model), dtype="float32")


def trainings() -> list[psutil.Process]:
    """The children of this process that train."""
    found = psutil.Process().children(recursive=True)
    return [one for one in found if process.JOB in " ".join(one.cmdline())]


def logged(run: RunFolder) -> list[int]:
    lines = (run.path / SFT / "metrics.jsonl").read_text().splitlines()
    return [json.loads(line)["step"] for line in lines]


def test_progress_and_counts_pass_through_and_nothing_is_left_behind(run, model, capfd):
    seen = []
    counts = train_sft(
        run, model, CONFIG, run.path, Making(progress=lambda *told: seen.append(told))
    )
    assert counts.steps == 6 and [done for done, _, _ in seen][-1] == 6
    assert [(done, total) for done, total, _ in seen] == [(done, 6) for done in range(7)]
    assert all(note.startswith("loss ") for done, _, note in seen if done)
    left = {path.name for path in (run.path / SFT).iterdir()}
    assert left == {"manifest.json", "metrics.jsonl", "model"}
    assert run.finished(SFT).counts == counts and not trainings()
    assert capfd.readouterr().out == ""


def test_a_child_that_is_killed_leaves_a_stage_that_resumes_from_its_checkpoint(run, model):
    def kill(done, total, note=""):
        if done == 3:
            for one in trainings():
                one.kill()

    with pytest.raises(TrainingError, match=r"was killed \(SIGKILL.*run the same command"):
        train_sft(run, model, CONFIG, run.path, Making(progress=kill))
    assert not run.own(SFT).done and not trainings()
    again = []
    train_sft(run, model, CONFIG, run.path, Making(progress=lambda done, *_: again.append(done)))
    assert again[:2] == [2, 3]  # two steps were saved
    assert logged(run) == [1, 2, 3, 4, 5, 6]


def test_no_child_outlives_a_parent_that_is_killed(run, tiny_model):
    paths = os.pathsep.join(filter(None, [str(Path(process.__file__).parents[1]), *sys.path]))
    arguments = [str(run.path), str(tiny_model), CONFIG.model_dump_json()]
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": paths},
    ) as parent:
        assert parent.stdout is not None
        assert "step 1\n" in iter(parent.stdout.readline, "")
        [child] = psutil.Process(parent.pid).children()
        parent.kill()
    gone, _ = psutil.wait_procs([child], timeout=20)
    assert gone == [child]
    assert not run.own(SFT).done


class CtrlC:
    """Progress that is interrupted as often as wanted, from a step on."""

    def __init__(self, step, times):
        self.step, self.left = step, times
        self.told = []

    def __call__(self, done, total, note=""):
        self.told.append(done)
        if total and done >= self.step and self.left:
            self.left -= 1
            raise KeyboardInterrupt


def test_ctrl_c_ends_the_training_after_the_step_that_it_is_at_and_saves_it(run, model, capfd):
    pressed = CtrlC(1, times=1)
    with pytest.raises(KeyboardInterrupt):
        train_sft(run, model, MANY_STEPS, run.path, Making(progress=pressed))
    assert not trainings()
    assert "stopping after this step" in capfd.readouterr().err
    saved = progressed(run.path / SFT)
    assert saved is not None and 1 <= saved.steps < saved.planned == 600
    assert logged(run) == list(range(1, saved.steps + 1))  # nothing that was learnt is lost
    counts = train_sft(run, model, MANY_STEPS, run.path, finish=True, launch=train_here)
    assert (counts.steps, counts.planned) == saved and counts.ended
    assert run.finished(SFT).counts == counts


def test_ctrl_c_twice_ends_it_at_once(run, model):
    with pytest.raises(KeyboardInterrupt):
        train_sft(run, model, CONFIG, run.path, Making(progress=CtrlC(1, times=2)))
    assert not trainings()
    assert train_sft(run, model, CONFIG, run.path, launch=train_here).steps == 6


def test_an_early_ctrl_c_leaves_nothing_that_other_settings_would_lose(run, model, monkeypatch):
    def interrupt(child, lines, listener):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(process, "_listen", interrupt)
        with pytest.raises(KeyboardInterrupt):
            train_sft(run, model, CONFIG, run.path)
    assert [path.name for path in (run.path / SFT).iterdir()] == ["manifest.json"]
    assert train_sft(run, model, CONFIG.changed(learning_rate=1e-3), run.path).steps == 6


def test_an_error_of_the_child_is_the_same_error_here(run, tmp_path):
    (tmp_path / "empty").mkdir()
    broken = ModelConfig(path=str(tmp_path / "empty"), dtype="float32")
    with pytest.raises(ModelError, match="cannot load the model"):
        train_sft(run, broken, CONFIG, run.path)


def test_a_crash_is_one_line_with_its_reason(run, model, monkeypatch):
    monkeypatch.setattr(
        process, "child_environment", lambda: {**os.environ, "PYTHONPATH": "/nowhere"}
    )
    monkeypatch.setattr(sys, "executable", shutil.which("false") or "/bin/false")
    with pytest.raises(TrainingError, match="ended unexpectedly: exit code 1") as caught:
        train_sft(run, model, CONFIG, run.path)
    assert "\n" not in str(caught.value)


def test_a_job_is_read_as_it_was_written_and_holds_no_secret(tiny_model, tmp_path, monkeypatch):
    for name in ("MASKSEARCH_API_KEY", "MASKSEARCH_JUDGE_API_KEY", "TAVILY_API_KEY"):
        monkeypatch.setenv(name, "sk-planted-secret")
    wanted = as_job(job(tiny_model), tmp_path)
    path = tmp_path / "job.json"
    path.write_text(wanted.model_dump_json())
    assert read_job(path) == wanted and isinstance(read_job(path), DapoJob)
    sft = SftJob(
        stage=tmp_path,
        home=tmp_path,
        model=wanted.model,
        retrievers=wanted.retrievers,
        conversations=tmp_path / "sft.jsonl",
        config=CONFIG,
    )
    path.write_text(sft.model_dump_json())
    assert read_job(path) == sft
    assert "sk-planted-secret" not in wanted.model_dump_json() + sft.model_dump_json()


def test_the_parent_needs_no_torch():
    program = (
        "import training.stages, sys; print([n for n in ('torch', 'trl') if n in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert found.stdout.strip() == "[]", found.stderr


def test_interrupting_a_child_that_ignores_it_still_ends_it(monkeypatch):
    monkeypatch.setattr(process, "_GRACE_SECONDS", 0.2)
    stubborn = "import signal, time; signal.signal(15, signal.SIG_IGN); print(1); time.sleep(60)"
    child = subprocess.Popen([sys.executable, "-uc", stubborn], stdout=subprocess.PIPE)
    assert child.stdout is not None and child.stdout.readline()
    began = time.monotonic()
    process._end(child)
    assert child.returncode == -signal.SIGKILL and time.monotonic() - began < 10
