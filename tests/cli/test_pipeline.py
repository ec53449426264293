"""The stages through the command line, without a model."""

import json
from pathlib import Path

import pytest
import yaml

from masksearch.run_folder import RunFolder


def test_a_dump_becomes_conversations_and_figures(cli, traces_run):
    exported = cli("export", "--run", traces_run, "--json").json
    lines = Path(exported["file"]).read_text().splitlines()
    assert exported["records"] == len(lines) >= 3
    rows = "extractive-team,context-as-query"
    figures = cli("eval", "run", "--rows", rows, "--run", traces_run, "--json").json["rows"]
    overall = {row["row"]: row for row in figures if row["stratum"] is None}
    assert overall["extractive-team"]["n"] == 4
    assert overall["extractive-team"]["figures"]["recall"]["mean"] > 0.5
    assert "recall" not in overall["context-as-query"]["figures"]


def test_every_result_is_json_on_stdout_alone(cli, traces_run):
    commands = [
        ["corpus", "build"], ["index", "build"], ["index", "info"], ["index", "verify"],
        ["search", "town on the river"], ["ramp", "build"], ["ramp", "stats"], ["ramp", "show"],
        ["synth", "run"], ["synth", "stats"], ["traces", "view"], ["export"],
        ["eval", "run", "--rows", "context-as-query"], ["eval", "table"],
        ["eval", "failures", "context-as-query"],
        ["eval", "compare", "context-as-query", "context-as-query"],
    ]  # fmt: skip
    for command in commands:
        ran = cli(*command, "--run", traces_run, "--json")
        assert isinstance(ran.json, dict), command
        assert ran.err == "", command


def test_a_build_that_is_done_is_not_done_again(cli, traces_run):
    files = list(Path(traces_run).rglob("*.jsonl"))
    before = {path: path.stat().st_mtime_ns for path in files}
    for command in (["corpus", "build"], ["index", "build"], ["ramp", "build"], ["synth", "run"]):
        cli(*command, "--run", traces_run)
    assert {path: path.stat().st_mtime_ns for path in files} == before


def test_rejects_are_counted_with_their_reasons(cli, tasks_run):
    Path("some.jsonl").write_text(
        json.dumps({"id": "a", "title": "A", "text": "short"})
        + "\n"
        + json.dumps({"id": "b", "title": "B", "text": "A long enough text. " * 20})
        + "\n"
    )
    ran = cli("corpus", "build", "some.jsonl", "--run", "other")
    assert "1 passages" in ran.out and "too short 1" in ran.out


def test_fields_of_a_jsonl_can_be_named(cli):
    row = {"key": "k", "heading": "H", "body": "A long enough text. " * 20}
    Path("some.jsonl").write_text(json.dumps(row) + "\n")
    fields = ["--id-field", "key", "--title-field", "heading", "--text-field", "body"]
    cli("corpus", "build", "some.jsonl", *fields, "--run", "run")
    cli("index", "build", "--run", "run")
    [hit] = cli("search", "long text", "--run", "run", "--json").json["hits"]
    assert (hit["id"].rpartition("#")[0].endswith(":k"), hit["title"]) == (True, "H")


def test_a_source_that_declares_another_language_is_pointed_out(cli, dump):
    wrong = dump.read_text(encoding="utf-8").replace('xml:lang="en"', 'xml:lang="de"')
    Path("wrong.xml").write_text(wrong, encoding="utf-8")
    ran = cli("corpus", "build", "wrong.xml")
    assert "the text is in 'en', though the source says 'de'" in ran.out


def test_limit_bounds_the_items_of_a_stage(cli, dump, recipe):
    made = cli("corpus", "build", str(dump), "--limit", "5", "--recipe", str(recipe), "--json")
    assert made.json["documents"] == 5
    cli("index", "build")
    cli("ramp", "build")
    counts = cli("synth", "run", "--limit", "3", "--json").json
    assert counts["accepted"] + counts["rejected"] == 3
    assert len(cli("ramp", "show", "--limit", "2", "--json").json["tasks"]) == 2


def test_eval_adds_rows_and_guards_and_keeps_what_was_there(cli, traces_run):
    cli("eval", "run", "--rows", "extractive-team", "--limit", "2", "--run", traces_run)
    episodes = Path(traces_run, "09-eval/extractive-team/episodes.jsonl")
    first = episodes.read_text()
    cli("eval", "run", "--rows", "extractive-team", "--guards", "paragraph", "--run", traces_run)
    assert episodes.read_text().startswith(first)
    table = cli("eval", "table", "--run", traces_run).out
    assert "Guard `none`" in table and "Guard `paragraph`" in table
    assert "the page that a task was made from stays searchable" in table
    recorded = yaml.safe_load(Path(traces_run, "config.yaml").read_text())
    assert recorded["eval"]["guards"] == ["none"]  # an addition is not the run's recipe


def test_tasks_are_shown_without_answers_unless_asked(cli, tasks_run):
    [task] = cli("ramp", "show", "--limit", "1", "--run", tasks_run, "--json").json["tasks"]
    gold = task["answers"][0][0]
    assert f"1. {gold}" not in cli("ramp", "show", "--limit", "1", "--run", tasks_run).out
    assert f"1. {gold}" in cli("ramp", "show", "--limit", "1", "--answers", "--run", tasks_run).out


def test_a_trace_is_read_by_number_and_by_id(cli, traces_run):
    trace = cli("traces", "view", "2", "--run", traces_run, "--json").json
    text = cli("traces", "view", trace["task_id"], "--run", traces_run).out
    for shown in (trace["turns"][0]["queries"][0], trace["turns"][0]["hits"][0]["id"], "verdict"):
        assert shown in text
    ran = cli("traces", "view", "999", "--run", traces_run, code=2)
    assert "no trace 999" in ran.err


def test_kept_traces_leave_as_chat_messages(cli, traces_run):
    cli("export", "--run", traces_run)
    told = cli("traces", "export", "out/traces.jsonl", "--run", traces_run, "--json").json
    rows = [json.loads(line) for line in Path("out/traces.jsonl").read_text().splitlines()]
    assert len(rows) == told["traces"] > 0
    assert [one["role"] for one in rows[0]["messages"][:3]] == ["system", "user", "assistant"]
    ran = cli("traces", "export", "out/traces.jsonl", "--run", traces_run, code=2)
    assert "--if-exists restart" in ran.err and ran.err.count("\n") == 1


def test_a_second_writer_is_refused_and_told_who_writes(cli, tasks_run):
    with RunFolder(Path(tasks_run)).writing():
        ran = cli("ramp", "build", "--run", tasks_run, code=2)
    assert "is in use by process" in ran.err and ran.err.count("\n") == 1


def test_a_refused_change_leaves_the_recipe_as_it_was(cli, tasks_run):
    recorded = Path(tasks_run, "config.yaml").read_text()
    ran = cli("ramp", "build", "--set", "ramp.num_masks=[3]", "--run", tasks_run, code=2)
    assert "--if-exists restart" in ran.err and ran.err.count("\n") == 1
    assert Path(tasks_run, "config.yaml").read_text() == recorded
    cli("ramp", "build", "--run", tasks_run)


def test_restart_makes_a_stage_again_as_told(cli, tasks_run):
    masks = ["--set", "ramp.num_masks=[1]", "--if-exists", "restart"]
    counts = cli("ramp", "build", *masks, "--run", tasks_run, "--json").json
    assert set(counts["train"]) == {"1"}


def test_a_source_that_was_refused_can_be_replaced(cli, dump):
    Path("bad.xml").write_text("not a dump")
    cli("corpus", "build", "bad.xml", code=2)
    assert cli("corpus", "build", str(dump), "--json").json["documents"] == 8


def test_prompts_are_copied_listed_shown_and_checked(cli):
    cli("prompts", "init")
    mine = Path("prompts/agent/v1.md")
    mine.write_text(mine.read_text().replace("You answer", "Please answer"))
    assert str(mine) in cli("prompts", "init", "--json").json["kept"]
    assert "Please answer" in cli("prompts", "show", "agent").out
    listed = {row["role"]: row for row in cli("prompts", "list", "--json").json["prompts"]}
    assert listed["agent"]["file"].startswith("prompts")
    assert "\nprotocol " in cli("prompts", "check").out
    planner = Path("prompts/planner/v1.md")
    assert "--- user\nTask:" in cli("prompts", "show", "planner").out
    planner.write_text(planner.read_text().replace("--- user", "--- usr"))
    assert "unknown piece `usr`" in cli("prompts", "check", code=2).err
    mine.write_text("no front matter")
    ran = cli("prompts", "check", code=2)
    assert "front matter" in ran.err and ran.err.count("\n") == 1


@pytest.mark.parametrize("guards", ["page,none", "page"])
def test_guards_are_named_with_commas(cli, traces_run, guards):
    rows = cli(
        "eval", "run", "--rows", "context-as-query", "--guards", guards, "--run", traces_run,
        "--json",
    ).json["rows"]  # fmt: skip
    assert {row["guard"] for row in rows} == set(guards.split(","))
