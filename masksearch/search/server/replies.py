"""How replies are written, in the shapes that clients read.

A passage is shown as its title in double quotes, a newline and its text. A query that cannot
be answered has an empty list and, in a batch, its reason under `errors`, by its number: one
odd query must not cost a batch of rollouts its answers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pydantic_core import to_json
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from masksearch.schemas import Hit
from masksearch.search.server.threads import Found

_PIECE = 65_536


def scored_documents(found: Sequence[Found]) -> bytes:
    """As Search-R1 and verl ask for: `{"result": [[{"document", "score"}, …], …]}`."""
    return _batch(found, lambda hit: {"document": _document(hit), "score": hit.score})


def documents(found: Sequence[Found]) -> bytes:
    """As Search-R1's server answers without `return_scores`: `{"result": [[document, …], …]}`."""
    return _batch(found, _document)


def texts(found: Sequence[Found]) -> bytes:
    """As ZeroSearch reads them: `[{"text"}, …]`, of one query."""
    [one] = found
    return to_json([_text(hit) for hit in one.hits])


class Reply(Response):
    """JSON in pieces: what a slow reader has not read yet is not handed over either."""

    media_type = "application/json"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        start = {"type": "http.response.start", "status": self.status_code}
        await send({**start, "headers": self.raw_headers})
        last = len(self.body) - _PIECE
        for at in range(0, len(self.body), _PIECE):
            piece = self.body[at : at + _PIECE]
            await send({"type": "http.response.body", "body": piece, "more_body": at < last})


def _batch(found: Sequence[Found], item: Callable[[Hit], dict[str, object]]) -> bytes:
    """Query by query: of a large batch, everything at once would be held three times over."""
    result = b",".join(to_json([item(hit) for hit in one.hits]) for one in found)
    errors = {str(number): one.error for number, one in enumerate(found) if one.error}
    reasons = b',"errors":' + to_json(errors) if errors else b""
    return b'{"result":[' + result + b"]" + reasons + b"}"


def _document(hit: Hit) -> dict[str, object]:
    return {"id": hit.id, "contents": _contents(hit), "url": hit.url}


def _text(hit: Hit) -> dict[str, object]:
    return {"id": hit.id, "text": _contents(hit), "url": hit.url, "score": hit.score}


def _contents(hit: Hit) -> str:
    return f'"{hit.title}"\n{hit.text}'
