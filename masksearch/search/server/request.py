"""What clients ask for: the shapes of a request, its bounds, and how it is read.

The bounds are as wide as what Search-R1, ZeroSearch and verl send needs: a step of GRPO over
3,276 prompts with five answers each is one batch, and every query of it may be as long as 500
tokens of any script are in JSON.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any, NamedTuple

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from starlette.requests import ClientDisconnect, Request

from masksearch.search.query import MAX_QUERY_CHARS, MAX_TOP_K
from masksearch.search.server.replies import documents, scored_documents, texts
from masksearch.search.server.room import NoRoom, Share
from masksearch.search.server.threads import Found
from masksearch.text import encodable

DEFAULT_TOP_K = 10
MAX_BODY_BYTES = 16_000_000
MAX_QUERIES = 16_384
MAX_HITS = 50_000
"""Of one reply, all queries together."""
BODY_SECONDS = 60.0
_LARGE_BYTES = 65_536
"""More is read in a thread, lest everybody wait meanwhile."""


class Refused(Exception):
    """A request that is not answered, with its status."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class Asked(NamedTuple):
    """What is to be searched, and how the reply to it is written."""

    queries: Sequence[str]
    top_k: int
    reply: Callable[[Sequence[Found]], bytes]

    @property
    def hits(self) -> int:
        """Of the reply, at most."""
        return len(self.queries) * self.top_k


def _text(value: Any) -> Any:
    """What a model wrote as a query: also a number, nothing, or half of a surrogate pair."""
    if value is None:
        return ""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return encodable(value) if isinstance(value, str) else str(value) if is_number else value


Query = Annotated[str, BeforeValidator(_text)]
"""One odd query is no reason to refuse a batch of rollouts."""
_TOP_K = Field(default=None, ge=1, le=MAX_TOP_K, validation_alias=AliasChoices("topk", "top_k"))


class Batch(BaseModel):
    """Queries as Search-R1 and verl send them; what we do not know of is passed over."""

    model_config = ConfigDict(frozen=True)

    queries: list[Query] = Field(max_length=MAX_QUERIES)
    top_k: int | None = _TOP_K
    return_scores: bool | None = None

    def asked(self) -> Asked:
        """All of its queries; an empty batch, where nobody searched, has an empty reply."""
        reply = scored_documents if self.return_scores else documents
        return Asked(self.queries, self.top_k or DEFAULT_TOP_K, reply)


class Single(BaseModel):
    """One query as ZeroSearch sends it."""

    model_config = ConfigDict(frozen=True)

    query: Query = Field(max_length=MAX_QUERY_CHARS)
    top_k: int | None = _TOP_K

    def asked(self) -> Asked:
        """Its query."""
        return Asked([self.query], self.top_k or DEFAULT_TOP_K, texts)


async def read_asked(request: Request, share: Share, passages: int) -> Asked:
    """Read a request; its body is part of `share`. Raises Refused."""
    _check_type(request)
    body = await _body(request, share)
    if len(body) <= _LARGE_BYTES:
        return _asked(body, passages)
    return await asyncio.to_thread(_asked, body, passages)


def _asked(body: bytes, passages: int) -> Asked:
    sent = _parsed(body)
    kind = Single if "query" in sent and "queries" not in sent else Batch
    try:
        asked = kind.model_validate(sent).asked()
    except ValidationError as error:
        fault = error.errors()[0]
        raise Refused(422, f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}") from error
    if len(asked.queries) * min(asked.top_k, passages) > MAX_HITS:
        raise Refused(422, f"queries times topk may be {MAX_HITS:,} at most")
    return asked


def _check_type(request: Request) -> None:
    """A page of another origin can send JSON only after asking, and is then told no."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Refused(415, "send JSON, with the header Content-Type: application/json")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Refused(415, "send the body as it is, without a Content-Encoding")


async def _body(request: Request, share: Share) -> bytes:
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _whole_body(request, share)
    except TimeoutError as error:
        raise Refused(408, f"the request did not come within {BODY_SECONDS:g} s") from error
    except NoRoom as error:
        raise Refused(503, "too much is being asked at once: try again") from error
    except ClientDisconnect as error:
        raise Refused(400, "the client went away") from error


async def _whole_body(request: Request, share: Share) -> bytes:
    too_long = Refused(413, f"a request has {MAX_BODY_BYTES:,} bytes at most")
    said = request.headers.get("content-length", "")
    if said.isdecimal() and int(said) > MAX_BODY_BYTES:
        raise too_long
    body = bytearray()
    async for chunk in request.stream():
        if len(body) + len(chunk) > MAX_BODY_BYTES:
            raise too_long
        share.take(len(chunk))
        body += chunk
    return bytes(body)


def _parsed(body: bytes) -> dict[str, Any]:
    """An object in JSON. Python's own parser takes what its clients write, lone surrogates too."""
    try:
        sent = json.loads(body)
    except RecursionError as error:
        raise Refused(422, "the request is JSON that is nested too deeply") from error
    except ValueError as error:
        raise Refused(422, f"the request is not JSON: {error}") from error
    if not isinstance(sent, dict):
        raise Refused(422, "the request is no JSON object")
    return sent
