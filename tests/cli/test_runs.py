"""The list of a folder's runs, and what one run stands on."""

import os
import shutil
from pathlib import Path

import pytest
from manifests import as_unfinished

from cli import machine
from masksearch.run_folder import RunFolder
from masksearch.stages import TRACES


@pytest.fixture
def runs(cli, built) -> Path:
    """A folder of three runs: a base, one on it that exported, one on it with its own tasks."""
    shutil.copytree(built / "traces", "runs/base")
    cli("export", "--run", "runs/top", "--on", "runs/base")
    change = ["--set", "ramp.window_chars=200"]
    cli("ramp", "build", "--run", "runs/other", "--on", "runs/base", *change)
    return Path("runs")


def listed(cli, *arguments: str) -> dict[str, dict]:
    return {one["run"]: one for one in cli("runs", "list", *arguments, "--json").json["runs"]}


def shown(cli, run: str, *arguments: str) -> dict[str, dict]:
    stages = cli("runs", "show", run, *arguments, "--json").json["stages"]
    return {one["stage"]: one for one in stages}


def edit(path: Path) -> None:
    """One byte of a file becomes another."""
    before = path.read_bytes()
    path.write_bytes(before[:-3] + bytes([before[-3] ^ 1]) + before[-2:])


def test_every_run_of_a_folder_is_listed_with_what_it_reads_and_its_own_size(cli, runs):
    found = listed(cli)
    assert set(found) == {"runs/base", "runs/top", "runs/other"}
    top, base = found["runs/top"], found["runs/base"]
    assert top["on"] == "runs/base" and base["on"] == ""
    assert top["furthest"] == "06-export" and base["furthest"] == "05-traces"
    assert top["figures"] == base["figures"] == {"passages": 24, "tasks": 24, "traces": 8}
    assert 0 < top["bytes"] < base["bytes"]
    assert not any(one["fault"] or one["changes"] for one in found.values())
    assert listed(cli, "runs") == found
    assert "| runs/top " in cli("runs", "list").out


def test_a_run_is_shown_with_the_run_that_each_stage_is_read_from(cli, runs):
    stages = shown(cli, "runs/top")
    assert stages["05-traces"]["run"] == "runs/base" and stages["06-export"]["run"] == "runs/top"
    assert {one["state"] for one in stages.values()} == {"done"}
    assert cli("runs", "show", "runs/top").out.startswith("runs/top stands on runs/base\n")


def test_what_was_made_from_another_is_shown_as_hidden_with_the_reason(cli, runs):
    hidden = shown(cli, "runs/other")["05-traces"]
    assert hidden["state"] == "hidden"
    assert "runs/other has its own 04-tasks" in hidden["note"]
    assert "traces" not in listed(cli)["runs/other"]["figures"]


def test_a_stage_that_was_stopped_is_part_way(cli, runs):
    as_unfinished(RunFolder(runs / "base").own(TRACES))
    stage = shown(cli, "runs/base")["05-traces"]
    assert stage["state"] == "part-way" and stage["hash"] == ""


def test_an_edited_file_is_seen_from_the_run_above_with_the_difference(cli, runs):
    edit(runs / "base/05-traces/accepted.jsonl")
    [change] = shown(cli, "runs/top")["05-traces"]["changes"]
    assert change.startswith("accepted.jsonl: ") and " → " in change
    assert "05-traces: accepted.jsonl: " in listed(cli)["runs/top"]["changes"][0]


def test_an_edit_that_hides_its_time_is_seen_by_verifying(cli, runs):
    path = runs / "base/05-traces/accepted.jsonl"
    known = path.stat()
    edit(path)
    os.utime(path, ns=(known.st_atime_ns, known.st_mtime_ns))
    assert shown(cli, "runs/top")["05-traces"]["changes"] == []
    assert len(shown(cli, "runs/top", "--verify")["05-traces"]["changes"]) == 1


def test_a_base_made_again_otherwise_is_seen_by_what_was_made_from_it(cli, runs):
    change = ["--set", "synth.limit=2", "--if-exists", "restart"]
    cli("synth", "run", "--run", "runs/base", *change)
    changed = shown(cli, "runs/top")["06-export"]["changes"]
    assert any("limit: None → 2" in one for one in changed)


@pytest.mark.parametrize(
    ("on", "fault"),
    [
        ("../gone", "runs/faulty stands on runs/gone, and there is no such run"),
        ("../faulty", "runs/faulty cannot stand on itself"),
        ("../circle", "runs/faulty stands on itself, through runs/circle"),
    ],
)
def test_a_base_that_cannot_be_read_is_a_fault_in_the_list_and_a_line_when_shown(
    cli, runs, on, fault
):
    for name, base in (("faulty", on), ("circle", "../faulty")):
        (runs / name).mkdir()
        (runs / name / "config.yaml").write_text(f"on: {base}\n")
    found = listed(cli)
    assert found["runs/faulty"]["fault"] == fault
    assert found["runs/top"]["fault"] == ""
    assert cli("runs", "show", "runs/faulty", code=2).err == f"error: {fault}\n"


def test_a_damaged_manifest_is_a_row_and_the_others_stay_readable(cli, runs):
    (runs / "base/05-traces/manifest.json").write_text("{")
    assert "is damaged" in listed(cli)["runs/base"]["fault"]
    stages = shown(cli, "runs/base")
    assert stages["05-traces"]["state"] == "damaged" and stages["04-tasks"]["state"] == "done"


def test_what_is_no_folder_and_what_is_no_run(cli, tmp_path):
    assert "no folder at nowhere" in cli("runs", "list", "nowhere", code=2).err
    assert cli("runs", "list", ".").out == "no runs in .\n"
    assert "no run folder at nowhere" in cli("runs", "show", "nowhere", code=2).err
    assert "is no run" in cli("runs", "show", ".", code=2).err


def test_the_doctor_says_what_a_run_stands_on_and_warns_of_a_changed_base(cli, runs, monkeypatch):
    monkeypatch.setattr(machine, "machine_findings", lambda: [])
    looked = ("doctor", "--run", "runs/top")
    assert "runs/top on runs/base: as far as `export`" in cli(*looked, code=1).out  # no assets
    edit(runs / "base/05-traces/accepted.jsonl")
    said = cli(*looked, code=1).out
    assert "runs/top on runs/base: made from what has changed since: 05-traces: accepted" in said


def test_a_report_says_what_the_run_stands_on_and_where_stages_are_from(cli, runs):
    cli("report", "--run", "runs/top")
    page = Path("runs/top/report.html").read_text()
    assert "<dd>runs/base</dd>" in page
    assert page.count("of <code>runs/base</code>") == 5
