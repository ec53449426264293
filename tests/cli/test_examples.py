"""What the demo shows of an evaluation."""

from types import SimpleNamespace

from reported_run import GOLD, a_task, add_row, an_episode, begun, finished, stage

from cli.examples import before_and_after


def test_a_task_that_was_learnt_is_shown_before_and_after(tmp_path):
    lines = before_and_after(SimpleNamespace(run=finished(tmp_path / "run")))
    assert [line for line in lines if line.startswith("\n")] == [
        "\nOne of the tasks, before:", "\nand after:",
    ]  # fmt: skip
    assert "could not be read" in lines[1] and f"answers: {GOLD}" in lines[3]


def test_a_single_row_has_nothing_before_it(tmp_path):
    run = begun(tmp_path / "run")
    stage(run, "04-tasks", {})
    add_row(run, "sft", [an_episode("sft", a_task("a"), GOLD)])
    assert before_and_after(SimpleNamespace(run=run)) == []
