"""The process that trains where it is started oddly: from odd folders, by hand, on a full disk."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from masksearch.errors import InputError, SearchError, StoreError, TrainingError
from masksearch.run_folder import RunFolder
from masksearch.stages import MODEL, SFT
from training import process
from training.config import ModelConfig, SftConfig
from training.jobs import SftJob
from training.process import COUNTS, JOB, RESULT, Listener, train_in_process
from training.stages import train_sft

CONFIG = SftConfig(batch_size=6)
ROOT = Path(__file__).parents[2]


@pytest.fixture
def run(exported, tmp_path) -> RunFolder:
    return RunFolder(shutil.copytree(exported, tmp_path / "run"))


@pytest.fixture
def job(run, tiny_model) -> SftJob:
    """The job of the stage, as somebody has it in a file."""
    made = SftJob(
        stage=run.path / SFT,
        home=run.path,
        model=ModelConfig(path=str(tiny_model), dtype="float32"),
        retrievers=(),
        conversations=run.path / "06-export" / "sft.jsonl",
        config=CONFIG,
    )
    made.stage.mkdir()
    (made.stage / JOB).write_text(made.model_dump_json())
    return made


@pytest.fixture
def speaking(monkeypatch):
    """Lets a script of a few lines stand in for the process that trains."""
    started = subprocess.Popen

    def speak(script: str) -> None:
        def popen(command, **options):
            return started([sys.executable, "-c", script, *command[-2:]], **options)

        monkeypatch.setattr(process.subprocess, "Popen", popen)

    return speak


def heard(job: SftJob) -> dict:
    return train_in_process(job, Listener(lambda *told: None, lambda **facts: None))


def by_hand(job: SftJob, program: str = "", **options) -> subprocess.CompletedProcess:
    started = ["-c", program] if program else ["-P", "-m", "training"]
    return subprocess.run(
        [sys.executable, *started, str(job.stage / JOB)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        **options,
    )


def test_a_folder_of_the_user_s_own_called_training_is_not_taken_for_ours(
    run, tiny_model, tmp_path, monkeypatch
):
    theirs = tmp_path / "training"
    theirs.mkdir()
    for name in ("__init__.py", "__main__.py"):
        (theirs / name).write_text("print('not ours')")
    monkeypatch.chdir(tmp_path)
    model = ModelConfig(path=str(tiny_model), dtype="float32")
    assert train_sft(run, model, CONFIG, run.path).steps == 2


def test_a_job_may_be_run_by_hand_without_anybody_on_its_standard_input(job):
    done = by_hand(job, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr
    assert json.loads((job.stage / RESULT).read_text())[COUNTS]["steps"] == 2
    messages = [json.loads(line) for line in done.stdout.splitlines()]
    told = [one["progress"][:2] for one in messages if "progress" in one]
    assert told == [[0, 2], [1, 2], [2, 2]]
    assert (job.stage / MODEL).is_dir()


def test_of_several_processes_only_the_first_speaks_and_writes(job):
    second = (
        "import sys; from training import __main__ as program; "
        "program._is_first = lambda: False; program._train = lambda *given: {'steps': 2}; "
        "sys.exit(program.main())"
    )
    done = by_hand(job, second)
    assert (done.returncode, done.stdout) == (0, "")
    assert not (job.stage / RESULT).exists()


def test_a_disk_too_full_for_the_result_is_the_same_clear_line(job, speaking):
    speaking(f"""import sys; sys.path.insert(0, {str(ROOT)!r})
from masksearch.errors import StoreError
from training import __main__ as program
def full(*given):
    raise StoreError("no space left on the disk")
program._train = lambda *given: {{"steps": 2}}
program._is_first = lambda: True
program.write_json = full
sys.exit(program.main())""")
    with pytest.raises(StoreError, match=r"^no space left on the disk$"):
        heard(job)
    assert [path.name for path in job.stage.iterdir()] == []


@pytest.mark.parametrize("kind", [SearchError, InputError])
def test_an_error_keeps_its_class(job, speaking, kind):
    line = json.dumps({"error": "so it is", "kind": kind.__name__})
    speaking(f"print({line!r}, flush=True); import sys; sys.exit(2)")
    with pytest.raises(kind, match="so it is") as caught:
        heard(job)
    assert type(caught.value) is kind


def test_a_line_that_a_kill_tore_is_no_other_error(job, speaking):
    speaking("""import os, sys
sys.stdout.write('{"progress": [1, 2')
sys.stdout.flush()
os.kill(os.getpid(), 9)""")
    with pytest.raises(TrainingError, match="was killed"):
        heard(job)


def test_a_process_that_was_interrupted_alone_interrupts(job, speaking):
    speaking("import sys; sys.exit(130)")
    with pytest.raises(KeyboardInterrupt):
        heard(job)


def test_the_rate_that_a_killed_training_measured_is_not_measured_again(run, tiny_model, speaking):
    speaking("""import os, sys
sys.stdout.write('{"facts": {"tokens_per_second": 12.5}}\\n')
sys.stdout.flush()
os.kill(os.getpid(), 9)""")
    model, config = ModelConfig(path=str(tiny_model), dtype="float32"), SftConfig(budget_minutes=5)
    with pytest.raises(TrainingError, match=signal.SIGKILL.name):
        train_sft(run, model, config, run.path)
    seen = []
    train_sft(run, model, config, run.path, launch=lambda job, listener: seen.append(job) or {})
    assert seen[0].rate == 12.5
