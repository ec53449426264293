"""What a person who presses Ctrl-C in a training, or in the demo, is told."""

import shutil

import pytest

from cli import demo
from cli.demo import Step
from cli.work import Interrupted, Report
from masksearch.store import write_json
from training import stages

LONG_LINES = 80


@pytest.fixture
def run(cli, built, tmp_path) -> str:
    """A run that has come as far as its conversations."""
    shutil.copytree(built / "traces", tmp_path / "run")
    (tmp_path / "model").mkdir()
    cli("export", "--run", "run")
    return "run"


def stopped_after(step):
    """A training that is stopped once it has saved that step of 78, or none."""

    def train(run, *_, finish=False):
        if step is not None:
            folder = run.path / "07-sft" / "checkpoints" / f"checkpoint-{step}"
            folder.mkdir(parents=True)
            write_json(folder / "trainer_state.json", {"global_step": step, "max_steps": 78})
        raise KeyboardInterrupt

    return train


def test_what_is_saved_and_how_to_go_on_or_to_end_it(cli, run, monkeypatch):
    monkeypatch.setattr(stages, "train_sft", stopped_after(20))
    said = cli("train", "sft", "--model", "model", "--run", run, code=130).err
    assert said.splitlines()[-3:] == [
        "interrupted: 20 of 78 steps are saved",
        "  to go on:         the same command again",
        "  to end it there:  masksearch train sft --run run --finish",
    ]


def test_before_a_step_is_saved_there_is_one_thing_to_do(cli, run, monkeypatch):
    monkeypatch.setattr(stages, "train_sft", stopped_after(None))
    said = cli("train", "sft", "--model", "model", "--run", run, code=130).err
    assert said == "interrupted before a step was saved; run the same command to begin again\n"


def test_finishing_and_restarting_exclude_each_other(cli, run):
    both = ("--finish", "--if-exists", "restart")
    assert (
        "throws it away" in cli("train", "sft", "--model", "model", "--run", run, *both, code=2).err
    )


def test_nothing_can_be_finished_before_it_was_begun(cli, run):
    said = cli("train", "sft", "--model", "model", "--run", run, "--finish", code=2).err
    assert "has no saved step to finish with" in said


def test_the_demo_says_what_comes_after_an_end(cli, monkeypatch):
    def stopped(work):
        raise Interrupted("interrupted: 20 of 78 steps are saved\n  to end it there:  masksearch …")

    monkeypatch.setattr(demo, "_steps", lambda _: [Step("T", "p", "train sft", stopped, None)])
    monkeypatch.setattr(demo.shutil, "which", lambda _: None)
    ran = cli("demo", "--run", "run", code=130)
    assert "the same command goes on" in ran.out and "half an hour" in ran.out
    assert max(map(len, ran.out.splitlines())) <= LONG_LINES
    assert "then the demo's command again, for the stages that are left" in ran.err
    assert "bin/activate" in ran.err


def test_the_demo_ends_with_the_table_and_three_commands(cli, monkeypatch):
    monkeypatch.setattr(demo, "_steps", lambda _: [])
    monkeypatch.setattr("cli.evaluating.brief_lines", lambda run: ["| the table |"])
    report = Report({}, [])
    step = Step("T", "p", "report", lambda work: report, lambda work: [])
    monkeypatch.setattr(demo, "_steps", lambda _: [step])
    lines = cli("demo", "--run", "run").out.splitlines()
    assert "| the table |" in lines
    commands = [line for line in lines[lines.index("What was learnt") :] if "  masksearch " in line]
    assert len(commands) == 3 and all("--run run" in line for line in commands)
    assert max(map(len, lines)) <= LONG_LINES
