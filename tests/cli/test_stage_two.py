"""Questions as what is solved and trained on, from the command line."""

import json
import shutil
from pathlib import Path

import pytest
from finishing import finish
from guided_world import question
from pydantic import BaseModel

from masksearch.diagnosis.runs import run_state
from masksearch.export import ExportRecord
from masksearch.run_folder import RunFolder
from masksearch.schemas import Task, Trajectory
from masksearch.stages import (
    ACCEPTED,
    CONVERSATIONS,
    EXPORT,
    QUESTIONS,
    REJECTED,
    TASKS,
    TRACES,
    TRAIN,
)
from masksearch.store import read_records, write_records

GUIDED = ("--set", "synth.team=guided")
TRADE = question(
    "Which trade did Arlow live from?",
    "tin",
    evidences=(("Arlow", "trade", "tin"),),
    titles=("Arlow",),
)
BRIDGE = question("What is Brackwater?", "market town", titles=("Brackwater",))
LOST = question("Who is Nobody?", "Somebody", titles=("Nobody",))


class _Nothing(BaseModel):
    """Settings of a stage that has none."""


def imported(run: str, name: str, *tasks: Task) -> None:
    stage = RunFolder(Path(run)).own(QUESTIONS, name)
    stage.begin({}, _Nothing())
    write_records(stage.folder / TRAIN, tasks)
    finish(stage, splits={"train": len(tasks)})


def traces(run: str, file: str = ACCEPTED) -> list[Trajectory]:
    return list(read_records(Path(run, TRACES, file), Trajectory))


def one_line(ran) -> str:
    assert ran.out == "" and ran.err.startswith("error: ") and ran.err.count("\n") == 1, ran.err
    return ran.err


@pytest.fixture
def asked(tasks_run) -> str:
    imported(tasks_run, "towns", TRADE, LOST)
    imported(tasks_run, "more", BRIDGE)
    return tasks_run


def test_guided_traces_come_from_the_runs_own_search_and_are_exported(cli, asked):
    tasks = ("--set", "synth.tasks=questions:towns,questions:more")
    made = cli("synth", "run", *GUIDED, *tasks, "--run", asked, "--json").json
    assert (made["accepted"], made["rejected"]) == (2, 1), made
    assert made["with_gold"] == 3
    assert "3 of all were made with gold" in cli("synth", "stats", "--run", asked).out
    assert list(made["reasons"]) == ["observer: hop 1 of 1: its page was not found"]
    kept = {trace.task_id: trace for trace in traces(asked)}
    assert set(kept) == {TRADE.id, BRIDGE.id}
    assert all(trace.teacher.with_gold and trace.retriever for trace in kept.values())
    assert json.loads(Path(asked, TRACES, "manifest.json").read_text())["sources"].keys() >= {
        "tasks of questions:towns:train",
        "tasks of questions:more:train",
    }
    told = cli("traces", "view", TRADE.id, "--run", asked).out
    assert "made with gold evidence by guided" in told and TRADE.prompt.text[:30] in told
    assert cli("export", "--run", asked, "--json").json["sources"] == {
        "questions:towns:train": 1,
        "questions:more:train": 1,
    }
    records = read_records(Path(asked, EXPORT, CONVERSATIONS), ExportRecord)
    assert {one.task_id: one.source for one in records} == {
        TRADE.id: "questions:towns:train",
        BRIDGE.id: "questions:more:train",
    }


def test_a_finished_stage_of_questions_stays_done(cli, asked):
    tasks = ("--set", "synth.tasks=questions:towns")
    made = cli("synth", "run", *GUIDED, *tasks, "--run", asked, "--json").json
    before = Path(asked, TRACES, REJECTED).read_bytes()
    assert cli("synth", "run", "--run", asked, "--json").json == made
    assert Path(asked, TRACES, REJECTED).read_bytes() == before


@pytest.mark.parametrize("split", ["dev", "test"])
def test_a_question_of_another_split_makes_no_trace_whatever_file_it_stands_in(cli, asked, split):
    held = TRADE.changed(id="held", question=TRADE.question.changed(split=split))
    imported(asked, "mixed", BRIDGE, held)
    flags = (*GUIDED, "--set", "synth.tasks=questions:mixed")
    said = one_line(cli("synth", "run", *flags, "--run", asked, code=2))
    assert f"held is of the split {split}" in said and not Path(asked, TRACES).exists()


@pytest.mark.parametrize("split", ["dev", "test"])
@pytest.mark.parametrize("setting", ["synth.tasks", "sft.traces", "dapo.source"])
def test_no_other_split_can_be_named_as_a_source(cli, asked, setting, split):
    flags = ("--set", f"{setting}=questions:towns:{split}")
    said = one_line(cli("synth", "run", *flags, "--run", asked, code=2))
    assert f"{setting}: questions:towns:{split} is no training split" in said


def test_masked_texts_and_questions_can_be_solved_as_one(cli, asked):
    flags = ("--set", "synth.tasks=ramp=1,questions:more=1", "--limit", "2")
    made = cli("synth", "run", *flags, "--run", asked, "--json").json
    assert made["tasks"] == 2
    ids = {trace.task_id for file in (ACCEPTED, REJECTED) for trace in traces(asked, file)}
    assert BRIDGE.id in ids and len(ids) == 2


def test_conversations_of_a_source_that_is_not_there_are_one_line(cli, traces_run):
    cli("export", "--run", traces_run)
    flags = ("--set", "sft.traces=questions:towns", "--run", traces_run)
    assert "no conversation of questions:towns:train" in one_line(
        cli("train", "sft", *flags, code=2)
    )


def test_dapo_on_a_set_that_was_not_imported_is_one_line(cli, traces_run):
    Path("model").mkdir()
    flags = ("--model", "model", "--set", "dapo.source=questions:none", "--run", traces_run)
    assert "questions import" in one_line(cli("train", "dapo", *flags, code=2))


def test_a_run_of_questions_lacks_no_masked_texts(asked):
    assert run_state(Path(asked)).next_command == f"masksearch synth run --run {asked}"
    shutil.rmtree(Path(asked, TASKS))
    assert run_state(Path(asked)).next_command == f"masksearch synth run --run {asked}"
    shutil.rmtree(Path(asked, QUESTIONS))
    assert run_state(Path(asked)).next_command == f"masksearch ramp build --run {asked}"
