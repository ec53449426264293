"""A store of checkpoints comes with a run folder, so it is data: what it names is never called."""

import asyncio
import json
import shlex
import sqlite3
from contextlib import suppress
from pathlib import Path

import ormsgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from scripted_team import GoldJudge, Script, a_solver, a_task, some_hits

from graphs.batch import synthesise
from graphs.checkpoints import Checkpoints, remove_checkpoints
from graphs.config import SynthConfig
from graphs.state_serializer import StateSerializer, own_types
from graphs.synthesis import SynthesisDeps, SynthesisState
from masksearch.episode import Episode
from masksearch.errors import StoreError
from masksearch.run_folder import RunFolder
from masksearch.schemas import Prompt, Status, TaskKind
from masksearch.stages import TRACES

TASKS = [a_task(number) for number in range(1, 4)]
SERIALIZER = StateSerializer(SynthesisState)
CALLS = {
    "one argument": lambda command: (0, ("os", "system", command)),
    "arguments": lambda command: (1, ("os", "system", (command,))),
    "keywords": lambda command: (2, ("subprocess", "call", {"args": command, "shell": True})),
    "pydantic 1": lambda command: (4, ("subprocess", "call", {"args": command, "shell": True})),
    "pydantic 2": lambda command: (5, ("subprocess", "call", {"args": command, "shell": True})),
}
"""What LangGraph's own serializer calls, by how it is written down."""


@pytest.fixture
def marker(tmp_path) -> Path:
    """What an attack would make."""
    return tmp_path / "marker"


def packed(call: str, marker: Path) -> bytes:
    form, parts = CALLS[call](f"touch {shlex.quote(str(marker))}")
    return ormsgpack.packb(ormsgpack.Ext(form, ormsgpack.packb(parts)))


async def run_all(folder: Path, script: Script) -> None:
    deps = SynthesisDeps(a_solver(script), GoldJudge(script))
    config = SynthConfig(team="llm", concurrency=1)
    await synthesise(RunFolder(folder), TASKS, deps, config, top_k=2, inputs={})


@pytest.fixture
async def run(tmp_path) -> Path:
    """A run that was stopped when task 2's observer was about to speak."""
    script = Script(hang_at=("observer", 2), hits=some_hits())
    running = asyncio.create_task(run_all(tmp_path / "run", script))
    await script.hanging.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    return tmp_path / "run"


def store(run: Path) -> sqlite3.Connection:
    return sqlite3.connect(run / TRACES / "checkpoints.sqlite", isolation_level=None)


async def refused(run: Path) -> str:
    """What is said of the store; without it the run goes on."""
    with pytest.raises(StoreError, match="delete it and run again") as caught:
        await run_all(run, Script())
    assert "\n" not in str(caught.value)
    remove_checkpoints(run / TRACES)
    await run_all(run, Script())
    assert RunFolder(run).stage(TRACES).counts.accepted == len(TASKS)
    return str(caught.value)


@pytest.mark.parametrize("call", CALLS)
def test_the_attacks_are_real(call, marker):
    JsonPlusSerializer(allowed_msgpack_modules=True).loads_typed(("msgpack", packed(call, marker)))
    assert marker.exists()


PENDING = (
    "INSERT OR REPLACE INTO writes SELECT thread_id, checkpoint_ns, checkpoint_id, 't', '', 0, "
    "'attempt', 'msgpack', {} FROM checkpoints"
)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("change", ["UPDATE checkpoints SET checkpoint = ?", PENDING.format("?")])
async def test_what_a_store_names_is_not_called(run, marker, change, call):
    with store(run) as file:
        file.execute(change, (packed(call, marker),))
    said = "an extension of" if call in ("arguments", "pydantic 1") else "no part of a state"
    assert said in await refused(run)
    assert not marker.exists()


async def test_what_a_state_names_is_not_called(run, marker):
    with store(run) as file:
        rows = file.execute("SELECT rowid, type, checkpoint FROM checkpoints").fetchall()
        for row, form, value in rows:
            checkpoint = SERIALIZER.loads_typed((form, value))
            parts = ormsgpack.packb(("os", "system", f"touch {marker}"))
            checkpoint["channel_values"]["passage_id"] = ormsgpack.Ext(0, parts)
            form, value = SERIALIZER.dumps_typed(checkpoint)
            file.execute("UPDATE checkpoints SET checkpoint = ? WHERE rowid = ?", (value, row))
    assert "os.system" in await refused(run)
    assert not marker.exists()


@pytest.mark.parametrize("form", ["json", "pickle", "bytes", "yaml", None, 7])
async def test_only_the_one_form_is_read(run, form):
    revived = {"lc": 1, "type": "secret", "id": ["HOME"]}
    with store(run) as file:
        file.execute(
            "UPDATE checkpoints SET type = ?, checkpoint = ?", (form, json.dumps(revived).encode())
        )
    assert "form" in await refused(run)


@pytest.mark.parametrize(
    "change",
    [
        {"channel_values": []},
        {"channel_versions": {"episode": 3}},
        {"channel_versions": {"episode": "x.y"}},
        {"versions_seen": {"judge": None}},
        {"v": "one"},
        {"id": None},
        {"channel_values": {"task": {"id": "task-2"}}},
        {"channel_values": {"episode": "over"}},
        {"channel_values": {"attempt": "first"}},
        {"channel_values": {"__start__": [1]}},
        {"channel_values": {"__start__": {"passage_id": 4}}},
    ],
)
async def test_a_state_of_another_shape_is_one_line(run, change):
    with store(run) as file:
        [form, value] = file.execute("SELECT type, checkpoint FROM checkpoints").fetchone()
        form, value = SERIALIZER.dumps_typed(SERIALIZER.loads_typed((form, value)) | change)
        file.execute("UPDATE checkpoints SET checkpoint = ?", (value,))
    await refused(run)


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE checkpoints SET metadata = '[]'",
        "UPDATE checkpoints SET metadata = '{'",
        'UPDATE checkpoints SET metadata = \'{"source": "loop", "step": "1"}\'',
        "UPDATE checkpoints SET checkpoint = NULL",
        "UPDATE checkpoints SET checkpoint = 12",
        "UPDATE checkpoints SET checkpoint = x'c1'",
        PENDING.format("x'a1'"),
        PENDING.format("x'a178'"),
        "ALTER TABLE checkpoints RENAME COLUMN checkpoint TO other",
        "ALTER TABLE checkpoints RENAME COLUMN thread_id TO other",
        "CREATE TABLE logins (name TEXT)",
        "CREATE VIEW v AS SELECT 1",
        "CREATE TRIGGER t AFTER INSERT ON writes BEGIN DELETE FROM checkpoints; END",
    ],
)
async def test_a_store_of_another_make_is_one_line(run, harm):
    with store(run) as file:
        file.execute(harm)
    await refused(run)


def test_types_of_ours_come_back_as_they_were():
    task = TASKS[0]
    state = {"task": task, "episode": Episode(task.prompt, 3).fail("gone"), "attempt": 1}
    assert SERIALIZER.loads_typed(SERIALIZER.dumps_typed(state)) == state
    assert {Episode, Prompt, Status, TaskKind} <= own_types(SynthesisState)
    assert all(kind.__module__.startswith("masksearch.") for kind in own_types(SynthesisState))


async def test_the_environment_has_no_say(tmp_path):
    async with Checkpoints.from_conn_string(str(tmp_path / "s")) as saver:
        assert isinstance(saver.serde, StateSerializer)
        assert saver.with_allowlist([("os", "system")]) is saver


_NAMES = st.sampled_from(["os", "system", "builtins", "eval", "masksearch.episode", "Episode", 7])
_DATA = st.recursive(
    st.none() | st.integers(-9, 9) | st.text(max_size=4),
    lambda some: st.lists(some, max_size=3) | st.dictionaries(st.text(max_size=4), some),
    max_leaves=6,
)


@settings(max_examples=40)
@given(st.integers(0, 9), _NAMES, _NAMES, _DATA)
def test_any_name_is_ours_or_refused(form, module, name, payload):
    named = ormsgpack.Ext(form, ormsgpack.packb((module, name, payload)))
    try:
        found = SERIALIZER.loads_typed(("msgpack", ormsgpack.packb([named])))
    except StoreError:
        return
    assert isinstance(found[0], tuple(own_types(SynthesisState)))


@settings(max_examples=40)
@given(st.binary(max_size=60))
def test_any_bytes_are_data_or_refused(packed):
    with suppress(StoreError):
        SERIALIZER.loads_typed(("msgpack", packed))
