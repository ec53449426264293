"""The HTTP application: `/retrieve` as Search-R1 speaks it, `/health` and `/metrics`.

A request is `{"queries": […], "topk": n, "return_scores": bool}`; the reply's `result` has a
list per query, of `{"document": {"id", "contents"}, "score"}` or of plain documents, where
`contents` is the title in double quotes, a newline and the text. A query that cannot be
answered has an empty list there and its reason under `errors`, by its number: one odd query
must not cost a batch of rollouts its answers.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Sequence
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_core import to_json
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from masksearch.errors import SearchError
from masksearch.schemas import Fingerprint, Guard, Hit
from masksearch.search.query import MAX_TOP_K
from masksearch.search.server.metrics import Metrics
from masksearch.search.server.threads import Found, SearchThreads

DEFAULT_TOP_K = 10
MAX_BODY_BYTES = 4_000_000
MAX_QUERIES = 1_024
MAX_HITS = 50_000
"""Of one reply, all queries together."""


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


class RetrieveRequest(BaseModel):
    """What a client asks; what we do not know of is passed over, as Search-R1 does."""

    model_config = ConfigDict(frozen=True)

    queries: list[str] = Field(min_length=1, max_length=MAX_QUERIES)
    topk: int | None = Field(default=None, ge=1, le=MAX_TOP_K)
    return_scores: bool = False


class Refused(Exception):
    """A request that is not answered, with its status."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class RetrievalServer:
    """The routes over one index, whose searches run in `threads` of their own."""

    def __init__(self, index: Ranking, *, threads: int, token: SecretStr | None = None) -> None:
        self._index = index
        self._token = token.get_secret_value() if token else ""
        self._threads = SearchThreads(index.ranked, threads)
        self._metrics = Metrics()

    def app(self) -> Starlette:
        """The ASGI application."""
        return Starlette(
            routes=[
                Route("/retrieve", self.retrieve, methods=["POST"]),
                Route("/health", self.health),
                Route("/metrics", self.metrics),
            ]
        )

    async def retrieve(self, request: Request) -> Response:
        """Answer a batch of queries."""
        began = time.perf_counter()
        try:
            asked = await self._read(request)
            found = await self._threads.find(asked.queries, asked.topk or DEFAULT_TOP_K)
        except Refused as refused:
            self._metrics.refused(refused.status)
            return JSONResponse({"error": str(refused)}, refused.status)
        except SearchError as error:
            self._metrics.refused(500)
            return JSONResponse({"error": str(error)}, 500)
        failed = sum(bool(one.error) for one in found)
        self._metrics.answered(len(found), failed, time.perf_counter() - began)
        return Response(_reply(found, asked.return_scores), media_type="application/json")

    async def health(self, _: Request) -> Response:
        """What is served; needs no token."""
        known = self._index.fingerprint(top_k=DEFAULT_TOP_K, guard=Guard.NONE)
        facts = {"status": "ok", "passages": self._index.num_passages, "engine": known.engine}
        return JSONResponse({**facts, "corpus_hash": known.corpus_hash})

    async def metrics(self, request: Request) -> Response:
        """Counters in Prometheus' text format."""
        if not self._is_known(request):
            return JSONResponse({"error": "a token is wanted"}, 401)
        return PlainTextResponse(self._metrics.text(self._index.num_passages))

    def _is_known(self, request: Request) -> bool:
        given = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
        return not self._token or hmac.compare_digest(given.encode(), self._token.encode())

    async def _read(self, request: Request) -> RetrieveRequest:
        if not self._is_known(request):
            raise Refused(401, "a token is wanted: Authorization: Bearer …")
        try:
            return _checked(RetrieveRequest.model_validate_json(await _body(request)))
        except ValidationError as error:
            fault = error.errors()[0]
            where = ".".join(map(str, fault["loc"])) or "the request"
            raise Refused(422, f"{where}: {fault['msg']}") from error


async def _body(request: Request) -> bytes:
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                raise Refused(413, f"a request has {MAX_BODY_BYTES:,} bytes at most")
    except ClientDisconnect as error:
        raise Refused(400, "the client went away") from error
    return bytes(body)


def _checked(asked: RetrieveRequest) -> RetrieveRequest:
    if len(asked.queries) * (asked.topk or DEFAULT_TOP_K) > MAX_HITS:
        raise Refused(422, f"queries times topk may be {MAX_HITS:,} at most")
    return asked


def _reply(found: Sequence[Found], return_scores: bool) -> bytes:
    result = [[_item(hit, return_scores) for hit in one.hits] for one in found]
    errors = {str(number): one.error for number, one in enumerate(found) if one.error}
    reply = {"result": result, "errors": errors} if errors else {"result": result}
    return to_json(reply)


def _item(hit: Hit, return_scores: bool) -> dict[str, object]:
    document: dict[str, object] = {
        "id": hit.id,
        "contents": f'"{hit.title}"\n{hit.text}',
        "url": hit.url,
    }
    return {"document": document, "score": hit.score} if return_scores else document
