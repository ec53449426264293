import json

import pytest
from finishing import finish

from masksearch.config import ExportConfig
from masksearch.errors import ConfigError, StoreError
from masksearch.export import ExportMessage, ExportRecord
from masksearch.exports import formats
from masksearch.exports.formats import TASKS_AS, TRACES_AS, task_format, trace_format
from masksearch.exports.write import write_traces
from masksearch.making import Making
from masksearch.manifest import IfExists
from masksearch.messages import Dialect
from masksearch.run_folder import RunFolder
from masksearch.stages import CONVERSATIONS, EXPORT
from masksearch.store import write_records

RECORD = ExportRecord(
    task_id="t",
    num_masks=2,
    dialect=Dialect.CHAT,
    messages=(
        ExportMessage(role="system", content="Be\nbrief.", trainable=False),
        ExportMessage(role="user", content="Überall?", trainable=False),
        ExportMessage(role="assistant", content="Yes.", trainable=True),
    ),
)


LOUD = """
from masksearch.exports.formats import TraceFormat

class Loud(TraceFormat):
    def record(self, item):
        return {"said": item.messages[-1].content.upper()}
"""


@pytest.fixture
def run(tmp_path):
    run = RunFolder(tmp_path / "run")
    stage = run.own(EXPORT)
    stage.begin({}, ExportConfig())
    write_records(stage.folder / CONVERSATIONS, [RECORD, RECORD])
    finish(stage, records=2, rejected={})
    return run


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_every_format_of_the_tables_is_there():
    assert all(task_format(name).description for name in TASKS_AS)
    assert all(trace_format(name).record(RECORD) for name in TRACES_AS)


def test_messages_are_whole_conversations(run, tmp_path):
    told = write_traces(run, tmp_path / "new" / "traces.jsonl", "messages")
    assert told["traces"] == 2
    first, second = lines(tmp_path / "new" / "traces.jsonl")
    assert (
        first
        == second
        == {
            "id": "t",
            "num_masks": 2,
            "messages": [
                {"role": "system", "content": "Be\nbrief."},
                {"role": "user", "content": "Überall?"},
                {"role": "assistant", "content": "Yes."},
            ],
        }
    )


def test_folded_messages_begin_with_the_user(run, tmp_path):
    write_traces(run, tmp_path / "t.jsonl", "folded")
    assert lines(tmp_path / "t.jsonl")[0]["messages"] == [
        {"role": "user", "content": "Be\nbrief.\n\nÜberall?"},
        {"role": "assistant", "content": "Yes."},
    ]


def test_a_format_is_a_class_and_a_line(run, tmp_path, monkeypatch):
    (tmp_path / "loud_export.py").write_text(LOUD)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(formats.TRACES_AS, "loud", "loud_export.Loud")
    write_traces(run, tmp_path / "t.jsonl", "loud")
    assert lines(tmp_path / "t.jsonl") == [{"said": "YES."}] * 2


def test_a_file_that_is_there_is_not_replaced_unasked(run, tmp_path):
    to = tmp_path / "t.jsonl"
    to.write_text("mine")
    with pytest.raises(StoreError, match="is there: use --if-exists restart"):
        write_traces(run, to, "messages")
    assert to.read_text() == "mine"
    write_traces(run, to, "messages", Making(IfExists.RESTART))
    assert len(lines(to)) == 2
    with pytest.raises(StoreError, match="is a folder: name a file"):
        write_traces(run, tmp_path, "messages")


def test_an_unknown_format_and_a_run_without_export_are_one_line(run, tmp_path):
    with pytest.raises(ConfigError, match="no format of traces 'xml': there are messages"):
        write_traces(run, tmp_path / "t.jsonl", "xml")
    with pytest.raises(ConfigError, match="there are parquet, jsonl, reference"):
        task_format("xml")
    with pytest.raises(StoreError, match="export"):
        write_traces(RunFolder(tmp_path / "empty"), tmp_path / "t.jsonl", "messages")
