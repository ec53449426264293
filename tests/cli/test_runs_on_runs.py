"""Runs that stand on other runs, through the commands."""

import shutil
from pathlib import Path

import pytest
import yaml
from finishing import finish
from manifests import edit_manifest

from masksearch.config import Section
from masksearch.errors import StaleError, StoreError
from masksearch.run_folder import RunFolder
from masksearch.stages import EVAL, EXPORT, PASSAGES, SFT, STAGES, TASKS, TRACES, TRAIN
from masksearch.store import file_hash


@pytest.fixture
def base(traces_run: str) -> str:
    """A run as far as its traces."""
    return traces_run


def one_line(ran) -> str:
    [line] = ran.err.strip().splitlines()
    assert line.startswith("error: ")
    return line


def change_a_byte(path: Path) -> bytes:
    before = path.read_bytes()
    path.write_bytes(before[:-3] + bytes([before[-3] ^ 1]) + before[-2:])
    return before


def test_what_a_run_does_not_have_is_read_from_below_and_nothing_is_written_there(cli, base):
    before = file_hash(Path(base))
    assert cli("export", "--run", "top", "--on", base, "--json").json["records"] > 0
    assert cli("search", "market town", "--run", "top", "--json").json
    for command in (["ramp", "show"], ["traces", "view"], ["synth", "stats"], ["index", "info"]):
        assert cli(*command, "--run", "top", "--json").json
    assert file_hash(Path(base)) == before
    made = {path.name for path in Path("top").iterdir()}
    assert made == {"06-export", "config.yaml", "env.json", "lock", "log.txt"}


def test_the_base_is_kept_and_need_not_be_named_again(cli, base):
    cli("export", "--run", "top", "--on", base)
    assert yaml.safe_load(Path("top/config.yaml").read_text())["on"] == "../run"
    cli("export", "--run", "top")
    cli("export", "--run", "top", "--on", base)
    shutil.copytree(base, "other")
    assert "stands on run, not on other" in one_line(
        cli("export", "--run", "top", "--on", "other", code=2)
    )
    assert "was begun on no other run" in one_line(
        cli("export", "--run", "other", "--on", base, code=2)
    )


def test_a_run_inherits_the_recipe_below(cli, base, recipe):
    cli("export", "--run", "top", "--on", base)
    below = yaml.safe_load(Path(base, "config.yaml").read_text())
    ours = yaml.safe_load(Path("top/config.yaml").read_text())
    assert ours.pop("on") and {**ours, "measured": {}} == {**below, "measured": {}}


def test_a_section_that_was_decided_below_cannot_be_set(cli, base):
    said = one_line(
        cli("export", "--run", "top", "--on", base, "--set", "ramp.window_chars=200", code=2)
    )
    assert "ramp.window_chars: 300 → 200: 04-tasks is read from run" in said
    assert not Path("top").exists()
    cli("export", "--run", "top", "--on", base, "--set", "sft.epochs=2")
    cli("ramp", "build", "--run", "own", "--on", base, "--set", "ramp.window_chars=200")
    cli("synth", "run", "--run", "own", "--set", "synth.limit=2")
    assert RunFolder(Path("own")).own(TASKS).manifest.settings["window_chars"] == 200


def test_a_seed_reaches_only_what_a_run_decides_itself(cli, base):
    cli("export", "--run", "top", "--on", base, "--set", "seed=7")
    config = yaml.safe_load(Path("top/config.yaml").read_text())
    seeds = {name: config[name]["seed"] for name in ("ramp", "synth", "sft", "dapo", "eval")}
    assert seeds == {"ramp": 0, "synth": 0, "sft": 7, "dapo": 7, "eval": 7}


def test_what_was_made_from_a_stage_that_a_run_has_itself_is_not_read_from_below(cli, base):
    cli("ramp", "build", "--run", "top", "--on", base, "--set", "ramp.seed=9")
    top = RunFolder(Path("top"))
    assert top.stage(PASSAGES).folder.parent.name == "run"
    assert top.stage(TRACES).folder == Path("top/05-traces") and not top.stage(TRACES).begun
    assert "top/05-traces is not finished" in one_line(cli("export", "--run", "top", code=2))


def test_a_base_whose_file_was_edited_is_refused_with_the_difference(cli, base):
    cli("export", "--run", "top", "--on", base)
    path = Path(base, "05-traces/accepted.jsonl")
    before = change_a_byte(path)
    said = one_line(cli("export", "--run", "top", code=2))
    assert "run/05-traces was changed after it was finished (accepted.jsonl: " in said
    assert said.count("→") == 1
    with pytest.raises(StaleError, match="was changed after it was finished"):
        RunFolder(Path("top")).finished(EXPORT)
    path.write_bytes(before)
    cli("export", "--run", "top")
    path.unlink()
    said = one_line(cli("export", "--run", "top", code=2))
    assert "accepted.jsonl: " in said and "→ None" in said


def test_a_base_that_was_made_again_with_equal_counts_is_refused_with_the_difference(cli, base):
    cli("export", "--run", "top", "--on", base)
    counts = RunFolder(Path(base)).stage(TRACES).counts
    cli("synth", "run", "--run", base, "--set", "synth.seed=5", "--if-exists", "restart")
    again = RunFolder(Path(base)).stage(TRACES).counts
    assert (again.accepted, again.rejected) == (counts.accepted, counts.rejected)
    with pytest.raises(StaleError) as refused:
        RunFolder(Path("top")).finished(EXPORT)
    assert "top/06-export was made from run/05-traces as it was before" in str(refused.value)
    assert "seed: 0 → 5" in str(refused.value) and "accepted.jsonl: " in str(refused.value)
    assert "seed: 0 → 5" in one_line(cli("export", "--run", "top", code=2))
    cli("export", "--run", "top", "--if-exists", "restart")
    RunFolder(Path("top")).finished(EXPORT)


def test_a_chain_of_four_reads_each_stage_from_the_nearest_that_has_it(cli, built):
    shutil.copytree(built / "tasks", "a")
    cli("synth", "run", "--run", "b", "--on", "a", "--set", "synth.limit=6")
    cli("export", "--run", "c", "--on", "b")
    cli("eval", "run", "--rows", "context-as-query", "--run", "d", "--on", "c")
    top = RunFolder(Path("d"))
    assert [run.name for run in top.chain] == ["d", "c", "b", "a"]
    found = {kind.folder: top.holding(kind)[0].name for kind in (PASSAGES, TRACES, EXPORT)}
    assert found == {"02-passages": "a", "05-traces": "b", "06-export": "c"}
    assert top.members(EVAL) == ["context-as-query"]
    change_a_byte(Path("a/04-tasks", TRAIN))
    with pytest.raises(StaleError, match="a/04-tasks was changed"):
        top.finished(EXPORT)  # c made it from b's traces, which b made from a's tasks


def test_a_teacher_is_found_below_although_a_run_has_traces_of_its_own(cli, base):
    RunFolder(Path(base)).own(SFT).begin({}, Section())
    finish(RunFolder(Path(base)).own(SFT))
    cli("synth", "run", "--run", "top", "--on", base, "--set", "synth.limit=2")
    top = RunFolder(Path("top"))
    assert not top.stage(SFT).begun
    assert top.finished(SFT, making=TRACES).folder.parent.name == "run"


def test_a_base_that_cannot_be_stood_on_is_one_line(cli, base):
    def refused(on: str, run: str = "top") -> str:
        return one_line(cli("export", "--run", run, "--on", on, code=2))

    assert "there is no such run" in refused("nowhere")
    Path("empty").mkdir()
    assert "is no run: it has no config.yaml" in refused("empty")
    assert "there is no such run" in refused("fresh", "fresh")
    assert "was begun on no other run" in refused(base, base)
    assert not Path("top").exists() and not Path("fresh").exists()


def test_a_run_on_itself_or_in_a_circle_is_one_line(cli, base):
    cli("export", "--run", "top", "--on", base)
    config = Path(base, "config.yaml")
    config.write_text("on: ../top\n" + config.read_text())
    assert "stands on itself" in one_line(cli("export", "--run", "top", code=2))
    config.write_text(config.read_text().replace("../top", "."))
    assert "cannot stand on itself" in one_line(cli("export", "--run", base, code=2))


def test_a_base_that_is_half_finished_names_the_command_that_finishes_it(cli, base):
    edit_manifest(RunFolder(Path(base)).stage(TRACES), lambda raw: raw.update(done=False))
    said = one_line(cli("export", "--run", "top", "--on", base, code=2))
    assert "run/05-traces is not finished: run `masksearch synth run --run run` first" in said


def test_a_base_of_contracts_1_is_read_and_its_changes_are_seen(cli, base):
    for stage in map(RunFolder(Path(base)).own, STAGES):
        if stage.begun:
            edit_manifest(stage, as_version_1)
    cli("export", "--run", "top", "--on", base)
    cli("export", "--run", "top")
    change_a_byte(Path(base, "05-traces/accepted.jsonl"))
    with pytest.raises(StaleError, match=r"as it was before .*accepted\.jsonl: "):
        RunFolder(Path("top")).finished(EXPORT)


def as_version_1(raw: dict) -> None:
    raw.update(raw.pop("facts"))
    for name in ("schema_version", "sources", "contents"):
        del raw[name]


def test_a_writer_and_the_runs_above_keep_out_of_each_others_way(cli, base):
    cli("export", "--run", "top", "--on", base)
    lower, upper = RunFolder(Path(base)), RunFolder(Path("top"))
    with upper.writing():
        assert "in use by a run that stands on it" in one_line(
            cli("synth", "run", "--run", base, "--if-exists", "restart", code=2)
        )
        cli("export", "--run", "beside", "--on", base)
    with lower.writing(), pytest.raises(StoreError, match=r"run is in use by process \d+"):  # noqa: SIM117
        with upper.writing():
            raise AssertionError("worked on a base that is being written to")
