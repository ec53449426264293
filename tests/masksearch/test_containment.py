"""A run folder leads nowhere but into itself."""

import os
import socket
import sqlite3

import numpy as np
import pytest

from masksearch.arrays import read_array
from masksearch.containment import check_contained, is_plain_name
from masksearch.errors import InputError, SchemaError, StoreError
from masksearch.manifest import Card
from masksearch.run_folder import RunFolder
from masksearch.schemas import read_record
from masksearch.search.recordings import Answer, Recordings, Request
from masksearch.shards import Shard
from masksearch.stages import EVAL, SFT, STAGES, TASKS


@pytest.fixture
def run(tmp_path):
    folder = tmp_path / "run"
    (folder / TASKS.folder).mkdir(parents=True)
    (folder / "config.yaml").write_text("seed: 1\n")
    (folder / TASKS.folder / "train.jsonl").write_text("{}\n")
    (tmp_path / "secret").write_text("a secret\n")
    return folder


@pytest.mark.parametrize("target", ["secret", ".", "/etc", "run2", "run/../gone"])
@pytest.mark.parametrize("name", ["log.txt", "04-tasks/train.jsonl", "05-traces", "04-tasks/a/b/c"])
def test_a_link_that_leads_out_is_refused(run, name, target):
    link = run / name
    link.parent.mkdir(parents=True, exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(run.parent / target)
    with pytest.raises(StoreError, match="is a link that leads out of the run folder"):
        RunFolder(run)


def test_a_link_to_a_neighbour_whose_name_begins_alike_is_refused(run):
    (run.parent / "run-2").mkdir()
    (run / "05-traces").symlink_to(run.parent / "run-2")
    with pytest.raises(StoreError, match="leads out"):
        RunFolder(run)


def test_a_link_within_the_run_and_a_run_that_is_a_link_are_fine(run):
    (run / TASKS.folder / "heldout.jsonl").symlink_to("train.jsonl")
    (run / "07-sft").symlink_to(TASKS.folder)
    (run.parent / "name").symlink_to(run)
    assert RunFolder(run.parent / "name").config() == {"seed": 1}


def test_a_circle_of_links_is_refused_or_harmless(run):
    (run / "log.txt").symlink_to("log.txt")
    (run / TASKS.folder / "inner").symlink_to("..")
    check_contained(run, (kind.folder for kind in STAGES))


def test_what_is_no_file_is_refused(run, monkeypatch):
    os.mkfifo(run / TASKS.folder / "heldout.jsonl")
    with pytest.raises(StoreError, match="is no file"):
        RunFolder(run)
    (run / TASKS.folder / "heldout.jsonl").unlink()
    monkeypatch.chdir(run)
    with socket.socket(socket.AF_UNIX) as made:
        made.bind("lock")
        with pytest.raises(StoreError, match="is no file"):
            RunFolder(run)


def test_a_run_that_is_not_there_is_for_others_to_say(tmp_path):
    assert RunFolder(tmp_path / "new").config() == {}


def test_a_run_below_is_looked_at_as_well(run):
    above = run.parent / "above"
    above.mkdir()
    (above / "config.yaml").write_text("on: ../run\n")
    (run / "env.json").symlink_to("../secret")
    with pytest.raises(StoreError, match="leads out"):
        assert RunFolder(above).chain


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "../a", "/a", "a\0b", "a/"])
def test_names_that_lead_elsewhere(name):
    assert not is_plain_name(name)


@pytest.mark.parametrize("name", ["sft", "hotpot@sft", "a b", "…", "..a"])
def test_names_that_do_not(name):
    assert is_plain_name(name)


@pytest.mark.parametrize("label", ["09-eval/../../other", "09-eval//etc", "09-eval/.."])
def test_a_manifest_names_no_stage_outside(run, label):
    card = Card(stage=label, hash="", inputs={}, settings={}, counts={}, contents={})
    stage = RunFolder(run).own(SFT)
    stage.folder.mkdir()
    (stage.folder / "manifest.json").write_text(
        f'{{"schema_version": 2, "done": true, "sources": {{"x": {card.model_dump_json()}}}}}'
    )
    with pytest.raises(InputError, match="no name for anything in 09-eval"):
        RunFolder(run).finished(SFT)
    with pytest.raises(InputError):
        RunFolder(run).own(EVAL, label.partition("/")[2])


@pytest.mark.parametrize("name", ["../../secret", "/etc/passwd", "", "0/1", "00\n"])
def test_a_ledger_names_no_file_outside(name):
    with pytest.raises(SchemaError, match="name"):
        read_record(Shard, {"name": name})


@pytest.mark.parametrize(
    "made",
    [
        "CREATE TABLE logins (name TEXT)",
        "CREATE VIEW answers AS SELECT 1",
        "CREATE TABLE answers (key TEXT); CREATE TRIGGER t AFTER INSERT ON answers BEGIN "
        "DELETE FROM answers; END",
    ],
)
def test_another_programs_database_is_not_written_to(tmp_path, made):
    path = tmp_path / "file.sqlite"
    with sqlite3.connect(path) as file:
        file.executescript(made)
    file.close()
    before = path.read_bytes()
    with pytest.raises(InputError, match="which is no recorded search"):
        Recordings(path)
    assert path.read_bytes() == before


def test_recordings_are_still_read(tmp_path):
    asked = Request(engine="e", query="q", top_k=1)
    for _ in range(2):
        kept = Recordings(tmp_path / "file.sqlite")
        kept.keep(asked, Answer(error="none"))
        kept.close()
    again = Recordings(tmp_path / "file.sqlite", must_exist=True)
    assert again.look_up(asked) == Answer(error="none")
    again.close()


def test_an_array_holds_numbers_alone(tmp_path):
    np.save(tmp_path / "a.npy", np.arange(3))
    assert read_array(tmp_path / "a.npy").tolist() == [0, 1, 2]
    np.save(tmp_path / "b.npy", np.array([{"any": "object"}], dtype=object), allow_pickle=True)
    (tmp_path / "c.npy").write_bytes(b"")
    for name in ("b.npy", "c.npy", "missing.npy"):
        with pytest.raises(InputError, match="and run the command again"):
            read_array(tmp_path / name)
