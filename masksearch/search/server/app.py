"""The HTTP application: `/retrieve` as Search-R1, verl and ZeroSearch ask it, `/health`, `/metrics`.

`request` has the shapes in which they ask, `replies` those in which they are answered.
"""

from __future__ import annotations

import asyncio
import hmac
import time
from contextlib import nullcontext
from typing import Protocol

from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from masksearch.errors import SearchError
from masksearch.schemas import Fingerprint, Guard, Hit
from masksearch.search.server.hosts import ExpectedHosts, HostGuard
from masksearch.search.server.metrics import Metrics
from masksearch.search.server.replies import Reply
from masksearch.search.server.request import DEFAULT_TOP_K, Asked, Refused, read_asked
from masksearch.search.server.room import Room
from masksearch.search.server.threads import SearchThreads

_BODIES_BYTES = 256_000_000
"""Of the requests in hand, all together."""
_LARGE_HITS = 1_000
_LARGE_AT_ONCE = 4
"""Replies with more hits than that take memory: the others wait for their turn."""
_BREAKS_OFF = (408,)
"""Refusals after which what is still to come of the request is not waited for."""


class Ranking(Protocol):
    """An index in this process."""

    @property
    def num_passages(self) -> int:
        """Passages in the index."""
        ...

    def ranked(self, query: str, top_k: int) -> list[Hit]:
        """Whole passages, best first; raises SearchError. Threads may call it at once."""
        ...

    def fingerprint(self, *, top_k: int, guard: Guard) -> Fingerprint:
        """What this retriever is."""
        ...


class RetrievalServer:
    """The routes over one index, whose searches run in `threads` of their own."""

    def __init__(
        self,
        index: Ranking,
        *,
        threads: int,
        token: SecretStr | None = None,
        hosts: ExpectedHosts | None = None,
    ) -> None:
        self._index = index
        self._hosts = hosts or ExpectedHosts()
        self._token = _Token(token.get_secret_value() if token else "")
        self._metrics = Metrics()
        self._retrieve = _Retrieve(index, threads, self._token, self._metrics)

    def app(self) -> HostGuard:
        """The ASGI application."""
        routes = [
            Route("/retrieve", self._retrieve, methods=["POST"]),
            Route("/health", self.health),
            Route("/metrics", self.metrics),
        ]
        app = Starlette(routes=routes, exception_handlers={HTTPException: _no_such_route})
        return HostGuard(app, self._hosts)

    async def health(self, _: Request) -> Response:
        """What is served; needs no token."""
        known = self._index.fingerprint(top_k=DEFAULT_TOP_K, guard=Guard.NONE)
        facts = {"status": "ok", "passages": self._index.num_passages, "engine": known.engine}
        return JSONResponse({**facts, "corpus_hash": known.corpus_hash})

    async def metrics(self, request: Request) -> Response:
        """Counters in Prometheus' text format."""
        try:
            self._token.check(request)
        except Refused as refused:
            return _refusal(refused)
        return PlainTextResponse(self._metrics.text(self._index.num_passages))


class _Token:
    """What a client must send, where one is set."""

    def __init__(self, token: str) -> None:
        self._token = token.encode()

    def check(self, request: Request) -> None:
        """Raises Refused."""
        given = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
        if self._token and not hmac.compare_digest(given.encode(), self._token):
            raise Refused(401, "a token is wanted: Authorization: Bearer …")


class _Retrieve:
    """The route that searches. A request has its share of the room until its reply is sent."""

    def __init__(self, index: Ranking, threads: int, token: _Token, metrics: Metrics) -> None:
        self._index = index
        self._token = token
        self._metrics = metrics
        self._threads = SearchThreads(index.ranked, threads)
        self._room = Room(_BODIES_BYTES)
        self._large = asyncio.Semaphore(_LARGE_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        with self._room.share() as share:
            try:
                self._token.check(request)
                asked = await read_asked(request, share, self._index.num_passages)
                is_large = asked.hits > _LARGE_HITS
                async with self._large if is_large else nullcontext():
                    if is_large and await request.is_disconnected():
                        return
                    reply = await self._answer(asked)
                    await reply(scope, receive, send)
            except Refused as refused:
                self._metrics.refused(refused.status)
                await _refusal(refused)(scope, receive, send)

    async def _answer(self, asked: Asked) -> Reply:
        began = time.perf_counter()
        try:
            found = await self._threads.find(asked.queries, asked.top_k)
        except SearchError as error:
            raise Refused(500, str(error)) from error
        failed = sum(bool(one.error) for one in found)
        self._metrics.answered(len(found), failed, time.perf_counter() - began)
        # In a thread, lest everybody wait while a large one is written.
        is_large = asked.hits > _LARGE_HITS
        return Reply(
            await asyncio.to_thread(asked.reply, found) if is_large else asked.reply(found)
        )


def _refusal(refused: Refused) -> JSONResponse:
    headers = {"connection": "close"} if refused.status in _BREAKS_OFF else None
    return JSONResponse({"error": str(refused)}, refused.status, headers)


async def _no_such_route(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)
