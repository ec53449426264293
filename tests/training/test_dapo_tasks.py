"""Which tasks DAPO draws: `dapo.tasks`."""

import pytest
from dapo_runs import job, open_run
from finishing import finish
from lessons import LESSONS
from trace_records import a_record
from trainings import train_dapo

from masksearch.config import ExportConfig
from masksearch.errors import InputError, StaleError, StoreError
from masksearch.manifest import IfExists
from masksearch.stages import CONVERSATIONS, EXPORT
from masksearch.store import write_records
from training.dapo import train

ALL = [f"q{n}" for n in range(len(LESSONS))]


def exported(folder, ids):
    run = open_run(folder)
    stage = run.stage(EXPORT)
    stage.begin({"traces": " ".join(ids)}, ExportConfig(), IfExists.RESTART)
    write_records(
        stage.folder / CONVERSATIONS,
        [a_record(0).model_copy(update={"task_id": one}) for one in ids],
    )
    finish(stage, records=len(ids))
    return run


@pytest.fixture
def drawn(monkeypatch):
    """The tasks that a training was given."""
    seen = []
    whole = train._tasks

    def tasks(job):
        found = whole(job)
        seen.extend(task.id for task in found)
        return found

    monkeypatch.setattr(train, "_tasks", tasks)
    return seen


def test_all_training_tasks_are_drawn_unless_told(taught, tmp_path, drawn):
    train_dapo(exported(tmp_path / "run", ALL), job(taught, steps=1), tmp_path)
    assert drawn == ALL


def test_tasks_with_a_trace_are_left_out(taught, tmp_path, drawn):
    run = exported(tmp_path / "run", ["q0", "q2"])
    train_dapo(run, job(taught, steps=1, tasks="untraced"), tmp_path)
    assert drawn == [one for one in ALL if one not in ("q0", "q2")]


def test_nothing_left_to_draw_is_refused(taught, tmp_path):
    run = exported(tmp_path / "run", ALL)
    with pytest.raises(
        InputError, match=r"all 7 training tasks have a trace: take dapo\.tasks=all"
    ):
        train_dapo(run, job(taught, tasks="untraced"), tmp_path)


def test_untraced_tasks_need_an_export(taught, tmp_path):
    with pytest.raises(StoreError, match="masksearch export"):
        train_dapo(open_run(tmp_path / "run"), job(taught, tasks="untraced"), tmp_path)


def test_another_export_is_another_training(taught, tmp_path):
    settings = {"steps": 1, "tasks": "untraced"}
    train_dapo(exported(tmp_path / "run", ["q0"]), job(taught, **settings), tmp_path)
    run = exported(tmp_path / "run", ["q1"])
    with pytest.raises(StaleError, match="export"):
        train_dapo(run, job(taught, **settings), tmp_path)
