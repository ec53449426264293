import errno
import io
import json
import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from masksearch import store
from masksearch.errors import InputError, SchemaError, StoreError
from masksearch.parquet import read_shards, write_shard
from masksearch.schemas import (
    Document,
    Link,
    Passage,
    Record,
    Section,
    Status,
    Trajectory,
    trace_key,
)
from masksearch.store import (
    Ledger,
    cut_torn_line,
    drop_lines,
    file_hash,
    make_folder,
    read_json,
    read_lines,
    read_records,
    write_atomically,
    write_json,
    write_records,
)


class Item(Record):
    id: str
    note: str = ""


items = st.lists(
    st.builds(Item, id=st.text(max_size=6), note=st.text(max_size=6)),
    unique_by=lambda item: item.id,
    max_size=5,
)


def ledger_bytes(records: list[Item]) -> bytes:
    return "".join(record.model_dump_json() + "\n" for record in records).encode()


def document(name: str, **parts: object) -> Document:
    return Document(id=name, title=f"Title {name}", text="Zoë 😀", corpus="c", **parts)  # type: ignore[arg-type]


def one_line(error: pytest.ExceptionInfo[BaseException]) -> str:
    assert "\n" not in str(error.value)
    return str(error.value)


# Ledgers


@settings(deadline=None)
@given(records=items, data=st.data())
def test_a_ledger_torn_anywhere_reopens_to_its_whole_lines(
    tmp_path_factory: pytest.TempPathFactory, records: list[Item], data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("ledger") / "items.jsonl"
    content = ledger_bytes(records)
    torn = content[: data.draw(st.integers(0, len(content)))]
    path.write_bytes(torn)
    whole = records[: torn.count(b"\n")]
    with Ledger(path, "id") as ledger:
        assert ledger.keys == {item.id for item in whole}
        assert path.read_bytes() == ledger_bytes(whole)
        rest = [item for item in records if item.id not in ledger.keys]
        for item in rest:
            ledger.append(item)
    assert path.read_bytes() == content
    assert list(read_records(path, Item)) == records


def test_an_appended_record_is_on_the_disk_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[bytes] = []
    monkeypatch.setattr(store.os, "fsync", lambda _: synced.append(path.read_bytes()))
    path = tmp_path / "deep" / "items.jsonl"
    ledger = Ledger(path, "id")
    ledger.append(Item(id="a"))
    ledger.append(Item(id="b"))
    assert synced == [ledger_bytes([Item(id="a")]), ledger_bytes([Item(id="a"), Item(id="b")])]
    assert ledger.keys == {"a", "b"}
    ledger.close()


def test_a_key_is_not_appended_twice(tmp_path: Path) -> None:
    path = tmp_path / "items.jsonl"
    with Ledger(path, "id") as ledger:
        ledger.append(Item(id="a"))
    with Ledger(path, "id") as ledger, pytest.raises(ValueError, match="already has a record a"):
        ledger.append(Item(id="a", note="again"))
    assert path.read_bytes() == ledger_bytes([Item(id="a")])


def test_a_key_may_be_taken_from_several_fields_that_older_lines_lack(tmp_path: Path) -> None:
    path = tmp_path / "traces.jsonl"
    old = {"schema_version": 2, "task_id": "a", "status": "answered", "answer": "x"}
    path.write_text(json.dumps(old) + "\n")
    with Ledger(path, trace_key) as ledger:
        assert ledger.keys == {"a#0"}
        ledger.append(Trajectory(task_id="a", attempt=1, status=Status.FAILED))
        with pytest.raises(ValueError, match="already has a record a#0"):
            ledger.append(Trajectory(task_id="a", status=Status.FAILED))
    read = list(read_records(path, Trajectory))
    assert [(trace.schema_version, trace.attempt) for trace in read] == [(4, 0), (4, 1)]


def test_a_ledger_with_a_key_twice_still_opens(tmp_path: Path) -> None:
    path = tmp_path / "items.jsonl"
    path.write_bytes(ledger_bytes([Item(id="a"), Item(id="b"), Item(id="a")]))
    with Ledger(path, "id") as ledger:
        assert ledger.keys == {"a", "b"}


@pytest.mark.parametrize(
    ("line", "fault"),
    [("{half", "not JSON"), ("[1]", "not a JSON object"), ('{"name": 1}', "no field 'id'")],
)
def test_a_broken_middle_line_is_named_and_left_alone(
    tmp_path: Path, line: str, fault: str
) -> None:
    path = tmp_path / "items.jsonl"
    content = f'{{"id": "a"}}\n{line}\n{{"id": "b"}}\n'
    path.write_text(content)
    with pytest.raises(InputError) as caught:
        Ledger(path, "id")
    assert f"{path}, line 2: {fault}" in one_line(caught)
    assert path.read_text() == content


class FullDisk(io.FileIO):
    """A file that takes `room` bytes more and then has no space left."""

    room = 0

    def write(self, data: bytes) -> int:  # type: ignore[override]
        if not self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        taken = super().write(data[: self.room])
        self.room -= taken
        return taken


@pytest.mark.parametrize("room", [0, 1, 20])
def test_a_full_disk_loses_nothing_finished_and_leaves_no_half_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    path = tmp_path / "items.jsonl"
    ledger = Ledger(path, "id")
    ledger.append(Item(id="a"))
    full = FullDisk(path, "ab")
    full.room = room
    with monkeypatch.context() as patch:
        patch.setattr(ledger, "_file", full)
        with pytest.raises(StoreError) as caught:
            ledger.append(Item(id="b", note="a long note"))
        full.close()
    assert one_line(caught).startswith(f"no space left on the disk while writing {path}")
    assert path.stat().st_size == len(ledger_bytes([Item(id="a")])) + room
    assert ledger.keys == {"a"}
    ledger.close()
    with Ledger(path, "id") as reopened:
        assert reopened.keys == {"a"}
        assert path.read_bytes() == ledger_bytes([Item(id="a")])
        reopened.append(Item(id="b"))
    assert list(read_records(path, Item)) == [Item(id="a"), Item(id="b")]


def test_an_append_that_failed_does_not_spoil_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "items.jsonl"
    with Ledger(path, "id") as ledger:
        with monkeypatch.context() as patch:
            full = FullDisk(path, "ab")
            full.room = 9
            patch.setattr(ledger, "_file", full)
            with pytest.raises(StoreError):
                ledger.append(Item(id="a", note="lost"))
            full.close()
        ledger.append(Item(id="b"))
    assert path.read_bytes() == ledger_bytes([Item(id="b")])


def test_a_record_that_could_not_be_synced_is_not_taken_as_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    path = tmp_path / "items.jsonl"
    with Ledger(path, "id") as ledger:
        with monkeypatch.context() as patch:
            patch.setattr(store.os, "fsync", refuse)
            with pytest.raises(StoreError, match="no space left"):
                ledger.append(Item(id="a", note="a note that is longer than the next"))
        assert ledger.keys == set()
        ledger.append(Item(id="b"))
    assert path.read_bytes() == ledger_bytes([Item(id="b")])


@contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """The kernel itself cuts the write that would make a file larger than `size` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)


def test_a_write_that_the_kernel_cuts_short_is_refused_and_mended(tmp_path: Path) -> None:
    path = tmp_path / "items.jsonl"
    first, second = Item(id="a"), Item(id="b", note="long " * 20)
    with Ledger(path, "id") as ledger:
        ledger.append(first)
        limit = len(ledger_bytes([first])) + 30
        with file_size_limit(limit), pytest.raises(StoreError, match=r"cannot write .*too large"):
            ledger.append(second)
        assert path.stat().st_size == limit
        ledger.append(second)
    assert path.read_bytes() == ledger_bytes([first, second])


@pytest.mark.parametrize(("content", "kept"), [(b"", b""), (b"torn", b""), (b"a\n", b"a\n")])
def test_cutting_a_torn_line(tmp_path: Path, content: bytes, kept: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with path.open("r+b") as file:
        cut_torn_line(file)
        assert file.tell() == len(kept)
    assert path.read_bytes() == kept


def test_a_torn_line_longer_than_a_block_is_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_READ_BLOCK", 4)
    path = tmp_path / "file"
    path.write_bytes(b"one\ntwo\n" + b"x" * 11)
    with path.open("r+b") as file:
        cut_torn_line(file)
    assert path.read_bytes() == b"one\ntwo\n"


# Whole files


def test_a_file_is_replaced_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "new" / "file.json"
    write_json(path, {"name": "Zoë", "n": [1]})
    assert read_json(path) == {"name": "Zoë", "n": [1]}

    def refuse(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(store.os, "fsync", refuse)
    with pytest.raises(StoreError) as caught:
        write_atomically(path, "half of the new content")
    assert f"no space left on the disk while writing {path}" in one_line(caught)
    assert read_json(path) == {"name": "Zoë", "n": [1]}
    assert [child.name for child in path.parent.iterdir()] == ["file.json"]


def test_a_folder_in_a_files_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(StoreError, match=r"cannot write .*taken"):
        write_atomically(tmp_path / "taken", "text")
    with pytest.raises(StoreError, match=r"cannot write .*taken"):
        Ledger(tmp_path / "taken", "id")
    assert [child.name for child in tmp_path.iterdir()] == ["taken"]


def test_a_file_in_a_folders_place_is_refused(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("kept")
    for folder in (taken, taken / "below"):
        with pytest.raises(StoreError) as caught:
            make_folder(folder)
        assert f"a file is where the folder {folder} should be" in one_line(caught)
    with pytest.raises(StoreError):
        Ledger(taken / "items.jsonl", "id")
    with pytest.raises(StoreError):
        write_shard(taken / "0.parquet", [document("a")])
    assert taken.read_text() == "kept"


def test_json_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text("{")
    (tmp_path / "bytes.json").write_bytes(b"\xff")
    for name in ("bad.json", "bytes.json", "missing.json"):
        with pytest.raises(InputError) as caught:
            read_json(tmp_path / name)
        assert f"cannot read {tmp_path / name}" in one_line(caught)


def test_records_are_read_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "items.jsonl"
    records = [Item(id="a", note="\u2028 \r \x85 \n"), Item(id="b")]
    assert write_records(path, iter(records)) == 2
    assert list(read_records(path, Item)) == records


def test_a_record_that_does_not_fit_is_named_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "items.jsonl"
    path.write_text('{"id": "a"}\n\n{"id": "b", "schema_version": 99}\n')
    reader = read_records(path, Item)
    assert next(reader) == Item(id="a")
    with pytest.raises(SchemaError) as caught:
        next(reader)
    assert f"{path}, line 3: written with schema version 99" in one_line(caught)


@pytest.mark.parametrize("content", [None, b'{"id": "a"}\n\xff\n'])
def test_lines_that_cannot_be_read_are_one_line(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "items.jsonl"
    if content:
        path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        list(read_lines(path))
    assert f"cannot read {path}" in one_line(caught)


def test_half_a_surrogate_pair_in_a_file_does_not_stop_its_way_to_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "items.jsonl"
    path.write_text('{"id": "a\\ud83d", "note": "\\uD83D\\uDE00 \\\\ud83d"}\n')
    (item,) = read_records(path, Item)
    assert item == Item(id="a?", note="😀 \\ud83d")
    write_records(path, [item])
    assert list(read_records(path, Item)) == [item]


def test_a_hash_changes_with_content_and_names(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "a").write_text("x")
    (tmp_path / "same").mkdir()
    (tmp_path / "same" / "a").write_text("x")
    (tmp_path / "renamed").mkdir()
    (tmp_path / "renamed" / "b").write_text("x")
    hashes = [file_hash(tmp_path / name) for name in ("one", "same", "renamed", "one/a")]
    assert hashes[0] == hashes[1]
    assert len(set(hashes)) == 3
    assert hashes[3] == "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"


# Shards


links = st.lists(
    st.builds(Link, st.integers(0, 99), st.integers(0, 99), st.text()), max_size=3
).map(tuple)
sections = st.lists(st.builds(Section, st.integers(0, 99), st.text()), max_size=2).map(tuple)
documents = st.builds(
    Document,
    id=st.text(),
    title=st.text(),
    text=st.text(),
    corpus=st.text(),
    links=links,
    sections=sections,
)
passages = st.builds(
    Passage,
    id=st.text(),
    document_id=st.text(),
    title=st.text(),
    section=st.text(),
    text=st.text(),
    start=st.integers(0, 2**40),
    end=st.integers(0, 2**40),
    links=links,
)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.lists(documents, max_size=3), max_size=3), st.lists(passages, max_size=4))
def test_shards_give_back_their_records_in_order(
    tmp_path_factory: pytest.TempPathFactory, pages: list[list[Document]], parts: list[Passage]
) -> None:
    folder = tmp_path_factory.mktemp("shards")
    for number, shard in enumerate(pages):
        write_shard(folder / "documents" / f"{number:05}.parquet", shard)
    write_shard(folder / "passages" / "00000.parquet", iter(parts))
    assert list(read_shards(folder / "documents", Document)) == [
        d for shard in pages for d in shard
    ]
    assert list(read_shards(folder / "passages", Passage)) == parts


def test_shards_without_any_link_have_the_types_of_those_with_links(tmp_path: Path) -> None:
    linked = document("a", links=(Link(0, 1, "B"),), sections=(Section(0, "Life"),))
    plain = document("b")
    write_shard(tmp_path / "0.parquet", [plain, plain])
    write_shard(tmp_path / "1.parquet", [plain, linked])
    write_shard(tmp_path / "2.parquet", [linked])
    schemas = [pq.read_schema(tmp_path / f"{n}.parquet") for n in range(3)]
    assert schemas[0] == schemas[1] == schemas[2]
    assert list(read_shards(tmp_path, Document)) == [plain, plain, plain, linked, linked]
    assert (
        pa.concat_tables([pq.read_table(tmp_path / f"{n}.parquet") for n in range(3)]).num_rows == 5
    )


def test_a_shard_that_did_not_fit_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "0.parquet"
    write_shard(path, [document("old")])
    with file_size_limit(64), pytest.raises(StoreError, match="cannot write"):
        write_shard(path, [document("new")])
    assert list(read_shards(tmp_path, Document)) == [document("old")]
    assert [child.name for child in tmp_path.iterdir()] == ["0.parquet"]


def test_a_shard_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "0.parquet"
    path.write_bytes(b"PAR1 torn")
    with pytest.raises(InputError) as caught:
        list(read_shards(tmp_path, Document))
    assert f"cannot read {path}" in one_line(caught)
    write_shard(path, [document("a")])
    with pytest.raises(SchemaError, match=r"0\.parquet: not a Passage: "):
        list(read_shards(tmp_path, Passage))


@pytest.mark.parametrize("torn", [b"", b'{"id": "c', '{"id": "é'.encode()[:-1], b'{"id": "c"}'])
def test_of_a_growing_file_the_unended_line_is_left_out(tmp_path: Path, torn: bytes) -> None:
    path = tmp_path / "items.jsonl"
    path.write_bytes(b'{"id": "a"}\r\n\n{"id": "b"}\n' + torn)
    assert [item.id for item in read_records(path, Item, growing=True)] == ["a", "b"]
    assert [number for number, _ in read_lines(path, growing=True)] == [1, 3]


def test_a_growing_files_broken_middle_line_is_still_named(tmp_path: Path) -> None:
    path = tmp_path / "items.jsonl"
    path.write_bytes(b'{"id": "a"}\n{\n{"id": "b"}\n')
    with pytest.raises(InputError, match="line 2"):
        list(read_lines(path, growing=True))


def test_lines_can_be_taken_out_and_the_others_keep_their_bytes(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes('{"id":1}\n{"id": 2,  "x": "ü"}\n\n{"id":3}\n'.encode())
    drop_lines(path, lambda raw: raw["id"] in (1, 3))
    assert path.read_bytes() == '{"id": 2,  "x": "ü"}\n\n'.encode()
