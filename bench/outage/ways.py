"""The ways in which an endpoint or an account fails."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from email.utils import formatdate
from typing import Any, NamedTuple

from bench.outage.stub import Handle, Handler

_HOUR = 3600


class Way(NamedTuple):
    """A fault, and the words by which the one line must name it."""

    name: str
    fault: Handle
    named: str
    passes: bool = True
    """Whether it may pass by itself, so that a run waits for a while."""
    leaves: bool = False
    """Whether nobody listens meanwhile."""


def says(status: int, message: str, code: str | None = None, **headers: str) -> Handle:
    """An error in OpenAI's form."""

    def fault(handler: Handler, request: Mapping[str, Any]) -> bool:
        handler.say(status, {"error": {"message": message, "code": code}}, **headers)
        return True

    return fault


def page(status: int) -> Handle:
    """The page of a gateway."""

    def fault(handler: Handler, request: Mapping[str, Any]) -> bool:
        text = f"<html><head><title>{status}</title></head><body>gateway</body></html>"
        handler.say(status, text, content_type="text/html")
        return True

    return fault


def dated(seconds: float) -> Handle:
    """429 with the date at which to come again."""

    def fault(handler: Handler, request: Mapping[str, Any]) -> bool:
        until = formatdate(time.time() + seconds, usegmt=True)
        return says(429, "slow down", "rate_limit_exceeded", retry_after=until)(handler, request)

    return fault


def resets(handler: Handler, request: Mapping[str, Any]) -> bool:
    """Breaks the connection before a reply."""
    handler.reset()
    return True


def breaks_off(handler: Handler, request: Mapping[str, Any]) -> bool:
    """Breaks the connection within a reply."""
    with suppress(OSError):
        handler.send_response(200)
        handler.send_header("content-type", "application/json")
        handler.send_header("content-length", "1000")
        handler.end_headers()
        handler.wfile.write(b'{"choices": [')
        handler.wfile.flush()
    handler.reset()
    return True


def trickles(handler: Handler, request: Mapping[str, Any]) -> bool:
    """Blank bytes, one after another, for as long as somebody listens."""
    handler.send_response(200)
    handler.send_header("content-type", "application/json")
    handler.send_header("content-length", "100000")
    handler.end_headers()
    with suppress(OSError):
        while handler.stub.fault is trickles:
            handler.wfile.write(b" ")
            time.sleep(0.1)
    handler.close_connection = True
    return True


def refuses_temperature(handler: Handler, request: Mapping[str, Any]) -> bool:
    """A field of the request is not supported."""
    if "temperature" not in request:
        return False
    words = "Unsupported parameter: 'temperature' is not supported with this model."
    return says(400, words, "unsupported_parameter")(handler, request)


EIGHT = (
    Way("402", says(402, "Insufficient Balance"), "Insufficient Balance", passes=False),
    Way("quota", says(429, "check your plan", "insufficient_quota"), "quota", passes=False),
    Way("503", says(503, "overloaded"), "503"),
    Way("refused", resets, "connect", leaves=True),
    Way("reset", resets, "broke off"),
    Way("400 parameter", refuses_temperature, "temperature", passes=False),
    Way("trickle", trickles, "no reply within"),
    Way("429 date", dated(3), "429"),
)
OTHERS = (
    Way("529", says(529, "overloaded_error"), "529"),
    Way("408", says(408, "timed out"), "408"),
    Way("425", says(425, "too early"), "425"),
    Way("429 bare", says(429, "slow down"), "429"),
    Way("429 in ms", says(429, "slow down", retry_after_ms="900"), "429"),
    Way("522 page", page(522), "522"),
    Way("broken off", breaks_off, "broke off"),
    Way("error in 200", says(200, "Provider returned error"), "Provider returned error"),
    Way("429 hour", dated(_HOUR), "60 min", passes=False),
    Way("billing", says(429, "limit", "billing_hard_limit_reached"), "billing_hard", passes=False),
    Way("no model", says(400, "gone", "model_not_found"), "model", passes=False),
    Way("bad key", says(401, "no such key"), "refused the API key", passes=False),
)
