"""A table's reader must know which of its models learnt less than was planned."""

import pytest
from finishing import finish
from reported_run import a_task, an_episode, begun

from cli.evaluating import brief_lines, table_report
from masksearch.config import ExportConfig
from masksearch.counts import DapoCounts, SftCounts
from masksearch.diagnosis.summaries import stage_summaries
from masksearch.errors import StoreError
from masksearch.evaluation.benchmarks.ramp import RampHeldout
from masksearch.evaluation.early_ends import early_end_lines
from masksearch.evaluation.episodes import evaluated
from masksearch.report.results import results
from masksearch.report.stages import flow
from masksearch.run_folder import RunFolder
from masksearch.stages import DAPO, EPISODES, EVAL, SFT, TASKS
from masksearch.store import read_json, write_json, write_records

SHORT = SftCounts(steps=20, planned=78, ended="the user ended it")
LINES = [
    "train sft: ended early after 20 of 78 steps: the user ended it",
    "train dapo: ended early after 2 of 12 steps: the budget of 7 minutes is used up",
]


@pytest.fixture
def run(tmp_path) -> RunFolder:
    """A run whose two trainings ended early, with a row of its last model alone."""
    run = begun(tmp_path / "run")
    tasks, sft, dapo = run.own(TASKS), run.own(SFT), run.own(DAPO)
    row = run.own(EVAL, "dapo")
    tasks.begin({}, ExportConfig())
    write_records(tasks.folder / "heldout.jsonl", [a_task("a")])
    finish(tasks)
    sft.begin({}, ExportConfig())
    sft.finish(SHORT)
    dapo.begin({"model": sft}, ExportConfig())
    dapo.finish(DapoCounts(steps=2, planned=12, ended="the budget of 7 minutes is used up"))
    row.begin({"dapo": dapo}, ExportConfig())
    write_records(row.folder / EPISODES, [an_episode("dapo", a_task("a"), "Ada")])
    finish(row)
    return run


def lines_of(run: RunFolder) -> list[str]:
    return early_end_lines(run, evaluated(run))


def test_every_training_behind_a_row_is_told_the_first_one_first(run):
    assert lines_of(run) == LINES


def test_the_tables_the_report_and_the_list_of_stages_say_so(run):
    for lines in (table_report(run, RampHeldout()).lines, brief_lines(run), results(run).notes):
        assert [line for line in lines if "ended early" in line] == LINES
    notes = [note for view in flow(run) for note in view.outcome.notes]
    told = [one.ended for one in stage_summaries(run) if one.ended]
    assert told == [note for note in notes if "early" in note]
    assert [f"train sft: {told[0]}", f"train dapo: {told[1]}"] == LINES


def test_a_row_tells_of_the_training_that_it_was_made_from_not_of_a_later_one(run):
    run.own(SFT).finish(SftCounts(steps=78, planned=78))
    assert lines_of(run) == LINES  # the model that was evaluated had still learnt less
    run.own(DAPO).finish(DapoCounts(steps=12, planned=12))
    assert lines_of(run) == LINES[1:]


def test_whole_trainings_and_those_of_older_manifests_are_no_early_ends():
    assert SftCounts(steps=78, planned=78).early_end == ""
    assert SftCounts.model_validate({"steps": 67}).early_end == ""
    older = DapoCounts.model_validate({"steps": 12, "ended": "no useful group"})
    assert older.early_end == "ended early after 12 steps: no useful group"


def test_a_damaged_manifest_is_one_line(run):
    path = run.own(EVAL, "dapo").folder / "manifest.json"
    raw = read_json(path)
    raw["sources"]["dapo"]["counts"] = {"steps": "many"}
    write_json(path, raw)
    with pytest.raises(StoreError, match="08-dapo is damaged"):
        lines_of(run)


def test_a_brief_table_fits_into_eighty_columns(run):
    lines = brief_lines(run)
    assert max(len(line) for line in lines if line.startswith("|")) <= 80
    assert any(line.startswith("| dapo ") for line in lines)
    assert "1 tasks: dapo" in lines and "Guard `none`" in lines
