"""Which tasks DAPO draws: `dapo.tasks`."""

import pytest
from dapo_runs import as_job, job, open_run
from finishing import finish
from lessons import LESSONS, TAUGHT, a_task
from trace_records import a_record
from trainings import train_dapo

from masksearch.config import ExportConfig
from masksearch.errors import InputError, StaleError, StoreError
from masksearch.manifest import IfExists
from masksearch.stages import CONVERSATIONS, DAPO, EXPORT, QUESTIONS, TRAIN
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


QUIZ, MORE = "questions:quiz:train", "questions:more:train"


def imported(run, name, ids):
    stage = run.own(QUESTIONS, name)
    stage.begin({}, ExportConfig())
    tasks = [a_task(number % TAUGHT).changed(id=one) for number, one in enumerate(ids)]
    write_records(stage.folder / TRAIN, tasks)
    finish(stage, splits={"train": len(ids)})


def test_questions_are_tried_where_they_are_the_source(taught, tmp_path, drawn):
    run = open_run(tmp_path / "run")
    imported(run, "quiz", ["a", "b", "c"])
    counts = train_dapo(run, job(taught, steps=1, source=QUIZ), tmp_path)
    assert drawn == ["a", "b", "c"] and counts.steps == 1
    manifest = run.own(DAPO).manifest
    assert manifest.sources["tasks"].stage == "04-questions/quiz"
    assert manifest.settings["dapo"]["source"] == QUIZ


def tried(folder, **files):
    """The ids that a job with these files of tasks tries."""
    settings = files.pop("settings")
    written = {}
    for name, ids in files.items():
        written[f"questions:{name}:train"] = path = folder / f"{name}.jsonl"
        write_records(path, [a_task(0).changed(id=one) for one in ids])
    traced = settings.pop("traced", ())
    asked = as_job(job(folder, **settings), folder).changed(tasks=written, traced=traced)
    return [task.id for task in train._tasks(asked)]


def test_a_mixture_is_tried_in_its_shares(tmp_path):
    files = {"quiz": ["q1", "q2", "q3"], "more": ["m1", "m2", "m3", "m4"]}
    shared = {"source": f"{QUIZ}=1, {MORE}=2"}
    found = tried(tmp_path, **files, settings=shared)
    assert [one for one in found if one[0] == "m"] == files["more"]
    assert len([one for one in found if one[0] == "q"]) == 2
    assert sorted(tried(tmp_path, **files, settings={"source": f"{QUIZ}, {MORE}"})) == sorted(
        one for ids in files.values() for one in ids
    )


def test_what_has_a_trace_is_left_out_of_every_source(tmp_path):
    path = tmp_path / "traced.jsonl"
    write_records(path, [a_record(0).changed(task_id=one) for one in ("q1", "m2")])
    files = {"quiz": ["q1", "q2"], "more": ["m1", "m2"]}
    settings = {"source": f"{QUIZ}, {MORE}", "traced": (path,)}
    assert sorted(tried(tmp_path, **files, settings=settings)) == ["m1", "q2"]


def test_a_source_whose_tasks_all_have_a_trace_is_refused_by_name(tmp_path):
    path = tmp_path / "traced.jsonl"
    write_records(path, [a_record(0).changed(task_id="q1")])
    settings = {"source": f"{QUIZ}, {MORE}", "traced": (path,)}
    with pytest.raises(InputError, match=f"nothing of {QUIZ}"):
        tried(tmp_path, quiz=["q1"], more=["m1"], settings=settings)
