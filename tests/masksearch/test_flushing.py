import asyncio

import pytest

from masksearch.errors import StoreError
from masksearch.flushing import Flushing
from masksearch.schemas import Record
from masksearch.store import Ledger


class Item(Record):
    key: str


class Counted(Ledger):
    """Counts its flushes, which take a while, and can be made to fail."""

    def __init__(self, path):
        super().__init__(path, "key")
        self.flushes, self.unflushed, self.fails = 0, 0, False

    def write(self, record):
        super().write(record)
        self.unflushed += 1

    def flush(self):
        if self.fails:
            raise StoreError("no disk")
        flushed = self.unflushed
        super().flush()
        self.flushes += 1
        self.unflushed -= flushed


async def test_one_flush_is_for_many_lines_and_all_is_flushed_at_the_end(tmp_path):
    with Counted(tmp_path / "l.jsonl") as ledger:
        async with Flushing(ledger) as flushing:
            for number in range(200):
                ledger.write(Item(key=str(number)))
                flushing.wanted()
                if number % 50 == 0:
                    await asyncio.sleep(0)
        assert ledger.unflushed == 0 and 1 <= ledger.flushes < 100
    assert (tmp_path / "l.jsonl").read_text().count("\n") == 200


async def test_a_line_is_written_before_it_is_flushed(tmp_path):
    with Counted(tmp_path / "l.jsonl") as ledger:
        async with Flushing(ledger) as flushing:
            ledger.write(Item(key="a"))
            flushing.wanted()
            assert '"key":"a"' in (tmp_path / "l.jsonl").read_text()


async def test_a_flush_that_fails_is_told_at_the_end(tmp_path):
    with Counted(tmp_path / "l.jsonl") as ledger:
        ledger.fails = True
        with pytest.raises(StoreError, match="no disk"):
            async with Flushing(ledger) as flushing:
                ledger.write(Item(key="a"))
                flushing.wanted()
        ledger.fails = False


async def test_a_flush_that_failed_is_told_to_whoever_writes_next(tmp_path):
    with Counted(tmp_path / "l.jsonl") as ledger:
        flushing = Flushing(ledger)
        ledger.fails = True
        ledger.write(Item(key="a"))
        flushing.wanted()
        await asyncio.sleep(0.1)
        with pytest.raises(StoreError, match="no disk"):
            flushing.wanted()
        ledger.fails = False


async def test_nothing_written_is_nothing_flushed(tmp_path):
    with Counted(tmp_path / "l.jsonl") as ledger:
        async with Flushing(ledger):
            pass
        assert ledger.flushes == 0
