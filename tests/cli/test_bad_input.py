"""What a user can get wrong is one line that says what to do, with exit code 2."""

import bz2
import json
import shutil
from pathlib import Path

import pytest

from masksearch.schemas import Task, version_of
from masksearch.store import read_json, write_json


def one_line(ran) -> str:
    assert ran.out == ""
    assert ran.err.startswith("error: ") and ran.err.count("\n") == 1, ran.err
    assert "Traceback" not in ran.err
    return ran.err


def write_not_xml() -> str:
    Path("bad.xml").write_text("this is no dump\n" * 20)
    return "bad.xml"


def write_empty_dump() -> str:
    Path("empty.jsonl").write_text("")
    return "empty.jsonl"


def write_empty_folder() -> str:
    Path("empty").mkdir()
    return "empty"


@pytest.mark.parametrize(
    ("write", "said"),
    [
        (write_not_xml, "bad.xml"),
        (write_empty_dump, "empty.jsonl"),
        (write_empty_folder, "empty"),
        (lambda: "nowhere.xml", "does not exist"),
        (lambda: "demo", "masksearch assets get"),
    ],
    ids=["not XML", "empty corpus", "empty folder", "no such file", "missing assets"],
)
def test_a_source_that_cannot_be_used(cli, write, said):
    assert said in one_line(cli("corpus", "build", write(), code=2))


def test_a_truncated_bz2(cli, dump):
    packed = bz2.compress(dump.read_bytes())
    Path("cut.xml.bz2").write_bytes(packed[: len(packed) // 2])
    assert "cut.xml.bz2" in one_line(cli("corpus", "build", "cut.xml.bz2", code=2))


def test_an_index_built_from_another_corpus(cli, dump, tasks_run):
    Path("other.jsonl").write_text(
        json.dumps({"id": "a", "title": "A", "text": "Another text altogether. " * 20}) + "\n"
    )
    cli("corpus", "build", "other.jsonl", "--run", "other")
    cli("index", "build", "--run", "other")
    shutil.rmtree(Path(tasks_run, "03-index"))
    shutil.copytree("other/03-index", Path(tasks_run, "03-index"))
    for command in (["search", "x"], ["synth", "run"], ["index", "verify"]):
        assert "another corpus" in one_line(cli(*command, "--run", tasks_run, code=2))


def test_a_task_file_of_a_newer_schema(cli, tasks_run):
    path = Path(tasks_run, "04-tasks/train.jsonl")
    present = f'"schema_version":{version_of(Task)}'
    path.write_text(path.read_text().replace(present, '"schema_version":99'))
    for command in (["synth", "run"], ["ramp", "show"]):
        said = one_line(cli(*command, "--run", tasks_run, code=2))
        assert "schema version 99" in said and "upgrade masksearch" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ramp: {num_maks: [1]}", "ramp.num_maks: unknown key"),
        ("rampp: {}", "rampp: unknown key"),
        ("ramp: {num_masks: [9]}", "ramp.num_masks"),
        ("ramp: [", "not YAML"),
    ],
)
def test_a_recipe_that_is_wrong(cli, text, said):
    Path("mine.yaml").write_text(text)
    assert said in one_line(cli("ramp", "build", "--recipe", "mine.yaml", code=2))
    assert not Path("runs").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ramp", "build", "--set", "ramp.x=1"], "ramp.x: unknown key"),
        (["ramp", "build", "--set", "nonsense"], "section.key=value"),
        (["ramp", "build", "--recipe", "nowhere"], "demo-tiny"),
        (["ramp", "build"], "masksearch corpus build"),
        (["ramp", "build", "--prompts", "nowhere"], "no such folder"),
        (["ramp", "show"], "no run folder"),
        (["eval", "run", "--rows", "best"], "extractive-team"),
        (["eval", "run", "--guards", "all"], "paragraph"),
        (["prompts", "show", "nobody"], "no prompt nobody"),
        (["ramp", "bild"], "No such command"),
        (["ramp", "show", "--limit", "0"], "--limit"),
        (["search"], "Missing argument 'query' (see"),
    ],
)
def test_an_option_that_is_wrong(cli, arguments, said):
    assert said in one_line(cli(*arguments, code=2))


def test_settings_that_are_wrong(cli, monkeypatch):
    monkeypatch.setenv("MASKSEARCH_TIMEOUT_SECONDS", "soon")
    assert "MASKSEARCH_TIMEOUT_SECONDS" in one_line(cli("ramp", "build", code=2))


def test_a_team_of_models_without_an_endpoint(cli, tasks_run):
    said = one_line(cli("synth", "run", "--set", "synth.team=llm", "--run", tasks_run, code=2))
    assert "MASKSEARCH_BASE_URL" in said


def test_a_model_path_that_does_not_exist(cli, traces_run):
    cli("export", "--run", traces_run)
    train = ["train", "sft", "--run", traces_run]
    recorded = Path(traces_run, "config.yaml").read_text()
    assert "/no/where" in one_line(cli(*train, "--model", "/no/where", code=2))
    assert not Path(traces_run, "07-sft").exists()
    assert Path(traces_run, "config.yaml").read_text() == recorded
    own = ["eval", "run", "--model", "/no/where", "--run", traces_run]
    assert "/no/where" in one_line(cli(*own, code=2))
    assert Path(traces_run, "config.yaml").read_text() == recorded


def test_missing_assets_for_training_and_evaluation(cli, traces_run):
    cli("export", "--run", traces_run)
    for command in (["train", "sft"], ["eval", "run", "--rows", "agent"]):
        said = one_line(cli(*command, "--run", traces_run, code=2))
        assert "run `masksearch assets get`" in said


def test_a_stage_before_the_one_that_it_builds_on(cli, tasks_run):
    for command, first in [
        (["export"], "synth run"),
        (["train", "sft"], "export"),
        (["traces", "view"], "synth run"),
        (["traces", "export", "traces.jsonl"], "export"),
        (["synth", "stats"], "synth run"),
        (["eval", "table"], "eval run"),
        (["eval", "run", "--rows", "sft"], "train sft"),
    ]:
        assert f"masksearch {first}" in one_line(cli(*command, "--run", tasks_run, code=2))


def test_a_file_where_the_run_folder_should_be(cli):
    Path("taken").write_text("a file")
    for command in (["corpus", "build", "demo"], ["ramp", "show"], ["demo"]):
        said = one_line(cli(*command, "--run", "taken", code=2))
        assert "a file is where the folder taken should be" in said
    assert Path("taken").read_text() == "a file"


def test_a_damaged_manifest(cli, tasks_run):
    path = Path(tasks_run, "04-tasks/manifest.json")
    path.write_text("{")
    assert str(path) in one_line(cli("ramp", "stats", "--run", tasks_run, code=2))


def test_too_few_held_out_tasks(cli, traces_run):
    rows = ["--rows", "context-as-query", "--run", traces_run]
    assert "--limit" in one_line(cli("eval", "run", *rows, "--limit", "5000", code=2))


def test_an_index_that_was_tampered_with(cli, tasks_run):
    path = Path(tasks_run, "03-index/manifest.json")
    manifest = read_json(path)
    write_json(path, {**manifest, "sha256": "0" * 64})
    assert "damaged" in one_line(cli("index", "verify", "--run", tasks_run, code=2))
