"""A run of contracts 1, kept as it was written: every command that reads still does."""

import json
import shutil
from pathlib import Path

import pytest

from masksearch.evaluation.runner import EvalEpisode
from masksearch.export import ExportRecord
from masksearch.schemas import Task, Trajectory
from masksearch.stages import EPISODES
from masksearch.store import read_records

KEPT = Path(__file__).parents[1] / "fixtures" / "contracts-1"
READING = (
    "runs show old", "runs list .", "doctor --run old", "report --run old", "search bridge --run old",
    "index info --run old", "index verify --run old", "index leaks --run old", "ramp show --run old",
    "ramp stats --run old", "ramp export to --run old", "traces view --run old",
    "traces view 1 --rejected --run old", "synth stats --run old", "eval table --run old",
    "eval compare sft agent --run old", "eval compare trained untrained --run old",
    "eval failures sft --run old", "ask [mask]. --run old",
    "ask [mask]. --model old/07-sft/model --run old",
)  # fmt: skip
NOTHING_FOUND = {"doctor": 1, "ask": 1}
"""The demo's assets are missing here, and a model that learnt nothing has no answer."""
MAKING = (
    "index build", "ramp build", "synth run", "export", "train sft", "train dapo",
    "eval run --rows context-as-query,extractive-team",
)  # fmt: skip
RECORDS = {
    "04-tasks/train.jsonl": Task,
    "04-tasks/heldout.jsonl": Task,
    "05-traces/accepted.jsonl": Trajectory,
    "05-traces/rejected.jsonl": Trajectory,
    "06-export/sft.jsonl": ExportRecord,
    **{f"09-eval/{row}/{EPISODES}": EvalEpisode for row in ("trained", "untrained", "dapo")},
}


@pytest.fixture
def old(cli) -> Path:
    """A copy to work on, beside the model that it was trained from."""
    shutil.copytree(KEPT, "old")
    shutil.copytree("old/07-sft/model", "tiny")
    return Path("old")


@pytest.mark.parametrize("command", READING)
def test_every_reading_command_reads_it(cli, old, command):
    ran = cli(*command.split(), code=NOTHING_FOUND.get(command.split()[0], 0))
    assert ran.out.strip()


@pytest.mark.parametrize(("path", "kind"), RECORDS.items())
def test_no_record_is_lost(path, kind):
    lines = (KEPT / path).read_text().splitlines()
    read = list(read_records(KEPT / path, kind))
    assert len(read) == len(lines) > 0
    assert all(one.schema_version >= json.loads(line)["schema_version"]
               for one, line in zip(read, lines, strict=True))  # fmt: skip


@pytest.mark.parametrize("command", MAKING)
def test_what_is_done_stays_done(cli, old, command):
    before = {path: path.read_bytes() for path in old.glob("0[1-8]*/*.jsonl")}
    cli(*command.split(), "--run", "old")
    assert {path: path.read_bytes() for path in old.glob("0[1-8]*/*.jsonl")} == before


def test_its_table_has_the_rows_under_their_names_of_today(cli, old):
    found = cli("eval", "table", "--run", "old", "--json").json
    assert {"sft", "agent", "dapo", "context-as-query"} <= {row["row"] for row in found["rows"]}


def test_a_run_can_stand_on_it(cli, old):
    assert cli("export", "--run", "new", "--on", "old", "--json").json["records"] == 6
    assert cli("eval", "table", "--run", "new", code=2).err.count("\n") == 1


@pytest.mark.parametrize(
    ("missing", "command", "makes"),
    [
        ("02-passages", "index build", "corpus build"),
        ("03-index", "search bridge", "index build"),
        ("04-tasks", "synth run", "ramp build"),
        ("05-traces", "export", "synth run"),
        ("06-export", "train sft", "export"),
        ("07-sft", "eval run --rows sft", "train sft"),
        ("08-dapo", "eval run --rows dapo", "train dapo"),
        ("09-eval", "eval table", "eval run"),
    ],
)
def test_what_cannot_go_on_says_which_command_makes_it_anew(cli, old, missing, command, makes):
    shutil.rmtree(old / missing)
    if missing == "06-export":
        shutil.rmtree(old / "07-sft")
    refused = cli(*command.split(), "--run", "old", code=2).err
    assert f"`masksearch {makes} --run old`" in refused and refused.count("error: ") == 1


def test_a_half_finished_stage_is_resumed_and_keeps_what_it_has(cli, old):
    traces = old / "05-traces"
    before = (traces / "accepted.jsonl").read_bytes()
    manifest = json.loads((traces / "manifest.json").read_text())
    (traces / "manifest.json").write_text(json.dumps({**manifest, "done": False}))
    refused = cli("export", "--run", "old", code=2).err
    assert "run `masksearch synth run --run old` first" in refused
    cli("synth", "run", "--run", "old")
    assert (traces / "accepted.jsonl").read_bytes() == before


def test_other_settings_are_refused_with_the_difference(cli, old):
    refused = cli("synth", "run", "--set", "synth.queries_per_turn=2", "--run", "old", code=2).err
    assert "queries_per_turn: 1 → 2" in refused and "--if-exists restart" in refused
