import pytest
from reported_run import EVIL, begun, dapo_line, finished, stage, write_lines

from masksearch.corpus.making import MADE, REFUSED
from masksearch.errors import StoreError
from masksearch.report.counts import Count
from masksearch.report.stages import State, flow
from masksearch.run_folder import RunFolder
from masksearch.shards import LEDGER, Shard
from masksearch.stages import DAPO
from masksearch.store import write_records


def shown(run, name):
    [view] = [view for view in flow(run) if view.folder == name]
    return view


def made(run, name):
    return {count.what: count.number for count in shown(run, name).outcome.made}


def test_a_finished_run_tells_what_every_stage_made_and_lost(tmp_path):
    run = finished(tmp_path / "run")
    assert {view.state for view in flow(run)} == {State.DONE}
    assert made(run, "01-documents") == {"documents": 2}
    assert shown(run, "01-documents").outcome.lost == {"redirect": 3}
    assert made(run, "04-tasks") == {"training tasks": 9, "held-out tasks": 3}
    assert shown(run, "05-traces").outcome.lost == {EVIL: 1}
    assert "2.0 searches a trace" in shown(run, "05-traces").outcome.notes
    assert made(run, "07-sft")["conversations learnt from"] == 6
    assert shown(run, "07-sft").outcome.lost_total == 2
    assert made(run, "09-eval")["episodes of sft"] == 3


def test_groups_without_a_difference_are_dapos_losses(tmp_path):
    run = begun(tmp_path / "run")
    folder = stage(run, "08-dapo", {"groups_generated": 18, "groups_kept": 8, "ended": "NaN loss"})
    write_lines(folder / "metrics.jsonl", [dapo_line(1), dapo_line(2)])
    outcome = shown(run, "08-dapo").outcome
    assert outcome.lost == {"all rewards of the group were equal": 8, "not needed": 2}
    assert (outcome.kept, outcome.notes) == (8, ("ended early after 0 steps: NaN loss",))


def test_a_run_that_has_only_begun_names_every_stages_command(tmp_path):
    run = begun(tmp_path / "my run")
    views = flow(run)
    assert {view.state for view in views} == {State.WAITING}
    assert views[0].command == f"masksearch corpus build --run '{run.path}'"
    assert [view.command.split(" --")[0] for view in views[2:]] == [
        "masksearch index build",
        "masksearch ramp build",
        "masksearch synth run",
        "masksearch export",
        "masksearch train sft",
        "masksearch train dapo",
        "masksearch eval run",
    ]


def test_a_stage_without_an_end_tells_how_far_it_came(tmp_path):
    run = begun(tmp_path / "run")
    folder = stage(run, "01-documents", {}, done=False)
    shards = [{MADE: {"documents": 5}}, {MADE: {"documents": 4}, REFUSED: {"redirect": 2}}]
    write_records(folder / LEDGER, [Shard(name=f"{n}", counts=c) for n, c in enumerate(shards)])
    folder = stage(run, "05-traces", {}, done=False)
    (folder / "accepted.jsonl").write_text('{"a": 1}\n{"a": 2}\n{"a"')
    (folder / "rejected.jsonl").write_text('{"a": 3}\n')
    folder = stage(run, "07-sft", {}, done=False)
    write_lines(folder / "metrics.jsonl", [{"step": 4, "loss": 1}], torn='{"step": 5')
    assert made(run, "01-documents") == {"documents": 9}
    assert shown(run, "01-documents").outcome.lost == {"redirect": 2}
    assert shown(run, "05-traces").outcome[:2] == ((Count(2, "traces kept"),), {"not accepted": 1})
    assert made(run, "07-sft") == {"optimizer steps so far": 4}
    assert shown(run, "07-sft").state is State.STOPPED


@pytest.mark.parametrize(
    "name", ["01-documents", "02-passages", "03-index", "04-tasks", "05-traces", "06-export",
             "07-sft", "08-dapo", "09-eval/sft"],
)  # fmt: skip
def test_any_stage_may_have_just_begun(tmp_path, name):
    run = begun(tmp_path / "run")
    stage(run, name, {}, done=False)
    assert shown(run, name.split("/")[0]).state is State.STOPPED


def test_a_stage_is_in_progress_while_somebody_writes(tmp_path):
    run = begun(tmp_path / "run")
    stage(run, "06-export", {}, done=False)
    with run.writing():
        assert shown(RunFolder(run.path), "06-export").state is State.RUNNING
    assert shown(run, "06-export").state is State.STOPPED


def test_a_training_of_a_foreign_model_goes_on_with_that_model(tmp_path):
    run = begun(tmp_path / "run")
    stage(run, "08-dapo", {}, done=False)
    run.stage(DAPO).note(start="my models/qwen")
    command = shown(run, "08-dapo").command
    assert command.startswith("masksearch train dapo --model 'my models/qwen' --run ")


def test_an_unfinished_row_leaves_the_evaluation_unfinished(tmp_path):
    run = finished(tmp_path / "run")
    stage(run, "09-eval/closed-book", {}, done=False)
    view = shown(run, "09-eval")
    assert (view.state, view.outcome.notes) == (State.STOPPED, ("rows not finished: closed-book",))


def test_a_manifest_that_is_not_json_is_one_clear_error(tmp_path):
    run = begun(tmp_path / "run")
    (stage(run, "03-index", {}) / "manifest.json").write_text("{")
    with pytest.raises(StoreError, match=r"03-index/manifest\.json is damaged"):
        flow(run)
