"""What a client on a real socket may leave undone, and that others are answered meanwhile."""

import asyncio
import json
import threading
from contextlib import asynccontextmanager

import pytest
import uvicorn

from masksearch.schemas import Hit
from masksearch.search.server import connection, request
from masksearch.search.server.app import RetrievalServer
from masksearch.search.server.serving import configured, listen

HEAD = "POST /retrieve HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


class Index:
    """Answers everything with one hit of so many characters."""

    num_passages = 1_000

    def __init__(self, size):
        self.size = size
        self.asked = []
        self.may_answer = threading.Event()
        self.may_answer.set()

    def ranked(self, query, top_k):
        self.asked.append(query)
        self.may_answer.wait(10)
        return [Hit(id="c:1#0", title="Ada", text="x" * self.size, score=1.0)] * top_k


@asynccontextmanager
async def serving(index=None):
    listening = listen("127.0.0.1", 0)
    server = uvicorn.Server(configured(RetrievalServer(index or Index(10), threads=1).app()))
    task = asyncio.create_task(server.serve([listening]))
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def connected(port, sent=""):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent.encode())
    try:
        yield reader, writer
    finally:
        writer.close()


def whole(asked):
    body = json.dumps(asked)
    return f"{HEAD}Content-Length: {len(body)}\r\n\r\n{body}"


async def status(port, sent):
    async with connected(port, sent) as (reader, _):
        return int((await reader.readline()).split()[1])


@pytest.mark.parametrize("sent", ["", "POST /retr", HEAD])
async def test_who_sends_no_head_is_left_alone_after_a_while(monkeypatch, sent):
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.1)
    async with serving() as port, connected(port, sent) as (reader, _):
        assert await status(port, whole({"queries": ["a"]})) == 200
        with pytest.raises(ConnectionResetError):
            assert await asyncio.wait_for(reader.read(), 5) == b""
            raise ConnectionResetError


async def test_a_head_without_end_is_refused():
    async with serving() as port, connected(port, HEAD) as (reader, writer):
        for _ in range(40):
            writer.write(b"X-More: " + b"x" * 4_096 + b"\r\n")
            await writer.drain()
        assert (await reader.readline()).startswith(b"HTTP/1.1 400")


async def test_a_body_that_does_not_come_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(request, "BODY_SECONDS", 0.1)
    async with serving() as port, connected(port, f"{HEAD}Content-Length: 100\r\n\r\n{{") as (r, _):
        assert await status(port, whole({"query": "a"})) == 200
        head, _, said = (await asyncio.wait_for(r.read(), 5)).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 408") and b"did not come within" in said


async def test_who_reads_nothing_is_left_alone_and_others_are_answered(monkeypatch):
    monkeypatch.setattr(connection, "READ_SECONDS", 0.2)
    large = whole({"queries": ["a"] * 100, "topk": 100})
    async with serving(Index(2_000)) as port:
        readers = [await asyncio.open_connection("127.0.0.1", port) for _ in range(6)]
        for _, writer in readers:
            writer.write(large.encode())
        assert await status(port, whole({"queries": ["a"]})) == 200
        assert await asyncio.wait_for(status(port, large), 5) == 200
        for _, writer in readers:
            writer.transport.abort()


async def test_who_goes_away_before_a_turn_comes_costs_no_search():
    index, large = Index(10), whole({"queries": ["gone"] * 20, "topk": 100})
    async with serving(index) as port:
        index.may_answer.clear()
        for _ in range(12):
            async with connected(port, large) as (_, writer):
                await writer.drain()
        await asyncio.sleep(0.2)
        index.may_answer.set()
        assert await status(port, whole({"queries": ["stays"] * 20, "topk": 100})) == 200
    assert index.asked.count("gone") <= 4 * 20 and index.asked.count("stays") == 20


def test_variables_of_the_environment_do_not_reach_uvicorn(monkeypatch):
    monkeypatch.setenv("WEB_CONCURRENCY", "many")
    assert configured(lambda *_: None).workers == 1
